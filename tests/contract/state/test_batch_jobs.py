"""Batch jobs: moved by one writer at a time, listed by creation, found while there is something to do."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from nightshift.batch_jobs import life_cycle
from nightshift.batch_jobs.codec import META, batch_job_partition, encode_batch_job
from nightshift.batch_jobs.holding import Held, Move, move
from nightshift.batch_jobs.life_cycle import KEPT
from nightshift.batch_jobs.model import BatchJob, BatchJobId, Result, RowError, Stat
from nightshift.batch_jobs.ports import place_of
from nightshift.errors import StateVersionError
from nightshift_tools.testing.clock import FakeClock
from support.batch_jobs import batch_job
from support.driving import at
from support.states import Store

_NUMBERS = count(1)
RESULT = Result(
    count=10,
    advancement_count=5,
    created=1,
    updated=2,
    unchanged=1,
    row_errors=1,
    errors=("half\ud83d",),
    stat_descriptors=(Stat("rows", "Rows", "10 rows"),),
    file_key="out/1.csv",
    file_size=300,
)


class WaitingClock(FakeClock):
    """Time that stands; who waits waits for real, so that another thread gets its turn."""

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@pytest.fixture
def job() -> BatchJob:
    return batch_job(f"batch_{next(_NUMBERS)}")


def test_there_is_none_at_first(store: Store, job: BatchJob) -> None:
    assert store.state.batch_jobs.get(job.id, at(0)) is None


def test_a_batch_job_comes_back_as_it_was_written(store: Store, job: BatchJob) -> None:
    whole = replace(
        job,
        context={"file_key": "in/ä.csv", "deep": [1, {"a": None}]},
        dry_run=True,
        pre_processed_at=at(1),
        lease_until=at(5),
        worker="w",
        fence=3,
        attempts=2,
        result=replace(RESULT, errors=("whole",)),
        place={"row": 5},
    )
    assert store.state.batch_jobs.move(whole, at(0))
    assert store.state.batch_jobs.get(job.id, at(1)) == whole


def test_a_count_of_nothing_is_a_count(store: Store, job: BatchJob) -> None:
    assert store.state.batch_jobs.move(replace(job, result=Result(count=0)), at(0))
    found = store.state.batch_jobs.get(job.id, at(0))
    assert found is not None
    assert found.result.count == 0


def test_of_two_that_create_it_one_does_and_a_repetition_is_harmless(store: Store, job: BatchJob) -> None:
    assert store.state.batch_jobs.move(job, at(0))
    assert store.state.batch_jobs.move(job, at(0))
    assert not store.state.batch_jobs.move(replace(job, created_by="bert"), at(0))
    assert store.state.batch_jobs.get(job.id, at(0)) == job


def test_a_move_from_a_revision_that_is_over_changes_nothing(store: Store, job: BatchJob) -> None:
    store.state.batch_jobs.move(job, at(0))
    canceled = life_cycle.canceled(job, at(1))
    assert store.state.batch_jobs.move(canceled, at(1))
    assert store.state.batch_jobs.move(canceled, at(1))
    assert not store.state.batch_jobs.move(life_cycle.failed(job, at(1)), at(1))
    assert not store.state.batch_jobs.move(replace(canceled, revision=9), at(1))
    assert store.state.batch_jobs.get(job.id, at(2)) == canceled


def test_what_has_expired_is_invisible_everywhere_and_holds_up_nobody(store: Store, job: BatchJob) -> None:
    passing = replace(job, expires_at=at(5))
    store.state.batch_jobs.move(passing, at(0))
    assert passing in list(store.state.batch_jobs.latest(at(4)))
    for found in (store.state.batch_jobs.latest(at(5)), store.state.batch_jobs.unfinished(at(5))):
        assert passing not in list(found)
    assert store.state.batch_jobs.get(job.id, at(5)) is None
    assert store.state.batch_jobs.move(replace(job, created_by="bert"), at(5))


def test_they_are_listed_newest_first_between_instants_and_behind_a_place(store: Store) -> None:
    jobs = [batch_job(f"batch_listed_{next(_NUMBERS):04d}", created=500 + n // 2) for n in range(6)]
    for job in jobs:
        assert store.state.batch_jobs.move(job, at(500))
    newest_first = jobs[::-1]
    found = list(store.state.batch_jobs.latest(at(510), since=at(500), until=at(502)))
    assert found == newest_first
    assert list(store.state.batch_jobs.latest(at(510), since=at(501), until=at(501))) == newest_first[2:4]
    for place, job in enumerate(newest_first):
        behind = store.state.batch_jobs.latest(at(510), since=at(500), after=place_of(job))
        assert list(behind) == newest_first[place + 1 :]


def test_more_than_a_page_of_them_is_listed_whole(store: Store) -> None:
    jobs = [batch_job(f"batch_many_{next(_NUMBERS):04d}", created=1000 + n) for n in range(130)]
    for job in jobs:
        store.state.batch_jobs.move(job, at(1000))
    found = list(store.state.batch_jobs.latest(at(1200), since=at(1000), until=at(1200)))
    assert found == jobs[::-1]


def test_what_a_worker_must_look_after_is_found_until_it_is_over(store: Store, job: BatchJob) -> None:
    def is_found(each: BatchJob) -> bool:
        assert store.state.batch_jobs.move(each, at(0))
        return each in list(store.state.batch_jobs.unfinished(at(0)))

    assert is_found(job)
    planned = life_cycle.pre_processed(replace(job, dry_run=True), at(0))
    assert not is_found(planned)
    confirmed = life_cycle.confirmed(planned, at(0))
    assert is_found(confirmed)
    processing = life_cycle.processing(confirmed, at(0))
    assert is_found(processing)
    assert not is_found(life_cycle.completed(processing, at(0)))


def test_row_errors_come_back_in_the_order_of_rows_and_phases(store: Store, job: BatchJob) -> None:
    store.state.batch_jobs.move(job, at(0))
    errors = [RowError(line, "Title", f"v\ud83d{line}", "because") for line in range(2, 252)]
    kept = [replace(error, value=f"v\\ud83d{error.line}") for error in errors]
    store.state.batch_jobs.put_errors(job, 2, 0, errors[:1])
    store.state.batch_jobs.put_errors(job, 1, 1000, errors[240:])
    store.state.batch_jobs.put_errors(job, 1, 20, errors[:240])
    store.state.batch_jobs.put_errors(job, 1, 20, errors[:240])
    assert list(store.state.batch_jobs.errors(job.id)) == [*kept, kept[0]]


def test_errors_of_batches_that_are_done_again_are_forgotten(store: Store, job: BatchJob) -> None:
    errors = [RowError(1, "", "", "first"), RowError(2, "", "", "second"), RowError(3, "", "", "other phase")]
    for phase, row, error in zip((1, 1, 2), (10, 20, 15), errors, strict=True):
        store.state.batch_jobs.put_errors(job, phase, row, [error])
    store.state.batch_jobs.drop_errors(job, 1, 20)
    assert list(store.state.batch_jobs.errors(job.id)) == [errors[0], errors[2]]


def test_the_errors_of_a_whole_batch_job_may_be_any_text(store: Store, job: BatchJob) -> None:
    assert store.state.batch_jobs.move(replace(job, result=RESULT), at(0))
    found = store.state.batch_jobs.get(job.id, at(0))
    assert found is not None
    assert found.result == replace(RESULT, errors=("half\\ud83d",))


def test_a_batch_job_of_another_version_is_refused_and_left_as_it_is(store: Store, job: BatchJob) -> None:
    later = encode_batch_job(job) | {"version": 99, "expires_at": int(at(0).timestamp()) - 60}
    later.pop("listed")
    later.pop("open")
    store.raw.put(batch_job_partition(job.id), META, later)
    with pytest.raises(StateVersionError, match="version 99"):
        store.state.batch_jobs.get(job.id, at(1))
    with pytest.raises(StateVersionError, match="version 99"):
        store.state.batch_jobs.move(job, at(1))


def test_each_change_keeps_it_for_thirty_days_more(job: BatchJob) -> None:
    assert life_cycle.canceled(job, at(60)).expires_at == at(60) + KEPT


def test_of_many_workers_that_take_it_at_once_one_has_it(store: Store, job: BatchJob) -> None:
    if store.name == "moto":
        pytest.skip("moto is not atomic between threads")
    clock = FakeClock(at(1))
    lease = timedelta(minutes=5)
    for round_ in range(5):
        racing = replace(job, id=BatchJobId(f"{job.id}_{round_}"))
        store.state.batch_jobs.move(racing, at(0))

        def take(worker: int, racing: BatchJob = racing) -> bool:
            name = f"w{worker}"
            held = Held.take(store.state.batch_jobs, racing.id, name, clock, lease, renews=False)
            return held is not None

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(take, range(8))) == 1
        found = store.state.batch_jobs.get(racing.id, at(1))
        assert found is not None
        assert found.fence == 1


def test_a_person_who_cancels_while_a_worker_writes_is_heard(store: Store, job: BatchJob) -> None:
    if store.name == "moto":
        pytest.skip("moto is not atomic between threads")
    clock = FakeClock(at(1))
    store.state.batch_jobs.move(job, at(0))
    held = Held.take(store.state.batch_jobs, job.id, "w", clock, timedelta(minutes=5), renews=False)
    assert held is not None

    def advanced(row: int) -> Move:
        result = Result(count=41, advancement_count=row)
        return lambda job, now: life_cycle.advanced(job, result, {"row": row}, now, at(9))

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(lambda: [held.move(advanced(row)) for row in range(40)])
        cancelled = pool.submit(
            move, store.state.batch_jobs, job.id, life_cycle.canceled, WaitingClock(at(1))
        )
        cancelled.result()
        writing.result()
    held.move(advanced(40))
    found = store.state.batch_jobs.get(job.id, at(2))
    assert found is not None
    assert (found.canceled_at, found.result.advancement_count) == (at(1), 40)
    assert held.is_canceled
