"""Records in quarantine: kept by key, in the order of their keys, until they are dropped."""

from __future__ import annotations

import pytest

from nightshift.state.models import Quarantined, RunId
from support.driving import Job, at


def quarantined(record: str, attempts: int = 1, reason: str = "title: required") -> Quarantined:
    return Quarantined(record, reason, attempts, at(0), at(attempts), "9f86d081884c7d65", RunId("run"))


def test_there_is_nothing_at_first(job: Job) -> None:
    assert job.store.state.quarantine.all(job.key) == []


def test_records_come_back_whole_and_in_the_order_of_their_keys(job: Job) -> None:
    keys = ["9", "10", "a b", "Z", "é", "\uffee", "🛑", "a#b", "x" * 255]
    job.store.state.quarantine.put(job.key, [quarantined(key) for key in keys])
    assert job.store.state.quarantine.all(job.key) == [quarantined(key) for key in sorted(keys)]


def test_a_record_put_again_replaces_the_first(job: Job) -> None:
    job.store.state.quarantine.put(job.key, [quarantined("7"), quarantined("8")])
    job.store.state.quarantine.put(job.key, [quarantined("7", attempts=2)])
    assert job.store.state.quarantine.all(job.key) == [quarantined("7", attempts=2), quarantined("8")]


def test_of_one_record_put_twice_at_once_the_last_counts(job: Job) -> None:
    job.store.state.quarantine.put(job.key, [quarantined("7"), quarantined("7", attempts=2)])
    assert job.store.state.quarantine.all(job.key) == [quarantined("7", attempts=2)]


def test_a_record_dropped_is_gone_and_may_be_dropped_again(job: Job) -> None:
    job.store.state.quarantine.put(job.key, [quarantined(key) for key in "123"])
    job.store.state.quarantine.drop(job.key, ["1", "3"])
    job.store.state.quarantine.drop(job.key, ["1", "none"])
    assert job.store.state.quarantine.all(job.key) == [quarantined("2")]


@pytest.mark.parametrize("count", [0, 1, 25, 26, 120])
def test_any_number_of_records_is_kept(job: Job, count: int) -> None:
    records = [quarantined(f"{number:05d}") for number in range(count)]
    job.store.state.quarantine.put(job.key, records)
    assert job.store.state.quarantine.all(job.key) == records
    job.store.state.quarantine.drop(job.key, [record.record for record in records])
    assert job.store.state.quarantine.all(job.key) == []


def test_a_reason_that_is_no_unicode_is_spelled_out_not_lost(job: Job) -> None:
    job.store.state.quarantine.put(job.key, [quarantined("7", reason="title: 'caf\ud83d'")])
    (found,) = job.store.state.quarantine.all(job.key)
    assert found.reason == "title: 'caf\\ud83d'"


def test_a_record_whose_key_is_no_unicode_can_be_set_aside_and_dropped(job: Job) -> None:
    job.store.state.quarantine.put(job.key, [quarantined("caf\ud83d")])
    assert [found.record for found in job.store.state.quarantine.all(job.key)] == ["caf\\ud83d"]
    job.store.state.quarantine.drop(job.key, ["caf\ud83d"])
    assert job.store.state.quarantine.all(job.key) == []
