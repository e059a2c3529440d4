"""`batch` of a schedule and `api`: what they take, what they refuse, and what is compiled of them."""

from __future__ import annotations

import pytest

from nightshift.manifest import BatchRequest, parse_manifest
from nightshift_tools.manifest import ManifestError, compile_manifest, parse
from nightshift_tools.manifest.model import Api


def manifest(job: str, name: str = "run-batch-job", more: str = "") -> str:
    return f"version: 1\n{more}jobs:\n  {name}: {job}\n"


def test_a_schedule_says_which_batch_job_it_creates() -> None:
    text = manifest(
        '{schedule: {daily: "03:00", batch: {type: product-export, review: true, '
        'context: {filterable_fields: {status: ["${STATUS:-draft}"]}}}}}'
    )
    found = parse(text, {}, "schedules.yaml")
    expected = BatchRequest("product-export", {"filterable_fields": {"status": ["draft"]}}, review=True)
    assert found.jobs["run-batch-job"].schedules[0].batch == expected
    compiled = parse_manifest(compile_manifest(found), "manifest.json")
    (entry,) = compiled.job("run-batch-job").schedules
    assert entry.batch == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (manifest("{schedule: '@daily'}"), "a schedule of run-batch-job creates a batch job; write batch"),
        (manifest("{schedule: {daily: '03:00', batch: {}}}"), "batch.type: it is missing; write type:"),
        (manifest("{schedule: {daily: '03:00', batch: {type: x, contxt: {}}}}"), "did you mean 'context'?"),
        (manifest("{schedule: {daily: '03:00', batch: {type: x, review: maybe}}}"), "expected true or false"),
        (manifest("{schedule: {daily: '03:00', batch: {type: 5}}}"), "expected text"),
        (
            manifest("{schedule: {daily: '03:00', batch: {type: x}}}", "sync"),
            "only a schedule of run-batch-job creates batch jobs",
        ),
        (manifest("{}", more="api: {auth: none}\n"), "expected 'iam' or 'jwt'"),
        (manifest("{}", more="api: {auht: iam}\n"), "did you mean 'auth'?"),
        (manifest("{}", more="api: {auth: jwt}\n"), "auth: jwt needs the issuer"),
        (manifest("{}", more="api: {auth: jwt, issuer: 'https://x'}\n"), "needs whom the tokens are for"),
        (manifest("{}", more="api: {auth: jwt, issuer: 'http://x', audience: [a]}\n"), "no https:// address"),
        (manifest("{}", more="api: {issuer: 'https://x'}\n"), "with auth: iam there are no tokens"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(ManifestError) as refusal:
        parse(text, {}, "schedules.yaml")
    found = refusal.value.problems[0]
    assert problem in found.message
    assert found.line > 1


def test_roles_of_the_account_may_use_the_api_unless_tokens_do() -> None:
    assert parse(manifest("{}"), {}, "schedules.yaml").api == Api()
    text = manifest("{}", more="api: {auth: jwt, issuer: '${ISSUER}', audience: [shop]}\n")
    found = parse(text, {"ISSUER": "https://login.example"}, "schedules.yaml")
    assert found.api == Api("https://login.example", ("shop",))
