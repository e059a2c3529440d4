"""The tree of a document as plain values, and where each came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from nightshift_tools.manifest.document import Node, Refused, Scalar, Sequence
from nightshift_tools.manifest.environment import FilledIn, fill_in
from nightshift_tools.manifest.errors import Findings, Position

Path: TypeAlias = tuple[str | int, ...]
Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"

_NULL, _TRUE, _FALSE = (
    {"", "~", "null", "Null", "NULL"},
    {"true", "True", "TRUE"},
    {"false", "False", "FALSE"},
)
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,2})?")


@dataclass(slots=True)
class Places:
    """Where values and keys stand, by path: `("jobs", "sync-products", "batch_size")`."""

    values: dict[Path, Position] = field(default_factory=dict)
    keys: dict[Path, Position] = field(default_factory=dict)
    emptied: set[Path] = field(default_factory=set)
    """Keys that stand there without a value, which is a problem told already."""

    def of_value(self, path: Path) -> Position:
        """The place of a value, or of the nearest one around it."""
        return _nearest(self.values, path)

    def of_key(self, path: Path) -> Position:
        """The place of a key; where a path ends in none, that of the value."""
        return self.keys[path] if path in self.keys else self.of_value(path)


def _nearest(places: dict[Path, Position], path: Path) -> Position:
    while path not in places:
        path = path[:-1]
    return places[path]


def dotted(path: Path) -> str:
    """`jobs.sync-products.schedules[0].cron`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "the manifest"


def to_plain(
    node: Node, environment: Mapping[str, str], findings: Findings, places: Places, path: Path = ()
) -> Plain:
    """The node as plain values, variables filled in, its places written down."""
    places.values[path] = node.at
    if isinstance(node, Scalar):
        try:
            return _scalar(node, environment)
        except ValueError as error:
            findings.add(node.at, f"{dotted(path)}: {error}")
            places.emptied.add(path)
            return None
    if isinstance(node, Sequence):
        return [
            to_plain(item, environment, findings, places, (*path, place))
            for place, item in enumerate(node.items)
        ]
    if isinstance(node, Refused):
        places.emptied.add(path)
        return None
    found: dict[str, Plain] = {}
    for key, (at, value) in node.entries.items():
        inner = (*path, key)
        places.keys[inner] = at
        found[key] = to_plain(value, environment, findings, places, inner)
        if found[key] is None and not _may_be_empty(inner):
            if inner not in places.emptied:
                findings.add(at, f"{dotted(inner)}: it has no value; give it one, or take the key away")
            places.emptied.add(inner)
            del found[key]
    return found


def _may_be_empty(path: Path) -> bool:
    """Under `params` a job may take null for a value."""
    return "params" in path[2:-1]


def plain_scalar(text: str) -> str | int | float | bool | None:
    """What a text without quotes stands for, by YAML 1.2's core schema; octal and hexadecimal are text."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


def _scalar(node: Scalar, environment: Mapping[str, str]) -> str | int | float | bool | None:
    filled = fill_in(node.text, environment)
    if any(0xD800 <= ord(character) < 0xE000 for character in filled):
        raise ValueError(
            f"{filled!a} has half a character (a lone surrogate), which no file can hold; take it away"
        )
    if node.plain:
        return plain_scalar(filled)
    return filled if filled == node.text else FilledIn(filled)
