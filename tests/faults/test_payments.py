"""Every fault at every place of both payment jobs, and every pause while another worker takes over: at most
one charge for an installment, and two clean ticks later the ledger is as the provider's book is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from nightshift_tools.testing.dynamodb_local import client
from nightshift_tools.testing.tables import create_tables
from support import fault_dynamodb, fault_sqlite
from support.fault_dynamodb import DynamoBackend
from support.fault_gate import STATE, kill_after
from support.fault_mutants import Mutant, paths, plant
from support.fault_sqlite import SqliteBackend
from support.payment_faults import (
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
from support.payment_mutants import MUTANTS
from support.payments import CHARGE, RAISE

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("payments")]

AT_UPSTREAMS = [(CHARGE, RIVER), (CHARGE, ORG), (RAISE, ORG)]


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
def test_faults_at_every_request_to_digital_river(till: Months, name: str, times: str) -> None:
    counted = Counted()
    held(faults(till, CHARGE, RIVER, name, times, counted), counted)


@pytest.mark.parametrize("name", ["503", "500 after its effect", "cut"])
@pytest.mark.parametrize("job", [CHARGE, RAISE])
def test_faults_at_every_request_to_salesforce(till: Months, job: str, name: str) -> None:
    counted = Counted()
    held(faults(till, job, ORG, name, "from then on", counted), counted, 1)


@pytest.mark.parametrize(("job", "site"), AT_UPSTREAMS)
def test_a_process_that_ends_after_any_request(till: Months, job: str, site: str) -> None:
    """To have ended before a request is to have ended after the one before it."""
    counted = Counted()
    held(ends(till, job, site, kill_after, 1, counted), counted, 1)


@pytest.mark.parametrize("mode", ["ended after", "disk broken"])
@pytest.mark.parametrize("job", [CHARGE, RAISE])
def test_faults_at_every_statement_to_sqlite(till: Months, job: str, mode: str) -> None:
    counted = Counted()
    act, times = fault_sqlite.MODES[mode]
    held(ends(till, job, STATE, act, times, counted), counted, 10)


@pytest.mark.parametrize("mode", ["lost after its effect, once", "500, at every try"])
@pytest.mark.parametrize("job", [CHARGE, RAISE])
def test_faults_at_every_request_to_dynamodb(on_dynamodb: Months, job: str, mode: str) -> None:
    counted = Counted()
    act, times = fault_dynamodb.MODES[mode]
    held(ends(on_dynamodb, job, STATE, act, times, counted), counted, 5)


@pytest.mark.parametrize(
    ("job", "site", "pause"),
    [
        *((job, site, pause) for job, site in AT_UPSTREAMS for pause in PAUSES),
        *((job, STATE, "for long") for job in (CHARGE, RAISE)),
    ],
)
def test_whoever_takes_over_meanwhile_charges_nothing_twice(
    till: Months, job: str, site: str, pause: str
) -> None:
    counted = Counted()
    held(overtaken(till, job, site, PAUSES[pause], counted), counted, 1)


@pytest.mark.parametrize(("job", "site", "by"), [(CHARGE, RIVER, RAISE), (RAISE, STATE, CHARGE)])
def test_the_jobs_may_run_at_once(till: Months, job: str, site: str, by: str) -> None:
    counted = Counted()
    held(overtaken(till, job, site, 30, counted, by), counted)


@pytest.mark.parametrize("site", [RIVER, STATE])
def test_whoever_takes_over_on_dynamodb_charges_nothing_twice(on_dynamodb: Months, site: str) -> None:
    counted = Counted()
    held(overtaken(on_dynamodb, CHARGE, site, PAUSES["for long"], counted), counted, 5)


@pytest.mark.parametrize(
    "mutant",
    [Mutant("nothing broken", "overtaken at the state", ()), *MUTANTS],
    ids=lambda mutant: mutant.name,
)
def test_a_fault_catches_every_mutant(
    mutant: Mutant, tmp_path: Path, record_property: pytest.RecordProperty
) -> None:
    plant(mutant, tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "support.payment_trial", mutant.caught_by],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths(tmp_path))},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    caught = f"{mutant.caught_by}: {found['breach'][:160]}" if found["breach"] else "not caught"
    record_property("mutant", f"{mutant.name}: {caught}")
    assert not found["undisturbed"]
    assert bool(found["breach"]) == bool(mutant.edits)
