"""What a purge removes and what it leaves, told from what stands in the tables afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from nightshift.archive import Hold
from nightshift.errors import TryLaterError
from nightshift.execution import Ended
from nightshift.logs.records import Level, LogRecord
from nightshift.logs.retention import retention_of
from nightshift.state.models import (
    Counts,
    Fingerprints,
    Granted,
    Intent,
    JobKey,
    Quarantined,
    RunId,
    Status,
)
from nightshift_tools.embedded import SqliteState
from support.driving import Job, at
from support.purging import DAY, MILLISECOND, NIGHT, PURGE_KEY, SYNC, SYNC_KEY, Night
from support.shop import Plans
from support.states import sqlite_store

EACH = dict.fromkeys(Level, 3)
CUTOFF = NIGHT - 30 * DAY


@pytest.fixture
def night() -> Night:
    return Night()


def failure_of(ended: Ended) -> str:
    assert ended.record.status is Status.FAILED
    assert ended.record.failure is not None
    return ended.record.failure.message


def test_what_is_older_than_the_retention_goes_and_the_rest_stays(night: Night) -> None:
    old, young = night.run_of(NIGHT - 31 * DAY, EACH), night.run_of(NIGHT - 29 * DAY, EACH)
    record = night.tick().record
    assert record.status is Status.SUCCEEDED
    assert not night.kept(old)
    assert night.kept(young) == EACH
    assert night.runs() == [young]
    assert record.counts == Counts(removed=9, batches=1)
    assert record.results == {
        "setting": "30 days (the manifest)",
        "cutoff": "2026-10-22T02:00:00.000Z",
        "counted": 12,
        "deleted": 12,
        "orphans": 0,
        "runs_counted": 1,
        "runs_deleted": 1,
        "kept_on_hold": 0,
        "remaining": 0,
        "oldest_left": "2026-10-23T02:00:00.000Z",
        "runs_remaining": 0,
        "oldest_run_left": "2026-10-23T02:00:00.000Z",
    }


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("late", [-1, 0, 1])
def test_the_border_is_a_millisecond(night: Night, level: Level, late: int) -> None:
    run = night.run_of(CUTOFF + late * MILLISECOND, {level: 1})
    night.tick()
    assert night.kept(run) == ({level: 1} if late >= 0 else {})
    assert night.runs() == ([run] if late >= 0 else [])


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_a_purge_removes_what_readers_hide_and_nothing_that_they_show(night: Night, late: int) -> None:
    run = night.run_of(CUTOFF - 40 * MILLISECOND + late * MILLISECOND, {Level.INFO: 40, Level.ERROR: 40})
    retention = retention_of(SYNC_KEY, night.manifest, night.archive.overrides)
    shown = [
        record
        for record in night.logs.of_run(run, CUTOFF - DAY, NIGHT)
        if record.at >= retention.log_cutoff(record.level, night.clock.now())
    ]
    results = night.tick().record.results
    assert list(night.logs.of_run(run, CUTOFF - DAY, NIGHT)) == shown
    assert (results["counted"], results["deleted"], results["remaining"]) == (40 - late,) * 2 + (0,)
    assert night.runs() == [run]  # it leads to the rest


def test_a_level_may_have_days_of_its_own(night: Night) -> None:
    night.params(retention_days_debug=3, retention_days_error=60)
    runs = [night.run_of(NIGHT - days * DAY, EACH) for days in (2, 5, 40, 61)]
    results = night.tick().record.results
    assert [set(night.kept(run)) for run in runs] == [
        set(Level),
        {Level.INFO, Level.WARNING, Level.ERROR},
        {Level.ERROR},
        set(),
    ]
    assert night.runs() == [runs[2], runs[1], runs[0]]
    assert results["setting"] == "30 days, DEBUG 3, ERROR 60 (the manifest)"
    assert results["cutoff"] == (
        "2026-10-22T02:00:00.000Z, DEBUG 2026-11-18T02:00:00.000Z, ERROR 2026-09-22T02:00:00.000Z"
    )


def test_what_is_set_at_run_time_holds_from_the_next_purge(night: Night) -> None:
    runs = {days: night.run_of(NIGHT - days * DAY, EACH) for days in (25, 18, 10)}
    bills = {days: night.run_of(NIGHT - days * DAY, EACH, key=JobKey("bill-orders", "main")) for days in runs}
    night.set("purge-logs", retention_days="14", params_retention_days_info="7")
    night.set("sync-products", retention_days="20")
    results = night.tick().record.results
    assert [days for days, run in runs.items() if night.kept(run)] == [18, 10]
    assert [days for days, run in bills.items() if night.kept(run)] == [10]
    assert night.kept(runs[10]) == Counter({**EACH, Level.INFO: 0}) - Counter()
    assert "sync-products: 20 days, INFO 7 (set for sync-products)" in str(results["setting"])
    assert "purge-logs: 14 days, INFO 7 (set for purge-logs)" in str(results["setting"])


def test_shortening_and_lengthening_again_loses_nothing_that_no_purge_has_met(night: Night) -> None:
    old, young = night.run_of(NIGHT - 20 * DAY, EACH), night.run_of(NIGHT - 5 * DAY, EACH)
    night.set("sync-products", retention_days="7")
    night.set("sync-products", retention_days="30")
    night.tick()
    assert night.kept(old) == EACH
    night.set("sync-products", retention_days="7")
    written = night.run_of(NIGHT, EACH)
    night.tick()
    assert not night.kept(old)
    night.set("sync-products", retention_days="30")
    assert night.kept(young) == night.kept(written) == EACH
    expiries = [record.expires_at for record in night.archive.runs(SYNC_KEY, None)]
    assert [expiry - NIGHT for expiry in expiries if expiry] == [85 * DAY, 90 * DAY]  # the cap, and a month


UNCLEAR: dict[str, Callable[[Night], object]] = {
    "unset": lambda night: night.jobs.update({"sync-products": replace(SYNC, retention_days=None)}),
    "zero": lambda night: night.jobs.update({"sync-products": replace(SYNC, retention_days=0)}),
    "no number, for the job": lambda night: night.set("sync-products", retention_days="ten"),
    "no number, for all": lambda night: night.set("purge-logs", retention_days="-1"),
    "no number, for a level": lambda night: night.params(retention_days_info="0"),
    "beyond all calendars": lambda night: night.set("sync-products", retention_days="99999999999"),
    "more than is kept": lambda night: night.set("sync-products", retention_days="61"),
    "more than is kept, of a level": lambda night: night.set("purge-logs", params_retention_days_error="61"),
}


@pytest.mark.parametrize("unclear", UNCLEAR.values(), ids=UNCLEAR)
def test_an_unclear_retention_is_an_error_that_says_what_to_do(
    night: Night, unclear: Callable[[Night], object]
) -> None:
    run, other = night.run_of(NIGHT - 45 * DAY, EACH), night.run_of(NIGHT - 45 * DAY, EACH, key=PURGE_KEY)
    unclear(night)
    try:
        message = failure_of(night.tick())
    except Exception as error:  # what is wrong in the manifest stops it before anything is claimed
        message = str(error)
    assert "retention_days" in message
    assert any(cure in message for cure in ("nightshift set", "schedules.yaml", "expected 1 to"))
    assert night.kept(run) == night.kept(other) == EACH


def test_a_retention_of_this_run_only_is_refused_because_no_reader_would_go_by_it(night: Night) -> None:
    run = night.run_of(NIGHT - 20 * DAY, EACH)
    message = failure_of(night.by_hand(params={"retention_days_info": 7}))
    assert "`nightshift set purge-logs params.retention_days_info=7`" in message
    assert night.kept(run) == EACH


def test_a_dry_run_counts_by_level_and_day_and_changes_nothing(night: Night) -> None:
    for days in (40, 40, 35):
        night.run_of(NIGHT - days * DAY, {Level.INFO: 70, Level.ERROR: 2})
    night.run_of(NIGHT - 33 * DAY, {Level.DEBUG: 5}, has_record=False)
    night.run_of(CUTOFF - 10 * MILLISECOND, {Level.INFO: 30})
    held = night.run_of(NIGHT - 50 * DAY, EACH)
    night.archive.put_hold(Hold(SYNC_KEY, held, "audit", NIGHT))
    night.params(log_segments=1)
    before = everything(night)
    plans = night.observer = Plans()
    record = night.by_hand(dry_run=True).record
    assert plans.plan == [
        ("removed", "2026-10-12  run      2 records"),
        ("removed", "2026-10-12  INFO     140 records"),
        ("removed", "2026-10-12  ERROR    4 records"),
        ("removed", "2026-10-17  run      1 records"),
        ("removed", "2026-10-17  INFO     70 records"),
        ("removed", "2026-10-17  ERROR    2 records"),
        ("removed", "2026-10-19  DEBUG    5 records"),
        ("removed", "2026-10-22  INFO     10 records"),
    ]
    assert record.status is Status.SUCCEEDED
    assert everything(night) == before
    night.tick()
    assert not night.kept(RunId("none"))
    assert [key for key in (SYNC_KEY,) if len(night.runs(key)) != 2] == []


def everything(night: Night) -> list[object]:
    """All rows of both tables, as they stand."""
    assert isinstance(night.state, SqliteState)
    database = night.state.database
    return [database.rows(f"SELECT pk || sk, body FROM {table} ORDER BY 1") for table in ("state", "log")]


def test_a_run_at_work_is_left_and_so_is_the_purge_itself(night: Night) -> None:
    running = night.run_of(NIGHT - 45 * DAY, status=Status.RUNNING)
    night.run_of(NIGHT - 45 * DAY, EACH, key=PURGE_KEY)
    record = night.tick().record
    assert night.runs() == [running]
    assert night.runs(PURGE_KEY) == [record.id]
    assert night.tick().record.results["runs_remaining"] == 0


def test_only_run_and_log_records_are_removed(night: Night) -> None:
    assert isinstance(night.state, SqliteState)
    job = Job(sqlite_store("sqlite-memory", night.state), SYNC_KEY)
    granted = job.granted("run")
    assert isinstance(granted, Granted)
    night.state.quarantine.put(SYNC_KEY, [Quarantined("7", "no", 1, at(0), at(0), "d", RunId("r"))])
    night.state.fingerprints.write(granted.lease, [Fingerprints("a", b"1")])
    night.state.intents.move(Intent("mail", "anna", 1, "sent", RunId("r"), at(0)), at(0))
    before = everything(night)
    night.run_of(NIGHT - 45 * DAY, EACH)
    night.tick()
    state, log = everything(night)
    assert isinstance(state, list)
    own = "JOB#purge-logs"
    assert [row for row in state if own not in row[0]] == before[0]
    assert [row for row in log if own not in row[1] and "purge-logs" not in row[1]] == before[1]  # type: ignore[attr-defined]


HOLDS = {
    "of a run": lambda run: Hold(SYNC_KEY, run, "audit", NIGHT),
    "of a job": lambda _: Hold(SYNC_KEY, None, "audit", NIGHT),
}


@pytest.mark.parametrize("hold_of", HOLDS.values(), ids=HOLDS)
def test_what_is_on_hold_stays_and_expires_no_more_until_the_hold_is_dropped(
    night: Night, hold_of: Callable[[RunId], Hold]
) -> None:
    held = night.run_of(NIGHT - 45 * DAY, EACH)
    other = night.run_of(NIGHT - 45 * DAY, EACH, key=JobKey("bill-orders", "main"))
    hold = hold_of(held)
    night.archive.put_hold(hold)
    results = night.tick().record.results
    assert night.kept(held) == EACH
    assert not night.kept(other)
    assert (results["kept_on_hold"], results["remaining"], results["oldest_left"]) == (9, 0, "none")
    assert not any(item.expires for item in night.items(held))
    never = NIGHT + 9945 * DAY
    assert night.state.runs.get(SYNC_KEY, held, never) is not None
    assert night.tick().record.results["kept_on_hold"] == 0
    night.archive.drop_hold(hold.name)
    night.tick()
    assert not night.kept(held)
    assert night.runs() == []


def test_a_hold_of_a_job_covers_its_storefronts_and_that_of_one_no_other(night: Night) -> None:
    main, outlet = JobKey("bill-orders", "main"), JobKey("bill-orders", "outlet")
    runs = {key: night.run_of(NIGHT - 45 * DAY, EACH, key=key) for key in (main, outlet)}
    night.archive.put_hold(Hold(JobKey("bill-orders"), None, "audit", NIGHT))
    night.tick()
    assert all(night.kept(run) == EACH for run in runs.values())
    night.archive.drop_hold("bill-orders")
    night.archive.put_hold(Hold(outlet, None, "audit", NIGHT))
    night.tick()
    assert [key for key, run in runs.items() if night.kept(run)] == [outlet]


def test_a_hold_comes_before_expiry_for_runs_that_are_young(night: Night) -> None:
    young = night.run_of(NIGHT - DAY, EACH)
    night.archive.put_hold(Hold(SYNC_KEY, None, "audit", NIGHT))
    night.tick()
    assert not any(item.expires for item in night.items(young))


ORPHANS: dict[str, dict[str, object]] = {
    "its run record is gone": {"has_record": False},
    "it has no expiry": {"has_record": False, "expires": False},
    "its job is gone": {"has_record": False, "key": JobKey("an-old-job")},
}


@pytest.mark.parametrize("orphan", ORPHANS.values(), ids=ORPHANS)
def test_what_no_run_record_leads_to_is_found_within_a_week(night: Night, orphan: dict[str, object]) -> None:
    old = [night.run_of(NIGHT - 45 * DAY, EACH, **orphan) for _ in range(20)]  # type: ignore[arg-type]
    young = night.run_of(NIGHT - 2 * DAY, EACH, **orphan)  # type: ignore[arg-type]
    found = [night.tick().record.results["orphans"] for _ in range(7)]
    assert sum(map(int, found)) == 20 * 12
    assert max(map(int, found)) < 20 * 12
    assert not any(night.kept(run) for run in old)
    assert night.kept(young) == EACH


def test_an_orphan_on_hold_is_left(night: Night) -> None:
    orphan = night.run_of(NIGHT - 45 * DAY, EACH, has_record=False)
    night.archive.put_hold(Hold(SYNC_KEY, None, "audit", NIGHT))
    night.params(log_segments=1)
    night.tick()
    assert night.kept(orphan) == EACH


class Slow:
    """An archive that takes its time, so that a run has time for a part only."""

    def __init__(self, night: Night, seconds: float) -> None:
        self._archive, self._night, self._seconds = night.archive, night, seconds
        night.archive = self  # type: ignore[assignment]

    def __getattr__(self, name: str) -> object:
        if name in ("remove_log", "log_of"):
            self._night.clock.advance(self._seconds)
        return getattr(self._archive, name)


def test_a_purge_that_runs_out_of_time_goes_on_where_it_was(night: Night) -> None:
    night.jobs["purge-logs"] = replace(night.jobs["purge-logs"], batch_size=20)
    keys = [SYNC_KEY, JobKey("bill-orders", "main"), JobKey("bill-orders", "outlet")]
    for key in keys:
        for number in range(30):
            night.run_of(NIGHT - 45 * DAY + number * timedelta(minutes=1), {Level.ERROR: 2}, key=key)
    Slow(night, 2)
    first = night.tick(seconds_left=60).record
    assert first.status is Status.INCOMPLETE
    assert first.results["remaining"] == "not counted: its time was used up"
    assert int(first.results["deleted"]) > 0
    assert first.cursor_after["job"] == "bill-orders@main"
    left = sum(len(night.runs(key)) for key in keys)
    for _ in range(30):
        last = night.tick(seconds_left=60).record
        now_left = sum(len(night.runs(key)) for key in keys)
        assert now_left < left or last.status is Status.SUCCEEDED
        left = now_left
        if last.status is Status.SUCCEEDED:
            break
    assert (last.status, left, last.results["remaining"]) == (Status.SUCCEEDED, 0, 0)


def test_a_purge_whose_time_is_up_before_it_found_anything_goes_on_from_there_too(night: Night) -> None:
    night.params(retention_days_debug=1)  # so that all these runs are looked at, for nothing
    for number in range(60):
        night.run_of(NIGHT - 20 * DAY + number * timedelta(minutes=1), {Level.ERROR: 1})
    last = night.run_of(NIGHT - 2 * DAY, {Level.DEBUG: 1})
    Slow(night, 2)
    ticks = [night.tick(seconds_left=60).record for _ in range(6)]
    assert ticks[0].status is Status.INCOMPLETE
    assert ticks[1].cursor_before == ticks[0].cursor_after
    assert ticks[0].cursor_after["run"]
    assert not night.kept(last)


def test_what_little_is_found_is_done_before_the_time_is_up(night: Night) -> None:
    """A batch that never fills would else be left to the next run, which would not fill it either."""
    night.jobs["purge-logs"] = replace(night.jobs["purge-logs"], batch_size=1000)
    runs = [night.run_of(NIGHT - 45 * DAY + n * timedelta(minutes=1), {Level.ERROR: 1}) for n in range(60)]
    Slow(night, 2)
    deleted = []
    while night.runs():
        deleted.append(int(night.tick(seconds_left=60).record.results["deleted"]))
        assert deleted[-1] > 0
    assert sum(deleted) == len(runs)
    assert len(deleted) > 2


def test_what_was_found_and_is_not_done_keeps_the_cursor(night: Night) -> None:
    night.jobs["purge-logs"] = replace(night.jobs["purge-logs"], batch_size=1000)
    for number in range(30):
        night.run_of(NIGHT - 45 * DAY + number * timedelta(minutes=1), {Level.ERROR: 1})
    Slow(night, 2)
    record = night.tick(seconds_left=9).record
    assert (record.status, record.results["deleted"]) == (Status.INCOMPLETE, 0)
    assert record.cursor_after == {}


def test_every_job_has_its_turn_though_one_takes_all_the_time(night: Night) -> None:
    night.params(retention_days_debug=1)
    main, outlet = JobKey("bill-orders", "main"), JobKey("bill-orders", "outlet")
    for key in (main, outlet, SYNC_KEY):
        for number in range(25):  # 50 seconds to look at, for nothing
            night.run_of(NIGHT - 20 * DAY + number * timedelta(minutes=1), {Level.ERROR: 1}, key=key)
    last = night.run_of(NIGHT - 2 * DAY, {Level.DEBUG: 1})
    Slow(night, 2)
    for _ in range(4):
        night.tick(seconds_left=60)
    assert not night.kept(last)


def test_a_look_through_the_log_goes_on_where_it_was(night: Night) -> None:
    night.params(log_segments=1)
    for number in range(60):
        night.run_of(NIGHT - 2 * DAY + number * timedelta(minutes=1), {Level.ERROR: 1}, has_record=False)
    orphan = LogRecord(RunId("9-the-last"), SYNC_KEY, NIGHT - 45 * DAY, 1, Level.ERROR, "old")
    night.logs.write([orphan], NIGHT + DAY)
    archive = night.archive

    class Long:
        def __getattr__(self, name: str) -> object:
            return getattr(archive, name)

        def log_segment(self, *part: object) -> Iterator[object]:
            for item in archive.log_segment(*part):  # type: ignore[arg-type]
                night.clock.advance(2)
                yield item

    night.archive = Long()  # type: ignore[assignment]
    statuses = [night.tick(seconds_left=60).record.status for _ in range(4)]
    assert statuses[0] is Status.INCOMPLETE
    assert Status.SUCCEEDED in statuses
    assert not night.kept(orphan.run)


def test_a_run_record_stays_while_its_log_is_there_after_all(night: Night) -> None:
    run = night.run_of(NIGHT - 45 * DAY, EACH)
    archive = night.archive

    class Stale:
        """Its cheap reads have not seen the log yet."""

        def __getattr__(self, name: str) -> object:
            return getattr(archive, name)

        def log_of(self, run: RunId, *, consistent: bool = True) -> Iterator[object]:
            return archive.log_of(run) if consistent else iter(())

    night.archive = Stale()  # type: ignore[assignment]
    results = night.tick().record.results
    assert (results["runs_counted"], results["runs_deleted"], night.runs()) == (1, 0, [run])
    night.archive = archive
    night.tick()
    assert night.runs() == []


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_the_border_of_run_records_is_their_own_though_a_level_is_kept_for_less(
    night: Night, late: int
) -> None:
    night.params(retention_days_debug=1)
    run = night.run_of(CUTOFF + late * MILLISECOND)
    night.tick()
    assert night.runs() == ([run] if late >= 0 else [])


def test_a_failure_tells_what_was_counted_and_what_was_deleted(night: Night) -> None:
    night.jobs["purge-logs"] = replace(night.jobs["purge-logs"], batch_size=10)
    for _ in range(4):
        night.run_of(NIGHT - 45 * DAY, {Level.ERROR: 9})
    removals = []
    archive = night.archive

    class Failing:
        def __getattr__(self, name: str) -> object:
            return getattr(archive, name)

        def remove_log(self, items: list[object]) -> None:
            removals.append(len(items))
            if len(removals) == 2:
                raise TryLaterError("DynamoDB is throttled")
            archive.remove_log(items)  # type: ignore[arg-type]

    night.archive = Failing()  # type: ignore[assignment]
    record = night.tick().record
    assert record.status is Status.FAILED
    assert (record.results["counted"], record.results["deleted"]) == (18, 9)
    assert "remaining" not in record.results
    stored = night.state.runs.get(PURGE_KEY, record.id, NIGHT)
    assert stored is not None
    assert stored.results == record.results
    assert night.tick().record.status is Status.SUCCEEDED
    assert night.runs() == []


def test_of_a_run_at_the_border_only_what_is_old_goes_every_night(night: Night) -> None:
    run = night.run_of(CUTOFF - 2 * DAY, {Level.INFO: 60}, apart=timedelta(hours=4))
    began = CUTOFF - 2 * DAY
    for nights in range(9):
        night.tick()
        border = CUTOFF + nights * DAY
        times = [began + timedelta(hours=4) * place for place in range(60)]
        found = list(night.logs.of_run(run, began - DAY, NIGHT))
        assert [record.at for record in found] == [time for time in times if time >= border]
        assert all(isinstance(record, LogRecord) for record in found)
    assert night.runs() == []


def test_other_jobs_cannot_reach_what_is_everybodys(night: Night) -> None:
    from nightshift import Run, job
    from nightshift.handler import NoParams

    @job("sync-products")
    def curious(run: Run[NoParams]) -> None:
        run.archive.holds()

    ended = curious.handle({"job": "sync-products"}, night.services(), 60)
    assert "is_purge=True" in failure_of(ended)


def test_the_cutoff_is_that_of_the_beginning_however_long_it_takes(night: Night) -> None:
    run = night.run_of(CUTOFF + timedelta(seconds=3), EACH)
    night.run_of(NIGHT - 45 * DAY, EACH)
    Slow(night, 10)
    night.tick()
    assert night.kept(run) == EACH
