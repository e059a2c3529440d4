"""Run records and log items of all jobs, as a purge has them, and what must not be harmed by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from nightshift.archive import Hold, LogItem, to_keep
from nightshift.logs.records import Level, LogRecord
from nightshift.state.models import (
    Counts,
    Fingerprints,
    Granted,
    JobKey,
    Pause,
    Quarantined,
    RunId,
    RunRecord,
    Status,
)
from support.driving import START, Job, at

NOW = START + timedelta(days=5)
EXPIRY = START + timedelta(days=60)


def run_id(began: datetime, name: str) -> RunId:
    return RunId(f"{began:%Y%m%dT%H%M%S}{began.microsecond // 1000:03d}Z-{name}")


def put_run(job: Job, minutes: float, status: Status = Status.SUCCEEDED, **more: object) -> RunRecord:
    began = at(minutes)
    record = RunRecord(run_id(began, str(job.key)), job.key, "schedule", status, began, expires_at=EXPIRY)
    record = replace(record, **more)  # type: ignore[arg-type]
    job.store.state.runs.put(record)
    return record


def put_log(job: Job, run: RunId, level: Level, count: int, apart: int = 1) -> list[LogRecord]:
    records = [
        LogRecord(run, job.key, at(1) + timedelta(milliseconds=apart * number), number, level, f"{number}")
        for number in range(count)
    ]
    job.store.logs.write(records, EXPIRY)
    return records


def shown(job: Job, run: RunId) -> list[LogRecord]:
    return list(job.store.logs.of_run(run, START, NOW))


def test_runs_are_walked_oldest_first_and_up_to_an_instant(job: Job) -> None:
    runs = [put_run(job, minutes) for minutes in (4, 1, 3, 2)]
    by_age = sorted(runs, key=lambda record: record.started_at)
    job.succeed("a control record, which is no run")
    assert list(job.store.archive.runs(job.key, None)) == by_age
    assert list(job.store.archive.runs(job.key, at(3))) == by_age[:2]
    assert list(job.store.archive.runs(job.key, at(3) + timedelta(milliseconds=1))) == by_age[:3]
    assert list(job.store.archive.runs(job.key, at(4), by_age[1].id)) == by_age[1:3]


def test_runs_that_have_expired_are_walked_as_well(job: Job) -> None:
    expired = put_run(job, 1, expires_at=at(2))
    assert list(job.store.archive.runs(job.key, NOW)) == [expired]


def test_many_runs_are_walked_while_those_behind_are_removed(job: Job) -> None:
    runs = [put_run(job, number / 60) for number in range(550)]
    archive = job.store.archive
    walked = []
    for record in archive.runs(job.key, NOW):
        walked.append(record.id)
        assert archive.remove_run(record)
    assert walked == [record.id for record in runs]
    assert list(archive.runs(job.key, None)) == []


def test_log_items_tell_whose_they_are_without_being_unpacked(job: Job) -> None:
    run = run_id(at(1), job.key.job)
    info = put_log(job, run, Level.INFO, 120)
    error = replace(info[60], level=Level.ERROR, sequence=500)
    job.store.logs.write([error], EXPIRY)
    found = list(job.store.archive.log_of(run))
    assert [(item.level, item.count, item.first, item.last) for item in found] == [
        (Level.INFO, 50, info[0].at, info[49].at),
        (Level.INFO, 50, info[50].at, info[99].at),
        (Level.ERROR, 1, error.at, error.at),
        (Level.INFO, 20, info[100].at, info[119].at),
    ]
    assert all((item.run, item.key, item.expires) == (run, job.key, True) for item in found)


def test_log_items_are_removed_and_those_that_are_gone_passed_over(job: Job) -> None:
    run = run_id(at(1), job.key.job)
    put_log(job, run, Level.WARNING, 60)
    items = list(job.store.archive.log_of(run))
    assert len(items) == 60
    job.store.archive.remove_log(items[:58])
    job.store.archive.remove_log(items[:58])
    job.store.archive.remove_log([])
    assert list(job.store.archive.log_of(run)) == items[58:]


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_a_packed_item_loses_what_is_older_than_an_instant_and_nothing_else(job: Job, late: int) -> None:
    run = run_id(at(1), job.key.job)
    records = put_log(job, run, Level.INFO, 50, apart=2)
    (item,) = job.store.archive.log_of(run)
    border = records[20].at + timedelta(milliseconds=late)
    older = [record for record in records if record.at < border]
    assert job.store.archive.count_older(item, border) == len(older) == (21 if late > 0 else 20)
    for _ in range(2):  # a second time nothing changes
        job.store.archive.trim_log(item, border)
        assert shown(job, run) == records[len(older) :]
        (left,) = job.store.archive.log_of(run)
        assert left == replace(item, first=records[len(older)].at, count=50 - len(older))


def test_what_is_trimmed_keeps_its_place_in_the_order(job: Job) -> None:
    run = run_id(at(1), job.key.job)
    records = put_log(job, run, Level.INFO, 50, apart=10)
    warning = LogRecord(run, job.key, at(1) + timedelta(milliseconds=305), 99, Level.WARNING, "in between")
    job.store.logs.write([warning], EXPIRY)
    packed = next(item for item in job.store.archive.log_of(run) if item.level is Level.INFO)
    job.store.archive.trim_log(packed, records[20].at)
    assert shown(job, run) == [*records[20:31], warning, *records[31:]]


def test_what_is_gone_is_neither_trimmed_nor_kept_back_to_life(job: Job) -> None:
    run = put_run(job, 1)
    put_log(job, run.id, Level.INFO, 50)
    archive = job.store.archive
    (item,) = archive.log_of(run.id)
    archive.remove_log([item])
    assert archive.remove_run(run)
    archive.trim_log(item, item.last)
    archive.keep_log(item)
    archive.keep_run(run)
    assert archive.count_older(item, NOW) == 0
    assert list(archive.log_of(run.id)) == []
    assert list(archive.runs(job.key, None)) == []


def test_segments_are_parts_of_all_log_items_and_each_can_be_gone_on_with(job: Job) -> None:
    runs = [RunId(f"{run_id(at(1), job.key.job)}-{number}") for number in range(12)]
    for run in runs:
        put_log(job, run, Level.ERROR, 2)
    found: list[LogItem] = []
    for segment in range(3):
        whole = list(job.store.archive.log_segment(segment, 3, None))
        for place in (0, len(whole) // 2):
            if whole:
                after = (whole[place].run, whole[place].sort_key)
                assert list(job.store.archive.log_segment(segment, 3, after)) == whole[place + 1 :]
        found += whole
    assert sorted((item.run, item.sort_key) for item in found if item.key == job.key) == sorted(
        (run, item.sort_key) for run in runs for item in job.store.archive.log_of(run)
    )


def test_a_run_record_is_removed_only_as_it_was_seen(job: Job) -> None:
    seen = put_run(job, 1, Status.RUNNING)
    ended = replace(seen, status=Status.SUCCEEDED, counts=Counts(read=1, created=1))
    job.store.state.runs.put(ended)
    assert not job.store.archive.remove_run(seen)
    assert not job.store.archive.remove_run(replace(ended, started_at=at(2)))
    assert list(job.store.archive.runs(job.key, None)) == [ended]
    assert job.store.archive.remove_run(ended)
    assert job.store.archive.remove_run(ended)  # it is gone, whoever removed it
    assert list(job.store.archive.runs(job.key, None)) == []


def test_nothing_but_a_run_record_can_be_removed(job: Job) -> None:
    """A role's condition cannot tell them apart: they share a partition, and here even the key."""
    job.granted("run")
    quarantined = Quarantined("7", "why", 1, at(0), at(0), "digest", RunId("run"))
    job.store.state.quarantine.put(job.key, [quarantined])
    raw = job.store.raw
    control = raw.get(f"JOB#{job.key}", "CONTROL")
    assert control is not None
    disguised = RunRecord(RunId("x"), job.key, "schedule", Status.SUCCEEDED, at(1))
    raw.put(f"JOB#{job.key}", "RUN#x", {name: control[name] for name in control if name not in ("pk", "sk")})
    assert not job.store.archive.remove_run(disguised)
    job.store.archive.keep_run(disguised)
    assert raw.get(f"JOB#{job.key}", "RUN#x") is not None
    assert job.control().run == "run"
    assert job.store.state.quarantine.all(job.key) == [quarantined]


def test_holds_are_kept_by_name(job: Job) -> None:
    archive = job.store.archive
    others = [hold for hold in archive.holds() if not hold.name.startswith(job.key.job)]
    by_job = Hold(job.key, None, "audit 7 „“ 🛑", at(1))
    by_front = Hold(JobKey(job.key.job, "berlin"), None, "audit 8", at(2))
    by_run = Hold(job.key, RunId(f"{job.key.job}-run"), "claim", at(3))
    for hold in (by_job, by_run, by_front, by_job):
        archive.put_hold(hold)
    assert [hold for hold in archive.holds() if hold not in others] == [by_job, by_run, by_front]
    assert archive.drop_hold(by_job.name)
    assert not archive.drop_hold(by_job.name)
    assert [hold for hold in archive.holds() if hold not in others] == [by_run, by_front]
    assert archive.drop_hold(by_run.name)
    assert archive.drop_hold(by_front.name)


def test_what_is_kept_does_not_expire_and_is_else_as_it_was(job: Job) -> None:
    run = put_run(job, 1)
    info = put_log(job, run.id, Level.INFO, 60)
    error = put_log(job, RunId(f"{run.id}-2"), Level.ERROR, 2)
    archive = job.store.archive
    items = [*archive.log_of(run.id), *archive.log_of(error[0].run)]
    for item in items:
        archive.keep_log(item)
    archive.keep_run(run)
    never = START + timedelta(days=9999)
    assert list(job.store.logs.of_run(run.id, START, never)) == info
    assert list(job.store.logs.of_run(error[0].run, START, never)) == error
    assert job.store.state.runs.get(job.key, run.id, never) == replace(run, expires_at=None)
    kept = [*archive.log_of(run.id), *archive.log_of(error[0].run)]
    assert kept == [replace(item, expires=False) for item in items]


def test_a_run_record_that_was_written_again_is_not_said_to_be_kept(job: Job) -> None:
    running = put_run(job, 1, Status.RUNNING)
    ended = put_run(job, 1, Status.SUCCEEDED)
    job.store.archive.keep_run(running)
    assert list(job.store.archive.runs(job.key, None)) == [ended]


def test_what_a_hold_covers_is_listed_until_it_expires_no_more(job: Job) -> None:
    runs = [put_run(job, minutes) for minutes in (1, 2)]
    running = put_run(job, 3, Status.RUNNING)
    for run in (*runs, running):
        put_log(job, run.id, Level.INFO, 3)
    elsewhere = Job(job.store, JobKey(job.key.job, "berlin"))
    put_elsewhere = put_run(elsewhere, 1)
    archive = job.store.archive
    keys = [job.key, elsewhere.key]

    def names(hold: Hold) -> list[str]:
        return [getattr(found, "id", None) or found.run for found in to_keep(archive, hold, keys)]  # type: ignore[union-attr]

    first, second = (run.id for run in runs)
    whole = Hold(job.key, None, "audit", at(9))
    assert names(whole) == [first, first, second, second, put_elsewhere.id]
    assert names(Hold(elsewhere.key, None, "audit", at(9))) == [put_elsewhere.id]
    assert names(Hold(job.key, second, "audit", at(9))) == [second, second]
    assert names(Hold(JobKey("another"), None, "audit", at(9))) == []
    for found in to_keep(archive, whole, keys):
        archive.keep_log(found) if isinstance(found, LogItem) else archive.keep_run(found)
    assert names(whole) == []


def test_what_is_set_at_run_time_is_told(job: Job) -> None:
    assert job.store.archive.overrides(job.key) == {}
    job.store.state.control.override(job.key, "retention_days", "14")
    job.store.state.control.pause(job.key, Pause("closed", at(1)))
    assert job.store.archive.overrides(job.key) == {"retention_days": "14"}


def test_fingerprints_and_controls_are_no_runs(job: Job) -> None:
    granted = job.granted("run")
    assert isinstance(granted, Granted)
    job.store.state.fingerprints.write(granted.lease, [Fingerprints("a", b"1")])
    assert list(job.store.archive.runs(job.key, None)) == []
