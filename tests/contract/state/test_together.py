"""Writes that are made together: in their order, and one that fails alone takes no other with it."""

from __future__ import annotations

import pytest

from nightshift.errors import LostLeaseError
from nightshift.state.models import Fingerprints, Lease
from support.driving import Job, slot


def ranges(job: Job) -> dict[str, bytes]:
    return {item.range: item.body for item in job.store.state.fingerprints.read(job.key, "", "~")}


def write(job: Job, lease: Lease, name: str) -> None:
    job.store.state.fingerprints.write(lease, [Fingerprints(name, b"1")])


def test_all_of_them_are_there_afterwards(job: Job) -> None:
    lease = job.granted("run", slot(0)).lease
    with job.store.state.together():
        write(job, lease, "a")
        job.commit(lease, 3)
        write(job, lease, "b")
    assert ranges(job) == {"a": b"1", "b": b"1"}
    assert job.control().cursor == {"seen": 3}


def test_one_that_fails_and_is_caught_undoes_no_other(job: Job) -> None:
    stale = job.granted("stale", slot(0)).lease
    job.store.state.abandon(stale)
    later = job.granted("later", slot(9), now=60).lease
    write(job, later, "b")
    with job.store.state.together():
        write(job, stale, "a")
        with pytest.raises(LostLeaseError):
            job.store.state.fingerprints.write(stale, [Fingerprints("a", b"2"), Fingerprints("b", b"2")])
        write(job, stale, "c")
    found = ranges(job)
    assert found["b"] == b"1"
    assert {"a", "c"} <= found.keys()
