"""`ConnectorScheduler`: what is said in Python stands in the manifest afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from nightshift.errors import ConfigurationError
from nightshift_tools.connector_scheduler import ConnectorScheduler, UnknownJobError

MANIFEST = """\
version: 1
jobs:
  fulfill-line-items:   # a comment
    batch_size: {default: 100, max: 100}
  purge-logs: {}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "schedules.yaml"
    path.write_text(MANIFEST)
    return path


def test_what_is_scheduled_stands_in_the_manifest(path: Path) -> None:
    scheduler = ConnectorScheduler(path)
    scheduler.fulfill_line_items.with_size(50).every_minutes(5)
    scheduler.fulfill_line_items.hourly(1)
    scheduler.fulfill_line_items.in_zone("Europe/Berlin").daily(2, 0)
    scheduler.fulfill_line_items.cron("Fulfillment Every 4 hours", "0 0 0,4,8,12,16,20 ? * *")
    scheduler.purge_logs.weekly("MON")
    scheduler.purge_logs.monthly("last", 4)
    assert (
        path.read_text()
        == """\
version: 1
jobs:
  fulfill-line-items:   # a comment
    batch_size: {default: 100, max: 100}
    schedules:
      - {name: default, every_minutes: 5, batch_size: 50}
      - {name: hourly, hourly: 1}
      - {name: daily, daily: "02:00", timezone: Europe/Berlin}
      - {name: Fulfillment Every 4 hours, quartz: "0 0 0,4,8,12,16,20 ? * *"}
  purge-logs: {schedules: [{name: default, weekly: {day: MON, at: "00:00"}}, \
{name: monthly, monthly: {day: last, at: "04:00"}}]}
"""
    )


def test_the_class_itself_takes_the_project_of_the_folder(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    added = ConnectorScheduler.fulfill_line_items.with_size(50).every_minutes(5)
    assert (added.batch_size, added.expressions) == (50, ("cron(*/5 * * * ? *)",))
    assert "{every_minutes: 5, batch_size: 50}" in path.read_text()


def test_a_script_may_run_twice(path: Path) -> None:
    for _ in range(2):
        ConnectorScheduler(path).purge_logs.daily(2)
        ConnectorScheduler(path).purge_logs.cron("Every 4 hours", "0 0 0/4 ? * *")
    assert path.read_text().count("daily") == 1
    assert path.read_text().count("quartz") == 1


def test_a_size_holds_only_for_what_is_scheduled_through_it(path: Path) -> None:
    job = ConnectorScheduler(path).fulfill_line_items
    assert job.with_size(50).hourly(1).batch_size == 50
    assert job.hourly(2).batch_size is None


def test_another_zone_is_another_schedule(path: Path) -> None:
    job = ConnectorScheduler(path).purge_logs
    assert job.in_zone("Europe/Berlin").daily(2).zone == "Europe/Berlin"
    assert job.daily(2).zone == "UTC"


@pytest.mark.parametrize("name", ["fulfil_line_items", "fulfill_line_item"])
def test_an_unknown_job_is_refused_with_the_nearest(path: Path, name: str) -> None:
    with pytest.raises(UnknownJobError, match="did you mean fulfill-line-items"):
        getattr(ConnectorScheduler(path), name)
    assert not hasattr(ConnectorScheduler(path), "nothing_like_it")


@pytest.mark.parametrize("size", [0, -1, 101])
def test_a_size_that_the_job_does_not_take_is_refused_and_nothing_is_written(path: Path, size: int) -> None:
    with pytest.raises(ConfigurationError, match="batch_size"):
        ConnectorScheduler(path).fulfill_line_items.with_size(size).hourly(1)
    assert path.read_text() == MANIFEST


def test_a_name_that_is_taken_is_refused(path: Path) -> None:
    ConnectorScheduler(path).purge_logs.cron("n", "0 0 2 * * ?")
    with pytest.raises(ConfigurationError, match="has a schedule 'n' already"):
        ConnectorScheduler(path).purge_logs.cron("n", "0 0 3 * * ?")
