"""Many claim at once, and exactly one is admitted: what moto cannot show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from nightshift.state.dynamodb import DynamoState
from nightshift.state.models import (
    ClaimRequest,
    Granted,
    JobKey,
    Refusal,
    Refused,
    Release,
    RunId,
    Slot,
    Status,
)
from nightshift.state.ports import State
from nightshift_tools.embedded import SqliteState
from nightshift_tools.testing.dynamodb_local import client
from nightshift_tools.testing.tables import TableNames
from support.driving import LEASE, Job, at, slot
from support.states import dynamodb_store

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

RACERS = 16
ROUNDS = 200
EVERY = 60
_NUMBERS = count(1)


@pytest.fixture(params=["one sqlite file", "one sqlite state", "sqlite in memory", "dynamodb-local"])
def racers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[State]]:
    """A way to the same state for each racer: connections of their own, or one that all share."""
    with ExitStack() as closing:
        if request.param == "one sqlite file":
            each = [SqliteState.open(tmp_path / "state.db") for _ in range(RACERS)]
            for state in each:
                closing.callback(state.close)
            yield list(each)
        elif request.param == "dynamodb-local":
            endpoint: str = request.getfixturevalue("dynamodb_endpoint")
            tables: TableNames = request.getfixturevalue("local_tables")
            yield [DynamoState(client(endpoint), tables.state) for _ in range(RACERS)]
        else:
            in_memory = request.param == "sqlite in memory"
            shared = SqliteState.in_memory() if in_memory else SqliteState.open(tmp_path / "state.db")
            closing.callback(shared.close)
            yield [shared] * RACERS


@dataclass(frozen=True)
class Race:
    """How a race ended: the one that was admitted, through which state, and all the others."""

    state: State
    granted: Granted
    refusals: list[Refused]


def race(pool: ThreadPoolExecutor, racers: Sequence[State], asks: Sequence[ClaimRequest]) -> Race:
    """Have all claim in the same moment, as near as threads can; exactly one must be admitted."""
    start = Barrier(len(racers))

    def run(state: State, ask: ClaimRequest) -> Granted | Refused:
        start.wait(timeout=60)
        return state.control.claim(ask)

    answers = list(zip(racers, pool.map(run, racers, asks), strict=True))
    ((state, granted),) = [(state, answer) for state, answer in answers if isinstance(answer, Granted)]
    return Race(state, granted, [answer for _, answer in answers if isinstance(answer, Refused)])


def slots_of(turn: int) -> tuple[list[Slot], set[Refusal]]:
    """Who races in a round, and why losers may be refused: in turn deliveries of one tick, ticks of many
    schedules, late and early ticks of one, and the tick of the round before, whose run has died."""
    same, minute = slot(EVERY * turn), EVERY * turn
    if turn % 4 == 1:
        return [slot(minute, f"schedule-{place}") for place in range(RACERS)], {Refusal.OVERLAP}
    if turn % 4 == 2:
        ticks = [slot(minute - RACERS + place) for place in range(RACERS)]
        return ticks, {Refusal.OVERLAP, Refusal.TOO_LATE}
    return [slot(minute - EVERY) if turn % 4 == 0 and turn else same] * RACERS, {Refusal.SLOT_HELD}


def test_of_many_that_claim_at_once_exactly_one_is_admitted(racers: list[State]) -> None:
    key = JobKey(f"race-{next(_NUMBERS)}")
    dead = None
    with ThreadPoolExecutor(RACERS) as pool:
        for turn in range(ROUNDS):
            now = at(EVERY * turn)  # by then the lease of the round before has run out
            slots, reasons = slots_of(turn)
            asks = [
                ClaimRequest(key, RunId(f"{turn}-{place}"), now, now + LEASE, of, ROUNDS)
                for place, of in enumerate(slots)
            ]
            ended = race(pool, racers, asks)
            assert ended.granted.lease.fence == turn + 1
            assert ended.granted.control.previous_run == dead
            assert {refused.refusal for refused in ended.refusals} <= reasons
            if turn % 4 == 3:
                dead = ended.granted.lease.run
                ended.state.abandon(ended.granted.lease)
            else:
                dead = None
                release = Release(Status.SUCCEEDED, now, {}, 0, done=True)
                ended.state.control.release(ended.granted.lease, release)
    control = racers[0].control.read(key)
    assert control is not None
    # A tick whose run has died is not counted again.
    assert sum(control.executions.values()) == ROUNDS - (ROUNDS - 1) // 4


def test_a_slot_that_another_run_ends_between_the_two_requests_of_a_claim_is_a_duplicate(
    dynamodb_endpoint: str, local_client: DynamoDBClient, local_tables: TableNames
) -> None:
    key = JobKey(f"race-{next(_NUMBERS)}")
    slow_client = client(dynamodb_endpoint)
    job = Job(dynamodb_store("dynamodb-local", local_client, local_tables), key)
    slow = Job(dynamodb_store("dynamodb-local", slow_client, local_tables), key)
    job.fail("first", slot(0))
    requests = count(1)

    def overtake(**_: object) -> None:
        if next(requests) == 2:
            job.succeed("faster", slot(0))

    slow_client.meta.events.register("before-send.dynamodb.UpdateItem", overtake)
    assert slow.refused("slower", slot(0)).refusal is Refusal.DUPLICATE
    assert job.control().last_run == "faster"
    slow_client.close()
