"""A schedule, or a job, more in the text of a manifest. What stands there stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from nightshift_tools.manifest import marks
from nightshift_tools.manifest.marks import Pair, Splice
from nightshift_tools.manifest.values import Plain
from nightshift_tools.manifest.written import comment, flow, scalar

_NAME = "name: default"


def with_schedule(text: str, job: str, schedule: Mapping[str, Plain], remarks: Sequence[str] = ()) -> str:
    """The manifest with one more schedule of a job that it has; remarks become comments above it.

    Where the job had a single `schedule`, both stand under `schedules` afterwards, and the first is called
    `default` unless it has a name.
    """
    node = _job(text, job)
    several, single = marks.pair(node, "schedules"), marks.pair(node, "schedule")
    if several is not None:
        splices = _to_list(text, several.value, dict(schedule), remarks)
    elif single is not None:
        splices = _to_two(text, node, single, dict(schedule), remarks)
    else:
        splices = [_to_mapping(text, node, f"schedule: {flow(_short(schedule))}", remarks)]
    return marks.spliced(text, splices)


def with_job(text: str, name: str, lines: Sequence[str]) -> str:
    """The manifest with one more job, last. Its lines are the block below its name, without indentation.

    ValueError where `jobs` is written in braces and has jobs already: there is no place for lines.
    """
    jobs = marks.pair(marks.compose(text), "jobs")
    assert jobs is not None  # a manifest without jobs was refused
    node, eol = jobs.value, marks.newline(text)
    if marks.is_flow(node) and node.value:
        raise ValueError("its jobs stand between braces; write each job on lines of its own first")
    indent = " " * (marks.column(node) if node.value and not marks.is_flow(node) else 2)
    block = [f"{indent}{name}:", *(f"{indent}  {line}".rstrip() for line in lines)]
    if not node.value:
        first, last = marks.begin(node), marks.end(node, text)
        before = len(text[:first].rstrip(" "))
        return marks.spliced(text, [(before, last, eol + eol.join(block))])
    return marks.spliced(text, [marks.lines_after(text, marks.end(node, text), ["", *block])])


def _job(text: str, job: str) -> MappingNode:
    jobs = marks.pair(marks.compose(text), "jobs")
    found = jobs and marks.pair(jobs.value, job)
    assert found is not None  # the caller looked it up
    node: MappingNode = found.value
    return node


def _short(schedule: Mapping[str, Plain]) -> Plain:
    """A five-field expression that says nothing else needs no key."""
    return schedule["cron"] if set(schedule) == {"cron"} else dict(schedule)


def _to_mapping(text: str, node: MappingNode, line: str, remarks: Sequence[str]) -> Splice:
    """One more key, last."""
    at = marks.end(node, text)
    if not marks.is_flow(node):
        indent = " " * marks.column(node)
        return marks.lines_after(text, at, [f"{indent}{each}" for each in (*map(comment, remarks), line)])
    if not node.value:
        return (marks.begin(node), at, "{" + line + "}")
    at = marks.end(node.value[-1][1], text)
    return (at, at, f", {line}")


def _to_list(
    text: str, node: SequenceNode, schedule: dict[str, Plain], remarks: Sequence[str]
) -> list[Splice]:
    """One more item, last. Of a list of one, the first may still lack its name."""
    splices = [_naming(text, item) for item in node.value if marks.pair(item, "name") is None]
    if not marks.is_flow(node):
        indent = " " * marks.column(node)
        lines = [*map(comment, remarks), f"- {flow(schedule)}"]
        after = marks.end(node, text)
        return [*splices, marks.lines_after(text, after, [f"{indent}{line}" for line in lines])]
    if not node.value:
        return [(marks.begin(node), marks.end(node, text), f"[{flow(schedule)}]")]
    at = marks.end(node.value[-1], text)
    return [*splices, (at, at, f", {flow(schedule)}")]


def _naming(text: str, item: MappingNode) -> Splice:
    at = marks.begin(item)
    if marks.is_flow(item):
        return (at + 1, at + 1, f"{_NAME}, ")
    return (at, at, f"{_NAME}{marks.newline(text)}{' ' * marks.column(item)}")


def _to_two(
    text: str, job: MappingNode, single: Pair, schedule: dict[str, Plain], remarks: Sequence[str]
) -> list[Splice]:
    """`schedule` becomes `schedules`, its value the first item."""
    key_end = marks.end(single.key, text)
    to_several: Splice = (marks.begin(single.key), key_end, "schedules")
    value, first, last = single.value, marks.begin(single.value), marks.end(single.value, text)
    if marks.is_flow(job):
        return [to_several, (first, last, f"[{_named(text, value)}, {flow(schedule)}]")]
    if isinstance(value, MappingNode) and not marks.is_flow(value):
        indent, moved = marks.column(value), _as_item(text, value)
    elif "\n" in text[key_end:first]:
        indent, moved = marks.column(value), [(first, last, f"- {_named(text, value)}")]
    else:
        indent = marks.column(single.key) + 2
        colon = text.index(":", key_end) + 1
        item = f"{marks.newline(text)}{' ' * indent}- {_named(text, value)}"
        moved = [(colon, last, item)]
    lines = [f"{' ' * indent}{line}" for line in (*map(comment, remarks), f"- {flow(schedule)}")]
    return [to_several, *moved, marks.lines_after(text, last, lines)]


def _named(text: str, value: ScalarNode | MappingNode) -> str:
    """What a single schedule is as an item: in braces, with a name."""
    raw = text[marks.begin(value) : marks.end(value, text)]
    if isinstance(value, MappingNode):
        return raw if marks.pair(value, "name") else f"{{{_NAME}, {raw[1:]}"
    is_quoted = raw[:1] in ("'", '"') and "\n" not in raw
    return f"{{{_NAME}, cron: {raw if is_quoted else scalar(value.value)}}}"


def _as_item(text: str, value: MappingNode) -> list[Splice]:
    """The lines of a block, two columns to the right, behind a dash."""
    first, last = marks.begin(value), marks.end(value, text)
    deeper = " " * (marks.column(value) + 2)
    dash = "- " if marks.pair(value, "name") else f"- {_NAME}{marks.newline(text)}{deeper}"
    splices: list[Splice] = [(first, first, dash)]
    at = marks.line_end(text, first)
    while at < last:
        if text[at : marks.line_end(text, at)].strip():
            splices.append((at, at, "  "))
        at = marks.line_end(text, at)
    return splices
