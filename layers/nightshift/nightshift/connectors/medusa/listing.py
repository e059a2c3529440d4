"""Reading Medusa's lists whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from nightshift.connectors.medusa.session import Session
from nightshift.errors import UpstreamError
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


def read_list_behind(
    session: Session, path: str, name: str, query: Sequence[tuple[str, str]], start: str
) -> Iterator[Document]:
    """The same by id, from behind an id on, or from the first where it is "": what is made or deleted
    meanwhile moves nothing else.

    UpstreamError where this Medusa does not know the filter.
    """
    last, seen = start, {start}
    while True:
        behind = [("order", "id"), *([("id[$gt]", last)] if last else [])]
        documents, count, answer = read_page(session, path, name, [*query, *behind], PER_REQUEST, 0)
        ids = {str(document["id"]) for document in documents}
        if ids & seen:
            raise answer.error(f"{name} that were read before: this Medusa ignores the filter id[$gt]")
        yield from documents
        if len(documents) >= count:
            return
        if not documents:
            raise answer.error(f"no {name} where {count} are said to be")
        last, seen = str(documents[-1]["id"]), ids


def is_not_found(answer: Response) -> bool:
    """Medusa itself says that there is no such document; a 404 of something else is no such word."""
    if answer.status != 404:
        return False
    try:
        value = answer.json()
    except UpstreamError:
        return False
    return isinstance(value, dict) and value.get("type") == "not_found"


def read_page(
    session: Session, path: str, name: str, query: Sequence[tuple[str, str]], limit: int, offset: int
) -> tuple[list[Document], int, Response]:
    """One page of a list, the count of the whole, and the answer they came in; UpstreamError for none."""
    answer = session.request("GET", path, query=[*query, ("limit", str(limit)), ("offset", str(offset))])
    if answer.status != 200:
        raise answer.refusal()
    return *unwrap(answer, name, answer.json()), answer


def unwrap(answer: Response, name: str, envelope: object) -> tuple[list[Document], int]:
    """The documents of a list and their count, out of an answer's value; UpstreamError where it is none."""
    documents = envelope.get(name) if isinstance(envelope, dict) else None
    count = envelope.get("count") if isinstance(envelope, dict) else None
    if not isinstance(documents, list) or type(count) is not int:
        raise answer.error(f"no list of {name}: {answer.message()}")
    if not all(isinstance(document, dict) and isinstance(document.get("id"), str) for document in documents):
        raise answer.error(f"a list of {name} in which one has no id")
    return documents, count
