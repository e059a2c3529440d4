"""The answers that routes may give, for the OpenAPI description."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from batch_api import models

Answers = dict[int, Any]


def _of(model: type[BaseModel], description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"model": model}}}


ALWAYS: Answers = {
    401: _of(models.Refusal, "The request has no identity"),
    403: _of(models.Refusal, "The identity may not do this"),
    422: _of(models.Problem, "Fields are wrong; `errors` names each"),
    429: _of(models.Refusal, "Too many requests at once"),
    500: _of(models.Problem, "A fault of the API; its log says more"),
    503: _of(models.Problem, "Something that it needs cannot be reached now; try again"),
}
NOT_FOUND: Answers = {404: _of(models.Problem, "There is no such batch job or type, or it is not yours")}
NO_JSON: Answers = {415: _of(models.Problem, "The body is not sent as application/json")}
CONFLICT: Answers = {409: _of(models.Problem, "The state, or an earlier request, is in the way")}


def answers(model: type[BaseModel], description: str, *others: Answers, status: int = 200) -> Answers:
    """What a route gives, beside what every route may."""
    found: Answers = {status: _of(model, description)}
    for each in (ALWAYS, *others):
        found |= each
    return found
