"""The file of the embedded state: made where it is missing, refused where it is not ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from nightshift.errors import ConfigurationError, NightshiftError, RunError, StateVersionError, TryLaterError
from nightshift.logs.records import Level, LogRecord
from nightshift.state.codec import run_sort_key
from nightshift.state.models import Fingerprints, JobKey, RunId, RunRecord, Status
from nightshift_tools.embedded import SqliteLogs, SqliteState
from nightshift_tools.embedded.items import PURGED_AT_ONCE
from nightshift_tools.embedded.schema import SCHEMA_VERSION
from support.driving import START, Job, at, slot
from support.states import sqlite_store

KEY = JobKey("sync-products")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".nightshift" / "state.db"


@pytest.fixture
def state(path: Path) -> Iterator[SqliteState]:
    opened = SqliteState.open(path)
    yield opened
    opened.close()


def job(state: SqliteState) -> Job:
    return Job(sqlite_store("sqlite-file", state), KEY)


def test_the_file_and_its_folder_are_made_and_belong_to_their_owner_alone(path: Path) -> None:
    with closing(SqliteState.open(path)) as state:
        job(state).succeed("run", slot(0))
    assert path.parent.stat().st_mode & 0o077 == 0
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["locks", "state.db"]


def test_what_was_written_is_there_when_it_is_opened_again(path: Path) -> None:
    with closing(SqliteState.open(path)) as state:
        job(state).succeed("run", slot(0))
        before = job(state).control()
    with closing(SqliteState.open(path)) as state:
        assert job(state).control() == before


def test_a_state_in_memory_is_gone_with_its_object() -> None:
    with closing(SqliteState.in_memory()) as first, closing(SqliteState.in_memory()) as second:
        job(first).succeed("run", slot(0))
        assert second.control.read(KEY) is None


def test_many_may_open_a_new_file_at_once(path: Path) -> None:
    start = Barrier(12)

    def open_it(_: int) -> None:
        start.wait(timeout=30)
        with closing(SqliteState.open(path)) as state:
            state.control.request_recheck(KEY)

    for _ in range(4):
        with ThreadPoolExecutor(12) as pool:
            list(pool.map(open_it, range(12)))
        path.unlink()


def test_opening_waits_for_another_that_opens_the_file_just_then(path: Path) -> None:
    SqliteState.open(path).close()
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(1) as pool:
            opening = pool.submit(SqliteState.open, path)
            with pytest.raises(TimeoutError):
                opening.result(timeout=0.1)
            other.execute("COMMIT")
            opening.result(timeout=30).close()


def not_a_database(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("jobs:\n" * 500)


def a_folder(path: Path) -> None:
    path.mkdir(parents=True)


def below_a_file(path: Path) -> None:
    path.parent.write_text("")


def another_programs(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE customers (name)")


def another_programs_version(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def a_later_release(path: Path) -> None:
    SqliteState.open(path).close()
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (not_a_database, ConfigurationError, "not a database.*move that file away"),
        (a_folder, ConfigurationError, "unable to open"),
        (below_a_file, ConfigurationError, "NIGHTSHIFT_HOME"),
        (another_programs, ConfigurationError, "another program.*nothing was changed"),
        (another_programs_version, ConfigurationError, "another program.*nothing was changed"),
        (
            a_later_release,
            StateVersionError,
            f"version {SCHEMA_VERSION + 1}.*reads version {SCHEMA_VERSION}.*nothing was changed",
        ),
    ],
)
def test_a_file_that_cannot_be_the_state_is_refused_and_left_as_it_is(
    path: Path, make: Callable[[Path], None], error: type[NightshiftError], text: str
) -> None:
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(error, match=text) as raised:
        SqliteState.open(path)
    assert str(path.parent) in str(raised.value)
    assert (path.read_bytes() if path.is_file() else None) == before


def test_an_empty_file_is_a_state_that_is_still_empty(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with closing(SqliteState.open(path)) as state:
        job(state).succeed("run", slot(0))


def test_a_full_disk_ends_the_run_and_keeps_what_was_committed(state: SqliteState, path: Path) -> None:
    lease = job(state).granted("run", slot(0)).lease
    job(state).commit(lease, 3)
    state.database.execute("PRAGMA max_page_count = 1")
    with pytest.raises(RunError, match=r"full.*free space"):
        state.fingerprints.write(lease, [Fingerprints("a", b"x" * 200_000)])
    with closing(SqliteState.open(path)) as again:
        assert job(again).control().cursor == {"seen": 3}
        assert list(again.fingerprints.read(KEY, "", "~")) == []
    state.database.execute("PRAGMA max_page_count = 100000")
    job(state).release(lease, cursor=4)


def test_a_file_that_may_not_be_written_says_so_and_gives_the_lock_back(
    state: SqliteState, path: Path
) -> None:
    state.database.execute("PRAGMA query_only = ON")
    with pytest.raises(ConfigurationError, match=r"readonly.*write access"):
        job(state).claim("run", slot(0))
    with closing(SqliteState.open(path)) as again:
        job(again).succeed("run", slot(0))


def test_a_database_that_another_process_keeps_to_itself_is_tried_later(
    state: SqliteState, path: Path
) -> None:
    state.database.execute("PRAGMA busy_timeout = 1")
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TryLaterError, match="another process"):
            job(state).claim("run", slot(0))
    job(state).succeed("run", slot(0))


def test_a_damaged_file_ends_the_run_with_what_to_do(path: Path) -> None:
    with closing(SqliteState.open(path)) as state:
        job(state).succeed("run", slot(0))
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 8192)
    with closing(SqliteState.open(path)) as state, pytest.raises(RunError, match="backup"):
        job(state).control()


def test_a_lock_that_cannot_be_made_refuses_the_claim_and_changes_nothing(
    state: SqliteState, path: Path
) -> None:
    (path.parent / "locks").write_text("")
    with pytest.raises(ConfigurationError, match=r"cannot lock .*sync-products\.lock"):
        job(state).claim("run", slot(0))
    assert state.control.read(KEY) is None


def test_an_exception_undoes_all_that_was_written_with_it(state: SqliteState) -> None:
    stale = job(state).granted("stale").lease
    state.fingerprints.write(replace(stale, fence=9), [Fingerprints("b", b"newer")])
    with pytest.raises(NightshiftError):
        state.fingerprints.write(stale, [Fingerprints("a", b"1"), Fingerprints("b", b"older")])
    assert list(state.fingerprints.read(KEY, "", "~")) == [Fingerprints("b", b"newer")]


def test_runs_that_have_expired_are_removed_when_later_ones_are_put(state: SqliteState) -> None:
    old = RunRecord(RunId("1"), KEY, "schedule", Status.SUCCEEDED, at(0), expires_at=at(10))
    state.runs.put(old)
    state.runs.put(replace(old, id=RunId("2"), expires_at=None))
    state.runs.put(replace(old, id=RunId("3"), started_at=at(20), expires_at=at(30)))
    kept = [state.runs.get(KEY, RunId(run), START - timedelta(days=1)) for run in "123"]
    assert [run.id if run else None for run in kept] == [None, "2", "3"]
    assert sqlite_store("sqlite-file", state).raw.get(f"JOB#{KEY}", run_sort_key("1")) is None


def test_log_records_that_have_expired_are_removed_a_few_at_a_time(state: SqliteState) -> None:
    logs = SqliteLogs(state.database)
    old = [LogRecord(RunId("1"), KEY, at(0), n, Level.ERROR, "old") for n in range(PURGED_AT_ONCE + 10)]
    logs.write(old, at(10))
    new = LogRecord(RunId("2"), KEY, at(20), 0, Level.INFO, "new")
    for left in (10, 0):
        logs.write([new], at(30))
        assert len(list(logs.of_run(RunId("1"), START, START))) == left
    assert list(logs.of_run(RunId("2"), START, START)) == [new]


def test_what_is_made_together_is_undone_together(state: SqliteState) -> None:
    lease = job(state).granted("run", slot(0)).lease

    def write() -> None:
        with state.together():
            state.fingerprints.write(lease, [Fingerprints("a", b"1")])
            job(state).commit(lease, 3)
            raise LookupError

    with pytest.raises(LookupError):
        write()
    assert not list(state.fingerprints.read(KEY, "", "~"))
    assert job(state).control().cursor == {}


def test_a_part_that_fails_and_is_caught_is_undone_alone(state: SqliteState) -> None:
    lease = job(state).granted("run", slot(0)).lease
    with state.together():
        state.fingerprints.write(lease, [Fingerprints("a", b"1")])
        with suppress(TypeError):
            state.fingerprints.write(lease, [Fingerprints("b", b"1"), Fingerprints("c", object())])  # type: ignore[arg-type]
        state.fingerprints.write(lease, [Fingerprints("d", b"1")])
    assert [item.range for item in state.fingerprints.read(KEY, "", "~")] == ["a", "d"]


def test_a_transaction_that_sqlite_has_undone_is_not_gone_on_with(state: SqliteState) -> None:
    lease = job(state).granted("run", slot(0)).lease

    def write() -> None:
        with state.together():
            state.database.execute("ROLLBACK")  # as SQLite does where the disk is full
            job(state).commit(lease, 3)

    with pytest.raises(RunError, match="undone a transaction"):
        write()
    assert job(state).control().cursor == {}
