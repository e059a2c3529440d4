"""The client of one service: sends, waits, tries again, and knows when it must not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from random import Random
from types import TracebackType
from typing import NamedTuple, TypedDict, Unpack

import orjson

from nightshift.errors import DeadlineError, TryLaterError, UpstreamError
from nightshift.http.address import parse_address
from nightshift.http.body import MAX_BODY, TooLargeError, unpack
from nightshift.http.connections import Asked, Connections
from nightshift.http.failures import (
    TRANSPORT_ERRORS,
    BadCertificateError,
    Failure,
    UnknownOutcomeError,
    to_failure,
)
from nightshift.http.pace import Pace
from nightshift.http.query import encode_path, encode_query
from nightshift.http.response import Response
from nightshift.http.retry import LONGEST_RETRY_AFTER, Retries, parse_retry_after
from nightshift.redact import Redactor
from nightshift.times import Clock

_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_NOT_DONE = frozenset({429})
_TRANSIENT = frozenset({408, 429, *range(500, 600)})
_HEADERS = {"user-agent": "nightshift", "accept": "application/json", "accept-encoding": "gzip"}

Query = Sequence[tuple[str, str]]


class Options(TypedDict, total=False):
    """What a connector may say of its service.

    `variable` is the environment variable that holds the base URL, for error texts. `retry_statuses` are
    answers that say "nothing was done, try again", beside 429. Time limits are in seconds: to connect, and
    from when an answer is waited for to its last byte.
    """

    variable: str
    retry_statuses: frozenset[int]
    connect_timeout: float
    answer_timeout: float


class Sent(TypedDict, total=False):
    """What a request may carry.

    `json` is sent as JSON, `body` is JSON already. `idempotent` says that repeating is harmless; by default
    the method decides.
    """

    query: Query
    json: object
    body: bytes | None
    idempotent: bool | None


class SentWithHeaders(Sent, total=False):
    """`Sent`, and headers of its own."""

    headers: Mapping[str, str] | None


class _Request(NamedTuple):
    """A request as it goes over the wire; `repeatable` where sending it twice is harmless."""

    method: str
    target: str
    body: bytes | None
    headers: Mapping[str, str]
    repeatable: bool


class Client:
    """Requests to one service, from any thread. `close` it, or use it in a `with`.

    `remaining` gives the seconds until the run must be done; no request is sent after, and none outlasts it.
    `requests` counts what was sent, by service. `max_retries` are the extra tries of one request. `redactor`
    cleans what the service says before it is shown. Every request, a repeated one too, waits for its turn in
    `pace`, where there is one.
    """

    def __init__(
        self,
        base_url: str,
        *,
        service: str,
        clock: Clock,
        randomness: Random,
        remaining: Callable[[], float],
        requests: MutableMapping[str, int],
        max_retries: int = 2,
        redactor: Redactor | None = None,
        pace: Pace | None = None,
        variable: str = "the base URL",
        retry_statuses: frozenset[int] = frozenset(),
        connect_timeout: float = 5.0,
        answer_timeout: float = 30.0,
    ) -> None:
        address = parse_address(base_url, variable)
        self.service = service
        self.max_retries = max_retries
        self.redactor = redactor or Redactor()
        self._origin = address.origin
        self._path = address.path
        self._variable = variable
        self._clock = clock
        self._remaining = remaining
        self._requests = requests
        self._counting = threading.Lock()
        self._not_done = _NOT_DONE | retry_statuses
        self._transient = _TRANSIENT | retry_statuses
        self._retries = Retries(clock, randomness, remaining)
        self._pace = pace
        self._connections = Connections(address, clock.monotonic, connect_timeout, answer_timeout)

    def request(self, method: str, path: str, **sent: Unpack[SentWithHeaders]) -> Response:
        """Send a request, and again where that helps; returns any answer but 3xx, 408, 429 and 5xx.

        What is not idempotent is sent again only after failures that cannot have had an effect. Raises
        TryLaterError when the tries are used up, UnknownOutcomeError, DeadlineError, and UpstreamError for a
        redirect, a bad certificate or, where repeating is harmless, an answer that is too large.
        """
        return self.begin(method, path, **sent)()

    def begin(self, method: str, path: str, **sent: Unpack[SentWithHeaders]) -> Callable[[], Response]:
        """`request` in two steps, so that another can be on its way meanwhile: it is sent when this returns,
        and what this returns hears the answer and does the rest. Until that is called, nobody knows what was
        done. Raises DeadlineError."""
        request = self._written(method, path, sent)
        self._retries.earn()
        first = self._ask(request)

        def hear() -> Response:
            asked, attempt = first, 0
            while isinstance(answer := self._hear(request, asked), Failure):
                cause = f"{self.service} {answer.text} to {request.method} {self._shown(request.target)}"
                if answer.may_have_acted and not request.repeatable:
                    raise UnknownOutcomeError(f"{cause}; whether it was done is not known", answer)
                if attempt >= self.max_retries:
                    raise TryLaterError(f"{cause}; tries: {attempt + 1}; a later run tries again")
                self._retries.wait(attempt, answer.retry_after, cause)
                asked = self._ask(request)
                attempt += 1
            return answer

        return hear

    def wait(self, attempt: int, cause: UnknownOutcomeError | str) -> None:
        """The wait before a connector settles an unknown outcome, or sends again what was refused for now,
        for the `attempt`-th time, from 0; raises as `request` does where there is no time for it."""
        retry_after = cause.failure.retry_after if isinstance(cause, UnknownOutcomeError) else None
        self._retries.wait(attempt, retry_after, str(cause))

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._connections.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _written(self, method: str, path: str, sent: SentWithHeaders) -> _Request:
        target, query, body = encode_path(self._path + path), sent.get("query"), sent.get("body")
        if query:
            target += f"?{encode_query(query)}"
        if sent.get("json") is not None:
            body = orjson.dumps(sent["json"])
        headers = _HEADERS if body is None else {"content-type": "application/json", **_HEADERS}
        given, idempotent = sent.get("headers"), sent.get("idempotent")
        return _Request(
            method,
            target,
            body,
            {**headers, **given} if given else headers,
            method in _IDEMPOTENT if idempotent is None else idempotent,
        )

    def _ask(self, request: _Request) -> Asked | Failure:
        if self._pace is not None:
            self._pace.wait(f"send {request.method} {self._shown(request.target)}")
        left = self._remaining()
        if left <= 0:
            raise DeadlineError(f"no time is left to send {request.method} {self._shown(request.target)}")
        with self._counting:
            self._requests[self.service] = self._requests.get(self.service, 0) + 1
        try:
            return self._connections.ask(request.method, request.target, request.body, request.headers, left)
        except TRANSPORT_ERRORS as error:
            return self._failure(error)

    def _hear(self, request: _Request, asked: Asked | Failure) -> Response | Failure:
        if isinstance(asked, Failure):
            return asked
        try:
            answer = self._connections.hear(asked)
            content = unpack(answer.body, answer.headers)
        except TRANSPORT_ERRORS as error:
            return self._failure(error)
        except TooLargeError:
            limit = f"{MAX_BODY >> 20} MiB"
            if not request.repeatable:
                return Failure(f"answered with more than {limit}", may_have_acted=True)
            shown = f"{request.method} {self._shown(request.target)}"
            raise UpstreamError(f"{self.service} answered {shown} with more than {limit}") from None
        return self._judge(
            Response(
                self.service,
                request.method,
                self._origin + request.target,
                answer.status,
                answer.headers,
                content,
                self.redactor,
                request.body or b"",
            )
        )

    def _judge(self, answer: Response) -> Response | Failure:
        status = answer.status
        if 300 <= status < 400:
            place = self.redactor.clean_url(answer.headers.get("location", "nowhere"))
            raise answer.error(
                f"{status}, a redirect to {place}; redirects are not followed: "
                f"set {self._variable} to where {self.service} itself answers"
            )
        if status not in self._transient:
            return answer
        retry_after = parse_retry_after(answer.headers.get("retry-after"), self._clock)
        if self._pace is not None and retry_after is not None and retry_after <= LONGEST_RETRY_AFTER:
            self._pace.pause(retry_after)
        return Failure(f"answered {status}", status not in self._not_done, retry_after)

    def _failure(self, error: Exception) -> Failure:
        try:
            return to_failure(error)
        except BadCertificateError as bad:
            raise UpstreamError(
                f"the certificate of {self.service} at {self._origin} does not hold ({bad}); "
                f"check {self._variable}"
            ) from None

    def _shown(self, target: str) -> str:
        return self.redactor.clean_url(self._origin + target)
