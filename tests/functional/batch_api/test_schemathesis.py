"""Whatever is asked of the API, its answer is one that its description has, and no fault of ours.

`make test` asks a little, `make test-slow` a lot.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from support.batch_api import ROOT, Api, running_api

DESCRIPTION = json.loads((ROOT / "functions/batch_api/openapi.json").read_text())
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
PHASES = (Phase.explicit, Phase.generate)
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture]


@pytest.fixture(scope="module", autouse=True)
def stack() -> Iterator[Api]:
    with running_api() as found:
        _STACK.append(found)
        yield found
        _STACK.clear()


_STACK: list[Api] = []


def gateway(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """A WSGI application that is API Gateway before the function: it lets a shopkeeper in."""
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length).decode("utf-8", "replace") if length else ""
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
    answer = _STACK[0].raw(environ["REQUEST_METHOD"], path, environ.get("QUERY_STRING", ""), headers, body)
    start_response(f"{answer['statusCode']} -", [(k, str(v)) for k, v in _headers(answer).items()])
    return [answer["body"].encode()]


def _headers(answer: dict[str, Any]) -> dict[str, str]:
    return {"Content-Type": "application/json", **(answer.get("headers") or {})}


SCHEMA = schemathesis.openapi.from_dict(DESCRIPTION, config=SchemathesisConfig())
SCHEMA.app = gateway


@SCHEMA.parametrize()
@settings(max_examples=12, deadline=None, phases=PHASES, suppress_health_check=QUIET, derandomize=True)
def test_every_answer_is_described(case: schemathesis.Case) -> None:
    case.call_and_validate(checks=CHECKS)


@pytest.mark.slow
@SCHEMA.parametrize()
@settings(max_examples=300, deadline=None, phases=PHASES, suppress_health_check=QUIET, derandomize=True)
def test_every_answer_to_much_more_is_described(case: schemathesis.Case) -> None:
    case.call_and_validate(checks=CHECKS)
