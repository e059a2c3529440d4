"""A record of a version that this release does not know is refused by every verb, and left as it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nightshift.errors import StateVersionError
from nightshift.state.codec import (
    CONTROL,
    Attributes,
    encode_control,
    encode_quarantined,
    encode_run,
    fingerprint_sort_key,
    partition,
    quarantine_sort_key,
    run_sort_key,
)
from nightshift.state.models import Control, Pause, Quarantined, RunId, RunRecord, Status
from support.driving import Job, at, slot

RUN = RunId("20261120T220000.000Z-new")
NEXT_VERSION = 2


def put(job: Job, sk: str, attributes: Attributes) -> Attributes:
    """Store a record as a later release would have written it, with an attribute of its own."""
    job.store.raw.put(partition(job.key), sk, {**attributes, "version": NEXT_VERSION, "later": "yes"})
    found = job.store.raw.get(partition(job.key), sk)
    assert found is not None
    return found


VERBS: dict[str, Callable[[Job], object]] = {
    "claim": lambda job: job.claim("run", slot(2)),
    "claim by hand": lambda job: job.claim("run"),
    "read": lambda job: job.store.state.control.read(job.key),
    "pause": lambda job: job.store.state.control.pause(job.key, Pause("why", at(0))),
    "resume": lambda job: job.store.state.control.resume(job.key, at(0)),
    "override": lambda job: job.store.state.control.override(job.key, "log_level", "DEBUG"),
    "reset_cursor": lambda job: job.store.state.control.reset_cursor(job.key, {}, at(99)),
    "request_recheck": lambda job: job.store.state.control.request_recheck(job.key),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "control", [Control(fence=4, slots={"default": at(0)}), Control(fence=4, pause=Pause("why", at(0)))]
)
def test_a_control_record_of_another_version(job: Job, verb: str, control: Control) -> None:
    before = put(job, CONTROL, encode_control(control))
    with pytest.raises(StateVersionError, match=rf"{job.key}.*version 2"):
        VERBS[verb](job)
    assert job.store.raw.get(partition(job.key), CONTROL) == before


def test_a_run_record_of_another_version(job: Job) -> None:
    record = RunRecord(RUN, job.key, "schedule", Status.RUNNING, at(0))
    before = put(job, run_sort_key(RUN), encode_run(record))
    with pytest.raises(StateVersionError, match=RUN):
        job.store.state.runs.get(job.key, RUN, at(1))
    with pytest.raises(StateVersionError, match=RUN):
        job.store.state.runs.latest(job.key, 5, at(1))
    with pytest.raises(StateVersionError, match=RUN):
        job.store.state.runs.interrupt(job.key, RUN, at(1), "why")
    assert job.store.raw.get(partition(job.key), run_sort_key(RUN)) == before


def test_a_quarantined_record_of_another_version(job: Job) -> None:
    record = Quarantined("7", "why", 1, at(0), at(0), "digest", RUN)
    before = put(job, quarantine_sort_key("7"), encode_quarantined(record))
    with pytest.raises(StateVersionError, match="7"):
        job.store.state.quarantine.all(job.key)
    assert job.store.raw.get(partition(job.key), quarantine_sort_key("7")) == before


def test_a_range_of_fingerprints_of_another_version(job: Job) -> None:
    before = put(job, fingerprint_sort_key("a"), {"fence": 0, "body": b"1"})
    with pytest.raises(StateVersionError):
        list(job.store.state.fingerprints.read(job.key, "a", "z"))
    assert job.store.raw.get(partition(job.key), fingerprint_sort_key("a")) == before
