"""Updating records of several objects in one request, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nightshift.connectors.salesforce import soql
from nightshift.connectors.salesforce.answers import LOCKED, Refusal, error_of, read_refusal
from nightshift.connectors.salesforce.bodies import Fields, json_of
from nightshift.connectors.salesforce.session import DATA, Session

MOST = 200
"""Salesforce's limit of records in one request."""

_ROLLED_BACK = "ALL_OR_NONE_OPERATION_ROLLED_BACK"


@dataclass(frozen=True, slots=True)
class Change:
    """Fields to set on one record."""

    object: str
    id: str
    fields: Fields


class Together:
    """Sends changes as one collection with `allOrNone`. Repeating it is harmless: values are absolute."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def write(self, changes: Sequence[Change]) -> Refusal | None:
        """None once all is written; else nothing is, and this is why. What is locked is tried again."""
        if len(changes) > MOST:
            return Refusal("NOT_SENT", f"{len(changes)} records belong together, and Salesforce takes {MOST}")
        try:
            # Records of one object side by side: Salesforce counts the changes of object, and takes ten.
            records = [_record(change) for change in sorted(changes, key=lambda change: change.object)]
        except TypeError as error:
            return Refusal("NOT_SENT", f"it cannot be written as JSON: {error}")
        body = b'{"allOrNone":true,"records":[%b]}' % b",".join(records)
        for attempt in range(self._session.client.max_retries + 1):
            refusal = self._send(body)
            if refusal is None or refusal.code != LOCKED or attempt == self._session.client.max_retries:
                return refusal
            self._session.client.wait(attempt, "Salesforce has one of the records locked")
        return None

    def _send(self, body: bytes) -> Refusal | None:
        answer = self._session.request("PATCH", f"{DATA}/composite/sobjects", body=body, idempotent=True)
        if answer.status != 200:
            raise error_of(answer)
        results: object = answer.json()
        if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
            raise answer.error("no results of a collection")
        refusals = [
            read_refusal(answer, result.get("errors"))
            for result in results
            if result.get("success") is not True
        ]
        own = [refusal for refusal in refusals if refusal.code != _ROLLED_BACK]
        return next(iter([*own, *refusals]), None)


def _record(change: Change) -> bytes:
    extra = {"attributes": {"type": soql.name(change.object)}, "id": change.id}
    return json_of({**change.fields, **extra})
