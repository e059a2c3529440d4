"""Validation in the manner and the words of Medusa's request schemas (zod)."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.medusa.errors import invalid

Path = tuple[str | int, ...]
Check = Callable[[object, Path, list[str]], None]
"""Looks at a value and its path, and adds what is wrong to the issues."""

SHOWN_ISSUES = 3
_ABSENT = object()


class Field(NamedTuple):
    """One key of an object."""

    check: Check
    required: bool


def need(check: Check) -> Field:
    """A key that must be there."""
    return Field(check, required=True)


def may(check: Check) -> Field:
    """A key that may be missing."""
    return Field(check, required=False)


def validated(body: object, check: Check) -> JsonObject:
    """The body, if it is an object that passes; raises MedusaError with up to three issues."""
    issues: list[str] = []
    check(body, (), issues)
    if issues or not isinstance(body, dict):
        raise invalid(f"Invalid request: {'; '.join(issues[:SHOWN_ISSUES])}")
    return body


def string(value: object, path: Path, issues: list[str]) -> None:
    """A text."""
    if not isinstance(value, str):
        issues.append(_wrong_type("string", value, path))


def number(value: object, path: Path, issues: list[str]) -> None:
    """A JSON number; a number in a text is none."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        issues.append(_wrong_type("number", value, path))


def boolean(value: object, path: Path, issues: list[str]) -> None:
    """True or false, or the texts "true" and "false"."""
    if not isinstance(value, bool) and value not in ("true", "false"):
        issues.append(_wrong_type("boolean", value, path))


def nullable(check: Check) -> Check:
    """The same, or null."""

    def checked(value: object, path: Path, issues: list[str]) -> None:
        if value is not None:
            check(value, path, issues)

    return checked


def one_of(*options: str) -> Check:
    """One of these texts."""

    def checked(value: object, path: Path, issues: list[str]) -> None:
        if not isinstance(value, str):
            expected = " | ".join(f"'{option}'" for option in options)
            issues.append(_wrong_type(expected, value, path))
        elif value not in options:
            issues.append(f"Expected: '{', '.join(options)}' for field '{_text(path)}', but got: '{value}'")

    return checked


def array(check: Check) -> Check:
    """A list of such values."""

    def checked(value: object, path: Path, issues: list[str]) -> None:
        if not isinstance(value, list):
            issues.append(_wrong_type("array", value, path))
            return
        for index, item in enumerate(value):
            check(item, (*path, index), issues)

    return checked


def record(check: Check | None = None) -> Check:
    """An object with any keys, and such values."""

    def checked(value: object, path: Path, issues: list[str]) -> None:
        if not isinstance(value, dict):
            issues.append(_wrong_type("object", value, path))
            return
        if check is None:
            return
        for key, item in value.items():
            check(item, (*path, key), issues)

    return checked


def shape(fields: Mapping[str, Field], *, strict: bool) -> Check:
    """An object with these keys; where strict, other keys are an issue, else they are let through."""

    def checked(value: object, path: Path, issues: list[str]) -> None:
        if not isinstance(value, dict):
            issues.append(_wrong_type("object", value, path))
            return
        for name, field in fields.items():
            item = value.get(name, _ABSENT)
            if item is not _ABSENT:
                field.check(item, (*path, name), issues)
            elif field.required:
                issues.append(f"Field '{_text((*path, name))}' is required")
        if strict and (unknown := [key for key in value if key not in fields]):
            issues.append(f"Unrecognized fields: '{', '.join(unknown)}'")

    return checked


def _wrong_type(expected: str, value: object, path: Path) -> str:
    return f"Expected type: '{expected}' for field '{_text(path)}', got: '{_type_name(value)}'"


def _text(path: Path) -> str:
    return ", ".join(map(str, path))


def _type_name(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return "array"
    return "object" if isinstance(value, dict) else "number"
