"""Throttling and batches that are left undone: DynamoDB is asked again, with waits, and not for ever."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from nightshift.errors import TryLaterError
from nightshift.state.dynamodb.batches import MAX_ROUNDS
from nightshift.state.dynamodb.meter import FREE_RETRIES, LONGEST_WAIT, Meter
from nightshift.state.dynamodb.sending import MAX_TRIES
from nightshift.state.dynamodb.table import Table
from nightshift_tools.testing.tables import TableNames
from support.flaky_client import FlakyClient, Undone
from support.shop import FakeClock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_NUMBERS = count(1)


class Waits(FakeClock):
    """A clock that notes how long it was slept for."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        super().sleep(seconds)


class Bed:
    """A table over a flaky client, with a partition of its own."""

    def __init__(self, client: FlakyClient, name: str, remaining: float = math.inf) -> None:
        self.client = client
        self.clock = Waits()
        self.meter = Meter(self.clock, Random(7))
        self.meter.begin(lambda: remaining - self.clock.monotonic())
        self.table = Table(client, name, self.meter)  # type: ignore[arg-type]
        self.pk = f"patience-{next(_NUMBERS)}"

    def items(self, number: int) -> list[tuple[str, str, dict[str, Any]]]:
        return [(self.pk, f"{n:04d}", {"n": n}) for n in range(number)]

    def stored(self) -> list[str]:
        return [str(item["sk"]) for item in self.table.query(self.pk, "0", "9")]


Make = Callable[..., Bed]


@pytest.fixture
def make(local_client: DynamoDBClient, local_tables: TableNames) -> Make:
    def bed(*, remaining: float = math.inf, **faults: Any) -> Bed:
        return Bed(FlakyClient(local_client, **faults), local_tables.state, remaining)

    return bed


def some(seed: int, share: float) -> Undone:
    chance = Random(seed)
    return lambda _, parts: [part for part in parts if chance.random() < share]


def all_for(rounds: float) -> Undone:
    return lambda number, parts: parts if number < rounds else []


UNDONE = {
    "a few": some(1, 0.2),
    "half": some(2, 0.5),
    "most": some(3, 0.6),
    "all, once": all_for(1),
    "all, as often as is borne": all_for(MAX_ROUNDS - 1),
}


@pytest.mark.parametrize("case", UNDONE)
def test_writes_left_undone_are_sent_again_until_there_are_none(make: Make, case: str) -> None:
    bed = make(undone=UNDONE[case])
    bed.table.write_batch(bed.items(25))
    assert len(bed.stored()) == 25
    assert bed.clock.slept
    assert max(bed.clock.slept) <= LONGEST_WAIT


@pytest.mark.parametrize("consistent", [True, False])
@pytest.mark.parametrize("case", UNDONE)
def test_reads_left_undone_are_sent_again_until_there_are_none(
    make: Make, case: str, consistent: bool
) -> None:
    make_ready = make()
    make_ready.table.write_batch(make_ready.items(60))
    bed = make(undone=UNDONE[case])
    keys = [(make_ready.pk, f"{n:04d}") for n in range(70)]
    found = bed.table.get_batch(keys, consistent=consistent)
    assert list(found) != []
    assert sorted(found) == keys[:60]
    assert found[keys[7]] == {"pk": keys[7][0], "sk": "0007", "n": 7}
    assert bed.clock.slept


def act_write(bed: Bed) -> None:
    bed.table.write_batch(bed.items(25))


def act_read(bed: Bed) -> None:
    bed.table.get_batch([(bed.pk, "1"), (bed.pk, "2")])


@pytest.mark.parametrize("act", [act_write, act_read])
@pytest.mark.parametrize("rounds", [MAX_ROUNDS, math.inf])
def test_what_stays_undone_is_told_and_not_asked_for_for_ever(
    make: Make, act: Callable[[Bed], None], rounds: float
) -> None:
    bed = make(undone=all_for(rounds))
    with pytest.raises(TryLaterError, match="undone: it is throttled, and 8 requests in a row did nothing"):
        act(bed)
    assert bed.client.requests.total() == MAX_ROUNDS


def test_one_item_a_round_ends_with_the_budget(make: Make) -> None:
    bed = make(undone=lambda _, parts: parts[1:])
    with pytest.raises(TryLaterError, match="too many requests of this run had to be repeated"):
        bed.table.write_batch(bed.items(25))
    assert bed.client.requests.total() <= 25


@pytest.mark.parametrize("act", [act_write, act_read])
def test_nobody_waits_past_the_end_of_the_run(make: Make, act: Callable[[Bed], None]) -> None:
    bed = make(undone=all_for(math.inf), remaining=2.0)
    with pytest.raises(TryLaterError, match="no time is left"):
        act(bed)
    assert sum(bed.clock.slept) < 2.0


def test_a_throttled_request_is_not_waited_for_past_the_end_of_the_run(make: Make) -> None:
    bed = make(throttles=lambda: True, remaining=0.0)
    with pytest.raises(TryLaterError, match="no time is left"):
        bed.table.get(bed.pk, "1")
    assert bed.client.requests.total() == 1


@pytest.mark.parametrize("percent", [0, 1, 5, 10, 20, 50, 90, 100])
def test_throttling_slows_down_and_is_not_answered_with_more_load(make: Make, percent: int) -> None:
    chance = Random(percent)
    bed = make(throttles=lambda: chance.random() * 100 < percent)
    asked, refused = 400, 0
    for number in range(asked):
        try:
            bed.table.put(bed.pk, f"{number:04d}", {})
        except TryLaterError:
            refused += 1
    assert bed.client.requests.total() <= 1.1 * asked + FREE_RETRIES
    assert bed.meter.usage().requests["PutItem"] == bed.client.requests["put_item"]
    assert max(bed.clock.slept, default=0.0) <= LONGEST_WAIT
    assert (refused == 0) == (percent <= 5)
    assert (refused == asked) == (percent == 100)


def test_one_request_is_tried_three_times_and_no_more(make: Make) -> None:
    bed = make(throttles=lambda: True)
    with pytest.raises(TryLaterError, match="ProvisionedThroughputExceededException"):
        bed.table.get(bed.pk, "1")
    assert bed.client.requests == {"get_item": MAX_TRIES}


def test_each_table_has_its_own_budget(make: Make, local_tables: TableNames) -> None:
    bed = make(throttles=lambda: True)
    for _ in range(FREE_RETRIES):
        with suppress(TryLaterError):
            bed.table.get(bed.pk, "1")
    before = bed.client.requests.total()
    with suppress(TryLaterError):
        Table(bed.client, local_tables.log, bed.meter).get(bed.pk, "1")  # type: ignore[arg-type]
    assert bed.client.requests.total() - before == MAX_TRIES


def test_a_run_begins_with_a_fresh_budget_and_counts_from_zero(make: Make) -> None:
    bed = make(throttles=lambda: True)
    for _ in range(FREE_RETRIES):
        with suppress(TryLaterError):
            bed.table.get(bed.pk, "1")
    bed.meter.begin(lambda: math.inf)
    assert bed.meter.usage().requests == {}
    with suppress(TryLaterError):
        bed.table.get(bed.pk, "1")
    assert bed.meter.usage().requests == {"GetItem": MAX_TRIES}
