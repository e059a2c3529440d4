"""Where things stand in the text of a manifest, so that an edit can change them and nothing else.

ruamel.yaml's round trip keeps comments but not the layout of flow mappings, blank columns and line ends; so
what is edited is the text itself, at the marks that ruamel.yaml gives.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

Splice: TypeAlias = tuple[int, int, str]
"""Begin and end of what is replaced, in characters, and what by."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A key with its value."""

    key: ScalarNode
    value: Any


def compose(text: str) -> MappingNode:
    """The manifest's root. The text is one that `parse` accepted, so it is a mapping of known keys."""
    root: MappingNode = YAML(typ="safe", pure=True).compose(text)
    return root


def pairs(node: MappingNode) -> list[Pair]:
    return [Pair(key, value) for key, value in node.value]


def pair(node: MappingNode, name: str) -> Pair | None:
    return next((found for found in pairs(node) if found.key.value == name), None)


def begin(node: Any) -> int:
    return int(node.start_mark.index)


def column(node: Any) -> int:
    return int(node.start_mark.column)


def is_flow(node: Any) -> bool:
    """Written between braces or brackets."""
    return bool(node.flow_style)


def end(node: Any, text: str) -> int:
    """Where the last character of a node is over. ruamel.yaml ends a block where the next thing begins."""
    if isinstance(node, ScalarNode) or is_flow(node):
        return max(begin(node), len(text[: node.end_mark.index].rstrip()))
    if isinstance(node, MappingNode) and node.value:
        key, value = node.value[-1]
        return max(end(key, text), end(value, text))
    if isinstance(node, SequenceNode) and node.value:
        return end(node.value[-1], text)
    return begin(node)


def line_begin(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """After the line's own end; where the text ends without one, its length."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """The text with each splice made; they must not overlap. Of two at one place the first comes first."""
    parts, at = [], 0
    for first, last, what in sorted(splices, key=lambda splice: splice[:2]):
        parts += [text[at:first], what]
        at = last
    return "".join([*parts, text[at:]])


def lines_after(text: str, at: int, lines: Iterable[str]) -> Splice:
    """Whole lines after the line that a place is in."""
    end_of_line, eol = line_end(text, at), newline(text)
    is_open = end_of_line == len(text) and not text.endswith("\n")
    body = eol.join(lines)
    return (end_of_line, end_of_line, eol + body if is_open else body + eol)
