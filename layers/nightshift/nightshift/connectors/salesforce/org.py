"""The org that is read and written to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from nightshift.connectors import Host, Log
from nightshift.connectors.salesforce import soql
from nightshift.connectors.salesforce.answers import Refusal, Usage
from nightshift.connectors.salesforce.auth import find_credentials
from nightshift.connectors.salesforce.bodies import Fields, Row, encode, same
from nightshift.connectors.salesforce.collection import Collections, Written
from nightshift.connectors.salesforce.conditional import ConditionalUpdate
from nightshift.connectors.salesforce.description import FieldInfo, describe
from nightshift.connectors.salesforce.queries import LARGEST_PAGE, SMALLEST_PAGE, read_query
from nightshift.connectors.salesforce.record import Record
from nightshift.connectors.salesforce.session import DATA, Session
from nightshift.connectors.salesforce.together import Change, Together
from nightshift.errors import ConfigurationError

SERVICE = "Salesforce"
VARIABLE = "SALESFORCE_URL"
_RECORDS = f"{DATA}/composite/sobjects"


class Org:
    """One Salesforce org. Nothing is requested, not even a log-in, before it is needed.

    Every verb raises what stops the run: UpstreamError, TryLaterError (the org's requests are used up, say),
    ConfigurationError with the object and field that the org lacks, DeadlineError. In a dry run nothing is
    written, and every record that would have been sent counts as done.
    """

    def __init__(self, session: Session, log: Log, *, dry_run: bool) -> None:
        self._session = session
        self._log = log
        self._dry_run = dry_run

    @classmethod
    def connect(cls, run: Host) -> Org:
        """The org at `SALESFORCE_URL`; ConfigurationError names a variable that is missing."""
        url = run.environment.get(VARIABLE, "").strip()
        if not url:
            raise ConfigurationError(
                f"{VARIABLE} is not set: it is the My Domain address of the org, for example "
                "https://example.my.salesforce.com; `nightshift sandbox --print-env` prints values for a "
                "local org"
            )
        credentials = find_credentials(run)
        client = run.http(SERVICE, url, variable=VARIABLE)
        return cls(Session(client, url, credentials, run.log, run.now), run.log, dry_run=run.dry_run)

    @property
    def usage(self) -> Usage | None:
        """The org's requests as the last answer told of them; None before the first."""
        return self._session.usage

    def query(self, query: str, *, page_size: int = LARGEST_PAGE) -> Iterator[Record]:
        """The records that a query finds, read page by page as they are used.

        The query must select `Id`. Write values into it with the module `soql`. `page_size`, 200 to 2000, is
        what Salesforce is asked for; it may give fewer.
        """
        if not SMALLEST_PAGE <= page_size <= LARGEST_PAGE:
            raise ValueError(f"page_size is {page_size}; it is {SMALLEST_PAGE} to {LARGEST_PAGE}")
        return read_query(self._session, self._log, query, page_size)

    def describe(self, name: str) -> Mapping[str, FieldInfo]:
        """The fields of an object, by name."""
        return describe(self._session, name)

    def require(self, name: str, fields: Sequence[str]) -> None:
        """ConfigurationError that names every one of these fields which the object does not have."""
        there = {known.lower() for known in self.describe(name)}
        missing = [field for field in fields if field.lower() not in there]
        if missing:
            raise ConfigurationError(
                f"Salesforce has no {', '.join(missing)} on {name}, or the integration user may not see it: "
                "install the package or add it, and give the user's permission set access"
            )

    def insert(self, name: str, rows: Mapping[str, Fields]) -> Written:
        """Create records, each under a key of the caller's.

        Salesforce cannot tell a repeated insert from a new one: after a lost answer UnknownOutcomeError is
        raised and nothing is known of its rows. Where the object has an external id, `upsert` is safe.
        """
        extra = {key: _of_type(name) for key in rows}
        return self._write_collection("POST", _RECORDS, rows, extra, idempotent=False)

    def update(self, name: str, rows: Mapping[str, Fields]) -> Written:
        """Change fields of records, by id, whatever has become of them since they were read."""
        extra = {key: {**_of_type(name), "id": key} for key in rows}
        return self._write_collection("PATCH", _RECORDS, rows, extra, idempotent=True)

    def upsert(self, name: str, external_id: str, rows: Mapping[str, Fields]) -> Written:
        """Change the records with these values of the field `external_id`, and create those that are not
        there; sent twice it is done once. `created` has those that were not there; after a lost answer, what
        the first try created is not among them."""
        extra = {key: {**_of_type(name), external_id: key} for key in rows}
        path = f"{_RECORDS}/{soql.name(name)}/{soql.name(external_id)}"
        return self._write_collection("PATCH", path, rows, extra, idempotent=True)

    def update_unchanged(
        self, name: str, rows: Mapping[str, Fields], seen: Mapping[str, datetime]
    ) -> Written:
        """Change fields of records, by id, where nobody has changed the record after `seen`: its
        LastModifiedDate, by id, as it was read. The others are in `changed` and stay as they are.

        Salesforce keeps whole seconds: a change in the second of `seen`, after it was read, goes unnoticed.
        So read only what was last changed some seconds ago. 25 records per request.
        """
        encoded, failed = encode(rows, {key: {} for key in rows})
        written = Written(failed=failed)
        if self._dry_run:
            return _as_if(encoded, written)
        update = ConditionalUpdate(
            self._session, soql.name(name), seen, lambda ids: self._holding(name, {k: rows[k] for k in ids})
        )
        update.write(encoded, written)
        return written

    def update_together(self, changes: Sequence[Change]) -> Refusal | None:
        """Change records of any objects in one request: all of them, or none and why. At most 200."""
        return None if self._dry_run or not changes else Together(self._session).write(changes)

    def _write_collection(
        self,
        method: str,
        path: str,
        rows: Mapping[str, Fields],
        extra: Mapping[str, Fields],
        *,
        idempotent: bool,
    ) -> Written:
        encoded, failed = encode(rows, extra)
        written = Written(failed=failed)
        if self._dry_run:
            return _as_if(encoded, written)
        Collections(self._session, method, path, idempotent=idempotent).write(encoded, written)
        return written

    def _holding(self, name: str, rows: Mapping[str, Fields]) -> set[str]:
        """Those ids whose records hold these fields as they would be written."""
        fields = sorted({field for values in rows.values() for field in values})
        found = {
            record.id: record.fields
            for ids in soql.lists(rows)
            for record in self.query(soql.select(name, ["Id", *fields], where=f"Id IN {ids}"))
        }
        return {
            key
            for key, values in rows.items()
            if key in found and all(same(value, found[key].get(field)) for field, value in values.items())
        }


def _of_type(name: str) -> Fields:
    return {"attributes": {"type": soql.name(name)}}


def _as_if(rows: Sequence[Row], written: Written) -> Written:
    """What a dry run says: all that would have been sent is done."""
    written.done.update({row.key: row.key for row in rows})
    return written
