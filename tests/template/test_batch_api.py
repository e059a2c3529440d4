"""The HTTP API of batch jobs in the template: nobody is let in unasked, and it may do little."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from batch_api.app import app
from nightshift_tools.template.batch_api import ROUTES
from support.security import violations
from support.templates import Project, attribute, listed, make_project, read_project, statements, translated

TOKENS = """\
version: 1
api: {auth: jwt, issuer: "https://login.example/shop", audience: [nightshift, "${MORE:-other}"]}
jobs:
  run-batch-job:
    timeout: 120
"""


@pytest.fixture(scope="module")
def by_token(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("tokens")
    make_project(root, TOKENS)
    return read_project(root)


def routes(project: Project) -> dict[str, dict[str, Any]]:
    found = project.of_type("AWS::ApiGatewayV2::Route")
    return {route["RouteKey"]: route for route in found.values()}


def answer(project: Project, key: str, identity: str, scopes: frozenset[str] = frozenset()) -> int:
    """What API Gateway answers: 404 where it has no such route, 403 or 401 where it lets nobody in, else 200.

    Source: API Gateway Developer Guide, "Control and manage access to HTTP APIs".
    """
    route = routes(project).get(key)
    if route is None:
        return 404
    kind = route.get("AuthorizationType", "NONE")
    if kind == "NONE":
        return 200
    if kind == "AWS_IAM":
        return 200 if identity == "signed" else 403
    if identity != "token":
        return 401
    return 200 if scopes & set(route["AuthorizationScopes"]) else 403


def test_unauthenticated_calls_are_refused(shipped: Project, by_token: Project) -> None:
    assert len(routes(shipped)) == len(ROUTES) == 8
    for key in routes(shipped):
        assert answer(shipped, key, "nobody") == 403
        assert answer(shipped, key, "token") == 403
        assert answer(shipped, key, "signed") == 200
        assert answer(by_token, key, "nobody") == 401
        assert answer(by_token, key, "token") == 403
    assert answer(shipped, "GET /elsewhere", "signed") == 404
    assert not [key for key in routes(shipped) if key.startswith(("$default", "ANY"))]


def test_a_route_without_an_authoriser_would_be_found(shipped: Project) -> None:
    text = shipped.text.replace("      AuthorizationType: AWS_IAM\n", "", 1)
    (breach,) = violations(translated(text))
    assert breach.endswith(": no authoriser")


def test_tokens_need_the_scope_of_what_they_do(by_token: Project) -> None:
    read, write = frozenset({"batch-jobs:read"}), frozenset({"batch-jobs:write"})
    for key in routes(by_token):
        is_read = key.startswith("GET")
        assert answer(by_token, key, "token", read) == (200 if is_read else 403)
        assert answer(by_token, key, "token", write) == (403 if is_read else 200)
    (authorizer,) = by_token.of_type("AWS::ApiGatewayV2::Authorizer").values()
    assert authorizer["JwtConfiguration"] == {
        "Issuer": "https://login.example/shop",
        "Audience": ["nightshift", "other"],
    }
    assert violations(by_token.resources) == []


def test_the_routes_of_the_template_are_those_of_the_function() -> None:
    own = {
        (route.method[0] if isinstance(route.method, list) else route.method, route.path) for route in _own()
    }
    assert {(method, _shape(path)) for _, method, path, _ in ROUTES} == {
        (method, _shape(path)) for method, path in own
    }


def _own() -> list[Any]:
    return [*app._static_routes, *app._dynamic_routes]


def _shape(path: str) -> str:
    return re.sub(r"[<{]\w+[>}]", "*", path)


def test_requests_are_throttled_and_written_down(shipped: Project) -> None:
    (stage,) = shipped.of_type("AWS::ApiGatewayV2::Stage").values()
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == 10
    group, _ = attribute(stage["AccessLogSettings"]["DestinationArn"])
    assert shipped.of_type("AWS::Logs::LogGroup")[group]["RetentionInDays"] == 90
    for part in ("$context.routeKey", "$context.status", "$context.identity.userArn"):
        assert part in stage["AccessLogSettings"]["Format"]


def test_the_function_of_the_api_may_do_what_its_routes_need_and_no_more(shipped: Project) -> None:
    role = shipped.of_type("AWS::IAM::Role")["BatchApiRole"]
    found = {each["Sid"]: each for each in statements(role)}
    assert {
        (sid, action) for sid, each in found.items() for action in listed(each["Action"])
        if action.startswith(("s3:", "sqs:"))
    } == {
        ("TellWorkers", "sqs:SendMessage"), ("Uploads", "s3:PutObject"), ("Results", "s3:GetObject"),
        ("FailedRuns", "sqs:SendMessage"),
    }  # fmt: skip
    assert found["Uploads"]["Resource"] == {"Fn::Sub": "${Files.Arn}/in/*"}
    assert "secretsmanager:GetSecretValue" not in str(role)
    assert "JOB#" not in str(role)


@pytest.mark.parametrize("name", ["shipped", "by_token"])
def test_a_message_is_hidden_for_six_tries_and_kept_where_five_have_failed(
    name: str, request: pytest.FixtureRequest
) -> None:
    project: Project = request.getfixturevalue(name)
    queue = project.of_type("AWS::SQS::Queue")["BatchJobs"]
    function = project.of_type("AWS::Lambda::Function")["RunBatchJobFunction"]
    assert queue["VisibilityTimeout"] == 6 * function["Timeout"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
    (mapping,) = project.of_type("AWS::Lambda::EventSourceMapping").values()
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert function["Environment"]["Variables"]["BATCH_QUEUE_URL"] == {"Ref": "BatchJobs"}


def test_without_the_job_there_is_nothing_of_it(many: Project) -> None:
    assert not [name for name in many.resources if "Batch" in name]


def test_its_requirements_are_pinned_with_hashes() -> None:
    text = (Path(__file__).parents[2] / "layers/batch_api/requirements.txt").read_text()
    assert re.findall(r"^pydantic==", text, re.MULTILINE)
    assert all("--hash" in block for block in re.split(r"\n(?=[a-z])", text.split("\n", 2)[2]))
