"""A batch job comes to its end, whatever becomes of its workers, and says how far it has come."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from nightshift.batch_jobs import looking_after
from nightshift.batch_jobs.desk import Caller
from nightshift.batch_jobs.errors import UnknownBatchJobError, WrongStateError
from nightshift.batch_jobs.model import MAX_ROW_ERRORS, BatchJobId, RowError, Status
from nightshift.batch_jobs.worker import MAX_ATTEMPTS, End, Worker
from nightshift.errors import ConfigurationError, TryLaterError
from support.batch_jobs import BatchWorld, Killed

ANNA = Caller("anna")


@pytest.fixture
def world(tmp_path: Path) -> BatchWorld:
    return BatchWorld(tmp_path)


def test_without_a_review_it_is_planned_confirmed_and_carried_out_at_once(world: BatchWorld) -> None:
    batch_job = world.create(rows=10)
    assert world.work(batch_job) is End.OVER
    job = world.job(batch_job)
    assert (job.status, job.result.count, job.result.advancement_count) == (Status.COMPLETED, 10, 10)
    assert (job.result.created, job.result.row_errors, job.result.progress) == (10, 0, 1.0)
    assert world.shop.rows == dict.fromkeys(range(1, 11), 1)
    assert (job.worker, job.lease_until) == (None, None)
    assert world.toy.hooks == ["before", "after", "before", "after"]


def test_with_a_review_it_waits_for_a_person_before_anything_is_changed(world: BatchWorld) -> None:
    batch_job = world.create(rows=4, dry_run=True)
    assert world.work(batch_job) is End.OVER
    job = world.job(batch_job)
    assert job.status is Status.PRE_PROCESSED
    assert [stat.message for stat in job.result.stat_descriptors] == ["4 rows"]
    assert world.work(batch_job) is End.NOTHING
    assert not world.shop.rows
    world.desk.confirm(batch_job, ANNA)
    assert world.sent == [batch_job, batch_job]
    assert world.work(batch_job) is End.OVER
    assert world.job(batch_job).status is Status.COMPLETED
    assert len(world.shop.rows) == 4


def test_progress_shows_while_it_runs(world: BatchWorld) -> None:
    batch_job = world.create(rows=10)
    seen: list[tuple[str, int]] = []
    world.shop.before_batch = lambda row: seen.append(
        (world.job(batch_job).status.value, world.job(batch_job).result.advancement_count)
    )
    world.work(batch_job)
    assert seen[-4:] == [("processing", 0), ("processing", 3), ("processing", 6), ("processing", 9)]


def test_a_cancelled_one_stops_within_a_batch_and_says_how_far_it_got(world: BatchWorld) -> None:
    batch_job = world.create(rows=30)
    world.shop.bad = {2}
    world.shop.before_batch = lambda row: world.desk.cancel(batch_job, ANNA) if row == 6 else None
    assert world.work(batch_job) is End.OVER
    job = world.job(batch_job)
    assert (job.status, job.result.count, job.result.advancement_count) == (Status.CANCELED, 30, 9)
    assert max(world.shop.rows) == 9
    assert world.file(job.result.error_file_key).startswith("Line;Column;Value;Reason\r\n2;Row;2;it is bad")
    assert world.work(batch_job) is End.NOTHING


def test_one_that_is_cancelled_while_it_is_planned_changes_nothing(world: BatchWorld) -> None:
    batch_job = world.create(rows=9)
    world.shop.before_batch = lambda row: world.desk.cancel(batch_job, ANNA) if row == -6 else None
    assert world.work(batch_job) is End.OVER
    assert world.job(batch_job).status is Status.CANCELED
    assert not world.shop.rows


def test_when_time_is_up_the_next_worker_goes_on_from_the_last_batch(world: BatchWorld) -> None:
    batch_job = world.create(rows=10)

    def take_time(row: int) -> None:
        world.clock.sleep(100)

    world.shop.before_batch = take_time
    ends = [world.work(batch_job, 300)]
    while world.job(batch_job).is_open:
        assert world.job(batch_job).lease_until is None
        assert [job.id for job in looking_after.due(world.state.batch_jobs, world.clock.now())] == [batch_job]
        ends.append(world.work(batch_job, 300))
    assert ends[:-1] == [End.LATER] * (len(ends) - 1)
    assert len(ends) > 2
    assert world.shop.rows == dict.fromkeys(range(1, 11), 1)
    assert world.job(batch_job).result.unchanged == 0


def test_two_workers_with_one_message_each_do_it_once(world: BatchWorld) -> None:
    batch_job = world.create(rows=10)
    answers: list[End] = []
    world.shop.before_batch = lambda row: answers.append(world.work(batch_job)) if row == 3 else None
    assert world.work(batch_job) is End.OVER
    assert answers == [End.NOTHING]
    assert world.work(batch_job) is End.NOTHING
    assert world.shop.rows == dict.fromkeys(range(1, 11), 1)


def test_a_worker_that_was_overtaken_writes_nothing_more(world: BatchWorld) -> None:
    batch_job = world.create(rows=10)

    def overtake(row: int) -> None:
        if row == 3:
            world.shop.before_batch = lambda row: None
            world.clock.instant += timedelta(minutes=30)
            assert world.work(batch_job) is End.OVER

    world.shop.before_batch = overtake
    assert world.work(batch_job) is End.NOTHING
    job = world.job(batch_job)
    assert (job.status, job.result.advancement_count, job.fence) == (Status.COMPLETED, 10, 2)
    assert job.result.created == 10


def test_one_bad_row_undoes_no_good_one(world: BatchWorld) -> None:
    world.entry = world.entry.__class__("run-batch-job", handler="", batch_size=1000, max_batch_size=1000)
    world.shop.bad = {7_777}
    batch_job = world.create(rows=10_000)
    world.work(batch_job)
    job = world.job(batch_job)
    assert (job.status, job.result.created, job.result.row_errors) == (Status.COMPLETED, 9_999, 1)
    assert world.errors(batch_job) == [RowError(7_777, "Row", "7777", "it is bad")]
    assert world.file(job.result.error_file_key) == "Line;Column;Value;Reason\r\n7777;Row;7777;it is bad\r\n"


def test_where_too_many_rows_fail_it_fails_with_what_it_has(world: BatchWorld) -> None:
    world.entry = world.entry.__class__("run-batch-job", handler="", batch_size=1000, max_batch_size=1000)
    world.shop.bad = set(range(1, 20_000))
    batch_job = world.create(rows=20_000)
    world.work(batch_job)
    job = world.job(batch_job)
    assert job.status is Status.FAILED
    assert f"more than {MAX_ROW_ERRORS:,} rows failed" in job.result.errors[0]
    assert world.file(job.result.error_file_key).count("it is bad") == 11_000


@pytest.mark.parametrize("error", [ConfigurationError("no shop is set"), KeyError("rows")])
def test_what_fails_it_is_in_its_record_and_told_to_the_strategy(world: BatchWorld, error: Exception) -> None:
    batch_job = world.create(rows=10)

    def fail(row: int) -> None:
        if row == 6:
            raise error

    world.shop.before_batch = fail
    assert world.work(batch_job) is End.OVER
    job = world.job(batch_job)
    assert (job.status, job.result.advancement_count) == (Status.FAILED, 6)
    assert str(error) in job.result.errors[0]
    assert world.toy.hooks[-1] == f"failed: {error}"
    assert (job.worker, job.lease_until) == (None, None)


def test_what_may_pass_is_tried_again_after_ever_longer_waits_and_not_for_ever(world: BatchWorld) -> None:
    batch_job = world.create(rows=10)

    def down(row: int) -> None:
        raise TryLaterError("the shop is down")

    def is_due() -> bool:
        return bool(list(looking_after.due(world.state.batch_jobs, world.clock.now())))

    world.shop.before_batch = down
    waits = []
    while world.job(batch_job).is_open:
        before = world.clock.instant
        while not is_due():
            world.clock.instant += timedelta(minutes=1)
        waits.append(int((world.clock.instant - before).total_seconds() // 60))
        world.work(batch_job)
    assert waits == [2, 5, 10, 20, 40, 60, 60, 60, 60, 60, 60]
    assert len(waits) == MAX_ATTEMPTS + 1
    assert "workers in a row came to nothing" in world.job(batch_job).result.errors[0]


def test_an_outage_that_passes_costs_nothing(world: BatchWorld) -> None:
    batch_job = world.create(rows=10)
    left = [3]

    def down(row: int) -> None:
        if row >= 0 and left[0]:
            left[0] -= 1
            raise TryLaterError("the shop is down")

    world.shop.before_batch = down
    assert world.work(batch_job) is End.LATER
    job = world.until_over(batch_job)
    assert (job.status, job.result.created, job.attempts) == (Status.COMPLETED, 10, 0)


def test_a_type_that_nobody_has_any_more_fails_it(world: BatchWorld) -> None:
    batch_job = world.create(rows=10)
    world.strategies = type(world.strategies)()
    assert world.work(batch_job) is End.OVER
    assert "Unable to find a BatchJob strategy with the type 'toy'" in world.job(batch_job).result.errors[0]


def test_there_is_nothing_to_do_for_a_message_of_none(world: BatchWorld) -> None:
    assert world.work(BatchJobId("batch_unknown")) is End.NOTHING


def test_a_worker_whose_owner_is_known_to_be_dead_is_taken_over_at_once(world: BatchWorld) -> None:
    batch_job = world.create(rows=10)
    world.store.fatal = (6, "after")
    with pytest.raises(Killed):
        world.work(batch_job)
    world.store.fatal = None
    assert world.work(batch_job) is End.NOTHING

    class Dead:
        def take(self, batch_job: BatchJobId, worker: str) -> bool | None:
            return True

        def drop(self, batch_job: BatchJobId, worker: str) -> None: ...

    worker = Worker("heir", world.services(), world.strategies, Dead())
    assert worker.work(batch_job, None) is End.OVER
    assert world.job(batch_job).status is Status.COMPLETED


def _writes(folder: Path) -> int:
    world = BatchWorld(folder)
    world.shop.bad = {2, 5}
    world.work(world.create(rows=8))
    return world.store.writes


@pytest.mark.parametrize("place", ["before", "after"])
def test_killed_at_any_write_it_ends_as_if_nothing_had_been(tmp_path: Path, place: str) -> None:
    writes = _writes(tmp_path / "whole")
    assert writes > 12
    for index in range(1, writes + 1):
        world = BatchWorld(tmp_path / f"{place}-{index}")
        world.shop.bad = {2, 5}
        batch_job = world.create(rows=8)
        world.store.fatal = (index, place)
        with pytest.raises(Killed):
            world.work(batch_job)
        world.store.fatal = None
        job = world.until_over(batch_job)
        assert job.status is Status.COMPLETED, index
        assert world.shop.rows == dict.fromkeys([1, 3, 4, 6, 7, 8], 1), index
        assert (job.result.count, job.result.advancement_count, job.result.row_errors) == (8, 8, 2), index
        assert job.result.created + job.result.unchanged == 6, index
        assert job.result.unchanged <= 3, index
        assert [error.line for error in world.errors(batch_job)] == [2, 5], index
        assert world.file(job.result.error_file_key).count("it is bad") == 2, index


def test_an_error_that_a_dead_worker_wrote_and_its_heir_does_not_meet_is_gone(tmp_path: Path) -> None:
    whole = BatchWorld(tmp_path / "whole")
    whole.shop.bad = {2}
    whole.work(whole.create(rows=8))
    world = BatchWorld(tmp_path / "killed")
    world.shop.bad = {2}
    batch_job = world.create(rows=8)
    world.store.fatal = (whole.store.verbs.index("put_errors") + 1, "after")
    with pytest.raises(Killed):
        world.work(batch_job)
    world.store.fatal = None
    assert [error.line for error in world.errors(batch_job)] == [2]
    world.shop.bad.clear()
    job = world.until_over(batch_job)
    assert (job.result.row_errors, world.errors(batch_job)) == (0, [])


def test_what_is_not_the_callers_is_not_there(world: BatchWorld) -> None:
    batch_job = world.create(rows=10)
    bert = Caller("bert")
    for ask in (world.desk.get, world.desk.confirm, world.desk.cancel):
        with pytest.raises(UnknownBatchJobError, match="there is no batch job"):
            ask(batch_job, bert)
    assert world.desk.get(batch_job, Caller("bert", is_operator=True)).id == batch_job


def test_a_person_is_told_the_state_that_is_in_the_way(world: BatchWorld) -> None:
    batch_job = world.create(rows=1)
    with pytest.raises(WrongStateError, match="not pre processed: it is created"):
        world.desk.confirm(batch_job, ANNA)
    world.work(batch_job)
    with pytest.raises(WrongStateError, match="Cannot cancel completed batch job: it is completed"):
        world.desk.cancel(batch_job, ANNA)
