"""Run records: written whole, found again, newest first, and never shown once they have expired."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightshift.state.models import Counts, JobKey, RunFailure, RunId, RunRecord, Status, Usage
from support.driving import START, Job, at, slot

NOW = at(100)


def record(job: Job, number: int, status: Status = Status.SUCCEEDED, **more: object) -> RunRecord:
    found = RunRecord(
        id=RunId(f"2026112022{number:04d}-abc"),
        key=job.key,
        trigger="schedule",
        status=status,
        started_at=at(number),
        ended_at=None if status is Status.RUNNING else at(number + 0.5),
        expires_at=START + timedelta(days=30),
    )
    return replace(found, **more)  # type: ignore[arg-type]


def test_a_run_record_is_found_as_it_was_put(job: Job) -> None:
    full = record(
        job,
        1,
        Status.FAILED,
        slot=slot(0),
        fence=7,
        reason="Medusa is down",
        blocked_by=RunId("other"),
        counts=Counts(read=194, created=3, unchanged=191, pages=7, batches=1),
        cursor_before={"seen": 1},
        cursor_after={"seen": 2, "at": "2026-11-20T22:00:00.000Z", "first": None, "all": True},
        batch_size=15,
        full=True,
        idle=True,
        requests={"dummyjson": 8, "medusa": 2},
        results={"report": "2026-11-20.html", "pages": 3},
        state=Usage({"PutItem": 2, "UpdateItem": 5}, 1.5, 11.0),
        failure=RunFailure("TryLaterError", "Medusa answered 503 “Service Unavailable” 🛑"),
    )
    job.store.state.runs.put(full)
    assert job.store.state.runs.get(job.key, full.id, NOW) == full
    assert full.duration_ms == 30_000


def test_a_run_record_put_twice_is_there_once_and_the_last_put_counts(job: Job) -> None:
    runs = job.store.state.runs
    runs.put(record(job, 1, Status.RUNNING))
    runs.put(record(job, 1, Status.RUNNING))
    runs.put(record(job, 1))
    assert runs.latest(job.key, 10, NOW) == [record(job, 1)]


def test_an_unknown_run_is_none(job: Job) -> None:
    assert job.store.state.runs.get(job.key, RunId("nobody"), NOW) is None
    assert job.store.state.runs.latest(job.key, 5, NOW) == []


def test_the_latest_runs_come_newest_first_and_no_more_than_asked_for(job: Job) -> None:
    for number in (3, 1, 5, 2, 4):
        job.store.state.runs.put(record(job, number))
    job.succeed("a control record, which is no run")
    found = job.store.state.runs.latest(job.key, 3, NOW)
    assert [run.started_at for run in found] == [at(5), at(4), at(3)]
    assert len(job.store.state.runs.latest(job.key, 50, NOW)) == 5


@pytest.mark.parametrize(("seconds", "is_shown"), [(-1, True), (0, False), (1, False)])
def test_a_run_is_shown_until_it_expires(job: Job, seconds: int, is_shown: bool) -> None:
    expiring = record(job, 1, expires_at=NOW)
    job.store.state.runs.put(expiring)
    now = NOW + timedelta(seconds=seconds)
    assert job.store.state.runs.get(job.key, expiring.id, now) == (expiring if is_shown else None)
    assert job.store.state.runs.latest(job.key, 5, now) == ([expiring] if is_shown else [])


def test_what_has_expired_takes_no_place_among_the_latest(job: Job) -> None:
    for number in range(8):
        expiry = at(50) if number % 2 else at(200)
        job.store.state.runs.put(record(job, number, expires_at=expiry))
    found = job.store.state.runs.latest(job.key, 4, NOW)
    assert [run.started_at for run in found] == [at(6), at(4), at(2), at(0)]


def test_a_run_without_expiry_stays(job: Job) -> None:
    job.store.state.runs.put(record(job, 1, expires_at=None))
    assert job.store.state.runs.latest(job.key, 5, START + timedelta(days=9999))


def test_a_running_run_is_marked_interrupted(job: Job) -> None:
    running = record(job, 1, Status.RUNNING, fence=3, slot=slot(0), counts=Counts(read=4, created=4))
    job.store.state.runs.put(running)

    job.store.state.runs.interrupt(job.key, running.id, at(9), "its process ended")

    found = job.store.state.runs.get(job.key, running.id, NOW)
    assert found == replace(running, status=Status.INTERRUPTED, ended_at=at(9), reason="its process ended")


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.RUNNING])
def test_a_run_that_has_ended_is_not_marked_again(job: Job, status: Status) -> None:
    ended = record(job, 1, status)
    job.store.state.runs.put(ended)
    job.store.state.runs.interrupt(job.key, ended.id, at(9), "its process ended")
    assert job.store.state.runs.get(job.key, ended.id, NOW) == ended


def test_a_run_that_left_no_record_is_not_invented(job: Job) -> None:
    job.store.state.runs.interrupt(job.key, RunId("nobody"), at(9), "its process ended")
    assert job.store.state.runs.latest(job.key, 5, NOW) == []


def test_only_what_is_running_or_failed_is_in_the_index_of_open_runs(job: Job) -> None:
    expected = {Status.RUNNING: "RUNNING", Status.FAILED: "FAILED#2026-11-20"}
    for number, status in enumerate(Status):
        found = record(job, number, status)
        job.store.state.runs.put(found)
        raw = job.store.raw.get(f"JOB#{job.key}", f"RUN#{found.id}")
        assert raw is not None
        assert raw.get("open") == expected.get(status)
    running = record(job, list(Status).index(Status.RUNNING), Status.RUNNING)
    job.store.state.runs.interrupt(job.key, running.id, at(9), "its process ended")
    raw = job.store.raw.get(f"JOB#{job.key}", f"RUN#{running.id}")
    assert raw is not None
    assert "open" not in raw


def test_the_runs_of_one_job_are_not_those_of_another(job: Job) -> None:
    elsewhere = Job(job.store, JobKey(job.key.job, "berlin"))
    job.store.state.runs.put(record(job, 1))
    job.store.state.runs.put(record(elsewhere, 2))
    assert [run.key for run in job.store.state.runs.latest(job.key, 5, NOW)] == [job.key]
    assert [run.key for run in job.store.state.runs.latest(elsewhere.key, 5, NOW)] == [elsewhere.key]
