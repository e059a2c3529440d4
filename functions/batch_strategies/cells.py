"""What a cell may hold, by kind, and how values are written into cells: pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

Parse: TypeAlias = Callable[[str], object]
"""The value of a cell that is not blank; CellError says what is wrong with it."""

MAX_TEXT = 100_000
_AMOUNT = re.compile(r"\d{1,12}(?:\.\d{1,6})?", re.ASCII)
_HANDLE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)
_URL = re.compile(r"https?://\S{1,2000}", re.IGNORECASE)
_FLAGS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
_STATUSES = ("draft", "proposed", "published", "rejected")


class CellError(Exception):
    """A cell that cannot be taken, with the reason."""


def text(cell: str) -> str:
    if len(cell) > MAX_TEXT:
        raise CellError(f"it has {len(cell):,} characters, and may have {MAX_TEXT:,}")
    if "\0" in cell:
        raise CellError("it has a NUL character, which Medusa's database cannot store")
    return cell


def code(cell: str) -> str:
    """A short text on one line, blanks around it away."""
    found = cell.strip()
    if len(found) > 255 or not found.isprintable():
        raise CellError("it is longer than 255 characters, or has characters that cannot be seen")
    return found


def amount(cell: str) -> int | float:
    """A number in major units that loses nothing on its way."""
    found = cell.strip()
    if not _AMOUNT.fullmatch(found):
        hint = "; write 9.99, with a point" if "," in found else ""
        raise CellError(f"it is no amount: up to 12 digits, a point and up to 6 more{hint}")
    if len(found) > 16:
        raise CellError("it has more than 15 digits, of which the last would be lost")
    return int(found) if found.isdecimal() else float(found)


def flag(cell: str) -> bool:
    found = _FLAGS.get(cell.strip().lower())
    if found is None:
        raise CellError("it is neither true nor false")
    return found


def handle(cell: str) -> str:
    found = cell.strip()
    if not _HANDLE.fullmatch(found) or len(found) > 255:
        raise CellError("a handle has a-z, 0-9 and single '-' between them")
    return found


def identity(cell: str) -> str:
    found = cell.strip()
    if not _ID.fullmatch(found):
        raise CellError("it is no id of Medusa's")
    return found


def url(cell: str) -> str:
    found = cell.strip()
    if not _URL.fullmatch(found):
        raise CellError("it is no address that begins with http:// or https://")
    return found


def status(cell: str) -> str:
    found = cell.strip().lower()
    if found not in _STATUSES:
        raise CellError(f"a status is {', '.join(_STATUSES)}")
    return found


def written(value: object) -> str:
    """A value of Medusa's as a cell that reads as the same value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    return str(value)
