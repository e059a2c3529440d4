"""Plain values as YAML on one line: how an edit writes a schedule."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from nightshift_tools.manifest.values import Plain, plain_scalar

_NEEDS_NO_QUOTES = re.compile(r"[A-Za-z0-9_.+-](?:[A-Za-z0-9 _./+-]*[A-Za-z0-9_./+-])?")


def flow(value: Plain) -> str:
    """`{name: often, every_minutes: 5}`, `[main]`, `"0 2 * * *"`: what reads back as the same value."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    return scalar(value)


def scalar(value: str | int | float | bool | None) -> str:
    """A single value, quoted where it must be so as to stay what it is."""
    if not isinstance(value, str):
        return "null" if value is None else json.dumps(value)
    is_text = isinstance(plain_scalar(value), str) and not value.startswith(("-", "."))
    if is_text and _NEEDS_NO_QUOTES.fullmatch(value):
        return value
    return _escaped(json.dumps(value, ensure_ascii=False))


def comment(text: str) -> str:
    """A text as a line of comment: whatever is in it cannot end the comment."""
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text.expandtabs(2))
    return f"# {shown}".rstrip()


def _escaped(quoted: str) -> str:
    """YAML takes fewer characters than JSON between quotes: what cannot be shown is spelled out."""
    return "".join(char if char.isprintable() else _spelled(ord(char)) for char in quoted)


def _spelled(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
