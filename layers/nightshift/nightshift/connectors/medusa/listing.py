"""Reading Medusa's lists whole (contracts 2.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from nightshift.connectors.medusa.session import Session
from nightshift.http import Response

Document: TypeAlias = dict[str, object]

PER_REQUEST = 1000
"""Medusa has no limit of its own; 5,000 pass (contracts 10)."""


def read_list(
    session: Session, path: str, name: str, query: Sequence[tuple[str, str]]
) -> Iterator[tuple[Document, Response]]:
    """Every document of a list, in as many requests as it takes, each with the answer it came in.

    UpstreamError where an answer is no list, or ends before the count it names: a half list must not pass for
    a whole one.
    """
    offset = 0
    while True:
        window = [("limit", str(PER_REQUEST)), ("offset", str(offset))]
        answer = session.request("GET", path, query=[*query, *window])
        if answer.status != 200:
            raise answer.refusal()
        documents, count = _unwrap(answer, name)
        for document in documents:
            yield document, answer
        offset += len(documents)
        if offset >= count:
            return
        if not documents:
            raise answer.error(f"{offset} {name} where {count} are said to be")


def _unwrap(answer: Response, name: str) -> tuple[list[Document], int]:
    envelope: object = answer.json()
    documents = envelope.get(name) if isinstance(envelope, dict) else None
    count = envelope.get("count") if isinstance(envelope, dict) else None
    if not isinstance(documents, list) or type(count) is not int:
        raise answer.error(f"no list of {name}: {answer.message()}")
    if not all(isinstance(document, dict) and isinstance(document.get("id"), str) for document in documents):
        raise answer.error(f"a list of {name} in which one has no id")
    return documents, count
