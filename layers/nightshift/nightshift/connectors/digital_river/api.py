"""Requests to Digital River: the key, the version, lists read whole, and what an answer means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar
from urllib.parse import quote

import orjson

from nightshift.connectors.digital_river.answers import (
    document_of,
    page_of,
    problem_of,
    refusal_of,
    unlisted,
)
from nightshift.connectors.digital_river.auth import Key, KeySource
from nightshift.connectors.digital_river.outcome import (
    Conflict,
    Done,
    Planned,
    Problem,
    Refused,
    Result,
    Unknown,
)
from nightshift.connectors.digital_river.reading import Document
from nightshift.errors import RecordError, UpstreamError
from nightshift.http import Client, Response, UnknownOutcomeError

T = TypeVar("T")
Read = Callable[[Document], T]

VERSION = "2021-12-13"
PER_PAGE = 100
"""The most that one page of a list has."""

_HEADERS = {"digitalriver-version": VERSION, "upstream-application-id": "Nightshift"}
_REFUSED = frozenset({400, 404, 413, 422})
_ID = re.compile(r"[0-9A-Za-z._-]{1,255}", re.ASCII)


class Api:
    """One account in one run. Nothing is requested, not even a secret, before it is needed."""

    def __init__(self, client: Client, key: KeySource, *, dry_run: bool) -> None:
        self.dry_run = dry_run
        self._client = client
        self._source = key
        self._key: Key | None = None

    def post(self, path: str, body: Mapping[str, object], read: Read[T]) -> Result[T]:
        """Send what must not be repeated blindly, once. A 2xx that cannot be read is Unknown: something was
        done."""
        return Planned() if self.dry_run else self._write("POST", path, body, read)

    def put(self, path: str, body: Mapping[str, object], read: Read[T]) -> Result[T]:
        """Create or replace. Repeating is harmless, so an outcome stays unknown only by an exception: the
        tries are used up (TryLaterError)."""
        if self.dry_run:
            return Planned(creates=self.get(path, read) is None)
        return self._write("PUT", path, body, read)

    def get(self, path: str, read: Read[T]) -> T | None:
        """One document, or None where Digital River itself says that there is none."""
        answer = self._request("GET", path)
        if answer.status == 404 and problem_of(answer) is not None:
            return None
        if answer.status != 200:
            raise refusal_of(answer)
        return read(document_of(answer))

    def every(self, path: str, query: Sequence[tuple[str, str]], read: Read[T]) -> Iterator[T]:
        """Every document of a list, newest first, pages read as they are needed.

        UpstreamError where an answer is no list, or does not get on: a part must not pass for the whole.
        """
        seen: set[str] = set()
        after: list[tuple[str, str]] = []
        while True:
            answer = self._request("GET", path, query=[*query, ("limit", str(PER_PAGE)), *after])
            if answer.status != 200:
                raise refusal_of(answer)
            documents, has_more = page_of(answer)
            for document in documents:
                if document["id"] in seen:
                    raise answer.error(f"{document['id']} a second time: the list does not go on after it")
                seen.add(document["id"])
                yield read(document)
            if not has_more:
                return
            if not documents:
                raise answer.error("an empty page that is said to be followed by more")
            after = [("startingAfter", documents[-1]["id"])]

    def matching(
        self, path: str, parameter: str, value: str, read: Read[T], held: Callable[[T], str | None]
    ) -> Sequence[T]:
        """Every document of a list that a filter selects, newest first; `held` gives the value of one.

        UpstreamError where others come: from behind a filter that is ignored, nothing can be told.
        """
        found = [*self.every(path, [(parameter, value)], read)]
        if any(held(one) != value for one in found):
            raise UpstreamError(
                f"Digital River answered GET {path} with what was not asked for: it ignores the filter "
                f"{parameter}={self._client.redactor.clean(value, 80)}, so what it holds cannot be told"
            )
        return found

    def _write(self, method: str, path: str, body: Mapping[str, object], read: Read[T]) -> Result[T]:
        try:
            packed = orjson.dumps(body)
        except TypeError:
            text = "it has half a character (a lone surrogate) or a number that JSON cannot carry"
            return Refused(0, Problem("invalid_text", None, text))
        try:
            answer = self._request(method, path, body=packed)
        except UnknownOutcomeError as error:
            return Unknown(str(error))
        if 200 <= answer.status < 300:
            return self._done(method, answer, read)
        problem = problem_of(answer)
        if answer.status == 409:
            return Conflict(problem or unlisted(answer))
        if answer.status in _REFUSED and (problem is not None or answer.status != 404):
            return Refused(answer.status, problem or unlisted(answer))
        raise refusal_of(answer)

    def _done(self, method: str, answer: Response, read: Read[T]) -> Result[T]:
        try:
            return Done(read(document_of(answer)), created=answer.status == 201)
        except (UpstreamError, RecordError) as error:
            if method == "PUT":
                raise
            return Unknown(f"{error}; something was done")

    def _request(
        self, method: str, path: str, *, query: Sequence[tuple[str, str]] = (), body: bytes | None = None
    ) -> Response:
        """As `http.Client.request`; UpstreamError where the key is refused or may not do this.

        A 401 comes before anything is done, so what it answers is sent again, whatever it is.
        """
        key = self._key or self._use(self._source.load(False))
        is_renewed = False
        while True:
            headers = {**_HEADERS, "authorization": f"Bearer {key.value}"}
            answer = self._client.request(method, path, query=query, body=body, headers=headers)
            if answer.status != 401:
                return answer
            if is_renewed or not self._source.is_renewable:
                said = problem_of(answer) or unlisted(answer)
                raise answer.error(f"401: it does not accept {key.where} ({said}); check the value")
            key, is_renewed = self._use(self._source.load(True)), True

    def _use(self, key: Key) -> Key:
        self._client.redactor.hide(key.value)
        self._key = key
        return key


def path_of(kind: str, document_id: str) -> str:
    """The path of one document; RecordError for an id that would lead somewhere else."""
    if not _ID.fullmatch(document_id) or not document_id.strip("."):
        raise RecordError(
            document_id[:255], f"{document_id[:40]!a} is no id: letters, digits, '.', '-' and '_' make one"
        )
    return f"/{kind}/{quote(document_id)}"
