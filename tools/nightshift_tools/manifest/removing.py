"""A schedule less in the text of a manifest. What stands around it keeps its place and its comments."""

from __future__ import annotations

from typing import Any

from nightshift_tools.manifest import marks
from nightshift_tools.manifest.marks import Pair, Splice


def without_schedule(text: str, job: str, place: int) -> str:
    """The manifest without the schedule at this place of a job that it has."""
    jobs = marks.pair(marks.compose(text), "jobs")
    found = jobs and marks.pair(jobs.value, job)
    assert found is not None  # the caller looked it up
    single = marks.pair(found.value, "schedule") or marks.pair(found.value, "schedules")
    assert single is not None
    is_list = single.key.value == "schedules" and len(single.value.value) > 1
    splices = _item(text, single.value, place) if is_list else _whole(text, found, single)
    return marks.spliced(text, splices)


def _item(text: str, node: Any, place: int) -> list[Splice]:
    items = node.value
    if marks.is_flow(node):
        return [_with_its_comma(text, [(item, item) for item in items], place)]
    dash = text.rindex("-", 0, marks.begin(items[place]))
    return [_lines(text, dash, marks.end(items[place], text))]


def _whole(text: str, job: Pair, single: Pair) -> list[Splice]:
    """Without the key; a job that had no other is left as `{}`, for it still runs by hand."""
    if marks.is_flow(job.value):
        place = next(n for n, (key, _) in enumerate(job.value.value) if key is single.key)
        return [_with_its_comma(text, job.value.value, place)]
    gone = _lines(text, marks.begin(single.key), marks.end(single.value, text))
    if len(job.value.value) > 1:
        return [gone]
    colon = text.index(":", marks.end(job.key, text)) + 1
    return [(colon, colon, " {}"), gone]


def _lines(text: str, first: int, last: int) -> Splice:
    """Whole lines, with what is said beside them."""
    return (marks.line_begin(text, first), marks.line_end(text, last), "")


def _with_its_comma(text: str, items: list[tuple[Any, Any]], place: int) -> Splice:
    """One of several things in braces or brackets, with the comma that parted it from its neighbour."""
    first, last = marks.begin(items[place][0]), marks.end(items[place][1], text)
    if place + 1 < len(items):
        return (first, marks.begin(items[place + 1][0]), "")
    if place:
        return (marks.end(items[place - 1][1], text), last, "")
    return (first, last, "")
