"""A batch is written down while the next is on its way to the target: one ahead, and no further."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from nightshift.errors import LostLeaseError, TryLaterError
from nightshift.state.models import JobKey, Status
from nightshift_tools.embedded import SqliteLogs, SqliteState
from support.shop import START, Bench, Shop
from support.watched import WatchedState

KEY = JobKey("copy-items")
BATCHES = 4
NUMBERS = [1000 * batch + place for batch in range(1, BATCHES + 1) for place in range(4)]
"""Of the records: no two batches share a range of fingerprints."""


def bench_of(before_commit: Callable[[int], None]) -> tuple[Bench, WatchedState]:
    """Four batches of four records; told before each commit, by its number from 1."""
    embedded = SqliteState.in_memory()
    state: Any = WatchedState(embedded, before_commit)
    source = {str(number): "v" for number in NUMBERS}
    return Bench(Shop(source, page_size=5), state, SqliteLogs(embedded.database)), state


class Events:
    """What happened, in order; `wait_for` lets a thread wait until another one has come so far."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._changed = threading.Condition()

    def note(self, event: str) -> None:
        with self._changed:
            self.seen.append(event)
            self._changed.notify_all()

    def wait_for(self, event: str) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: event in self.seen, 10), f"no {event!r} after {self.seen}"


def noting_sends(events: Events) -> Callable[[Sequence[str]], None]:
    def before_write(keys: Sequence[str]) -> None:
        events.note(f"send {int(keys[0]) // 1000}")

    return before_write


def test_the_next_batch_is_sent_while_one_is_written_down_and_the_one_after_it_is_not() -> None:
    events = Events()

    def before_commit(number: int) -> None:
        if 1 < number < BATCHES:
            events.wait_for(f"send {number + 1}")  # without the overlap this would never come
        time.sleep(0.03)  # for whoever does not wait
        events.note(f"commit {number}")

    bench, state = bench_of(before_commit)
    bench.shop.before_write = noting_sends(events)
    state.before_release = lambda: events.note("release")
    assert bench.tick().record.status is Status.SUCCEEDED
    assert events.seen[-2:] == [f"commit {BATCHES}", "release"]
    order = {event: place for place, event in enumerate(events.seen)}
    assert order["commit 1"] < order["send 2"]  # the first of all is waited for
    for number in range(2, BATCHES - 1):
        assert order[f"commit {number}"] < order[f"send {number + 2}"]


def test_a_run_that_has_lost_its_lease_sends_nothing_more_once_it_knows() -> None:
    events = Events()

    def before_commit(number: int) -> None:
        if number > 1:
            events.wait_for("send 3")
            raise LostLeaseError("another run has taken over")

    bench, _ = bench_of(before_commit)
    bench.shop.before_write = noting_sends(events)
    ended = bench.tick()
    assert isinstance(ended.error, LostLeaseError)
    assert ended.record.status is Status.INTERRUPTED
    assert events.seen == ["send 1", "send 2", "send 3"]


def test_what_could_not_be_written_down_and_what_was_on_its_way_are_both_in_doubt() -> None:
    trouble: list[int] = []

    def before_commit(number: int) -> None:
        if number in trouble:
            raise TryLaterError("the state is down")

    bench, state = bench_of(before_commit)
    bench.tick()
    before = dict(bench.shop.source)
    bench.shop.source |= dict.fromkeys(before, "w")
    state.is_atomic = True
    trouble.append(BATCHES + 2)
    assert bench.tick().record.status is Status.FAILED
    assert {key for key, value in bench.shop.target.items() if value == "w"} >= {"1000", "2003"}
    bench.shop.source = before  # what is stored of them from the first run would pass for the truth
    assert bench.tick().record.status is Status.SUCCEEDED
    assert bench.shop.target == before


@pytest.mark.parametrize("is_atomic", [False, True])
def test_what_was_set_aside_and_logged_is_not_lost_with_a_commit_that_fails(is_atomic: bool) -> None:
    def before_commit(number: int) -> None:
        if number == 2:
            raise TryLaterError("the state is down")

    bench, state = bench_of(before_commit)
    state.is_atomic = is_atomic
    bench.shop.source["2001"] = "bad"
    bench.shop.refuses = {"bad"}
    record = bench.tick().record
    assert record.status is Status.FAILED
    (kept,) = state.quarantine.all(KEY)
    assert (kept.record, kept.attempts) == ("2001", 1)
    assert state.control.read(KEY).quarantined == 1
    logged = list(bench.logs.of_run(record.id, START, START))
    assert [each.record for each in logged if "set aside" in each.message] == ["2001"]
    assert [each.sequence for each in logged] == sorted({each.sequence for each in logged})


@pytest.mark.parametrize("is_atomic", [False, True])
def test_what_waits_behind_a_commit_that_fails_is_not_committed_and_not_lost(is_atomic: bool) -> None:
    events = Events()

    def before_commit(number: int) -> None:
        events.note(f"commit {number}")
        if number == 2:
            events.wait_for("send 3")
            time.sleep(0.05)  # the third is answered, and waits
            raise TryLaterError("the state is down")

    bench, state = bench_of(before_commit)
    state.is_atomic = is_atomic
    bench.shop.before_write = noting_sends(events)
    bench.shop.source |= {"2001": "bad", "3001": "bad"}
    bench.shop.refuses = {"bad"}
    record = bench.tick().record
    assert record.status is Status.FAILED
    assert [event for event in events.seen if event.startswith("commit")] == ["commit 1", "commit 2"]
    assert "send 4" not in events.seen
    assert sorted(kept.record for kept in state.quarantine.all(KEY)) == ["2001", "3001"]
    logged = list(bench.logs.of_run(record.id, START, START))
    assert [each.record for each in logged if "set aside" in each.message] == ["2001", "3001"]
    assert [each.sequence for each in logged] == sorted({each.sequence for each in logged})
    bench.shop.source |= {str(number): "w" for number in NUMBERS}
    assert bench.tick().record.status is Status.SUCCEEDED
    assert bench.shop.target == bench.shop.source


def test_what_was_logged_of_a_batch_that_waits_behind_a_lost_lease_is_kept() -> None:
    events = Events()

    def before_commit(number: int) -> None:
        if number == 2:
            events.wait_for("send 3")
            time.sleep(0.05)  # the third is answered, and waits
            raise LostLeaseError("another run has taken over")

    bench, _ = bench_of(before_commit)
    bench.shop.before_write = noting_sends(events)
    bench.shop.source |= {"2001": "bad", "3001": "bad"}
    bench.shop.refuses = {"bad"}
    record = bench.tick().record
    assert record.status is Status.INTERRUPTED
    logged = list(bench.logs.of_run(record.id, START, START))
    assert [each.record for each in logged if "set aside" in each.message] == ["2001", "3001"]


def test_nothing_is_removed_before_all_that_was_sent_is_written_down() -> None:
    events = Events()
    bench, _ = bench_of(lambda number: events.note(f"commit {number}"))
    bench.shop.on_missing = "delete"
    bench.tick()
    events.seen.clear()
    bench.shop.source = dict.fromkeys(list(bench.shop.source)[:-1], "w")
    bench.shop.before_write = noting_sends(events)
    gone = bench.shop.gone

    def noting_gone(keys: Sequence[str]) -> Any:
        events.note("look for what is gone")
        return gone(keys)

    bench.shop.gone = noting_gone  # type: ignore[method-assign]
    assert bench.tick().record.counts.removed == 1
    assert events.seen.index("look for what is gone") > events.seen.index("commit 8")


@pytest.mark.parametrize("changed", [1, 4, 5, 8, 9, 16])
def test_the_records_of_two_batches_are_told_at_once_when_the_one_before_them_is_handed_out(
    changed: int,
) -> None:
    bench, _ = bench_of(lambda number: None)
    bench.tick()
    bench.shop.source |= {str(number): "w" for number in NUMBERS[:changed]}
    sent: list[tuple[str, ...]] = []
    told: list[tuple[tuple[str, ...], int]] = []
    bench.shop.before_write = lambda keys: sent.append(tuple(keys))
    bench.shop.ahead = lambda items, compare: told.append((tuple(i.key for i in items), len(sent)))
    assert bench.tick().record.counts.updated == changed
    pairs = [(place, sent[place + 1 : place + 3]) for place in range(0, len(sent) - 1, 2)]
    assert told == [(tuple(key for keys in pair for key in keys), place) for place, pair in pairs]
