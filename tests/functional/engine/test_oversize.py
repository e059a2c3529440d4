"""Records too large for the state: set aside like any other bad record, and the run goes on."""

from __future__ import annotations

import pytest

from nightshift.quarantine import MAX_NAME
from nightshift.state.models import JobKey, Quarantined, Status
from support.shop import Bench, Shop

HUGE = "\N{OWL}" * 150_000
"""600 KB."""


@pytest.fixture
def bench() -> Bench:
    shop = Shop({"1": "a", HUGE: "nothing to sell", "3": "c"})
    shop.unmappable.add("nothing to sell")
    return Bench(shop)


def quarantined(bench: Bench) -> list[Quarantined]:
    return list(bench.state.quarantine.all(JobKey("copy-items")))


def test_a_record_with_a_huge_key_is_set_aside_under_a_short_name(bench: Bench) -> None:
    ended = bench.tick()
    assert ended.record.status is Status.SUCCEEDED
    assert bench.shop.target == {"1": "a", "3": "c"}
    (record,) = quarantined(bench)
    assert record.record.startswith("\N{OWL}" * 20)
    assert len(record.record.encode()) <= MAX_NAME


def test_its_tries_are_counted_over_runs_until_it_waits_for_a_person(bench: Bench) -> None:
    for _ in range(bench.entry.max_retries + 3):
        assert bench.tick().record.status is Status.SUCCEEDED
    (record,) = quarantined(bench)
    assert record.attempts == bench.entry.max_retries + 1


def test_two_that_begin_alike_are_two(bench: Bench) -> None:
    bench.shop.source[f"{HUGE}."] = "nothing to sell"
    bench.tick()
    assert len(quarantined(bench)) == 2


def test_a_run_whose_end_is_a_long_word_is_on_record(bench: Bench) -> None:
    def stop(place: int) -> None:
        raise ValueError(HUGE)

    bench.shop.before_page = stop
    ended = bench.tick()
    kept = bench.state.runs.get(JobKey("copy-items"), ended.record.id, bench.clock.now())
    assert kept is not None
    assert kept.status is Status.FAILED
    assert kept.failure is not None
    assert kept.failure.message.startswith(HUGE[:1000])
