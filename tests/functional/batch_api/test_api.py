"""The API does what its description says: created once, seen by its owner, refused field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from batch_api.creation import PARTITION
from nightshift.batch_jobs import life_cycle
from nightshift.batch_jobs.desk import Caller
from nightshift.batch_jobs.model import BatchJob, Result
from support.batch_api import ANNA, BERT, BUCKET, Api, running_api

EXPORT = {"type": "product-export", "context": {}}


@pytest.fixture(scope="module")
def stack() -> Iterator[Api]:
    with running_api() as found:
        yield found


@pytest.fixture
def api(stack: Api) -> Api:
    stack.clear()
    return stack


def moved(api: Api, batch_job: str, *steps: Any) -> BatchJob:
    """Let a worker have made some steps."""
    job = api.job(batch_job)
    for step in steps:
        job = step(job, datetime.now(UTC))
        assert api.state.batch_jobs.move(job, datetime.now(UTC))
    return job


def test_a_batch_job_is_created_and_its_worker_told(api: Api) -> None:
    answer = api("POST", "/batch-jobs", EXPORT | {"dry_run": True}, key="one")
    assert answer.status == 201
    job = answer.body["batch_job"]
    assert (job["status"], job["dry_run"], job["type"]) == ("created", True, "product-export")
    assert job["created_by"] == f"arn:aws:iam::123456789012:role/{ANNA}"
    assert api.messages() == [{"batch_job": job["id"]}]
    read = api("GET", f"/batch-jobs/{job['id']}")
    assert (read.status, read.body["batch_job"]["id"]) == (200, job["id"])


def test_the_owner_is_the_role_and_not_its_session(api: Api) -> None:
    job = api.create(session="monday")
    assert api("GET", f"/batch-jobs/{job['id']}", session="tuesday").status == 200


def test_the_same_key_means_the_same_batch_job(api: Api) -> None:
    answers = [api("POST", "/batch-jobs", EXPORT, key="once", session=f"s{n}") for n in range(3)]
    assert [answer.status for answer in answers] == [201, 201, 201]
    assert len({answer.body["batch_job"]["id"] for answer in answers}) == 1
    assert len(api("GET", "/batch-jobs").body["batch_jobs"]) == 1


def test_the_same_key_with_another_request_is_refused(api: Api) -> None:
    api("POST", "/batch-jobs", EXPORT, key="once")
    answer = api("POST", "/batch-jobs", EXPORT | {"dry_run": True}, key="once")
    assert (answer.status, answer.body["type"]) == (409, "conflict")
    assert "used for another request" in answer.body["message"]


def test_the_same_key_of_another_caller_is_another_key(api: Api) -> None:
    one = api("POST", "/batch-jobs", EXPORT, key="once")
    other = api("POST", "/batch-jobs", EXPORT, key="once", role=BERT)
    assert (one.status, other.status) == (201, 201)
    assert one.body["batch_job"]["id"] != other.body["batch_job"]["id"]


def test_a_key_is_remembered_for_48_hours(api: Api) -> None:
    api("POST", "/batch-jobs", EXPORT, key="once")
    table = api.state.batch_jobs._table  # type: ignore[attr-defined]
    (item,) = table.query(PARTITION, "!", "~")
    assert item["expires_at"] - datetime.now(UTC).timestamp() == pytest.approx(48 * 3600, abs=60)


def test_what_powertools_has_forgotten_the_id_still_knows(api: Api) -> None:
    """As when it fails behind the effect and deletes its record: then only the id is in the way."""
    first = api("POST", "/batch-jobs", EXPORT, key="once").body["batch_job"]
    table = api.state.batch_jobs._table  # type: ignore[attr-defined]
    for item in list(table.query(PARTITION, "!", "~")):
        table.delete(PARTITION, str(item["sk"]))
    again = api("POST", "/batch-jobs", EXPORT, key="once")
    assert (again.status, again.body["batch_job"]["id"]) == (201, first["id"])
    assert len(api("GET", "/batch-jobs").body["batch_jobs"]) == 1


def test_no_worker_that_can_be_told_is_no_reason_to_fail(api: Api) -> None:
    api.sqs.delete_queue(QueueUrl=api.queue)
    try:
        assert api("POST", "/batch-jobs", EXPORT, key="once").status == 201
    finally:
        api.sqs.create_queue(QueueName="shop-batch-jobs")


@pytest.mark.parametrize(
    ("body", "key", "fields"),
    [
        (EXPORT, None, ["header.idempotency-key"]),
        (EXPORT, "a b", ["header.idempotency-key"]),
        ({}, "k", ["body.type", "body.context"]),
        ({"type": 5, "context": []}, "k", ["body.type", "body.context"]),
        (EXPORT | {"dryrun": True}, "k", ["body.dryrun"]),
        (EXPORT | {"dry_run": "yes"}, "k", ["body.dry_run"]),
        (EXPORT | {"context": {"x": "a\0b"}}, "k", ["body.context"]),
        ({"type": "product-import", "context": {}}, "k", ["context.file_key"]),
        (
            {"type": "price-list-import", "context": {"file_kye": "x", "batch_size": 0}},
            "k",
            ["context.batch_size", "context.file_key", "context.file_kye", "context.price_list_id"],
        ),
    ],
)
def test_every_field_that_is_wrong_is_named(
    api: Api, body: object, key: str | None, fields: list[str]
) -> None:
    answer = api("POST", "/batch-jobs", body, key=key)
    assert (answer.status, answer.body["type"]) == (422, "invalid_data")
    assert sorted(error["field"].lower() for error in answer.body["errors"]) == sorted(fields)
    assert all(error["reason"] for error in answer.body["errors"])
    assert api("GET", "/batch-jobs").body["batch_jobs"] == []


@pytest.mark.parametrize("raw", ["", "{", "[]", "null", '"text"', "\ud83d", '{"type": "\\ud83d"}'])
def test_a_body_that_is_none_is_refused(api: Api, raw: str) -> None:
    answer = api("POST", "/batch-jobs", key="k", raw=raw)
    assert (answer.status, answer.body["type"]) == (422, "invalid_data")


def test_a_body_that_is_not_json_is_415(api: Api) -> None:
    event = api.raw("POST", "/uploads", "", {"content-type": "text/plain"}, '{"name": "a.csv"}')
    assert event["statusCode"] == 415


def test_an_unknown_type_comes_with_the_nearest(api: Api) -> None:
    answer = api("POST", "/batch-jobs", {"type": "product-exprot", "context": {}}, key="k")
    assert (answer.status, answer.body["type"]) == (404, "not_found")
    assert [error["field"] for error in answer.body["errors"]] == ["type"]
    assert "did you mean 'product-export'?" in answer.body["message"]


def test_what_belongs_to_somebody_else_is_not_there(api: Api) -> None:
    job = api.create()
    for method, path in (("GET", ""), ("POST", "/confirm"), ("POST", "/cancel")):
        answer = api(method, f"/batch-jobs/{job['id']}{path}", role=BERT)
        unknown = api(method, f"/batch-jobs/batch_{'0' * 26}{path}", role=BERT)
        assert (answer.status, unknown.status) == (404, 404)
        assert answer.body["message"].replace(job["id"], "") == unknown.body["message"].replace(
            f"batch_{'0' * 26}", ""
        )
    assert api("GET", "/batch-jobs", role=BERT).body["batch_jobs"] == []
    assert api.job(job["id"]).canceled_at is None


def test_an_operator_sees_and_moves_everybodys(api: Api) -> None:
    job = api.create()
    assert len(api("GET", "/batch-jobs", role="Chief").body["batch_jobs"]) == 1
    assert api("POST", f"/batch-jobs/{job['id']}/cancel", role="Chief").status == 200


def token(subject: str, *scopes: str) -> dict[str, Any]:
    return {"jwt": {"claims": {"sub": subject, "iss": "https://login.example"}, "scopes": list(scopes)}}


def test_with_tokens_the_owner_is_the_subject_and_a_scope_makes_an_operator(api: Api) -> None:
    job = api.create(authorizer=token("anna", "batch-jobs:write"))
    path = f"/batch-jobs/{job['id']}"
    assert job["created_by"] == "https://login.example|anna"
    assert api("GET", path, authorizer=token("anna")).status == 200
    assert api("GET", path, authorizer=token("bert", "batch-jobs:read")).status == 404
    assert api("GET", path, authorizer=token("bert", "batch-jobs:operate")).status == 200


@pytest.mark.parametrize("authorizer", [{}, {"iam": {}}, {"jwt": {"claims": {"sub": "x"}}}, {"lambda": {}}])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/batch-jobs"),
        ("POST", "/batch-jobs"),
        ("GET", "/batch-jobs/types"),
        ("GET", "/batch-jobs/templates/product-import"),
        ("GET", "/batch-jobs/x"),
        ("POST", "/batch-jobs/x/confirm"),
        ("POST", "/batch-jobs/x/cancel"),
        ("POST", "/uploads"),
    ],
)
def test_nobody_is_let_in_without_an_identity_even_behind_the_gateway(
    api: Api, authorizer: dict[str, Any], method: str, path: str
) -> None:
    body = {"name": "a.csv"} if path == "/uploads" else EXPORT
    answer = api(method, path, body if method == "POST" else None, key="k", authorizer=authorizer)
    assert (answer.status, answer.body["type"]) == (401, "unauthorized")


def test_a_plan_is_confirmed_and_a_wrong_state_is_told(api: Api) -> None:
    job = api.create(dry_run=True)
    path = f"/batch-jobs/{job['id']}"
    answer = api("POST", f"{path}/confirm")
    assert (answer.status, answer.body["status"]) == (409, "created")
    assert "not pre processed: it is created" in answer.body["message"]
    moved(api, job["id"], life_cycle.pre_processed)
    answer = api("POST", f"{path}/confirm")
    assert (answer.status, answer.body["batch_job"]["status"]) == (200, "confirmed")
    assert len(api.messages()) == 2
    moved(api, job["id"], life_cycle.processing, life_cycle.completed)
    answer = api("POST", f"{path}/cancel")
    assert (answer.status, answer.body["type"], answer.body["status"]) == (409, "not_allowed", "completed")


def test_cancelling_twice_is_harmless(api: Api) -> None:
    job = api.create()
    first, second = (api("POST", f"/batch-jobs/{job['id']}/cancel") for _ in range(2))
    assert (first.status, second.status) == (200, 200)
    assert first.body == second.body


def test_a_list_comes_in_pages_newest_first_with_filters(api: Api) -> None:
    ids = [api.create("order-export" if n % 3 == 0 else "product-export")["id"] for n in range(7)]
    api("POST", f"/batch-jobs/{ids[0]}/cancel")
    found: list[str] = []
    query = {"limit": "3"}
    while True:
        page = api("GET", "/batch-jobs", query=query).body
        found += [job["id"] for job in page["batch_jobs"]]
        if page["next_token"] is None:
            break
        query = {"limit": "3", "next_token": page["next_token"]}
    assert found == ids[::-1]

    def listed(**query: str) -> set[int]:
        return {ids.index(job["id"]) for job in api("GET", "/batch-jobs", query=query).body["batch_jobs"]}

    assert listed(type="order-export") == {0, 3, 6}
    assert listed(type="order-export,product-export", limit="100") == set(range(7))
    assert listed(status="canceled") == {0}
    assert listed(status="created", type="order-export") == {3, 6}
    assert listed(created_until="2020-01-01T00:00:00Z") == set()
    assert listed(created_since="2020-01-01T00:00:00+02:00") == set(range(7))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "query.limit"),
        ({"limit": "101"}, "query.limit"),
        ({"status": "done"}, "query.status.0"),
        ({"created_since": "yesterday"}, "query.created_since"),
        ({"created_since": "2026-11-20T22:04:00"}, "created_since, created_until"),
        ({"created_until": "0001-01-01T00:00:00+01:00"}, "created_since, created_until"),
        ({"created_since": "9999-12-31T23:59:59-01:00"}, "created_since, created_until"),
        ({"next_token": "AAAA"}, "next_token"),
        ({"next_token": "ü"}, "next_token"),
    ],
)
def test_a_wrong_query_is_told(api: Api, query: dict[str, str], field: str) -> None:
    answer = api("GET", "/batch-jobs", query=query)
    assert answer.status == 422
    assert [error["field"] for error in answer.body["errors"]] == [field]


def test_a_token_serves_the_filters_it_was_given_for(api: Api) -> None:
    for _ in range(3):
        api.create()
    given = api("GET", "/batch-jobs", query={"limit": "1"}).body["next_token"]
    answer = api("GET", "/batch-jobs", query={"limit": "1", "next_token": given, "status": "failed"})
    assert answer.status == 422


def test_a_token_shows_nobody_what_is_not_his(api: Api) -> None:
    for _ in range(3):
        api.create()
    given = api("GET", "/batch-jobs", query={"limit": "1"}).body["next_token"]
    answer = api("GET", "/batch-jobs", query={"next_token": given}, role=BERT)
    assert (answer.status, answer.body["batch_jobs"]) == (200, [])


def test_types_and_templates_are_there_for_everybody(api: Api) -> None:
    types = api("GET", "/batch-jobs/types").body["types"]
    assert [each["type"] for each in types] == [
        "order-export", "price-list-import", "product-export", "product-import",
    ]  # fmt: skip
    for each in types:
        template = api("GET", f"/batch-jobs/templates/{each['type']}")
        assert (template.status, template.body["name"]) == (200, each["template"])
    answer = api("GET", "/batch-jobs/templates/product-imports")
    assert (answer.status, "did you mean 'product-import'?" in answer.body["message"]) == (404, True)


def test_an_upload_goes_to_the_callers_own_folder_and_only_from_there_he_imports(api: Api) -> None:
    answer = api("POST", "/uploads", {"name": "products.csv"})
    assert answer.status == 201
    form = answer.body
    assert form["file_key"].startswith(Caller(f"arn:aws:iam::123456789012:role/{ANNA}").folder)
    assert form["file_key"].endswith("-products.csv")
    policy = json.loads(_decoded(form["fields"]["policy"]))["conditions"]
    assert ["content-length-range", 1, form["max_bytes"]] in policy
    assert {"key": form["file_key"]} in policy
    assert {"bucket": BUCKET} in policy
    wanted = {"type": "product-import", "context": {"file_key": form["file_key"]}}
    assert api("POST", "/batch-jobs", wanted, key="mine").status == 201
    for alias in ("file_key", "fileKey"):
        stolen = {"type": "product-import", "context": {alias: form["file_key"]}}
        answer = api("POST", "/batch-jobs", stolen, key=f"stolen-{alias}", role=BERT)
        assert (answer.status, answer.body["errors"][0]["field"]) == (422, "context.file_key")


@pytest.mark.parametrize("name", ["", "../x.csv", "a/b.csv", ".hidden", "ü.csv", "a" * 101])
def test_a_name_that_leads_elsewhere_is_refused(api: Api, name: str) -> None:
    assert api("POST", "/uploads", {"name": name}).status == 422


def test_files_are_linked_for_whoever_may_read_the_batch_job(api: Api) -> None:
    job = api.create()
    result = Result(count=1, file_key=f"out/{job['id']}/a.csv", error_file_key=f"out/{job['id']}/errors.csv")
    boto3.client("s3").put_object(Bucket=BUCKET, Key=f"out/{job['id']}/a.csv", Body=b"a;b")
    moved(api, job["id"], lambda job, now: life_cycle.advanced(job, result, {}, now, now))
    links = api("GET", f"/batch-jobs/{job['id']}").body["batch_job"]["links"]
    assert "X-Amz-Expires=900" in links["file"] or "Expires=" in links["file"]
    assert f"out/{job['id']}/errors.csv" in links["errors"]


def test_a_path_that_is_none_is_404_in_json(api: Api) -> None:
    answer = api("GET", "/elsewhere")
    assert (answer.status, answer.body["type"]) == (404, "not_found")


def test_a_fault_of_ours_says_nothing_of_its_inside(api: Api) -> None:
    batch_job = api.create()["id"]
    table = api.state.batch_jobs._table  # type: ignore[attr-defined]
    table.put(f"BATCH#{batch_job}", "META", {"version": 1, "id": batch_job, "expires_at": "soon"})
    answer = api("GET", f"/batch-jobs/{batch_job}")
    assert answer.status == 500
    assert answer.body == {"type": "unexpected_state", "message": "the API has failed; its log says why"}


def _decoded(text: str) -> bytes:
    from base64 import b64decode

    return b64decode(text)
