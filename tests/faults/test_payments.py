"""Every fault at every place of both payment jobs, and every pause while another worker takes over: at most
one charge for an installment, and two clean ticks later the ledger is as the provider's book is."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from nightshift_tools.testing.dynamodb_local import client
from nightshift_tools.testing.tables import create_tables
from support import fault_dynamodb, fault_sqlite
from support.fault_dynamodb import DynamoBackend
from support.fault_gate import STATE
from support.fault_sqlite import SqliteBackend
from support.payment_faults import (
    ENDS,
    FAULTS,
    ORG,
    PAUSES,
    RIVER,
    TIMES,
    Counted,
    Months,
    ends,
    faults,
    opened,
    overtaken,
)
from support.payments import CHARGE, RAISE

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("payments")]

AT_UPSTREAMS = [(CHARGE, RIVER), (CHARGE, ORG), (RAISE, ORG)]
AT_ALL = [*AT_UPSTREAMS, (CHARGE, STATE), (RAISE, STATE)]


@pytest.fixture(scope="module")
def till() -> Iterator[Months]:
    backend = SqliteBackend()
    with opened(backend) as months:
        yield months
    backend.close()


@pytest.fixture(scope="module")
def on_dynamodb(dynamodb_endpoint: str) -> Iterator[Months]:
    own = client(dynamodb_endpoint)
    backend = DynamoBackend(dynamodb_endpoint, create_tables(own, f"payments-{uuid4().hex[:8]}"))
    own.close()
    with opened(backend) as months:
        yield months
    backend.close()


def held(breaches: Iterator[str], counted: Counted, least: int = 2) -> None:
    assert list(breaches) == []
    assert counted.cases > least


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize(("job", "site"), AT_UPSTREAMS)
def test_faults_at_every_request_to_an_upstream(
    till: Months, job: str, site: str, name: str, times: str
) -> None:
    counted = Counted()
    held(faults(till, job, site, name, times, counted), counted, 1)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(("job", "site"), AT_UPSTREAMS)
def test_a_process_that_ends_at_any_request(till: Months, job: str, site: str, end: str) -> None:
    counted = Counted()
    held(ends(till, job, site, ENDS[end], 1, counted), counted, 1)


@pytest.mark.parametrize("mode", fault_sqlite.MODES)
@pytest.mark.parametrize("job", [CHARGE, RAISE])
def test_faults_at_every_statement_to_sqlite(till: Months, job: str, mode: str) -> None:
    counted = Counted()
    act, times = fault_sqlite.MODES[mode]
    held(ends(till, job, STATE, act, times, counted), counted, 10)


@pytest.mark.parametrize("mode", ["ended after", "lost after its effect, once", "500, at every try"])
@pytest.mark.parametrize("job", [CHARGE, RAISE])
def test_faults_at_every_request_to_dynamodb(on_dynamodb: Months, job: str, mode: str) -> None:
    counted = Counted()
    act, times = fault_dynamodb.MODES[mode]
    held(ends(on_dynamodb, job, STATE, act, times, counted), counted, 5)


@pytest.mark.parametrize("pause", PAUSES)
@pytest.mark.parametrize(("job", "site"), AT_ALL)
def test_whoever_takes_over_meanwhile_charges_nothing_twice(
    till: Months, job: str, site: str, pause: str
) -> None:
    counted = Counted()
    held(overtaken(till, job, site, PAUSES[pause], counted), counted, 1)


@pytest.mark.parametrize(("job", "by"), [(CHARGE, RAISE), (RAISE, CHARGE)])
def test_the_jobs_may_run_at_once(till: Months, job: str, by: str) -> None:
    for site in (RIVER, ORG, STATE):
        counted = Counted()
        assert list(overtaken(till, job, site, 30, counted, by)) == []


@pytest.mark.parametrize("site", [RIVER, STATE])
def test_whoever_takes_over_on_dynamodb_charges_nothing_twice(on_dynamodb: Months, site: str) -> None:
    counted = Counted()
    held(overtaken(on_dynamodb, CHARGE, site, PAUSES["for long"], counted), counted, 5)
