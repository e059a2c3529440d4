"""Packed fingerprints: ranges in order, read a page at a time, written under the fence."""

from __future__ import annotations

import pytest

from nightshift.errors import LostLeaseError
from nightshift.state.models import Fingerprints, Lease
from support.driving import Job, at, slot


def read(job: Job, first: str = "0", last: str = "~") -> list[Fingerprints]:
    return list(job.store.state.fingerprints.read(job.key, first, last))


def two_leases(job: Job) -> tuple[Lease, Lease]:
    """The lease of a run thought dead, and that of the run which took over."""
    stale = job.granted("stale", slot(0)).lease
    job.store.state.abandon(stale)
    return stale, job.granted("heir", slot(2), now=60).lease


def test_ranges_come_back_in_order_whatever_order_they_were_written_in(job: Job) -> None:
    lease = job.granted("run").lease
    ranges = [Fingerprints(f"{number:06d}", bytes([number])) for number in (5, 1, 9, 3)]
    job.store.state.fingerprints.write(lease, ranges)
    assert [found.range for found in read(job)] == ["000001", "000003", "000005", "000009"]
    assert read(job) == sorted(ranges, key=lambda packed: packed.range)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [("b", "d", "bcd"), ("b", "b", "b"), ("bb", "cc", "c"), ("a", "a~", "a"), ("x", "z", ""), ("d", "b", "")],
)
def test_a_read_includes_both_ends(job: Job, first: str, last: str, expected: str) -> None:
    ranges = [Fingerprints(name, name.encode()) for name in "abcde"]
    job.store.state.fingerprints.write(job.granted("run").lease, ranges)
    assert "".join(found.range for found in read(job, first, last)) == expected


def test_every_byte_is_kept(job: Job) -> None:
    body = bytes(range(256)) * 3
    job.store.state.fingerprints.write(job.granted("run").lease, [Fingerprints("a", body)])
    assert read(job) == [Fingerprints("a", body)]


def test_more_than_a_page_of_dynamodb_is_read_to_its_end(job: Job) -> None:
    lease = job.granted("run").lease
    ranges = [Fingerprints(f"{number:06d}", bytes([number]) * 90_000) for number in range(25)]
    assert sum(len(packed.body) for packed in ranges) > 2 * 1024 * 1024
    job.store.state.fingerprints.write(lease, ranges)
    assert read(job) == ranges


def test_a_reader_that_stops_early_has_read_no_more_than_it_needed(job: Job) -> None:
    lease = job.granted("run").lease
    job.store.state.fingerprints.write(lease, [Fingerprints(f"{n:06d}", b"x") for n in range(40)])
    reader = job.store.state.fingerprints.read(job.key, "000000", "~")
    assert next(reader).range == "000000"
    job.store.state.fingerprints.write(lease, [Fingerprints("000001", b"")])
    assert len(list(reader)) >= 38


def test_a_range_is_replaced_whole(job: Job) -> None:
    lease = job.granted("run").lease
    job.store.state.fingerprints.write(lease, [Fingerprints("a", b"12345678"), Fingerprints("b", b"x")])
    job.store.state.fingerprints.write(lease, [Fingerprints("a", b"87654321")])
    assert read(job) == [Fingerprints("a", b"87654321"), Fingerprints("b", b"x")]


def test_an_empty_body_removes_a_range(job: Job) -> None:
    lease = job.granted("run").lease
    job.store.state.fingerprints.write(lease, [Fingerprints("a", b"1"), Fingerprints("b", b"2")])
    job.store.state.fingerprints.write(lease, [Fingerprints("a", b""), Fingerprints("never", b"")])
    assert read(job) == [Fingerprints("b", b"2")]
    job.store.state.fingerprints.write(lease, [Fingerprints("a", b"3")])
    assert read(job) == [Fingerprints("a", b"3"), Fingerprints("b", b"2")]


@pytest.mark.parametrize("body", [b"newer", b""], ids=["rewritten", "removed"])
def test_a_run_that_was_overtaken_cannot_undo_its_heir(job: Job, body: bytes) -> None:
    stale, heir = two_leases(job)
    job.store.state.fingerprints.write(heir, [Fingerprints("a", body)])
    with pytest.raises(LostLeaseError, match="stale"):
        job.store.state.fingerprints.write(stale, [Fingerprints("a", b"older")])
    assert [found.body for found in read(job)] == ([body] if body else [])


def test_an_heir_may_replace_what_its_predecessor_wrote(job: Job) -> None:
    stale, heir = two_leases(job)
    job.store.state.fingerprints.write(stale, [Fingerprints("a", b"older")])
    job.store.state.fingerprints.write(heir, [Fingerprints("a", b"newer")])
    assert read(job) == [Fingerprints("a", b"newer")]


def test_fingerprints_touch_neither_the_control_record_nor_the_runs(job: Job) -> None:
    lease = job.granted("run", slot(0)).lease
    before = job.control()
    job.store.state.fingerprints.write(lease, [Fingerprints("a", b"1")])
    assert job.control() == before
    assert job.store.state.runs.latest(job.key, 5, at(0)) == []
