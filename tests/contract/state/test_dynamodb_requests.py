"""What each verb costs on DynamoDB: how many requests, and how many write units."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest

from nightshift.logs.records import Level, LogRecord
from nightshift.state.codec import CONTROL, Attributes, encode_control, partition
from nightshift.state.limits import size_of
from nightshift.state.models import (
    Control,
    Counts,
    Fingerprints,
    Granted,
    JobKey,
    Lease,
    Pause,
    Quarantined,
    RunId,
    RunRecord,
    Slot,
    Status,
)
from nightshift.times import to_text
from nightshift_tools.testing.dynamodb_local import client
from nightshift_tools.testing.tables import TableNames
from support.driving import START, Job, at, slot
from support.metering import Meter
from support.states import dynamodb_store

KILOBYTE = 1024
_NUMBERS = count(1)


@dataclass(frozen=True)
class Metered:
    """A job on DynamoDB Local, and the meter on its client."""

    job: Job
    meter: Meter


@pytest.fixture
def metered(dynamodb_endpoint: str, local_tables: TableNames) -> Iterator[Metered]:
    own_client = client(dynamodb_endpoint)
    store = dynamodb_store("dynamodb-local", own_client, local_tables)
    yield Metered(Job(store, JobKey(f"metered-{next(_NUMBERS)}", "main")), Meter(own_client))
    own_client.close()


def log_records(job: Job, number: int) -> list[LogRecord]:
    run = RunId(f"run-of-{job.key.job}")
    return [LogRecord(run, job.key, at(1), n, Level.ERROR, "text") for n in range(number)]


def quarantined(number: int) -> list[Quarantined]:
    return [Quarantined(f"{n}", "why", 1, at(0), at(0), "digest", RunId("run")) for n in range(number)]


def jobs(number: int) -> list[JobKey]:
    return [JobKey(f"looked-at-{n}") for n in range(number)]


LEASED: dict[str, tuple[Callable[[Job, Lease], object], dict[str, int]]] = {
    "commit": (lambda job, lease: job.commit(lease, 1), {"UpdateItem": 1}),
    "release": (lambda job, lease: job.release(lease), {"UpdateItem": 1}),
    "a claim that meets a live run": (lambda job, _: job.refused("other", slot(9)), {"UpdateItem": 1}),
    "a claim of a slot that is held": (lambda job, _: job.refused("other", slot(4)), {"UpdateItem": 1}),
    "three ranges of fingerprints": (
        lambda job, lease: job.store.state.fingerprints.write(
            lease, [Fingerprints(name, b"1") for name in "abc"]
        ),
        {"PutItem": 3},
    ),
}

FREE: dict[str, tuple[Callable[[Job], object], dict[str, int]]] = {
    "claim": (lambda job: job.granted("run", slot(4)), {"UpdateItem": 1}),
    "claim by hand": (lambda job: job.granted("run"), {"UpdateItem": 1}),
    "claim, limited": (lambda job: job.granted("run", slot(4), max_executions=9), {"UpdateItem": 1}),
    "a duplicate": (lambda job: job.refused("run", slot(2)), {"UpdateItem": 1}),
    "too late": (lambda job: job.refused("run", slot(1)), {"UpdateItem": 1}),
    "exhausted": (lambda job: job.refused("run", slot(4), max_executions=0), {"UpdateItem": 1}),
    "an idle tick": (
        lambda job: job.release(job.granted("run", slot(4)).lease, idle_runs=1),
        {"UpdateItem": 2},
    ),
    "read": (lambda job: job.control(), {"GetItem": 1}),
    "a look at 99 jobs": (lambda job: job.store.state.watch.look(jobs(99)), {"BatchGetItem": 1}),
    "a look at 100 jobs": (lambda job: job.store.state.watch.look(jobs(100)), {"BatchGetItem": 2}),
    "what the watchdog remembers": (lambda job: job.store.state.watch.remember({}), {"PutItem": 1}),
    "pause": (lambda job: job.store.state.control.pause(job.key, Pause("why", at(0))), {"UpdateItem": 1}),
    "reset_cursor": (lambda job: job.store.state.control.reset_cursor(job.key, {}, at(9)), {"UpdateItem": 1}),
    "a run record": (
        lambda job: job.store.state.runs.put(
            RunRecord(RunId("run"), job.key, "schedule", Status.RUNNING, at(0))
        ),
        {"PutItem": 1},
    ),
    "the latest runs": (lambda job: job.store.state.runs.latest(job.key, 5, at(9)), {"Query": 1}),
    "no record in quarantine": (lambda job: job.store.state.quarantine.put(job.key, []), {}),
    "three records in quarantine": (
        lambda job: job.store.state.quarantine.put(job.key, quarantined(3)),
        {"PutItem": 3},
    ),
    "25 log records": (
        lambda job: job.store.logs.write(log_records(job, 25), START + timedelta(days=30)),
        {"BatchWriteItem": 1},
    ),
    "26 log records": (
        lambda job: job.store.logs.write(log_records(job, 26), START + timedelta(days=30)),
        {"BatchWriteItem": 2},
    ),
}


@pytest.mark.parametrize("case", FREE)
def test_requests_while_no_run_is_alive(metered: Metered, case: str) -> None:
    act, expected = FREE[case]
    metered.job.succeed("before", slot(2))
    metered.meter.reset()
    act(metered.job)
    assert metered.meter.requests == expected


@pytest.mark.parametrize("case", LEASED)
def test_requests_while_a_run_is_alive(metered: Metered, case: str) -> None:
    act, expected = LEASED[case]
    metered.job.succeed("before", slot(2))
    lease = metered.job.granted("run", slot(4)).lease
    metered.meter.reset()
    act(metered.job, lease)
    assert metered.meter.requests == expected


def test_a_look_reads_half_a_unit_for_each_record(metered: Metered) -> None:
    state = metered.job.store.state
    state.watch.remember({})
    for key in jobs(9):
        state.control.request_recheck(key)
    metered.meter.reset()
    state.watch.look(jobs(9))
    assert (metered.meter.requests, metered.meter.units) == ({"BatchGetItem": 1}, 10 * 0.5)


def test_a_slot_that_began_and_failed_costs_a_second_request(metered: Metered) -> None:
    metered.job.fail("before", slot(2))
    metered.meter.reset()
    metered.job.granted("again", slot(2))
    assert metered.meter.requests == {"UpdateItem": 2}


def full_control() -> Control:
    """A record with all that a busy job of two schedules gathers."""
    run = RunId("20261120T220400123Z-4f7x2k9q")
    every_two_minutes, every_four_hours = "often", "Fulfillment Every 4 hours"
    return Control(
        fence=123_456,
        owner=run,
        lease_until=at(15),
        run=run,
        run_slot=Slot(every_four_hours, at(4)),
        previous_run=run,
        cursor={
            "scan": 51_840,
            "skip": 100_000,
            "known": 100_000,
            "full_at": "2026-11-20T22:04:00.000Z",
            "dirty": True,
            "resumes": True,
        },
        slots={every_two_minutes: at(4), every_four_hours: at(4)},
        done={every_two_minutes: at(4), every_four_hours: at(4)},
        executions={every_four_hours: 120},
        resumed_at=at(1),
        overrides={"retention_days": "14", "batch_size": "50", "log_level": "DEBUG"},
        progress=Counts(100_000, 100, 2_000, 97_000, 900, 10, 1_000, 140),
        previous_progress=Counts(100_000, 100, 2_000, 97_000, 900, 10, 1_000, 140),
        quarantined=900,
        rechecks=12,
        rechecked=11,
        idle_runs=262_800,
        last_idle_at=at(2),
        last_run=run,
        last_status=Status.INCOMPLETE,
        last_ended_at=at(2),
    )


def test_the_control_record_of_a_busy_job_stays_below_a_kilobyte() -> None:
    keys: Attributes = {"pk": partition(JobKey("process-subscriptions", "main")), "sk": CONTROL}
    reset: Attributes = {"reset_at": to_text(START)}
    assert size_of(encode_control(full_control()) | keys | reset) <= KILOBYTE


def test_every_write_of_the_control_record_of_a_busy_job_costs_one_unit(metered: Metered) -> None:
    job = metered.job
    job.store.raw.put(partition(job.key), CONTROL, encode_control(full_control()))
    metered.meter.reset()
    claimed = job.claim("20261120T220600123Z-9q4f7x2k", Slot("often", at(20)), now=20)
    assert isinstance(claimed, Granted)
    assert metered.meter.units == 1.0
    lease = job.commit(claimed.lease, 100_000)
    assert metered.meter.units == 2.0
    job.release(lease)
    assert metered.meter.units == 3.0
