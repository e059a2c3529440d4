"""Writing many records in one request, each of which succeeds or fails by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nightshift.connectors.salesforce.answers import LOCKED, Refusal, error_of, read_refusal, whole_refusal
from nightshift.connectors.salesforce.bodies import Row, in_parts
from nightshift.connectors.salesforce.session import Session
from nightshift.errors import ConfigurationError
from nightshift.http import Response

PER_REQUEST = 200
"""Salesforce's limit."""


@dataclass(slots=True)
class Written:
    """What became of each record, by the caller's key. Every key is in exactly one place.

    `done` has the record's id. `created` are those of `done` that were not there before. `changed` are those
    that were left alone because somebody has changed them since they were read.
    """

    done: dict[str, str] = field(default_factory=dict)
    created: set[str] = field(default_factory=set)
    changed: list[str] = field(default_factory=list)
    failed: dict[str, Refusal] = field(default_factory=dict)


class Collections:
    """Sends rows to one path, 200 at a time, `allOrNone` off.

    Rows that are locked by somebody else are sent again, up to the client's tries. A request that is refused
    as a whole (one value of a wrong type is enough) is halved until the row that is to blame is alone.
    """

    def __init__(self, session: Session, method: str, path: str, *, idempotent: bool) -> None:
        self._session = session
        self._method = method
        self._path = path
        self._idempotent = idempotent

    def write(self, rows: Sequence[Row], written: Written) -> None:
        """Send the rows and note in `written` what became of them. Raises what stops the run."""
        for part in in_parts(rows, PER_REQUEST):
            self._send_until_unlocked(part, written)

    def _send_until_unlocked(self, rows: Sequence[Row], written: Written) -> None:
        attempt = 0
        while rows:
            self._send(rows, written)
            locked = [row for row in rows if _is_locked(written.failed.get(row.key))]
            if not locked or attempt >= self._session.client.max_retries:
                return
            self._session.client.wait(attempt, f"Salesforce has {len(locked)} records locked")
            attempt += 1
            for row in locked:
                del written.failed[row.key]
            rows = locked

    def _send(self, rows: Sequence[Row], written: Written) -> None:
        body = b'{"allOrNone":false,"records":[%b]}' % b",".join(row.json for row in rows)
        answer = self._session.request(self._method, self._path, body=body, idempotent=self._idempotent)
        if answer.status == 200 or (answer.status == 201 and self._method == "POST"):
            for row, result in zip(rows, _results(answer, len(rows)), strict=True):
                _note(answer, row.key, result, written)
            return
        if answer.status != 400:
            raise error_of(answer)
        error = error_of(answer)
        if isinstance(error, ConfigurationError):
            raise error
        if len(rows) == 1:
            written.failed[rows[0].key] = whole_refusal(answer)
            return
        middle = len(rows) // 2
        self._send(rows[:middle], written)
        self._send(rows[middle:], written)


def _results(answer: Response, expected: int) -> list[Mapping[str, object]]:
    results: object = answer.json()
    if not isinstance(results, list) or not all(isinstance(result, Mapping) for result in results):
        raise answer.error("no results of a collection")
    if len(results) != expected:
        raise answer.error(f"{len(results)} results for {expected} records")
    return results


def _note(answer: Response, key: str, result: Mapping[str, object], written: Written) -> None:
    if result.get("success") is not True:
        written.failed[key] = read_refusal(answer, result.get("errors"))
        return
    record_id = result.get("id")
    if not isinstance(record_id, str):
        raise answer.error("a success without the record's id")
    written.done[key] = record_id
    if result.get("created") is True:
        written.created.add(key)


def _is_locked(refusal: Refusal | None) -> bool:
    return refusal is not None and refusal.code == LOCKED
