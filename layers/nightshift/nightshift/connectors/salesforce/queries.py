"""Reading the answer to a query page by page, and never a part of it for the whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from nightshift.connectors import Log
from nightshift.connectors.salesforce.answers import error_of
from nightshift.connectors.salesforce.record import Record
from nightshift.connectors.salesforce.session import DATA, Session
from nightshift.http import Response

LARGEST_PAGE = 2000
SMALLEST_PAGE = 200

_NEXT = re.compile(r"/services/data/v\d{1,3}\.\d/query/[\w-]{1,80}", re.ASCII)


def read_query(session: Session, log: Log, soql: str, page_size: int) -> Iterator[Record]:
    """The records of a query, each page requested when it is needed.

    A page that is said to be the whole and has fewer records than it says is an UpstreamError. Over several
    pages a record may be deleted before its page is read; then a warning says how many are missing.
    """
    hint = {"sforce-query-options": f"batchSize={page_size}"}
    answer = session.request("GET", f"{DATA}/query", query=[("q", soql)], headers=hint)
    pages, read = 0, 0
    seen: set[str] = set()
    while True:
        envelope = _envelope(answer)
        records = [Record.of(answer, value) for value in _list(answer, envelope)]
        pages, read = pages + 1, read + len(records)
        total = envelope.get("totalSize")
        yield from records
        if envelope.get("done") is True:
            break
        path = _next_path(answer, envelope, seen)
        answer = session.request("GET", path, headers=hint)
    if isinstance(total, int) and read < total:
        if pages == 1:
            raise answer.error(f"{read} records where {total} are said to be")
        log.warning(f"Salesforce gave {read} of the {total} records that it had found for a query")


def _envelope(answer: Response) -> Mapping[str, object]:
    if answer.status != 200:
        raise error_of(answer)
    value: object = answer.json()
    if not isinstance(value, Mapping):
        raise answer.error("no result of a query")
    return value


def _list(answer: Response, envelope: Mapping[str, object]) -> list[object]:
    records = envelope.get("records")
    if not isinstance(records, list) or type(envelope.get("totalSize")) is not int:
        raise answer.error("no result of a query")
    return records


def _next_path(answer: Response, envelope: Mapping[str, object], seen: set[str]) -> str:
    """Where the next page is: a place below this org's queries that was not read before."""
    path = envelope.get("nextRecordsUrl")
    if not isinstance(path, str) or not _NEXT.fullmatch(path):
        raise answer.error("a part of a result without the place of the next")
    if path in seen:
        raise answer.error("a result whose pages lead back to one that was read")
    seen.add(path)
    return path
