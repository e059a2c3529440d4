"""What an API key may be asked is split among jobs, and never more than the whole."""

from __future__ import annotations

import json

import pytest

from nightshift.errors import ConfigurationError
from nightshift.manifest import CompiledManifest, parse_manifest
from nightshift_tools.manifest import ManifestError, compile_manifest, parse

JOBS = "jobs: {sync-skus: {}, fulfill-orders: {}, charge: {storefronts: [main, outlet, b2b]}}"


def compiled(budgets: str, environment: dict[str, str] | None = None) -> CompiledManifest:
    manifest = parse(f"version: 1\n{JOBS}\nbudgets: {budgets}\n", environment or {}, "schedules.yaml")
    return parse_manifest(json.loads(json.dumps(compile_manifest(manifest))), "manifest.json")


def problems(budgets: str, jobs: str = JOBS) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        parse(f"version: 1\n{jobs}\nbudgets: {budgets}\n", {}, "schedules.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_a_job_has_its_share_of_the_requests() -> None:
    manifest = compiled("{river: {requests_per_second: 25, shares: {sync-skus: 0.4, fulfill-orders: 0.2}}}")
    assert manifest.rate("river", "sync-skus") == 10
    assert manifest.rate("river", "fulfill-orders") == 5


def test_storefronts_run_at_once_and_divide_their_job_s_share() -> None:
    manifest = compiled("{river: {requests_per_second: 30, shares: {charge: 0.5}}}")
    assert manifest.rate("river", "charge") == 5


def test_a_job_without_a_share_may_not_take_from_the_others() -> None:
    manifest = compiled("{river: {requests_per_second: 25, shares: {sync-skus: 0.4}}}")
    with pytest.raises(ConfigurationError, match=r"fulfill-orders has no share .* budgets\.river\.shares"):
        manifest.rate("river", "fulfill-orders")


def test_without_a_budget_nothing_is_limited() -> None:
    assert compiled("{}").rate("river", "sync-skus") is None


def test_a_variable_sets_the_rate_of_another_key() -> None:
    budgets = '{river: {requests_per_second: "${RATE:-25}", shares: {sync-skus: 1}}}'
    assert compiled(budgets).rate("river", "sync-skus") == 25
    assert compiled(budgets, {"RATE": "250"}).rate("river", "sync-skus") == 250


def test_shares_that_make_up_the_whole_are_taken_whatever_their_binary_sum() -> None:
    shares = "{sync-skus: 0.7, fulfill-orders: 0.2, charge: 0.1}"
    assert 0.7 + 0.2 + 0.1 != 1
    manifest = compiled(f"{{river: {{requests_per_second: 10, shares: {shares}}}}}")
    assert manifest.rate("river", "sync-skus") == 7


@pytest.mark.parametrize(
    ("budgets", "column", "said"),
    [
        (
            "{river: {requests_per_second: 25, shares: {sync-skus: 0.7, charge: 0.4}}}",
            52,
            "budgets.river.shares: the shares are 0.7 + 0.4 = 1.1, more than the whole budget",
        ),
        (
            "{river: {requests_per_second: 25, shares: {sync-sku: 0.7}}}",
            53,
            "there is no job 'sync-sku'; did you mean 'sync-skus'?",
        ),
        ("{river: {requests_per_second: 0, shares: {charge: 1}}}", 40, "expected more than 0, found 0"),
        ("{river: {requests_per_second: 25, shares: {charge: 1.5}}}", 61, "the most is 1.0, found 1.5"),
        ("{river: {requests_per_second: 25, shares: {charge: 0}}}", 61, "expected more than 0, found 0"),
        ("{river: {shares: {charge: 1}}}", 18, "it is missing; write requests_per_second: 25"),
        ("{river: {requests_per_second: 25}}", 18, "it is missing; write shares: {sync-skus: 0.5}"),
        ("{river: {requests: 25, shares: {charge: 1}}}", 19, "did you mean 'requests_per_second'?"),
        ("{River X: {requests_per_second: 25, shares: {charge: 1}}}", 11, "write river-x"),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_place(budgets: str, column: int, said: str) -> None:
    found = problems(budgets)
    assert any(text.startswith(f"schedules.yaml:3:{column}: ") and said in text for text in found), found


def test_a_job_that_is_itself_wrong_is_not_called_missing() -> None:
    budgets = "{river: {requests_per_second: 25, shares: {sync: 0.5}}}"
    assert len(problems(budgets, "jobs: {sync: 5}")) == 1
    assert len(problems(budgets, "jobs: []")) == 1
