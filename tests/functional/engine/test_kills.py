"""A run that ends without a word, at any step: the next one makes good, and repeats at most one batch."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from nightshift.errors import LostLeaseError
from nightshift.state.models import ClaimRequest, Counts, Granted, JobKey, RunId, RunRecord, Status
from nightshift_tools.embedded import SqliteState
from support.faults import Killed, Killer, MortalState
from support.shop import START, Bench, Shop

KEY = JobKey("copy-items")
BATCH = 4


def fresh(killer: Killer, prepare: Callable[[Bench], None]) -> Bench:
    """A shop of 14 records, two bad ones among them, in whatever state `prepare` brings it to."""
    shop = Shop({str(number): f"v{number}" for number in range(1, 15)}, page_size=5, on_missing="delete")
    shop.refuses.add("v6")
    shop.unmappable.add("v13")
    embedded = SqliteState.in_memory()
    bench = Bench(shop, embedded)
    prepare(bench)
    bench.state = MortalState(embedded, killer)
    return bench


def nothing(bench: Bench) -> None:
    """The killed run is the first of all."""


def synced_then_edited(bench: Bench) -> None:
    """The killed run updates, creates, removes, and tries quarantined records again."""
    bench.tick()
    source = {key: value for key, value in bench.shop.source.items() if key not in ("3", "14")}
    bench.shop.source = {"77": "inserted", **source, "5": "edited", "11": "edited"}
    bench.shop.writes.clear()


SITUATIONS = {"first run": nothing, "edited since": synced_then_edited}


def steps_of(prepare: Callable[[Bench], None]) -> list[str]:
    killer = Killer(None, after=False)
    fresh(killer, prepare).tick()
    return killer.steps


CASES = [
    pytest.param(prepare, step, after, id=f"{name}, {'after' if after else 'before'} {step} {verb}")
    for name, prepare in SITUATIONS.items()
    for step, verb in enumerate(steps_of(prepare))
    for after in (False, True)
]


@pytest.mark.parametrize(("prepare", "step", "after"), CASES)
def test_killed_at_any_write_two_clean_ticks_reach_the_undisturbed_state(
    prepare: Callable[[Bench], None], step: int, after: bool
) -> None:
    undisturbed = fresh(Killer(None, after=False), prepare)
    undisturbed.tick()
    killer = Killer(step, after=after)
    bench = fresh(killer, prepare)
    with pytest.raises(Killed):
        bench.tick()
    killer.at = None
    bench.clock.advance(3600)
    minute = bench.minute + 100
    assert bench.tick(minute).record.status is Status.SUCCEEDED
    assert bench.tick(minute + 1).record.status is Status.SUCCEEDED
    assert bench.shop.target == undisturbed.shop.target
    assert {record.record for record in bench.state.quarantine.all(KEY)} == {"6", "13"}
    assert len(bench.shop.writes) <= len(undisturbed.shop.writes) + BATCH
    records = bench.state.runs.latest(KEY, 50, bench.clock.now())
    assert Status.RUNNING not in {record.status for record in records}
    assert bench.tick(minute + 2).record.status is Status.SUCCEEDED


@pytest.mark.parametrize("page", [0, 5, 10])
@pytest.mark.parametrize("reverts", [False, True])
def test_killed_between_target_and_fingerprint_a_source_that_reverts_is_still_followed(
    page: int, reverts: bool
) -> None:
    """The target holds what no fingerprint tells of; the fingerprints say what the source says again."""
    bench = fresh(Killer(None, after=False), nothing)
    bench.tick()
    key = str(page + 2)
    bench.shop.source[key] = "a passing fancy"

    def die(keys: object) -> None:
        raise Killed

    bench.shop.after_write = die
    with pytest.raises(Killed):
        bench.tick()
    assert bench.shop.target[key] == "a passing fancy"
    bench.shop.after_write = lambda keys: None
    bench.shop.source[key] = f"v{key}" if reverts else "here to stay"
    bench.clock.advance(3600)
    bench.tick(100)
    assert bench.shop.target[key] == bench.shop.source[key]


@pytest.mark.parametrize("page", [0, 5, 10])
def test_failed_between_target_and_fingerprint_a_source_that_reverts_is_still_followed(page: int) -> None:
    bench = fresh(Killer(None, after=False), nothing)
    bench.tick()
    key = str(page + 2)
    bench.shop.source[key] = "a passing fancy"

    def fail(keys: object) -> None:
        raise ConnectionError("the answer was lost")

    bench.shop.after_write = fail
    assert bench.tick().record.status is Status.FAILED
    bench.shop.after_write = lambda keys: None
    bench.shop.source[key] = f"v{key}"
    bench.tick()
    assert bench.shop.target[key] == bench.shop.source[key]


def orphaned(bench: Bench) -> str:
    """A record that a killed run has created and not written down, and that the source has lost since."""
    bench.tick()
    bench.shop.source = {**bench.shop.source, "77": "a passing fancy"}

    def die(keys: object) -> None:
        raise Killed

    bench.shop.after_write = die
    with pytest.raises(Killed):
        bench.tick()
    bench.shop.after_write = lambda keys: None
    del bench.shop.source["77"]
    bench.clock.advance(3600)
    return "77"


def fail_on_reading(bench: Bench) -> None:
    """The run that takes over fails at the first page."""

    def fail(start: int) -> None:
        raise ConnectionError("the source is down")

    bench.shop.before_page = fail
    assert bench.tick().record.status is Status.FAILED
    bench.shop.before_page = lambda start: None


def fail_before_the_scan(bench: Bench) -> None:
    """The run that takes over fails before it reads anything."""
    bench.state.control.override(KEY, "batch_size", "none")
    assert bench.tick().record.status is Status.FAILED
    bench.state.control.override(KEY, "batch_size", None)


def run_out_of_time_for_removals(bench: Bench) -> None:
    """The run that takes over compares everything, and has no time left to remove what is gone."""
    bench.shop.source["12"] = "new"
    bench.shop.before_write = lambda keys: bench.clock.advance(290)
    assert bench.tick(seconds_left=300).record.status is Status.INCOMPLETE
    bench.shop.before_write = lambda keys: None


def fail_on_removing(bench: Bench) -> None:
    gone, bench.shop.gone = bench.shop.gone, lambda keys: 1 / 0  # type: ignore[method-assign]
    assert bench.tick().record.status is Status.FAILED
    bench.shop.gone = gone  # type: ignore[method-assign]


@pytest.mark.parametrize(
    "disturb", [fail_on_reading, fail_before_the_scan, run_out_of_time_for_removals, fail_on_removing]
)
def test_the_full_compare_after_a_kill_is_done_again_until_one_came_to_its_end(
    disturb: Callable[[Bench], None],
) -> None:
    bench = fresh(Killer(None, after=False), nothing)
    key = orphaned(bench)
    disturb(bench)
    assert key in bench.shop.target
    bench.tick()
    assert key not in bench.shop.target
    assert not bench.tick().record.full


def test_a_run_that_lost_its_lease_stops_and_leaves_the_other_run_alone() -> None:
    bench = fresh(Killer(None, after=False), nothing)

    def lose_the_lease(keys: object) -> None:
        now = bench.clock.now().replace(hour=23)
        request = ClaimRequest(KEY, RunId("usurper"), now, now.replace(minute=59))
        assert isinstance(bench.state.control.claim(request), Granted)

    bench.shop.before_write = lose_the_lease
    ended = bench.tick()
    assert isinstance(ended.error, LostLeaseError)
    assert "usurper" in str(ended.error)
    assert len(bench.shop.writes) <= BATCH
    control = bench.state.control.read(KEY)
    assert control is not None
    assert (control.run, control.cursor) == ("usurper", {})
    (record,) = bench.state.runs.latest(KEY, 9, bench.clock.now())
    assert record.status is Status.INTERRUPTED


def wait_until_committed(bench: Bench, batches: int) -> None:
    """A batch is written down while the next is on its way."""
    patience = time.monotonic() + 10
    while (control := bench.state.control.read(KEY)) is None or control.progress.batches < batches:
        assert time.monotonic() < patience
        time.sleep(0.001)


@pytest.mark.parametrize("commits", [1, 2, 3])
def test_a_run_that_was_killed_is_on_record_with_all_that_it_committed(commits: int) -> None:
    bench = fresh(Killer(None, after=False), nothing)
    batches = []

    def die(keys: object) -> None:
        batches.append(keys)
        if len(batches) > commits:
            wait_until_committed(bench, commits)
            raise Killed

    bench.shop.after_write = die
    with pytest.raises(Killed):
        bench.tick()
    bench.shop.after_write = lambda keys: None
    bench.clock.advance(3600)
    bench.tick(100)
    killed = bench.state.runs.latest(KEY, 9, bench.clock.now())[-1]
    assert (killed.status, killed.counts.batches) == (Status.INTERRUPTED, commits)
    assert killed.counts.read == commits * BATCH


def test_a_run_that_was_left_unmarked_before_is_not_credited_with_it() -> None:
    bench = fresh(Killer(None, after=False), nothing)
    older = RunRecord(RunId("20261120T210000000Z-older"), KEY, "schedule", Status.RUNNING, START)
    bench.state.runs.put(older)
    batches = []

    def die(keys: object) -> None:
        batches.append(keys)
        if len(batches) == 3:
            wait_until_committed(bench, 2)
            raise Killed

    bench.shop.after_write = die
    with pytest.raises(Killed):
        bench.tick()
    bench.shop.after_write = lambda keys: None
    bench.clock.advance(3600)
    bench.tick(100)
    *_, killed, unmarked = bench.state.runs.latest(KEY, 9, bench.clock.now())
    assert (unmarked.id, unmarked.counts, unmarked.status) == (older.id, Counts(), Status.INTERRUPTED)
    assert killed.counts.batches == 2


def test_what_one_killed_run_came_to_is_not_said_of_another() -> None:
    bench = fresh(Killer(None, after=False), nothing)

    def die(keys: object) -> None:
        raise Killed

    bench.shop.before_write = die
    for minute in (1, 100, 200):
        if minute > 1:
            bench.clock.advance(3600)
        with pytest.raises(Killed):
            bench.tick(minute)
        bench.shop.before_write = die if minute > 1 else _once_through(die)
    bench.shop.before_write = lambda keys: None
    bench.clock.advance(3600)
    bench.tick(300)
    found = [record.counts.batches for record in bench.state.runs.latest(KEY, 9, bench.clock.now())]
    assert found[1:] == [1]  # the second run committed a batch; the others never wrote a record


def _once_through(act: Callable[[object], None]) -> Callable[[object], None]:
    """Let one pass, then act."""
    passed: list[object] = []

    def wrapped(keys: object) -> None:
        passed.append(keys)
        if len(passed) > 1:
            act(keys)

    return wrapped
