"""The Serverless Framework's `schedule` and `eventBridge` events, as serverless.yml has them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from nightshift_tools.importers.errors import ImportFileError
from nightshift_tools.importers.model import Findings, Found
from nightshift_tools.manifest.values import Plain

_LOST = (
    "input",
    "inputPath",
    "inputTransformer",
    "eventBus",
    "retryPolicy",
    "deadLetterQueueArn",
    "groupName",
)
_ELSEWHERE = "it comes from elsewhere (a variable, a tag or another file); write it out first"
MAX_DEPTH = 60
MAX_SCHEDULES = 2000


def read(text: str, file: str) -> Findings:
    """Every schedule of every function. ImportFileError where the file is no YAML."""
    root = _compose(text, file)
    functions = _get(root, "functions")
    if functions is None:
        raise ImportFileError(file, 1, "there is no key `functions`; is this a serverless.yml?")
    maps = functions.value if isinstance(functions, SequenceNode) else [functions]
    found: list[Found] = []
    for node in maps:
        if not isinstance(node, MappingNode):
            found.append(_not_here("functions", node, file))
            continue
        for key, value in node.value:
            found += islice(_function(str(key.value), value, file), MAX_SCHEDULES)
            if len(found) > MAX_SCHEDULES:
                raise ImportFileError(file, 1, f"it has more than {MAX_SCHEDULES} schedules")
    return Findings(found)


def _compose(text: str, file: str) -> Any:
    depth = 0
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            name = type(event).__name__
            depth += name in ("MappingStartEvent", "SequenceStartEvent")
            depth -= name in ("MappingEndEvent", "SequenceEndEvent")
            if depth > MAX_DEPTH:
                raise ImportFileError(file, event.start_mark.line + 1, f"this is more than {MAX_DEPTH} deep")
        return YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ImportFileError(
            file, line, f"the YAML cannot be read: {error.problem or error.context}"
        ) from error
    except (YAMLError, ValueError) as error:
        raise ImportFileError(file, 1, f"this is no YAML: {' '.join(str(error).split())}") from error


def _function(name: str, node: Any, file: str) -> Iterator[Found]:
    events = _get(node, "events")
    if isinstance(events, SequenceNode):
        for event in events.value:
            yield from _event(name, event, _text(_get(node, "description")) or "", file)
    elif events is not None or not isinstance(node, MappingNode):
        yield _not_here(name, events or node, file)


def _event(name: str, event: Any, description: str, file: str) -> Iterator[Found]:
    schedule, bridge = _get(event, "schedule"), _get(event, "eventBridge")
    is_unknown = isinstance(event, ScalarNode) and "${" in str(event.value)
    if is_unknown:
        yield _not_here(name, event, file)
    elif schedule is not None:
        if isinstance(schedule, MappingNode):
            yield from _mapping(name, schedule, "rate", description, file)
        else:
            yield _one(name, schedule, schedule, {}, None, (), description, file)
    elif bridge is not None and _get(bridge, "schedule") is not None:
        yield from _mapping(name, bridge, "schedule", description, file)


def _mapping(name: str, node: MappingNode, key: str, description: str, file: str) -> Iterator[Found]:
    given = _get(node, key)
    if given is None:
        yield _refused(name, node, f"the event has no `{key}`", file)
        return
    settings: dict[str, Plain] = {}
    zone, enabled = _get(node, "timezone"), _get(node, "enabled")
    if zone is not None:
        settings["timezone"] = _text(zone)
    if enabled is not None:
        words = {"true": True, "false": False}
        settings["enabled"] = words.get(str(_text(enabled)).lower())
    if None in settings.values():
        yield _refused(name, node, f"of its zone or whether it is enabled: {_ELSEWHERE}", file)
        return
    if settings.get("enabled") is True:
        del settings["enabled"]
    lost = tuple(f"without counterpart: {k}" for k in _LOST if _get(node, k) is not None)
    own = _text(_get(node, "name"))
    several = given.value if isinstance(given, SequenceNode) else [given]
    for each in several:
        yield _one(name, each, node, settings, own, lost, description, file)


def _one(
    name: str,
    node: Any,
    around: Any,
    settings: dict[str, Plain],
    own: str | None,
    lost: tuple[str, ...],
    description: str,
    file: str,
) -> Found:
    text = _text(node)
    if text is None:
        return _not_here(name, node, file)
    is_rate = text.strip().startswith("rate(")
    kept = {key: value for key, value in settings.items() if not (is_rate and key == "timezone")}
    line = around.start_mark.line + 1 if node is around else node.start_mark.line + 1
    schedule: dict[str, Plain] = {"aws": " ".join(text.split()), **kept}
    described = description if "${" not in description else ""
    return Found(file, line, name, text, schedule, own, "", lost, described)


def _not_here(name: str, node: Any, file: str) -> Found:
    return _refused(name, node, _ELSEWHERE, file)


def _refused(name: str, node: Any, reason: str, file: str) -> Found:
    written = str(node.value) if isinstance(node, ScalarNode) else name
    return Found(file, node.start_mark.line + 1, name, written, reason=reason)


def _get(node: Any, key: str) -> Any:
    if not isinstance(node, MappingNode):
        return None
    return next((value for found, value in node.value if found.value == key), None)


def _text(node: Any) -> str | None:
    """A text that stands in the file: no tag, and no variable of the framework's."""
    if not isinstance(node, ScalarNode) or not str(node.tag).startswith("tag:yaml.org,2002:"):
        return None
    text = str(node.value)
    return None if "${" in text else text
