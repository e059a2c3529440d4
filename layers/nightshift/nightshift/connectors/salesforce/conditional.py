"""Writing only what nobody has changed since it was read.

Collections have no condition. Single records do (`If-Unmodified-Since`), and one composite request carries 25
of them, so the check and the write are one step in Salesforce.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

import orjson

from nightshift.connectors.salesforce.answers import LOCKED, error_of, read_refusal
from nightshift.connectors.salesforce.bodies import Row, in_parts
from nightshift.connectors.salesforce.collection import Written
from nightshift.connectors.salesforce.session import DATA, Session
from nightshift.http import Response, UnknownOutcomeError

PER_REQUEST = 25
"""Salesforce's limit."""

_DONE, _CHANGED = 204, 412

Settle = Callable[[Sequence[str]], set[str]]
"""Which of these ids hold what was to be written."""


class ConditionalUpdate:
    """Updates of one object, each on the condition that the record is as it was at an instant.

    After a lost answer a record that we have changed ourselves looks changed; `settle` then tells by its
    values.
    """

    def __init__(self, session: Session, name: str, seen: Mapping[str, datetime], settle: Settle) -> None:
        self._session = session
        self._name = name
        self._seen = seen
        self._settle = settle

    def write(self, rows: Sequence[Row], written: Written) -> None:
        """Send the rows, keyed by id, and note in `written` what became of them."""
        for part in in_parts(rows, PER_REQUEST):
            self._write_part(part, written)

    def _write_part(self, rows: Sequence[Row], written: Written) -> None:
        attempt, in_doubt = 0, False
        changed: list[str] = []
        while rows:
            try:
                locked, found_changed = self._send(rows, written)
            except UnknownOutcomeError as unknown:
                if attempt >= self._session.client.max_retries:
                    raise
                self._session.client.wait(attempt, unknown)
                attempt, in_doubt = attempt + 1, True
                continue
            changed += found_changed
            if not locked or attempt >= self._session.client.max_retries:
                break
            self._session.client.wait(attempt, f"Salesforce has {len(locked)} records locked")
            attempt += 1
            for row in locked:
                del written.failed[row.key]
            rows = locked
        ours = self._settle(changed) if in_doubt and changed else set()
        written.done.update({key: key for key in changed if key in ours})
        written.changed += [key for key in changed if key not in ours]

    def _send(self, rows: Sequence[Row], written: Written) -> tuple[list[Row], list[str]]:
        """Send once; which rows are locked, and which records have changed."""
        body = b'{"allOrNone":false,"compositeRequest":[%b]}' % b",".join(
            self._subrequest(place, row) for place, row in enumerate(rows)
        )
        answer = self._session.request("POST", f"{DATA}/composite", body=body, idempotent=False)
        if answer.status != 200:
            raise error_of(answer)
        results = _results(answer)
        locked, changed = [], []
        for place, row in enumerate(rows):
            status, told = results.get(_reference(place), (0, None))
            if status == _DONE:
                written.done[row.key] = row.key
            elif status == _CHANGED:
                changed.append(row.key)
            elif 400 <= status < 500:
                refusal = read_refusal(answer, told)
                written.failed[row.key] = refusal
                if refusal.code == LOCKED:
                    locked.append(row)
            else:
                raise answer.error(f"status {status} for one of {len(rows)} updates")
        return locked, changed

    def _subrequest(self, place: int, row: Row) -> bytes:
        return orjson.dumps(
            {
                "method": "PATCH",
                "url": f"{DATA}/sobjects/{self._name}/{quote(row.key, safe='')}",
                "referenceId": _reference(place),
                "httpHeaders": {"If-Unmodified-Since": format_datetime(self._seen[row.key], usegmt=True)},
                "body": orjson.Fragment(row.json),
            }
        )


def _reference(place: int) -> str:
    return f"update{place}"


def _results(answer: Response) -> dict[object, tuple[int, object]]:
    """Status and body of each subrequest, by its reference."""
    value: object = answer.json()
    results = value.get("compositeResponse") if isinstance(value, Mapping) else None
    if not isinstance(results, list):
        raise answer.error("no results of a composite request")
    found: dict[object, tuple[int, object]] = {}
    for result in results:
        status = result.get("httpStatusCode") if isinstance(result, Mapping) else None
        if not isinstance(status, int) or not isinstance(result.get("referenceId"), str):
            raise answer.error("a result of a composite request without status or reference")
        found[result["referenceId"]] = (status, result.get("body"))
    return found
