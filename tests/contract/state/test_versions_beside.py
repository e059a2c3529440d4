"""What stands beside a job's records is refused by its version too: logs, holds, the watchdog's memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from nightshift.archive import Hold
from nightshift.archive.codec import GLOBAL, SETTINGS
from nightshift.errors import StateVersionError
from nightshift.logs.codec import log_partition, log_sort_key
from nightshift.logs.records import Level, LogRecord
from nightshift.state.codec import CONTROL, VERSION, partition
from nightshift.state.models import RunId
from nightshift.state.watches import WATCH
from support.driving import START, Job, at
from support.states import RawItems

RUN = RunId("20261120T220000.000Z-new")
NOW, EXPIRY = START + timedelta(days=1), START + timedelta(days=60)
NEXT_VERSION = VERSION + 1

LOGS: dict[str, Callable[[Job], object]] = {
    "of_run": lambda job: list(job.store.logs.of_run(RUN, START, NOW)),
    "troubles": lambda job: list(job.store.logs.troubles(job.key, START, at(9))),
    "log_of": lambda job: list(job.store.archive.log_of(RUN)),
    "log_segment": lambda job: list(job.store.archive.log_segment(0, 1, None)),
}


def bump(raw: RawItems, pk: str, sk: str) -> dict[str, object]:
    """Make of a record one that a later release has written, with an attribute of its own."""
    found = raw.get(pk, sk)
    assert found is not None
    assert found["version"] == VERSION
    own = {name: value for name, value in found.items() if name not in ("pk", "sk")}
    raw.put(pk, sk, {**own, "version": NEXT_VERSION, "later": "yes"})
    return dict(raw.get(pk, sk) or {})


@pytest.mark.parametrize("verb", LOGS)
def test_a_log_record_of_another_version(job: Job, verb: str) -> None:
    record = LogRecord(RUN, job.key, at(1), 0, Level.ERROR, "trouble")
    job.store.logs.write([record], EXPIRY)
    place = log_partition(RUN), log_sort_key(record)
    before = bump(job.store.raw_log, *place)
    with pytest.raises(StateVersionError, match=f"version {NEXT_VERSION}"):
        LOGS[verb](job)
    assert job.store.raw_log.get(*place) == before


def test_what_is_only_new_in_a_record_is_passed_over(job: Job) -> None:
    """A release that goes back reads on. In DynamoDB it leaves alone what it does not know."""
    job.succeed("run")
    place = partition(job.key), CONTROL
    found = job.store.raw.get(*place)
    assert found is not None
    own = {name: value for name, value in found.items() if name not in ("pk", "sk")}
    job.store.raw.put(*place, {**own, "later": "yes"})
    job.succeed("another run")
    after = job.store.raw.get(*place)
    assert after is not None
    assert after.get("later") == "yes" or job.store.name.startswith("sqlite")
    assert job.store.state.control.read(job.key) is not None


HOLDS: dict[str, Callable[[Job], object]] = {
    "holds": lambda job: job.store.archive.holds(),
    "put_hold": lambda job: job.store.archive.put_hold(Hold(job.key, None, "more", at(2))),
    "drop_hold": lambda job: job.store.archive.drop_hold(str(job.key)),
}


@pytest.mark.parametrize("verb", HOLDS)
def test_the_settings_of_all_jobs_of_another_version(job: Job, verb: str) -> None:
    job.store.archive.put_hold(Hold(job.key, None, "audit", at(1)))
    before = bump(job.store.raw, SETTINGS, GLOBAL)
    try:
        with pytest.raises(StateVersionError, match=f"version {NEXT_VERSION}"):
            HOLDS[verb](job)
        assert job.store.raw.get(SETTINGS, GLOBAL) == before
    finally:  # one record for all jobs, and the tests share a store
        job.store.raw.put(SETTINGS, GLOBAL, {"version": VERSION})


def test_the_watchdogs_memory_of_another_version(job: Job) -> None:
    job.store.state.watch.remember({})
    before = bump(job.store.raw, *WATCH)
    try:
        with pytest.raises(StateVersionError, match=f"version {NEXT_VERSION}"):
            job.store.state.watch.look([job.key])
        assert job.store.raw.get(*WATCH) == before
    finally:
        job.store.raw.put(*WATCH, {"version": VERSION, "schedules": "{}"})
