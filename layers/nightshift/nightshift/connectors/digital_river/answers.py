"""What an answer holds: a document, a page of a list, or a problem."""

from __future__ import annotations

from nightshift.connectors.digital_river.outcome import Problem
from nightshift.connectors.digital_river.reading import Document
from nightshift.errors import UpstreamError
from nightshift.http import Response

_MAX_TEXT = 500


def document_of(answer: Response) -> Document:
    """The document that is the answer; UpstreamError where there is none."""
    value = answer.exact_json()
    if not isinstance(value, dict) or not isinstance(value.get("id"), str) or not value["id"]:
        raise answer.error(f"{answer.status} without a document that has an id")
    return value


def page_of(answer: Response) -> tuple[list[Document], bool]:
    """The documents of a list's page, and whether more follow; UpstreamError where it is none."""
    envelope = answer.exact_json()
    documents = envelope.get("data") if isinstance(envelope, dict) else None
    has_more = envelope.get("hasMore") if isinstance(envelope, dict) else None
    if not isinstance(documents, list) or not isinstance(has_more, bool):
        raise answer.error("no list: data and hasMore make one")
    if not all(isinstance(one, dict) and isinstance(one.get("id"), str) and one["id"] for one in documents):
        raise answer.error("a list in which one has no id")
    return documents, has_more


def problem_of(answer: Response) -> Problem | None:
    """The first error that an answer lists, as Digital River does; None where it lists none."""
    try:
        value = answer.exact_json()
    except UpstreamError:
        return None
    errors = value.get("errors") if isinstance(value, dict) else None
    if not isinstance(errors, list) or not errors or not isinstance(errors[0], dict):
        return None
    code, parameter, message = (errors[0].get(name) for name in ("code", "parameter", "message"))
    return Problem(
        _text(answer, code),
        _text(answer, parameter) or None,
        _text(answer, message) or "no reason given",
    )


def _text(answer: Response, value: object) -> str:
    return answer.told(value, _MAX_TEXT) if isinstance(value, str) else ""


def unlisted(answer: Response) -> Problem:
    """The problem behind an answer that lists none: what it says instead."""
    return Problem("", None, answer.message())


def refusal_of(answer: Response) -> UpstreamError:
    """The error for a status that the connector has no use for."""
    return answer.error(f"{answer.status}: {problem_of(answer) or answer.message()}")
