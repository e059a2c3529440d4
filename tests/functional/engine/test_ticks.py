"""Which ticks run: once each, one at a time, as far as an operator and the manifest let them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightshift.errors import ConfigurationError, SlotHeldError, TriggerError
from nightshift.manifest import ScheduleEntry
from nightshift.state.models import ClaimRequest, Granted, JobKey, Pause, RunId, RunRecord, Slot, Status
from nightshift.times import from_text
from support.shop import START, Bench, Shop


@pytest.fixture
def bench() -> Bench:
    return Bench(Shop({str(number): f"v{number}" for number in range(1, 8)}))


KEY = JobKey("copy-items")


def runs(bench: Bench, key: JobKey = KEY) -> list[Status]:
    return [record.status for record in bench.state.runs.latest(key, 50, bench.clock.now())]


def test_a_tick_delivered_twice_runs_once(bench: Bench) -> None:
    assert bench.tick(1).record.status is Status.SUCCEEDED
    again = bench.tick(1)
    assert (again.record.status, again.record.reason) == (Status.SKIPPED, "duplicate")
    assert runs(bench) == [Status.SUCCEEDED]
    assert bench.shop.writes == list(bench.shop.source)


def test_a_tick_that_comes_after_a_later_one_is_too_late(bench: Bench) -> None:
    bench.tick(5)
    late = bench.tick(3)
    assert (late.record.status, late.record.reason) == (Status.SKIPPED, "too late")
    assert runs(bench) == [Status.SUCCEEDED]


def test_schedules_of_one_job_deduplicate_apart(bench: Bench) -> None:
    bench.tick(5)
    nightly = bench.tick(5, schedule="nightly")
    assert nightly.record.status is Status.SUCCEEDED
    assert nightly.record.batch_size == 3


def hold(bench: Bench, minute: int | None) -> RunId:
    """Another worker holds the lease, for a slot or by hand."""
    slot = None if minute is None else Slot("default", from_text(str(bench.event(minute)["scheduled_time"])))
    now = bench.clock.now()
    request = ClaimRequest(JobKey("copy-items"), RunId("other-run"), now, now.replace(hour=23), slot)
    assert isinstance(bench.state.control.claim(request), Granted)
    return request.run


@pytest.mark.parametrize("held", [1, None])
def test_while_a_run_is_alive_a_tick_is_skipped_and_the_skip_names_the_run(
    bench: Bench, held: int | None
) -> None:
    other = hold(bench, held)
    skipped = bench.tick(2).record
    assert skipped.status is Status.SKIPPED
    assert skipped.blocked_by == other
    assert other in str(skipped.reason)
    assert runs(bench) == [Status.SKIPPED]
    assert not bench.shop.writes


def test_a_retry_of_the_slot_that_is_being_worked_on_raises_so_that_lambda_tries_again(bench: Bench) -> None:
    hold(bench, 2)
    with pytest.raises(SlotHeldError, match="other-run"):
        bench.tick(2)
    assert runs(bench) == []


def resume(bench: Bench, minute: int) -> RunRecord:
    """What the watchdog sends for an open slot."""
    return bench.shop.handler().handle(bench.event(minute) | {"resumed": True}, bench.services(), 300).record


def test_a_slot_to_be_resumed_that_is_being_worked_on_is_left_to_its_run(bench: Bench) -> None:
    hold(bench, 2)
    skipped = resume(bench, 2)
    assert (skipped.status, skipped.reason) == (Status.SKIPPED, "slot held")
    assert runs(bench) == []
    assert not bench.shop.writes


def test_a_slot_to_be_resumed_that_may_not_run_now_leaves_no_record(bench: Bench) -> None:
    bench.state.control.pause(KEY, Pause("stocktaking", START))
    assert resume(bench, 2).reason == "paused"
    bench.state.control.resume(KEY, START)
    hold(bench, None)
    assert resume(bench, 2).reason == "overlap"
    assert runs(bench) == []


def test_a_resumed_slot_runs_as_the_slot_it_is_and_succeeds_once(bench: Bench) -> None:
    bench.shop.before_write = lambda keys: 1 / 0
    bench.tick(1)
    bench.shop.before_write = lambda keys: None
    bench.clock.advance(900)
    record = resume(bench, 1)
    assert (record.status, record.slot) == (Status.SUCCEEDED, Slot("default", START + timedelta(minutes=1)))
    assert resume(bench, 1).reason == "duplicate"
    assert bench.tick(1).record.reason == "duplicate"


@pytest.mark.parametrize("resumed", ["yes", 1, None])
def test_whether_a_slot_is_resumed_is_true_or_false(bench: Bench, resumed: object) -> None:
    with pytest.raises(TriggerError, match="neither true nor false"):
        bench.shop.handler().handle(bench.event(1) | {"resumed": resumed}, bench.services(), 300)


def test_a_slot_whose_run_died_is_taken_over_and_the_dead_run_is_marked(bench: Bench) -> None:
    bench.tick(1)
    hold(bench, 2)
    record = replace(bench.by_hand().record, id=RunId("other-run"), status=Status.RUNNING, trigger="schedule")
    bench.state.runs.put(record)
    bench.clock.advance(3 * 3600)
    taken = bench.tick(2).record
    assert taken.status is Status.SUCCEEDED
    dead = bench.state.runs.get(JobKey("copy-items"), RunId("other-run"), bench.clock.now())
    assert dead is not None
    assert dead.status is Status.INTERRUPTED
    assert taken.id in str(dead.reason)


def test_a_slot_that_failed_runs_again_and_then_never_more(bench: Bench) -> None:
    def break_down(keys: object) -> None:
        raise RuntimeError("the target is on fire")

    bench.shop.before_write = break_down
    failed = bench.tick(1)
    assert failed.record.status is Status.FAILED
    assert isinstance(failed.error, RuntimeError)
    bench.shop.before_write = lambda keys: None
    assert bench.tick(1).record.status is Status.SUCCEEDED
    assert bench.tick(1).record.reason == "duplicate"


def test_a_paused_job_skips_its_ticks_and_says_why(bench: Bench) -> None:
    key = JobKey("copy-items")
    bench.state.control.pause(key, Pause("stocktaking", START))
    assert bench.tick(1).record.reason == "paused: stocktaking"
    assert bench.by_hand().record.status is Status.SKIPPED
    bench.state.control.resume(key, START)
    assert bench.tick(2).record.status is Status.SUCCEEDED


def test_max_executions_counts_slots_and_neither_retries_nor_runs_by_hand(bench: Bench) -> None:
    bench.with_entry(max_executions=2)
    bench.shop.before_write = lambda keys: 1 / 0
    assert bench.tick(1).record.status is Status.FAILED
    bench.shop.before_write = lambda keys: None
    assert bench.tick(1).record.status is Status.SUCCEEDED  # the same slot: not counted again
    assert bench.by_hand().record.status is Status.SUCCEEDED
    assert bench.tick(2).record.status is Status.SUCCEEDED
    assert bench.tick(3).record.reason == "exhausted: max_executions is used up"
    assert bench.by_hand().record.status is Status.SUCCEEDED


def test_what_is_disabled_in_the_manifest_does_not_run_on_its_schedule(bench: Bench) -> None:
    bench.with_entry(schedules=(ScheduleEntry("default", enabled=False), ScheduleEntry("nightly")))
    assert bench.tick(1).record.reason == "disabled in the manifest"
    assert bench.tick(1, schedule="nightly").record.status is Status.SUCCEEDED
    bench.with_entry(enabled=False)
    assert bench.tick(2, schedule="nightly").record.reason == "disabled in the manifest"
    assert bench.by_hand().record.status is Status.SUCCEEDED


def test_each_storefront_has_a_claim_a_cursor_and_runs_of_its_own(bench: Bench) -> None:
    bench.with_entry(storefronts=("main", "outlet"))
    bench.state.control.pause(JobKey("copy-items", "outlet"), Pause("closed", START))
    assert bench.tick(1, storefront="main").record.status is Status.SUCCEEDED
    assert bench.tick(1, storefront="outlet").record.status is Status.SKIPPED
    assert runs(bench, JobKey("copy-items", "main")) == [Status.SUCCEEDED]
    assert bench.state.control.read(JobKey("copy-items")) is None
    with pytest.raises(TriggerError, match="main, outlet"):
        bench.tick(2, storefront="closed-shop")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"batch_size": 51}, ["copy-items", "batch_size", "51", "the most is 50"]),
        ({"batch_size": 0}, ["batch_size", "0", "1 or more"]),
        ({"batch_size": "many"}, ["'many'", "whole number"]),
        ({"params": {"on_mising": 1}}, ["no param 'on_mising'"]),
        ({"batchsize": 1}, ["unknown key 'batchsize'", "'batch_size'"]),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_claimed(
    bench: Bench, settings: dict[str, object], words: list[str]
) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        bench.by_hand(**settings)
    assert all(word in str(refusal.value) for word in words), str(refusal.value)
    assert bench.state.control.read(JobKey("copy-items")) is None


def test_settings_come_by_hand_then_run_time_then_environment_then_schedule_then_job(bench: Bench) -> None:
    def size_of(**event: str) -> int:
        return bench.tick(**event).record.batch_size  # type: ignore[arg-type]

    assert (size_of(), size_of(schedule="nightly")) == (4, 3)
    bench.environment["COPY_ITEMS_BATCH_SIZE"] = "5"
    assert (size_of(), size_of(schedule="nightly")) == (5, 5)
    bench.state.control.override(JobKey("copy-items"), "batch_size", "6")
    assert size_of() == 6
    assert bench.by_hand(batch_size=7).record.batch_size == 7
    bench.state.control.override(JobKey("copy-items"), "batch_size", None)
    assert size_of() == 5


def test_a_setting_at_run_time_beyond_its_limit_fails_the_run_and_leaves_no_lease(bench: Bench) -> None:
    bench.state.control.override(JobKey("copy-items"), "batch_size", "1000")
    ended = bench.tick()
    assert ended.record.status is Status.FAILED
    assert "the most is 50" in str(ended.error)
    bench.state.control.override(JobKey("copy-items"), "batch_size", None)
    assert bench.tick().record.status is Status.SUCCEEDED
