"""Errors as answers: every refusal has a type, a message for a person, and the fields that are wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson
from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyValidationError,
)

from batch_api.caller import NobodyError
from nightshift.batch_jobs.errors import (
    ConflictError,
    ContextError,
    FieldProblem,
    UnknownBatchJobError,
    UnknownTypeError,
    WrongStateError,
)
from nightshift.errors import NightshiftError, TryLaterError

STATUSES: Mapping[type[Exception], tuple[int, str]] = {
    UnknownBatchJobError: (404, "not_found"),
    UnknownTypeError: (404, "not_found"),
    WrongStateError: (409, "not_allowed"),
    ConflictError: (409, "conflict"),
    TryLaterError: (503, "try_later"),
    NobodyError: (401, "unauthorized"),
    IdempotencyAlreadyInProgressError: (409, "conflict"),
    IdempotencyValidationError: (409, "conflict"),
}
_JSON = content_types.APPLICATION_JSON
_WORDS: Mapping[type[Exception], str] = {
    NobodyError: "this request has no identity",
    IdempotencyAlreadyInProgressError: "the same request is being dealt with; ask again in a moment",
    IdempotencyValidationError: "this Idempotency-Key was used for another request; use a new one",
}


def refusal(error: Exception) -> Response[str]:
    """The answer to an error that is one of `STATUSES`."""
    kind = next(known for known in STATUSES if isinstance(error, known))
    status, name = STATUSES[kind]
    more: dict[str, object] = {}
    if isinstance(error, WrongStateError):
        more = {"status": error.status.value}
    if isinstance(error, UnknownTypeError):
        more = {"errors": [{"field": "type", "reason": str(error)}]}
    return _answer(status, {"type": name, "message": _WORDS.get(kind, str(error)), **more})


def wrong_context(error: ContextError) -> Response[str]:
    """The answer to fields that a strategy refuses."""
    return invalid([{"field": problem.field, "reason": problem.reason} for problem in error.problems])


def wrong_request(error: RequestValidationError) -> Response[str]:
    """The answer to fields that are not of the shape that the description has."""
    return invalid(
        [{"field": ".".join(map(str, found["loc"])), "reason": str(found["msg"])} for found in error.errors()]
    )


def invalid(errors: Sequence[Mapping[str, str]]) -> Response[str]:
    message = "; ".join(f"{error['field']}: {error['reason']}" for error in errors)
    return _answer(422, {"type": "invalid_data", "message": message, "errors": list(errors)})


def broken(error: Exception) -> Response[str]:
    """The answer to a fault of ours: what it was is in the log, and not in the answer."""
    told = str(error) if isinstance(error, NightshiftError) else "the API has failed; its log says why"
    return _answer(500, {"type": "unexpected_state", "message": told})


def not_json() -> dict[str, object]:
    """Lambda's answer to a body that is sent as something else."""
    body = {"type": "invalid_data", "message": "the body must be JSON: send it as application/json"}
    return {"statusCode": 415, "headers": {"Content-Type": _JSON}, "body": orjson.dumps(body).decode()}


def no_route() -> Response[str]:
    """The answer to a path that is none."""
    return _answer(404, {"type": "not_found", "message": "the API has no such route"})


def no_instant() -> FieldProblem:
    reason = "an instant has an offset and a year that calendars know, as in 2026-11-20T22:04:00Z"
    return FieldProblem("created_since, created_until", reason)


def _answer(status: int, body: Mapping[str, object]) -> Response[str]:
    text = orjson.dumps(body, default=str).decode()
    headers = {"Retry-After": "5"} if status == 503 else {}
    return Response(status, _JSON, text, headers=headers)
