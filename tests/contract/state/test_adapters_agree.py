"""Any history of verbs leaves SQLite, simulated time's state and DynamoDB with the same answers and the same
control record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nightshift.errors import LostLeaseError
from nightshift.state.dynamodb import DynamoState
from nightshift.state.models import (
    ClaimRequest,
    Commit,
    Counts,
    Granted,
    JobKey,
    Lease,
    Pause,
    Release,
    RunId,
    Slot,
    Status,
)
from nightshift.state.ports import State
from nightshift_tools.embedded import SqliteState
from nightshift_tools.testing.tables import TableNames
from support.driving import LEASE, at

_NUMBERS = count(1)


@dataclass
class History:
    """One adapter on its way through a history: the leases it has given, and its clock in minutes."""

    state: State
    key: JobKey
    leases: list[Lease] = field(default_factory=list)
    now: int = 0


Verb: TypeAlias = Callable[[History], object]


def claim(schedule: str | None, minute: int, limit: int | None) -> Verb:
    def act(history: History) -> object:
        slot = None if schedule is None else Slot(schedule, at(minute))
        run = RunId(f"run-{len(history.leases)}")
        now = at(history.now)
        answer = history.state.control.claim(ClaimRequest(history.key, run, now, now + LEASE, slot, limit))
        if isinstance(answer, Granted):
            history.leases.append(answer.lease)
        return answer

    return act


def of_lease(back: int, act: Callable[[History, Lease], object]) -> Verb:
    """An act of a run: of the last one that was admitted, or of one before it, which may be overtaken."""

    def guarded(history: History) -> object:
        if back >= len(history.leases):
            return None
        try:
            return act(history, history.leases[-1 - back])
        except LostLeaseError as lost:
            return str(lost)

    return guarded


def commit(back: int, seen: int) -> Verb:
    return of_lease(
        back,
        lambda history, lease: history.state.control.commit(
            lease, Commit({"seen": seen}, Counts(read=seen), seen, at(history.now) + LEASE)
        ),
    )


def release(back: int, status: Status, idle_runs: int | None, rechecked: int | None) -> Verb:
    return of_lease(
        back,
        lambda history, lease: history.state.control.release(
            lease,
            Release(status, at(history.now), {}, 0, status is Status.SUCCEEDED, idle_runs, rechecked),
        ),
    )


def pause(history: History) -> object:
    return history.state.control.pause(history.key, Pause("why", at(history.now)))


def resume(history: History) -> object:
    return history.state.control.resume(history.key, at(history.now))


def override(value: str | None) -> Verb:
    return lambda history: history.state.control.override(history.key, "batch_size", value)


def reset(seen: int) -> Verb:
    return lambda history: history.state.control.reset_cursor(history.key, {"seen": seen}, at(history.now))


def recheck() -> Verb:
    return lambda history: history.state.control.request_recheck(history.key)


def wait(minutes: int) -> Verb:
    def act(history: History) -> None:
        history.now += minutes

    return act


numbers = st.integers(0, 3)
schedules = st.sampled_from(["often", "nightly", "often"])
claims = st.builds(claim, st.none() | schedules, numbers, st.none() | numbers)
verbs = st.one_of(
    claims,
    claims,
    st.builds(commit, st.integers(0, 1), numbers),
    st.builds(
        release,
        st.integers(0, 1),
        st.sampled_from([Status.SUCCEEDED, Status.FAILED]),
        st.none() | numbers,
        st.none() | numbers,
    ),
    st.sampled_from([pause, resume, resume]),
    st.builds(override, st.sampled_from([None, "5", "6"])),
    st.builds(reset, numbers),
    st.builds(recheck),
    st.builds(wait, st.sampled_from([1, 9, 10, 11])),
)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=st.lists(verbs, min_size=3, max_size=14))
def test_any_history_ends_the_same_on_all(
    local_client: object,
    local_tables: TableNames,
    tmp_path_factory: pytest.TempPathFactory,
    history: Sequence[Verb],
) -> None:
    key = JobKey(f"agree-{next(_NUMBERS)}")
    embedded = SqliteState.in_memory()
    sqlite = History(embedded, key)
    dynamodb = History(DynamoState(local_client, local_tables.state), key)  # type: ignore[arg-type]
    path = tmp_path_factory.mktemp("simulated") / "state.db"
    unsaved = SqliteState.simulated(path)
    simulated = History(unsaved, key)
    for verb in history:
        assert verb(sqlite) == verb(dynamodb) == verb(simulated)
    unsaved.close()
    saved = SqliteState.open(path)
    assert embedded.control.read(key) == dynamodb.state.control.read(key) == saved.control.read(key)
    embedded.close()
    saved.close()
