"""On one machine a lock per job tells a dead owner from a live one, whatever the lease says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from nightshift.state.models import JobKey, Refusal, RunId
from nightshift_tools.embedded import Database, SqliteState
from nightshift_tools.embedded.locks import FileLocks
from support.driving import Job, at, slot
from support.processes import next_line, python_module
from support.states import sqlite_store

JOB = "sync-products"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def here(path: Path) -> Iterator[Job]:
    """The job as this process has it."""
    state = SqliteState.open(path)
    yield Job(sqlite_store("sqlite-file", state), JobKey(JOB))
    state.close()


@pytest.fixture
def there(path: Path) -> Iterator[Job]:
    """The job by a state of its own, as another process would have it."""
    state = SqliteState.open(path)
    yield Job(sqlite_store("sqlite-file", state), JobKey(JOB))
    state.close()


def test_a_killed_owner_is_taken_over_at_once_though_its_lease_is_live(here: Job, path: Path) -> None:
    with python_module("support.owner", path, JOB, "killed", 0, 0) as owner:
        assert next_line(owner) == "Granted"
        refused = here.refused("other", slot(2), now=1)
        assert (refused.refusal, refused.blocker) == (Refusal.OVERLAP, "killed")
        owner.kill()
        owner.wait()

        granted = here.granted("heir", slot(2), now=1)

    assert here.control().lease_until == at(11)
    assert granted.control.previous_run == "killed"
    assert granted.lease.fence == 2


def test_the_own_slot_of_a_killed_owner_is_run_again_and_not_counted_again(here: Job, path: Path) -> None:
    with python_module("support.owner", path, JOB, "killed", 0, 0) as owner:
        assert next_line(owner) == "Granted"
        assert here.refused("retry", slot(0)).refusal is Refusal.SLOT_HELD
        owner.kill()
        owner.wait()
    assert here.granted("retry", slot(0)).control.previous_run == "killed"


def test_a_live_owner_keeps_its_job_though_its_lease_ran_out(here: Job, path: Path) -> None:
    with python_module("support.owner", path, JOB, "slow", 0, 0) as owner:
        assert next_line(owner) == "Granted"
        assert here.refused("other", slot(2), now=9999).blocker == "slow"
        assert not here.store.state.control.reset_cursor(here.key, {}, at(9999))


def test_the_cursor_may_be_reset_once_the_owner_is_dead(here: Job, path: Path) -> None:
    with python_module("support.owner", path, JOB, "killed", 0, 0) as owner:
        assert next_line(owner) == "Granted"
        owner.kill()
        owner.wait()
    assert here.store.state.control.reset_cursor(here.key, {"seen": 1}, at(1))
    assert here.granted("heir", slot(2), now=1).control.cursor == {"seen": 1}


def test_whatever_is_refused_leaves_the_lock_free(here: Job, there: Job) -> None:
    here.succeed("first", slot(2))
    assert here.refused("again", slot(2)).refusal is Refusal.DUPLICATE
    assert here.refused("late", slot(0)).refusal is Refusal.TOO_LATE
    assert here.store.state.control.reset_cursor(here.key, {}, at(1))
    there.succeed("second", slot(4))
    here.succeed("third", slot(6))


class WatchedLocks(FileLocks):
    """Notes for each lock that is given back whether a write transaction was open at that moment."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.parent / "locks")
        self.path = path
        self.were_in_transaction: list[bool] = []

    def drop(self, key: JobKey, run: RunId) -> None:
        with closing(sqlite3.connect(self.path, timeout=0, isolation_level=None)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
                self.were_in_transaction.append(False)
            except sqlite3.OperationalError:
                self.were_in_transaction.append(True)
        super().drop(key, run)


def test_a_lock_is_given_back_before_the_next_claim_can_look(path: Path) -> None:
    # Else a claim might meet the lock of one that was just refused, and take it for a live run.
    locks = WatchedLocks(path)
    with closing(SqliteState(Database.open(path), locks)) as state:
        job = Job(sqlite_store("sqlite-file", state), JobKey(JOB))
        job.succeed("first", slot(0))
        job.refused("again", slot(0))
        assert state.control.reset_cursor(job.key, {}, at(1))
        assert locks.were_in_transaction == [True, True, True]


def test_a_released_job_is_free_for_another_process(here: Job, there: Job) -> None:
    lease = here.granted("first", slot(0)).lease
    assert there.refused("second", slot(2)).blocker == "first"
    here.release(lease)
    assert there.granted("second", slot(2)).control.previous_run is None


def test_an_abandoned_run_is_taken_over_at_once_by_the_same_process_too(here: Job, there: Job) -> None:
    here.store.state.abandon(here.granted("first", slot(0)).lease)
    second = there.granted("second", slot(2))
    assert second.control.previous_run == "first"
    there.store.state.abandon(second.lease)
    assert there.granted("third", slot(4)).control.previous_run == "second"


def test_abandoning_an_older_run_does_not_free_the_job_of_its_heir(here: Job, there: Job) -> None:
    first = here.granted("first", slot(0)).lease
    here.store.state.abandon(first)
    here.granted("second", slot(2))
    here.store.state.abandon(first)
    assert there.refused("third", slot(4)).blocker == "second"


def test_a_closed_state_lets_go_of_its_jobs(here: Job, path: Path) -> None:
    state = SqliteState.open(path)
    Job(sqlite_store("sqlite-file", state), here.key).granted("first", slot(0))
    assert here.refused("second", slot(2)).blocker == "first"
    state.close()
    assert here.granted("second", slot(2)).control.previous_run == "first"


def test_a_job_and_its_storefronts_have_locks_of_their_own(here: Job, path: Path) -> None:
    names = [JobKey(JOB, "main"), JobKey(JOB, "a/b"), JobKey(JOB, "../x"), JobKey(JOB, "a b")]
    here.granted("run", slot(0))
    for key in names:
        Job(here.store, key).granted("run", slot(0))
    files = sorted(file.name for file in (path.parent / "locks").iterdir())
    assert files == sorted(
        [f"{JOB}.lock", *(f"{JOB}@{name}.lock" for name in ("main", "a%2Fb", "..%2Fx", "a%20b"))]
    )


def test_what_was_committed_survives_a_kill_at_any_moment(here: Job, path: Path) -> None:
    for generation in range(3):
        with python_module("support.committer", path, JOB, f"run-{generation}") as worker:
            said = [next_line(worker) for _ in range(7 * (generation + 1))]
            worker.kill()
            worker.wait()
            assert worker.stdout is not None
            said += worker.stdout.read().split()
        found = here.control()
        seen = found.cursor["seen"]
        assert isinstance(seen, int)
        assert seen in (int(said[-1]), int(said[-1]) + 1)  # killed before it could say so
        assert found.progress.read == seen
        assert found.fence == generation + 1


def test_of_several_processes_one_runs_each_slot(here: Job, path: Path) -> None:
    slots = 40
    with ExitStack() as running:
        workers = [
            running.enter_context(python_module("support.ticker", path, JOB, f"worker-{number}", slots))
            for number in range(4)
        ]
        admitted: list[int] = []
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        for worker in workers:
            said, _ = worker.communicate(timeout=60)
            assert worker.returncode == 0
            admitted += [int(line) for line in said.split()]
    assert len(admitted) == len(set(admitted))
    assert here.control().fence == len(admitted)
    assert here.control().done == {"default": at(slots - 1)}
