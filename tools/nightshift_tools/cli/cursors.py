"""Changing a cursor by hand: only parts that the job itself has written, and only by values of their kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from nightshift.errors import ConfigurationError
from nightshift.state.models import Cursor, JobKey, RunRecord

Part = str | int | bool | None

_FLAGS = {"true": True, "false": False}


def known_parts(cursor: Cursor, runs: Sequence[RunRecord]) -> dict[str, Part]:
    """Every part that the job's cursor has or had in its recorded runs, with its latest value."""
    known: dict[str, Part] = {}
    for earlier in (*(cursor for run in runs for cursor in (run.cursor_after, run.cursor_before)),):
        known = dict(earlier) | known
    return known | dict(cursor)


def changed(
    key: JobKey, cursor: Cursor, known: Mapping[str, Part], values: Mapping[str, str]
) -> dict[str, Part]:
    """The cursor with these parts; ConfigurationError for a part or a value that the job would not know."""
    after = dict(cursor)
    for name, value in values.items():
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"it has: {', '.join(known) or 'nothing yet'}"
            raise ConfigurationError(f"the cursor of {key} has no {name!r}; {hint}")
        after[name] = _typed(key, name, value, known[name])
    return after


def _typed(key: JobKey, name: str, value: str, like: Part) -> Part:
    if isinstance(like, bool):
        if value not in _FLAGS:
            raise ConfigurationError(f"the cursor of {key}: {name} = {value!r}: expected true or false")
        return _FLAGS[value]
    if isinstance(like, int):
        if not (value.isascii() and value.isdecimal()):
            raise ConfigurationError(f"the cursor of {key}: {name} = {value!r}: expected a whole number")
        return int(value)
    return value
