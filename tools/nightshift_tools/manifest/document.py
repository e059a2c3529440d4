"""YAML text as a tree that knows where each key and value stands.

Read from the parser's events, not from its loader: so a duplicate key, an alias and a type are ours to judge,
all problems of a file are found and not the first, and variables are filled in before types are told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StringMark, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from nightshift_tools.manifest.errors import Findings, Position

MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value as written. `plain` is without quotes: only then it may be more than text."""

    text: str
    plain: bool
    at: Position


@dataclass(frozen=True, slots=True)
class Sequence:
    items: list[Node]
    at: Position


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys in the file's order; of two equal ones the first."""

    at: Position
    entries: dict[str, tuple[Position, Node]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """Something whose value is not known, which is a problem told already."""

    at: Position


Node: TypeAlias = Scalar | Sequence | Mapping | Refused


def read_document(text: str, findings: Findings) -> Node | None:
    """The tree of the one document in a text; None where there is none, or where it cannot be read at all."""
    try:
        events = list(YAML(typ="safe", pure=True).parse(text))
    except ReaderError as error:
        before, character = text[: error.position], text[error.position : error.position + 1]
        at = Position(before.count("\n") + 1, error.position - (before.rfind("\n") + 1) + 1)
        findings.add(at, f"the character {character!a} has no place in a text file; take it away")
        return None
    except MarkedYAMLError as error:
        at_context = "alias" in str(error.context) or error.problem_mark is None
        mark = error.context_mark if at_context else error.problem_mark
        findings.add(_position(mark) if mark else Position(1, 1), _syntax(error))
        return None
    except YAMLError as error:
        findings.add(Position(1, 1), f"this is no YAML: {error}")
        return None
    return None if _is_too_deep(events, findings) else _Builder(findings).documents(iter(events))


def _is_too_deep(events: list[Any], findings: Findings) -> bool:
    """Deeper than any manifest: refused before anything that calls itself goes down there."""
    depth = 0
    for event in events:
        depth += isinstance(event, MappingStartEvent | SequenceStartEvent)
        depth -= isinstance(event, MappingEndEvent | SequenceEndEvent)
        if depth > MAX_DEPTH:
            findings.add(_start(event), f"this is more than {MAX_DEPTH} deep; nothing in a manifest is")
            return True
    return False


class _Builder:
    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def documents(self, events: Iterator[Any]) -> Node | None:
        root: Node | None = None
        for event in events:
            if not isinstance(event, DocumentStartEvent):
                continue
            node = self._node(next(events), events)
            if root is not None:
                self._findings.add(_start(event), "a second document begins here; take --- away")
                break
            root = node
        return root

    def _node(self, event: Any, events: Iterator[Any]) -> Node:
        at = _start(event)
        if isinstance(event, AliasEvent):
            self._findings.add(at, f"the alias *{event.anchor} is not understood; write the value out")
        elif event.tag not in (None, "!"):
            self._findings.add(at, f"the tag {event.tag} is not understood; take it away")
        if isinstance(event, MappingStartEvent):
            return self._mapping(at, events)
        if isinstance(event, SequenceStartEvent):
            items = []
            while not isinstance(event := next(events), SequenceEndEvent):
                items.append(self._node(event, events))
            return Sequence(items, at)
        if isinstance(event, ScalarEvent):
            return Scalar(event.value, event.style is None, at)
        return Refused(at)

    def _mapping(self, at: Position, events: Iterator[Any]) -> Mapping:
        mapping = Mapping(at)
        while not isinstance(event := next(events), MappingEndEvent):
            key = self._node(event, events)
            value = self._node(next(events), events)
            if not isinstance(key, Scalar):
                self._findings.add(key.at, "a key must be text; quote it if it has brackets")
            elif not key.text.isprintable():
                self._findings.add(key.at, f"the key {key.text!a} has characters that cannot be shown")
            elif key.plain and key.text == "<<":
                self._findings.add(key.at, "the merge key << is not understood; write the keys out")
            elif key.text in mapping.entries:
                first = mapping.entries[key.text][0]
                message = f"the key {key.text!r} stands in line {first.line} already; keep one"
                self._findings.add(key.at, message)
            else:
                mapping.entries[key.text] = (key.at, value)
        return mapping


def _start(event: Any) -> Position:
    return _position(event.start_mark)


def _position(mark: StringMark) -> Position:
    return Position(mark.line + 1, mark.column + 1)


def _syntax(error: MarkedYAMLError) -> str:
    parts = [part.strip() for part in (error.context, error.problem) if part]
    hint = ""
    if "'\\t'" in str(error.problem):
        hint = ": indent with blanks, not tabs"
    elif "mapping values are not allowed" in str(error.problem):
        hint = ": quote a text that has a colon and a blank in it"
    elif "'@'" in str(error.problem) or "'%'" in str(error.problem) or "alias" in str(error.context):
        hint = ': quote a text that begins with a special character, as in "*/5 * * * *"'
    elif "'{'" in str(error.problem):
        hint = ': quote a variable between braces, as in {default: "${SIZE:-15}"}'
    return f"the YAML cannot be read: {', '.join(parts)}{hint}"
