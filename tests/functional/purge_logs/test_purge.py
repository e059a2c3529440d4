"""What a purge removes and what it leaves, told from what stands in the tables afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nightshift.logs.records import Level
from nightshift.state.models import Counts, JobKey, Status
from support.purging import BILL, DAY, MILLISECOND, NIGHT, PURGE, PURGE_KEY, SYNC, SYNC_KEY, Night

ALL = {level: 3 for level in Level}


@pytest.fixture
def night() -> Night:
    return Night()


def test_what_is_older_than_the_retention_goes_and_the_rest_stays(night: Night) -> None:
    old, young = night.run_of(NIGHT - 31 * DAY, ALL), night.run_of(NIGHT - 29 * DAY, ALL)
    record = night.tick().record
    assert record.status is Status.SUCCEEDED
    assert not night.kept(old)
    assert night.kept(young) == ALL
    assert night.runs() == [young]
    assert record.counts == Counts(read=0, removed=9, batches=1)
    assert record.results | {"cutoff": ""} == {
        "setting": "30 days (the manifest)",
        "cutoff": "",
        "counted": 12,
        "deleted": 12,
        "orphans": 0,
        "runs_counted": 1,
        "runs_deleted": 1,
        "kept_on_hold": 0,
        "remaining": 0,
        "oldest_left": "2026-10-23T02:00:00.000Z",
        "runs_remaining": 0,
        "oldest_run_left": "2026-10-23T02:00:00.000Z",
    }
    assert record.results["cutoff"] == "2026-10-22T02:00:00.000Z"
