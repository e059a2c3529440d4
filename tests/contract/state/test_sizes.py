"""What is too large: refused by class where it is the run's own, cut where it is said about something."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightshift.errors import OversizeError
from nightshift.logs.codec import STACK_BYTES, TEXT_BYTES
from nightshift.logs.records import Level, LogRecord
from nightshift.state.limits import MAX_ITEM
from nightshift.state.models import Fingerprints, Quarantined, RunFailure, RunId, RunRecord, Status
from support.driving import START, Job, at, slot

LONG = "x" * 800_000
"""Twice what an item takes; of one byte each, because moto counts other letters as they are escaped."""

EXPIRES = START + timedelta(days=30)


@pytest.fixture
def log(job: Job) -> LogRecord:
    return LogRecord(RunId(f"run-of-{job.key}"), job.key, at(1), 1, Level.ERROR, "short")


def test_fingerprints_that_are_too_large_are_refused_with_what_and_how_much(job: Job) -> None:
    lease = job.granted("run", slot(2)).lease
    with pytest.raises(OversizeError) as refusal:
        job.store.state.fingerprints.write(lease, [Fingerprints("page:1", b"x" * MAX_ITEM)])
    for part in (f"FINGERPRINT#page:1 of JOB#{job.key}", "bytes", "409,600", "`body`"):
        assert part in str(refusal.value)
    assert list(job.store.state.fingerprints.read(job.key, "page:", "page:~")) == []


def test_a_cursor_that_is_too_large_is_refused_and_the_old_one_stays(job: Job) -> None:
    job.succeed("before", slot(2))
    with pytest.raises(OversizeError, match="`cursor`"):
        job.store.state.control.reset_cursor(job.key, {"seen": "x" * MAX_ITEM}, at(3))
    assert job.control().cursor == {"seen": 0}


def test_a_setting_that_is_too_large_is_refused(job: Job) -> None:
    with pytest.raises(OversizeError, match="`set:batch_size`"):
        job.store.state.control.override(job.key, "batch_size", "x" * MAX_ITEM)


@pytest.mark.parametrize("text", ["message", "error_message", "error_stack", "record"])
def test_a_log_record_that_is_too_large_is_cut_and_kept(job: Job, log: LogRecord, text: str) -> None:
    written = replace(log, error_kind="ValueError", **{text: LONG})  # type: ignore[arg-type]
    job.store.logs.write([written], EXPIRES)
    (kept,) = job.store.logs.of_run(log.run, START, at(9))
    assert len(getattr(kept, text)) == (STACK_BYTES if text == "error_stack" else TEXT_BYTES)
    assert replace(kept, **{text: ""}) == replace(written, **{text: ""})  # type: ignore[arg-type]
    assert list(job.store.logs.troubles(job.key, START, at(9))) == [kept]


def test_a_reason_that_is_too_large_is_cut_and_its_record_kept(job: Job) -> None:
    set_aside = Quarantined("7", LONG, 1, at(0), at(0), "digest", RunId("run"))
    job.store.state.quarantine.put(job.key, [set_aside])
    (kept,) = job.store.state.quarantine.all(job.key)
    assert 380_000 < len(kept.reason) < MAX_ITEM
    assert replace(kept, reason=LONG) == set_aside


def test_a_run_that_failed_with_a_long_word_is_on_record(job: Job) -> None:
    failed = RunRecord(
        RunId("run"), job.key, "schedule", Status.FAILED, at(0), failure=RunFailure("ValueError", LONG)
    )
    job.store.state.runs.put(failed)
    kept = job.store.state.runs.get(job.key, failed.id, at(1))
    assert kept is not None
    assert kept.failure is not None
    assert 380_000 < len(kept.failure.message) < MAX_ITEM
    assert replace(kept, failure=failed.failure) == failed
