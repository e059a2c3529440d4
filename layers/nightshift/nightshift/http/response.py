"""An answer that arrived whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NoReturn

import orjson

from nightshift.errors import UpstreamError
from nightshift.redact import Redactor, without_echo

_MAX_MESSAGE = 500
_LONGEST_ECHO = 40
"""Characters of what was sent that a service may repeat in a text of ours: a name, and no description."""


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers (names in any case) and decoded body of an answer; `sent` is the request's body.

    No text of an error quotes the body, but for what the service says in words: see `told`.
    """

    service: str
    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    redactor: Redactor = field(default_factory=Redactor, repr=False)
    sent: bytes = field(default=b"", repr=False)

    def json(self) -> object:
        """The body's value; UpstreamError where it is not JSON.

        What only the standard parser accepts (lone surrogates, NaN) is accepted, so that a connector can set
        the one record aside that has it, and keep the rest of the page.
        """
        try:
            return orjson.loads(self.body)
        except ValueError:
            pass
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise self.error(f"{self.status} {self._kind()} instead of JSON: {self._size()}") from None

    def exact_json(self) -> object:
        """The body's value, numbers with a fraction as Decimal: for money. UpstreamError where it is not
        JSON, and NaN and infinity are not."""
        try:
            return json.loads(self.body, parse_float=Decimal, parse_constant=_refuse)
        except (ValueError, ArithmeticError, RecursionError):
            raise self.error(f"{self.status} {self._kind()} instead of JSON: {self._size()}") from None

    def message(self) -> str:
        """What the service says of its refusal, as far as it says it in JSON's `message`; at most 500
        characters."""
        try:
            value = orjson.loads(self.body)
        except ValueError:
            value = None
        message = value.get("message") if isinstance(value, dict) else None
        if isinstance(message, str) and message.strip():
            return self.told(message, _MAX_MESSAGE)
        return f"no reason given: {self.status} {self._kind()}: {self._size()}"

    def told(self, text: str, limit: int) -> str:
        """What the service says somewhere in its answer, for a text of ours: at most `limit` characters."""
        return self.redactor.clean(without_echo(text[: 2 * limit], self.sent, _LONGEST_ECHO), limit)

    def error(self, what: str) -> UpstreamError:
        """An error that names service and request, and says what it answered."""
        where = f"{self.method} {self.redactor.clean_url(self.url)}"
        return UpstreamError(f"{self.service} answered {where} with {what}")

    def refusal(self) -> UpstreamError:
        """The error for a status that the connector has no use for."""
        return self.error(f"{self.status}: {self.message()}")

    def _kind(self) -> str:
        return self.redactor.clean(self.headers.get("content-type", "") or "without a content type", 60)

    def _size(self) -> str:
        return f"{len(self.body):,} bytes" if self.body else "an empty body"


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
