"""Reading Medusa's lists whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from nightshift.connectors.medusa.session import Session
from nightshift.http import Response

Document: TypeAlias = dict[str, object]

PER_REQUEST = 1000
"""Medusa has no limit of its own; 5,000 were seen to pass."""


def read_list(
    session: Session, path: str, name: str, query: Sequence[tuple[str, str]]
) -> Iterator[tuple[Document, Response]]:
    """Every document of a list, in as many requests as it takes, each with the answer it came in.

    UpstreamError where an answer is no list, or ends before the count it names: a half list must not pass for
    a whole one.
    """
    offset = 0
    while True:
        documents, count, answer = read_page(session, path, name, query, PER_REQUEST, offset)
        for document in documents:
            yield document, answer
        offset += len(documents)
        if offset >= count:
            return
        if not documents:
            raise answer.error(f"{offset} {name} where {count} are said to be")


def read_list_from_its_end(
    session: Session, path: str, name: str, query: Sequence[tuple[str, str]]
) -> Iterator[Document]:
    """The same, last page first: whoever deletes what he is given moves nothing that is still to be read."""
    _, offset, _ = read_page(session, path, name, query, 1, 0)
    while offset > 0:
        size = min(PER_REQUEST, offset)
        offset -= size
        documents, count, answer = read_page(session, path, name, query, size, offset)
        if len(documents) < min(size, count - offset):
            raise answer.error(f"{len(documents)} {name} where {min(size, count - offset)} are said to be")
        yield from documents


def read_page(
    session: Session, path: str, name: str, query: Sequence[tuple[str, str]], limit: int, offset: int
) -> tuple[list[Document], int, Response]:
    """One page of a list, the count of the whole, and the answer they came in; UpstreamError for none."""
    answer = session.request("GET", path, query=[*query, ("limit", str(limit)), ("offset", str(offset))])
    if answer.status != 200:
        raise answer.refusal()
    return *_unwrap(answer, name), answer


def _unwrap(answer: Response, name: str) -> tuple[list[Document], int]:
    envelope: object = answer.json()
    documents = envelope.get(name) if isinstance(envelope, dict) else None
    count = envelope.get("count") if isinstance(envelope, dict) else None
    if not isinstance(documents, list) or type(count) is not int:
        raise answer.error(f"no list of {name}: {answer.message()}")
    if not all(isinstance(document, dict) and isinstance(document.get("id"), str) for document in documents):
        raise answer.error(f"a list of {name} in which one has no id")
    return documents, count
