"""Reading fields that a source may fill with anything: each is checked, each error names field and value."""

from __future__ import annotations

from collections.abc import Mapping

_SHOWN = 40


class FieldError(ValueError):
    """A field has a value that cannot be used."""


def required_text(record: Mapping[str, object], name: str, limit: int) -> str:
    """A text that is there and is not blank."""
    value = text(record, name, limit)
    if value is None:
        raise FieldError(f"{name} is missing or blank")
    return value


def text(record: Mapping[str, object], name: str, limit: int | None = None) -> str | None:
    """A text of at most `limit` characters; None where it is absent, null or blank."""
    value = record.get(name)
    if value is None:
        return None
    if type(value) is not str:
        raise FieldError(f"{name} = {shown(value)}: expected a text")
    if limit is not None and len(value) > limit:
        raise FieldError(f"{name} has {len(value):,} characters: expected at most {limit:,}")
    return None if not value or value.isspace() else value


def texts(record: Mapping[str, object], name: str, limit: int) -> list[str]:
    """A list of texts, each of at most `limit` characters; empty where it is absent or null."""
    value = record.get(name)
    if value is None:
        return []
    if type(value) is not list:
        raise FieldError(f"{name} = {shown(value)}: expected a list of texts")
    for item in value:
        if type(item) is not str:
            raise FieldError(f"{name} holds {shown(item)}: expected texts only")
        if len(item) > limit:
            raise FieldError(f"{name} holds a text of {len(item):,} characters: expected at most {limit:,}")
    return value


def number(record: Mapping[str, object], name: str, most: int) -> float | None:
    """A number from 0 to `most`, as it came; None where it is absent or null."""
    value = record.get(name)
    if value is None:
        return None
    if type(value) is not float and type(value) is not int:
        raise FieldError(f"{name} = {shown(value)}: expected a number")
    if 0 <= value <= most:
        return value
    raise FieldError(f"{name} = {shown(value)}: expected a number from 0 to {most:,}")


def object_(record: Mapping[str, object], name: str) -> Mapping[str, object]:
    """An object; empty where it is absent or null."""
    value = record.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise FieldError(f"{name} = {shown(value)}: expected an object")
    return value


def shown(value: object) -> str:
    """A value for an error's text: short, and safe for any depth and length."""
    if isinstance(value, str):
        return repr(value[:_SHOWN]) if len(value) <= _SHOWN else f"{value[:_SHOWN]!r}…"
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    written = repr(value)
    return written if len(written) <= _SHOWN else f"{written[:_SHOWN]}…"
