"""Which retention holds for a job, where its border is, and how far it reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from nightshift.errors import ConfigurationError
from nightshift.logs.records import Level
from nightshift.logs.retention import Retention, check_cap, expiry, retention_of, run_expiry
from nightshift.manifest import CompiledManifest, JobEntry
from nightshift.state.models import JobKey

NOW = datetime(2026, 11, 20, 22, 4, 0, 123_456, UTC)
JOB = JobEntry("sync-products", "", 15, retention_days=30)
PURGE = JobEntry("purge-logs", "", 200, retention_days=90)
KEY = JobKey("sync-products")


def resolved(
    own: Mapping[str, str] | None = None,
    everybodys: Mapping[str, str] | None = None,
    *,
    key: JobKey = KEY,
    job: JobEntry = JOB,
    purge: JobEntry | None = PURGE,
) -> Retention:
    jobs = {entry.name: entry for entry in (job, purge) if entry is not None}
    settings = {key: own or {}, JobKey("purge-logs"): everybodys or {}}
    return retention_of(key, CompiledManifest(jobs), lambda of: settings.get(of, {}))


@pytest.mark.parametrize(
    ("own", "everybodys", "days", "source"),
    [
        ({}, {}, 30, "the manifest"),
        ({}, {"retention_days": "14"}, 14, "set for purge-logs"),
        ({"retention_days": "20"}, {"retention_days": "14"}, 20, "set for sync-products"),
        ({"retention_days": "20"}, {}, 20, "set for sync-products"),
        ({"batch_size": "20"}, {"batch_size": "10"}, 30, "the manifest"),
    ],
)
def test_the_first_that_is_set_holds(
    own: dict[str, str], everybodys: dict[str, str], days: int, source: str
) -> None:
    found = resolved(own, everybodys)
    assert (found.days, found.source, found.cap_days) == (days, source, 60)
    assert found.levels == dict.fromkeys(Level, days)


def test_a_level_of_its_own_holds_whatever_the_job_says_and_run_time_comes_first() -> None:
    purge = replace(PURGE, params={"retention_days_debug": 3, "retention_days_info": 10, "log_segments": 4})
    found = resolved({"retention_days": "20"}, {"params.retention_days_info": "5"}, purge=purge)
    assert found.levels == {Level.DEBUG: 3, Level.INFO: 5, Level.WARNING: 20, Level.ERROR: 20}
    assert found.days == 20


def test_a_storefront_has_its_own_settings() -> None:
    shop = replace(JOB, storefronts=("main", "outlet"))
    main = JobKey("sync-products", "main")
    assert resolved({"retention_days": "7"}, key=main, job=shop).days == 7
    assert resolved({"retention_days": "7"}, key=main, job=shop).source == "set for sync-products@main"


def test_a_job_that_is_gone_goes_by_purge_logs() -> None:
    assert resolved(key=JobKey("an-old-job")).days == 90
    with pytest.raises(ConfigurationError, match="no job 'purge-logs'"):
        resolved(key=JobKey("an-old-job"), purge=None)


def test_without_purge_logs_a_job_has_its_own() -> None:
    assert resolved(purge=None).days == 30


@pytest.mark.parametrize("value", ["", "0", "-1", "1.5", "3 days", "٣", "3654", "9" * 5000, "true"])
def test_what_is_no_number_of_days_is_refused_with_the_command_that_sets_one(value: str) -> None:
    for own, everybodys, job in (
        ({"retention_days": value}, {}, "sync-products"),
        ({}, {"retention_days": value}, "sync-products"),
        ({}, {"params.retention_days_info": value}, "purge-logs"),
    ):
        with pytest.raises(ConfigurationError) as refusal:
            resolved(own, everybodys)
        assert f"`nightshift set {job} " in str(refusal.value)


@pytest.mark.parametrize("days", [None, True, 0])
def test_a_manifest_without_a_retention_is_refused(days: object) -> None:
    job = replace(JOB, retention_days=days)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="retention_days"):
        resolved(job=job)
    with pytest.raises(ConfigurationError, match="retention_days"):
        expiry(NOW, job)


def test_the_border_is_a_whole_millisecond_as_records_have_it() -> None:
    found = resolved({"retention_days": "10"}, {"params.retention_days_error": "20"})
    border = datetime(2026, 11, 10, 22, 4, 0, 123_000, UTC)
    assert found.cutoff(NOW) == found.log_cutoff(Level.INFO, NOW) == border
    assert found.log_cutoff(Level.ERROR, NOW) == border - timedelta(days=10)
    assert found.latest_cutoff(NOW) == border
    assert resolved({}, {"params.retention_days_debug": "1"}).latest_cutoff(NOW).day == 19


def test_expiry_is_the_cap_whatever_is_set_and_run_records_outlive_their_logs() -> None:
    assert expiry(NOW, JOB) == NOW + timedelta(days=60)
    assert run_expiry(NOW, JOB) == NOW + timedelta(days=90)


@pytest.mark.parametrize(("days", "is_kept"), [("59", True), ("60", True), ("61", False), ("90", False)])
def test_more_than_is_kept_is_refused_with_the_days_that_are_missing(days: str, is_kept: bool) -> None:
    for own, everybodys, name in (
        ({"retention_days": days}, {}, "retention_days"),
        ({}, {"retention_days": days}, "retention_days"),
        ({}, {"params.retention_days_error": days}, "retention_days_error"),
    ):
        found = resolved(own, everybodys)
        if is_kept:
            check_cap(KEY, found)
            continue
        with pytest.raises(ConfigurationError) as refusal:
            check_cap(KEY, found)
        beyond = int(days) - 60
        for words in (f"{name} = {days}", "60 days", f"the {beyond} day", f": {-(-int(days) // 2)} into"):
            assert words in str(refusal.value)
