"""What a context may hold, checked field by field: pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from nightshift.batch_jobs import ContextError, FieldProblem
from nightshift.errors import ConfigurationError
from nightshift.files import check_name

_OPERATORS = ("lt", "gt", "lte", "gte")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII)


@dataclass
class Reading:
    """A context while it is read: what it takes out, and what is wrong with the rest."""

    given: Mapping[str, object]
    known: Sequence[str]
    problems: list[FieldProblem] = field(default_factory=list)

    def wrong(self, name: str, reason: str) -> None:
        self.problems.append(FieldProblem(f"context.{name}", reason))

    def finish(self, **context: object) -> dict[str, object]:
        """The context, without what is None; ContextError with every problem, unknown fields among them."""
        for name in self.given:
            if name not in self.known:
                near = get_close_matches(name, self.known, 1)
                hint = f"did you mean {near[0]!r}?" if near else f"it takes: {', '.join(self.known)}"
                self.wrong(name, f"it is unknown; {hint}")
        if self.problems:
            raise ContextError(*self.problems)
        return {name: value for name, value in context.items() if value is not None}


def file_key(reading: Reading) -> str:
    """The key of an uploaded file; Medusa's spelling of the field is taken as well."""
    key = reading.given.get("file_key", reading.given.get("fileKey"))
    if key is None:
        reading.wrong("file_key", "it is missing: the key of the uploaded file, as POST /uploads gives it")
    elif not isinstance(key, str) or not key.startswith("in/"):
        reading.wrong("file_key", f"{key!r} is no key of an uploaded file: those begin with in/")
    else:
        try:
            return check_name(key)
        except ConfigurationError as error:
            reading.wrong("file_key", str(error))
    return ""


def text(reading: Reading, name: str, why: str) -> str:
    value = reading.given.get(name)
    if not isinstance(value, str) or not re.fullmatch(r"[\w-]{1,100}", value, re.ASCII):
        reading.wrong(name, why)
        return ""
    return value


def flag(reading: Reading, name: str, default: bool) -> bool:
    value = reading.given.get(name, default)
    if not isinstance(value, bool):
        reading.wrong(name, f"{value!r} is neither true nor false")
        return default
    return value


def filters(reading: Reading, allowed: Sequence[str]) -> dict[str, object] | None:
    """Medusa's `filterable_fields`: a text, a list of texts, or for dates a mapping of lt, gt, lte, gte."""
    given = reading.given.get("filterable_fields")
    if given is None:
        return None
    if not isinstance(given, Mapping):
        reading.wrong("filterable_fields", "it is no object of names and values")
        return None
    for name, value in given.items():
        where = f"filterable_fields.{name}"
        if name not in allowed:
            near = get_close_matches(str(name), allowed, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(allowed)}"
            reading.wrong(where, f"it is no filter; {hint}")
        elif name.endswith("_at"):
            _check(_is_date_filter, value, where, 'it is no {"gte": "2026-11-20T00:00:00Z"} or so', reading)
        else:
            _check(_is_text_filter, value, where, "it is no text, and no list of texts", reading)
    return dict(given)


def as_query(found: object) -> list[tuple[str, str]]:
    """Filters as Medusa v2 reads them in a query."""
    query: list[tuple[str, str]] = []
    for name, value in sorted(found.items()) if isinstance(found, Mapping) else ():
        if isinstance(value, Mapping):
            query += [(f"{name}[${operator}]", str(instant)) for operator, instant in value.items()]
        elif isinstance(value, list):
            query += [(f"{name}[]", str(each)) for each in value]
        else:
            query.append(("q", str(value)) if name == "q" else (f"{name}[]", str(value)))
    return query


def _check(
    is_right: Callable[[object], bool], value: object, where: str, reason: str, reading: Reading
) -> None:
    if not is_right(value):
        reading.wrong(where, reason)


def _is_date_filter(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(name in _OPERATORS for name in value)
        and all(isinstance(each, str) and _INSTANT.fullmatch(each) for each in value.values())
    )


def _is_text_filter(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(each, str) and len(each) <= 200 for each in value)
    return isinstance(value, str) and len(value) <= 200
