"""What Salesforce's answers mean: lists of errors, single results, and the usage in the header."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nightshift.errors import ConfigurationError, NightshiftError, TryLaterError
from nightshift.http import Response

LIMIT_EXCEEDED = "REQUEST_LIMIT_EXCEEDED"
LOCKED = "UNABLE_TO_LOCK_ROW"
_LOCATOR_LOST = "INVALID_QUERY_LOCATOR"
_MAX_MESSAGE = 500
_USAGE = re.compile(r"\bapi-usage=(\d{1,12})/(\d{1,12})")
_FIELD = re.compile(r"[Nn]o such column '([^']{1,200})' on (?:entity|sobject of type) '?([\w.]{1,200})")
_RELATION = re.compile(r"[Dd]idn't understand relationship '([^']{1,200})'")
_OBJECT = re.compile(r"sObject type '([^']{1,200})' is not supported")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one record was not written: Salesforce's code, its message, and the fields it names."""

    code: str
    message: str
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        named = f" ({', '.join(self.fields)})" if self.fields else ""
        return f"{self.code}: {self.message}{named}"


@dataclass(frozen=True, slots=True)
class Usage:
    """Requests of the last 24 hours, by everybody who uses this org, and how many it may have."""

    used: int
    allowed: int

    @property
    def share(self) -> float:
        """Used of allowed, from 0."""
        return self.used / self.allowed if self.allowed else 1.0


def read_usage(answer: Response) -> Usage | None:
    """The usage that an answer tells of, if it does."""
    match = _USAGE.search(answer.headers.get("sforce-limit-info", "") or "")
    return Usage(int(match[1]), int(match[2])) if match else None


def read_refusal(answer: Response, value: object) -> Refusal:
    """The first error of a list of errors, as a record of a collection or a whole answer has it."""
    first = value[0] if isinstance(value, list) and value else None
    if not isinstance(first, Mapping):
        return Refusal("NO_REASON_GIVEN", "Salesforce names no error")
    code = first.get("errorCode", first.get("statusCode"))
    named = first.get("fields")
    fields = named if isinstance(named, Sequence) and not isinstance(named, str) else ()
    told = answer.told
    return Refusal(
        told(code, 80) if isinstance(code, str) else "NO_CODE_GIVEN",
        told(str(first.get("message", "")), _MAX_MESSAGE),
        tuple(told(name, 80) for name in fields if isinstance(name, str)),
    )


def whole_refusal(answer: Response) -> Refusal:
    """Why a whole request was refused; UpstreamError where the answer is no JSON, such as a log-in page."""
    return read_refusal(answer, answer.json())


def error_of(answer: Response) -> NightshiftError:
    """The error for an answer that refuses a request as a whole.

    ConfigurationError for an object or a field that the org does not show us, TryLaterError where the org's
    requests are used up or a query was given up, else UpstreamError.
    """
    refusal = whole_refusal(answer)
    if refusal.code == LIMIT_EXCEEDED:
        usage = read_usage(answer)
        count = f" ({usage.used} of {usage.allowed} in 24 hours)" if usage else ""
        return TryLaterError(
            f"{answer.service} takes no more requests for now{count}: {refusal.message}; "
            "a later run tries again"
        )
    if refusal.code == _LOCATOR_LOST:
        return TryLaterError(f"{answer.service} no longer knows the rest of a query; a later run asks again")
    if missing := _missing(refusal):
        return ConfigurationError(
            f"{answer.service} has no {missing}, or the integration user may not see it: install the package "
            f"or add it, give the user's permission set access, or correct the name ({refusal.code})"
        )
    return answer.error(f"{answer.status}: {refusal}")


def _missing(refusal: Refusal) -> str | None:
    """What Salesforce does not know, in a person's words."""
    if refusal.code == "INVALID_FIELD":
        if field := _FIELD.search(refusal.message):
            return f"field {field[1]} on {field[2]}"
        if relation := _RELATION.search(refusal.message):
            return f"relationship {relation[1]}"
    if refusal.code == "INVALID_TYPE" and (found := _OBJECT.search(refusal.message)):
        return f"object {found[1]}"
    return None
