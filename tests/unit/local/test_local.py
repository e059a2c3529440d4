"""A project on this machine: where it is, which secrets it has, what comes due, and how time passes."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nightshift.errors import ConfigurationError
from nightshift.manifest import CompiledManifest, JobEntry, ScheduleEntry
from nightshift_tools.local import Local, Project
from nightshift_tools.local.clocks import FastClock, JumpingClock
from nightshift_tools.local.delivery import Threads, follow, was_overtaken
from nightshift_tools.local.firings import Due, firings, next_firing
from nightshift_tools.local.secrets import FileSecrets
from nightshift_tools.local.stores import embedded, open_stores

START = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
EVERY = {"hours": "0-23", "months": "1-12"}


def test_a_project_is_found_from_below_and_its_home_can_be_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "schedules.yaml").touch()
    inside = tmp_path / "functions" / "deep"
    inside.mkdir(parents=True)
    assert Project.find(inside, {}) == Project(tmp_path, tmp_path / ".nightshift")
    assert Project.find(inside, {"NIGHTSHIFT_HOME": "/elsewhere"}).home == Path("/elsewhere")
    assert Project.find(inside, {"NIGHTSHIFT_HOME": "here"}).home == inside / "here"


def test_without_a_manifest_there_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=f"no schedules.yaml in {tmp_path}"):
        Project.find(tmp_path, {})


def keep(folder: Path, name: str, text: str, mode: int = 0o600) -> None:
    path = folder / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def test_a_secret_is_read_anew_each_time(tmp_path: Path) -> None:
    secrets = FileSecrets(tmp_path)
    keep(tmp_path, "shop/medusa", '{"api_key": "one"}')
    assert secrets.get("shop/medusa") == {"api_key": "one"}
    keep(tmp_path, "shop/medusa", '{"api_key": "two"}')
    assert secrets.get("shop/medusa") == {"api_key": "two"}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_secret_that_others_can_read_is_refused_with_the_cure(tmp_path: Path, mode: int) -> None:
    keep(tmp_path, "medusa", '{"api_key": "CANARY"}', mode)
    with pytest.raises(ConfigurationError, match=f"chmod 600 {tmp_path}/medusa.json"):
        FileSecrets(tmp_path).get("medusa")


@pytest.mark.parametrize("text", ["", "CANARY", '["CANARY"]', '{"api_key": 1, "x": "CANARY"}', '"CANARY"'])
def test_a_secret_that_is_no_object_of_texts_is_refused_without_a_word_of_it(
    tmp_path: Path, text: str
) -> None:
    keep(tmp_path, "medusa", text)
    with pytest.raises(ConfigurationError) as refusal:
        FileSecrets(tmp_path).get("medusa")
    assert "JSON object" in str(refusal.value)
    assert "CANARY" not in str(refusal.value)


@pytest.mark.parametrize("name", ["", "../medusa", "a/../b", "/etc/passwd", "a//b", ".hidden", "a b", "a/"])
def test_a_name_that_would_leave_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="name of a secret"):
        FileSecrets(tmp_path / "secrets").get(name)


@pytest.mark.parametrize("given", ["STATE_TABLE", "LOG_TABLE"])
def test_one_table_without_the_other_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{given} is set"):
        open_stores(tmp_path / "state.db", {given: "some-table"})
    assert not list(tmp_path.iterdir())


def manifest(**changes: object) -> CompiledManifest:
    often = ScheduleEntry("often", normal=[{"minutes": "0,30", **EVERY}])
    hourly = ScheduleEntry("hourly", normal=[{"minutes": "0", **EVERY}], storefronts=("outlet",))
    billing = JobEntry("bill", "bill.app.x", 10, storefronts=("main", "outlet"), schedules=(often, hourly))
    off = ScheduleEntry("off", enabled=False, normal=[{"minutes": "0-59", **EVERY}])
    counting = JobEntry(
        "count", "count.app.x", 10, schedules=(ScheduleEntry("default", normal=often.normal), off)
    )
    disabled = JobEntry("rest", "rest.app.x", 10, enabled=False, schedules=(often,))
    by_hand = JobEntry("wait", "wait.app.x", 10)
    return CompiledManifest({job.name: job for job in (billing, counting, disabled, by_hand)})


def test_firings_come_in_order_one_per_storefront_and_none_of_what_is_disabled() -> None:
    found = list(itertools.islice(firings(manifest(), manifest().jobs, START - timedelta(seconds=1)), 7))
    assert [(due.minute.minute, str(due.key), due.schedule) for due in found] == [
        (0, "bill@outlet", "hourly"),
        (0, "bill@main", "often"),
        (0, "bill@outlet", "often"),
        (0, "count", "default"),
        (30, "bill@main", "often"),
        (30, "bill@outlet", "often"),
        (30, "count", "default"),
    ]
    assert found[0].event() == {
        "job": "bill",
        "schedule": "hourly",
        "storefront": "outlet",
        "scheduled_time": "2026-11-20T22:00:00.000Z",
    }
    assert found[3].event()["storefront"] is None


def test_the_next_firing_is_the_earliest_of_what_is_enabled() -> None:
    jobs = manifest().jobs
    assert next_firing(jobs["bill"], START) == START + timedelta(minutes=30)
    assert next_firing(jobs["rest"], START) is None
    assert next_firing(jobs["wait"], START) is None


def test_time_that_jumps_passes_at_once_where_somebody_waits() -> None:
    clock = JumpingClock(START)
    clock.sleep(3600)
    clock.sleep(-5)
    passed = clock.now() - START
    assert timedelta(hours=1) <= passed < timedelta(hours=1, seconds=30)
    assert clock.monotonic() >= 3600


def test_fast_time_passes_faster() -> None:
    clock = FastClock(START, 100_000)
    clock.sleep(1000)
    assert clock.now() - START >= timedelta(seconds=1000)


def test_firings_are_handed_over_when_they_come_due_and_up_to_the_end() -> None:
    clock = JumpingClock(START)
    dues = [Due(START + timedelta(minutes=minute), "count", "default") for minute in (1, 2, 3)]
    handed: list[tuple[Due, bool]] = []
    follow(dues, clock, lambda due: handed.append((due, clock.now() >= due.minute)), dues[2].minute)
    assert handed == [(dues[0], True), (dues[1], True)]


def test_threads_know_who_is_at_work() -> None:
    threads, done = Threads(), []
    threads.start("count", lambda: done.append("count"))
    threads.start("bill", lambda: done.append("bill"))
    threads.wait()
    assert sorted(done) == ["bill", "count"]
    assert threads.at_work() == []


@pytest.mark.parametrize(
    ("slept", "minute", "overtaken"),
    [
        (0, 0, False),  # in time
        (1, 0, False),  # a little late
        (45, 0, True),  # 22:30 has come due since
        (45, 30, False),  # the last that came due: it is made up for
        (600, 30, True),
    ],
)
def test_of_what_came_due_while_the_machine_slept_the_last_is_made_up_for(
    tmp_path: Path, slept: int, minute: int, overtaken: bool
) -> None:
    clock = JumpingClock(START + timedelta(minutes=slept))
    project = Project(tmp_path, tmp_path)
    local = Local(project, {}, manifest(), embedded(project.state), clock, project.home)
    with local:
        due = Due(START + timedelta(minutes=minute), "count", "default")
        assert was_overtaken(local, due) is overtaken


def test_a_run_s_logger_prints_nothing_by_itself(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    project = Project(tmp_path, tmp_path)
    with Local(project, {}, manifest(), embedded(project.state), JumpingClock(START), project.home) as local:
        local.services().logger.error("nobody listens")
    assert capfd.readouterr() == ("", "")
