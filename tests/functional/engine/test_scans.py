"""What one scan after another does to the target: every change arrives, nothing is written for nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nightshift.errors import RunError
from nightshift.state.models import Fingerprints, JobKey, Lease, RunId, Status
from support.shop import Bench, Plans, Shop

KEY = JobKey("copy-items")


def rows(count: int, first: int = 1) -> dict[str, str]:
    return {str(number): f"v{number}" for number in range(first, first + count)}


@pytest.fixture
def bench() -> Bench:
    return Bench(Shop(rows(35)))


def test_a_first_scan_writes_all_and_a_second_parses_and_writes_nothing(bench: Bench) -> None:
    first = bench.tick().record
    assert (first.counts.read, first.counts.created, first.counts.batches) == (35, 35, 9)
    bench.shop.writes.clear()
    bench.shop.parsed.clear()
    second = bench.tick().record
    assert (second.counts.read, second.counts.unchanged, second.counts.pages) == (35, 35, 4)
    assert second.idle
    assert not bench.shop.writes
    assert not bench.shop.parsed


def test_only_pages_that_changed_are_parsed_and_only_records_that_changed_are_written(bench: Bench) -> None:
    bench.tick()
    bench.shop.writes.clear()
    bench.shop.parsed.clear()
    bench.shop.source |= {"12": "new", "33": "new"}
    counts = bench.tick().record.counts
    assert bench.shop.writes == ["12", "33"]
    assert bench.shop.parsed == [10, 30]
    assert (counts.read, counts.updated, counts.unchanged) == (35, 2, 33)


def test_an_insert_shifts_all_pages_and_writes_one_record(bench: Bench) -> None:
    bench.tick()
    bench.shop.writes.clear()
    bench.shop.source = {"1000": "first of all", **bench.shop.source}
    bench.tick()
    assert bench.shop.writes == ["1000"]


def test_a_new_version_of_the_mapping_looks_at_every_record_again(bench: Bench) -> None:
    bench.tick()
    bench.shop.parsed.clear()
    bench.shop.version = 2
    bench.tick()
    assert bench.shop.parsed == [0, 10, 20, 30]


def test_the_full_compare_mends_what_was_edited_in_the_target(bench: Bench) -> None:
    bench.shop.full_every = timedelta(hours=24)
    bench.tick()
    bench.shop.target["7"] = "edited by hand"
    bench.shop.writes.clear()
    assert bench.tick().record.counts.unchanged == 35
    bench.clock.advance(24 * 3600)
    full = bench.tick(24 * 60 + 5).record
    assert full.full
    assert (full.counts.updated, full.counts.unchanged) == (1, 34)
    assert bench.shop.writes == ["7"]
    assert not bench.tick().record.full


def test_by_hand_a_full_scan_can_be_asked_for(bench: Bench) -> None:
    bench.tick()
    del bench.shop.target["9"]
    ended = bench.by_hand(full=True).record
    assert (ended.full, ended.counts.created, ended.counts.unchanged) == (True, 1, 34)


@pytest.mark.parametrize(("on_missing", "left"), [("keep", 35), ("delete", 33)])
def test_what_the_source_has_lost_is_kept_or_removed(bench: Bench, on_missing: str, left: int) -> None:
    bench.shop.on_missing = on_missing
    bench.tick()
    del bench.shop.source["3"], bench.shop.source["35"]
    counts = bench.tick().record.counts
    assert (len(bench.shop.target), counts.removed) == (left, 35 - left)
    assert bench.tick().record.idle


def test_a_record_that_comes_back_as_it_was_is_written_again(bench: Bench) -> None:
    bench.shop.on_missing = "delete"
    bench.tick()
    gone = bench.shop.source.pop("35")
    bench.tick()
    bench.shop.source["35"] = gone
    bench.tick()
    assert bench.shop.target == bench.shop.source


def test_what_keep_has_left_is_removed_once_the_job_is_told_to(bench: Bench) -> None:
    bench.tick()
    del bench.shop.source["20"]
    bench.tick()
    bench.shop.on_missing = "delete"
    bench.tick()
    assert bench.shop.target == bench.shop.source


def test_a_full_scan_removes_what_no_fingerprint_knows(bench: Bench) -> None:
    bench.shop.on_missing = "delete"
    bench.tick()
    bench.shop.target["stray"] = "left by an earlier worker"
    bench.by_hand(full=True)
    assert bench.shop.target == bench.shop.source


def test_a_record_that_a_shift_hid_from_the_scan_is_not_removed(bench: Bench) -> None:
    bench.shop.on_missing = "delete"
    bench.tick()

    def remove_while_reading(start: int) -> None:
        if start == 10:
            bench.shop.source.pop("1", None)  # 11 moves to the page that was read already

    bench.shop.before_page = remove_while_reading
    bench.tick()
    assert "11" in bench.shop.target
    bench.tick()
    assert bench.shop.target == bench.shop.source


@pytest.mark.parametrize(("left", "fails"), [(28, False), (27, True), (0, True)])
def test_a_source_that_lists_far_less_than_before_fails_the_run_and_removes_nothing(
    bench: Bench, left: int, fails: bool
) -> None:
    bench.shop.on_missing = "delete"
    bench.shop.min_seen_ratio = 0.8
    bench.tick()
    bench.shop.source = rows(left)
    ended = bench.tick()
    assert (ended.record.status is Status.FAILED) == fails
    assert len(bench.shop.target) == (35 if fails else left)
    if fails:
        assert isinstance(ended.error, RunError)
        assert "nothing was removed" in str(ended.error)


def test_an_empty_source_fails_even_a_first_run() -> None:
    bench = Bench(Shop({}, min_seen_ratio=0.8))
    assert "lists nothing at all" in str(bench.tick().error)


@pytest.mark.parametrize("kind", ["refused by the target", "not mappable"])
@pytest.mark.parametrize("place", [1, 4, 10, 11, 35])
def test_a_bad_record_is_set_aside_tried_again_and_then_waits_for_a_person(
    bench: Bench, place: int, kind: str
) -> None:
    bad = bench.shop.refuses if kind == "refused by the target" else bench.shop.unmappable
    bad.add(f"v{place}")
    first = bench.tick().record
    assert (first.counts.created, first.counts.quarantined) == (34, 1)
    for attempt in (2, 3):
        counts = bench.tick().record.counts
        assert (counts.quarantined, counts.unchanged) == (1, 34)
        (record,) = bench.state.quarantine.all(KEY)
        assert (record.record, record.attempts) == (str(place), attempt)
    assert f"v{place}" in record.reason
    bench.shop.parsed.clear()
    waiting = bench.tick().record
    assert waiting.idle
    assert (waiting.counts.read, waiting.counts.quarantined, waiting.counts.unchanged) == (35, 1, 34)
    assert not bench.shop.parsed
    bad.clear()
    assert bench.tick().record.idle  # it waits for a person, not for the weather
    bench.shop.source[str(place)] = "mended"
    assert bench.tick().record.counts.created == 1
    assert bench.state.quarantine.all(KEY) == []
    assert bench.shop.target == bench.shop.source


def test_a_recheck_tries_what_waits_again_once_a_person_has_reset_it(bench: Bench) -> None:
    bench.shop.refuses.add("v5")
    for _ in range(4):
        bench.tick()
    bench.shop.refuses.clear()
    (record,) = bench.state.quarantine.all(KEY)
    bench.state.quarantine.put(KEY, [type(record)(**{**asdict(record), "attempts": 0})])
    bench.state.control.request_recheck(KEY)
    assert bench.tick().record.counts.created == 1
    assert bench.tick().record.idle
    control = bench.state.control.read(KEY)
    assert control is not None
    assert (control.is_recheck_due, control.quarantined) == (False, 0)


def test_a_recheck_asked_for_while_another_is_done_is_done_by_the_next_run(bench: Bench) -> None:
    bench.tick()
    bench.state.control.request_recheck(KEY)
    bench.shop.parsed.clear()
    bench.shop.before_page = lambda start: bench.state.control.request_recheck(KEY) if start == 30 else None
    bench.tick()
    assert bench.shop.parsed == [0, 10, 20, 30]
    bench.shop.before_page = lambda start: None
    bench.tick()
    assert bench.shop.parsed == [0, 10, 20, 30] * 2
    bench.tick()
    assert bench.shop.parsed == [0, 10, 20, 30] * 2


def test_what_an_overtaken_run_left_of_a_scan_that_nobody_resumes_goes_with_the_next_full_compare(
    bench: Bench,
) -> None:
    bench.tick()
    stale = Lease(KEY, RunId("stale"), 1, bench.clock.now())
    bench.state.fingerprints.write(stale, [Fingerprints("seen:000000", b'[["0","ff"]]')])
    bench.by_hand(full=True)
    assert list(bench.state.fingerprints.read(KEY, "seen:", "seen:~")) == []
    assert bench.tick().record.idle


def asdict(record: object) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__slots__}  # type: ignore[attr-defined]


def test_a_record_that_reverts_to_what_the_target_has_leaves_quarantine(bench: Bench) -> None:
    bench.tick()
    bench.shop.refuses.add("worse")
    bench.shop.source["8"] = "worse"
    bench.tick()
    bench.shop.source["8"] = "v8"
    assert bench.tick().record.counts.quarantined == 0
    assert bench.state.quarantine.all(KEY) == []
    assert bench.tick().record.idle


def test_too_many_bad_records_fail_the_run_and_keep_what_was_written(bench: Bench) -> None:
    bench.with_entry(max_failed_ratio=0.1)
    bench.shop.refuses |= {f"v{number}" for number in range(1, 6)}
    ended = bench.tick()
    assert ended.record.status is Status.FAILED
    assert "5 of 35 records" in str(ended.error)
    assert len(bench.shop.target) == 30


def test_the_deadline_ends_a_run_as_incomplete_and_the_next_goes_on_where_it_stopped(bench: Bench) -> None:
    bench.shop.on_missing = "delete"
    bench.shop.target["gone"] = "x"

    def be_slow(keys: Sequence[str]) -> None:
        bench.clock.advance(10)

    bench.shop.before_write = be_slow
    first = bench.tick(1, seconds_left=60).record
    assert (first.status, first.counts.batches) == (Status.INCOMPLETE, 4)
    assert first.ended_at is not None
    assert (first.ended_at - first.started_at).total_seconds() <= 50
    second = bench.tick(2, seconds_left=300).record
    assert second.status is Status.SUCCEEDED
    assert second.counts.created == 35 - 16
    assert bench.shop.target == bench.shop.source
    assert sorted(bench.shop.writes, key=int) == list(bench.shop.source)


def test_a_scan_over_many_short_runs_comes_to_its_end_and_knows_what_is_missing(bench: Bench) -> None:
    bench.shop.on_missing = "delete"
    bench.tick()
    del bench.shop.source["2"]
    bench.shop.version = 2  # every page is parsed
    bench.shop.before_page = lambda start: bench.clock.advance(12)
    statuses = [bench.tick(minute, seconds_left=30).record.status for minute in range(2, 12)]
    assert statuses[0] is Status.INCOMPLETE
    assert Status.SUCCEEDED in statuses
    assert bench.shop.target == bench.shop.source


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(bench: Bench) -> None:
    bench.tick()
    bench.shop.source |= {"5": "new", "99": "x", "6": "bad"}
    bench.shop.refuses.add("bad")
    control, before = bench.state.control.read(KEY), dict(bench.shop.target)
    plans = Plans()
    bench.observer = plans
    bench.shop.upsert = pretend(bench.shop)  # type: ignore[method-assign]
    ended = bench.by_hand(dry_run=True).record
    assert (ended.counts.created, ended.counts.updated, ended.counts.quarantined) == (1, 1, 1)
    assert sorted(plans.plan) == [("created", "99"), ("quarantined", "6"), ("updated", "5")]
    assert (bench.state.control.read(KEY), bench.shop.target) == (control, before)
    assert len(bench.state.runs.latest(KEY, 9, bench.clock.now())) == 1
    assert bench.state.quarantine.all(KEY) == []


def pretend(shop: Shop):  # type: ignore[no-untyped-def]
    """The target of a dry run: the same answers, no effect."""
    twin = Shop({}, target=dict(shop.target), refuses=shop.refuses)
    return twin.upsert


@st.composite
def edits(draw: st.DrawFn) -> list[tuple[str, int]]:
    kinds = st.sampled_from(["edit", "revert", "insert", "remove", "append"])
    return draw(st.lists(st.tuples(kinds, st.integers(0, 60)), max_size=6))


def apply(source: dict[str, str], edit: tuple[str, int], serial: int) -> dict[str, str]:
    kind, number = edit
    keys = list(source)
    place = number % (len(keys) + 1)
    if kind in ("edit", "revert") and keys:
        key = keys[number % len(keys)]
        source[key] = f"e{number % 3}" if kind == "edit" else f"v{key}"
    elif kind == "insert":
        new = [(str(500 + serial), f"i{number % 3}")]
        return dict(list(source.items())[:place] + new + list(source.items())[place:])
    elif kind == "remove" and len(keys) > 1:
        del source[keys[number % len(keys)]]
    elif kind == "append":
        source[str(900 + serial)] = f"a{number % 3}"
    return source


@settings(max_examples=120, deadline=None)
@given(
    between=st.lists(edits(), min_size=2, max_size=5),
    during=st.lists(st.tuples(st.integers(0, 5), edits()), max_size=3),
    seed=st.integers(0, 3),
    on_missing=st.sampled_from(["keep", "delete"]),
    reads_on=st.booleans(),
)
def test_after_any_history_a_quiet_scan_leaves_the_target_as_the_source(
    between: list[list[tuple[str, int]]],
    during: list[tuple[int, list[tuple[str, int]]]],
    seed: int,
    on_missing: str,
    reads_on: bool,
) -> None:
    """Edits between scans and while pages are read, some scans cut short by their deadline."""
    shop = Shop(rows(23), page_size=5, on_missing=on_missing, reads_on=reads_on)
    bench = Bench(shop)
    chance = random.Random(seed)
    serial = 0

    def change(edit_list: list[tuple[str, int]]) -> None:
        nonlocal serial
        for edit in edit_list:
            serial += 1
            shop.source = apply(shop.source, edit, serial)

    for edit_list in between:
        pending = list(during)

        def while_reading(start: int, pending: list[tuple[int, list[tuple[str, int]]]] = pending) -> None:
            bench.clock.advance(1)
            for entry in [entry for entry in pending if entry[0] * 5 == start]:
                pending.remove(entry)
                change(entry[1])

        shop.before_page = while_reading
        counts = bench.tick(seconds_left=chance.choice([3, 300, 300])).record.counts
        assert counts.read == counts.created + counts.updated + counts.unchanged + counts.quarantined
        change(edit_list)
    shop.before_page = lambda start: None
    for _ in range(2):
        assert bench.tick().record.status is Status.SUCCEEDED
    expected = shop.source if on_missing == "delete" else {**shop.target, **shop.source}
    assert shop.target == expected
    assert bench.tick().record.idle


def test_after_a_failure_only_what_the_target_lacks_is_written(bench: Bench) -> None:
    """Of the batch that was on its way nobody knows whether it arrived: it is compared, not sent again."""
    bench.tick()
    bench.shop.source |= {"1": "new", "2": "new", "3": "new"}

    def fail(keys: Sequence[str]) -> None:
        raise ConnectionError("the answer was lost")

    bench.shop.after_write = fail
    assert bench.tick().record.status is Status.FAILED
    bench.shop.after_write = lambda keys: None
    bench.shop.writes.clear()
    counts = bench.tick().record.counts
    assert (counts.unchanged, counts.updated, bench.shop.writes) == (35, 0, [])


def test_a_scan_that_fails_midway_keeps_what_is_known_of_the_pages_behind_it(bench: Bench) -> None:
    bench.tick()

    def fail(start: int) -> None:
        if start == 20:
            raise ConnectionError("the source is down")

    bench.shop.before_page = fail
    assert bench.tick().record.status is Status.FAILED
    bench.shop.before_page = lambda start: None
    bench.shop.parsed.clear()
    assert bench.tick().record.idle
    assert not bench.shop.parsed
