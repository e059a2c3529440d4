"""What an operator changes between two runs: pause, settings, quarantine, cursor."""

from __future__ import annotations

import pytest

from nightshift.state.models import JobKey
from nightshift_tools.sandbox.server import Sandbox
from support.cli import Cli, OtherWorker

JOB = "sync-products"


def two_storefronts(empty: Cli) -> Cli:
    empty.add_job("bill-orders", "pass", "batch_size: 10\nstorefronts: [main, outlet]\nschedule: {hourly: 0}")
    return empty


def test_a_paused_job_is_skipped_with_the_reason_until_it_is_resumed(cli: Cli, sandbox: Sandbox) -> None:
    paused = cli.json("pause", JOB, "--reason", "stocktaking")
    assert paused["pause"]["reason"] == "stocktaking"
    record = cli.json("run", JOB, code=1)
    assert (record["status"], record["reason"]) == ("skipped", "paused: stocktaking")
    assert sandbox.count() == 0
    assert cli.json("status")[0]["state"] == "paused"
    assert "stocktaking" in cli.ok("status")
    assert cli.json("resume", JOB)["pause"] is None
    assert cli.json("run", JOB)["status"] == "succeeded"


def test_resuming_a_job_that_is_not_paused_says_so(cli: Cli) -> None:
    assert "was not paused" in cli.ok("resume", JOB)


@pytest.mark.parametrize("arguments", [[JOB], [JOB, "--reason", "  "]])
def test_a_pause_needs_a_reason(cli: Cli, arguments: list[str]) -> None:
    assert "--reason" in cli.refused("pause", *arguments)
    assert cli.json("status")[0]["pause"] is None


def test_settings_hold_from_the_next_run_until_they_are_dropped(cli: Cli) -> None:
    cli.ok("set", JOB, "batch_size=5", "params.page_size=20")
    record = cli.json("run", JOB)
    assert (record["batch_size"], record["counts"]["batches"], record["counts"]["pages"]) == (5, 8, 2)
    assert "batch_size=5, params.page_size=20" in cli.ok("status")
    assert cli.json("set", JOB)["set"] == {"batch_size": "5", "params.page_size": "20"}
    assert cli.json("set", JOB, "batch_size=", "params.page_size=")["set"] == {}
    assert cli.json("run", JOB)["batch_size"] == 15


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("batchsize=5", ["'batchsize'", "'batch_size'"]),
        ("page_size=5", ["'page_size'", "'params.page_size'"]),
        ("params.pagesize=5", ["'params.pagesize'", "'params.page_size'"]),
        ("schedule=hourly", ["'schedule'", "retention_days"]),
        ("batch_size=500", ["batch_size = '500'", "the most is 100"]),
        ("batch_size=many", ["'many'", "whole number"]),
        ("log_level=loud", ["'loud'", "WARNING"]),
        ("max_failed_ratio=2", ["0 to 1"]),
        ("params.on_missing=burn", ["'burn'", "keep, draft, delete"]),
        ("params.page_size=0", ["page_size", "1 to 1000"]),
        ("batch_size", ["'batch_size'", "name=value"]),
        ("=5", ["name=value"]),
    ],
)
def test_a_setting_that_would_not_do_is_refused_and_none_is_written(
    cli: Cli, assignment: str, words: list[str]
) -> None:
    error = cli.refused("set", JOB, "retention_days=7", assignment)
    assert all(word in error for word in words), error
    assert cli.json("set", JOB)["set"] == {}


def test_of_several_storefronts_one_must_be_named(empty: Cli) -> None:
    cli = two_storefronts(empty)
    assert "main, outlet" in cli.refused("pause", "bill-orders", "--reason", "closed")
    assert "'outlet'" in cli.refused("pause", "bill-orders", "--reason", "closed", "--storefront", "outlets")
    cli.ok("pause", "bill-orders", "--reason", "closed", "--storefront", "outlet")
    states = {status["storefront"]: status["state"] for status in cli.json("status")}
    assert states == {"main": "idle", "outlet": "paused"}
    assert cli.json("run", "bill-orders", "--storefront", "main")["storefront"] == "main"
    assert cli.json("run", "bill-orders", "--storefront", "outlet", code=1)["storefront"] == "outlet"
    assert {record["storefront"] for record in cli.json("runs", "bill-orders")} == {"main", "outlet"}
    assert len(cli.json("runs", "bill-orders", "--storefront", "main")) == 1


@pytest.fixture
def poisoned(cli: Cli, sandbox: Sandbox) -> Cli:
    """A run that has set two products aside for good."""
    for title in ("Poison A", "Poison B"):
        sandbox.add(title=title)
        sandbox.refuse(title=title, message=f"no \x1b[31m{title}\nhere")
    assert cli.json("run", JOB)["counts"]["quarantined"] == 2
    return cli


def tries(cli: Cli) -> dict[str, int]:
    return {record["record"]: record["attempts"] for record in cli.json("quarantine", "list", JOB)}


def test_quarantine_is_listed_with_reasons_that_cannot_spoil_a_terminal(poisoned: Cli) -> None:
    assert tries(poisoned) == {"41": 1, "42": 1}
    listed = poisoned.ok("quarantine", "list")
    assert "Poison A here" in listed
    assert "\x1b" not in listed
    assert cli_status(poisoned)["quarantined"] == 2


def cli_status(cli: Cli) -> dict[str, object]:
    found: dict[str, object] = cli.json("status")[0]
    return found


def test_a_record_that_waits_is_left_alone_until_it_is_retried(poisoned: Cli, sandbox: Sandbox) -> None:
    sandbox.clear_refusals()
    sandbox.clear_requests()
    assert poisoned.json("run", JOB)["counts"]["created"] == 0
    assert sandbox.count(surface="medusa") == 0
    assert poisoned.json("quarantine", "retry", JOB, "41")["records"] == ["41"]
    assert tries(poisoned) == {"41": 0, "42": 1}
    assert poisoned.json("run", JOB)["counts"]["created"] == 1
    assert tries(poisoned) == {"42": 1}
    poisoned.ok("quarantine", "retry", JOB, "--all")
    assert poisoned.json("run", JOB)["counts"]["created"] == 1
    assert "nothing is in quarantine" in poisoned("quarantine", "list").stderr


def test_a_retried_record_that_is_refused_again_is_set_aside_again(poisoned: Cli) -> None:
    poisoned.ok("quarantine", "retry", JOB, "--all")
    assert poisoned.json("run", JOB)["counts"]["quarantined"] == 2
    assert tries(poisoned) == {"41": 1, "42": 1}


def test_dropped_records_are_forgotten(poisoned: Cli) -> None:
    poisoned.ok("quarantine", "drop", JOB, "42")
    assert tries(poisoned) == {"41": 1}
    assert poisoned.json("quarantine", "drop", JOB, "--all")["records"] == ["41"]
    assert tries(poisoned) == {}


@pytest.mark.parametrize("verb", ["retry", "drop"])
@pytest.mark.parametrize(
    ("arguments", "word"), [([], "--all"), (["41", "--all"], "--all"), (["41", "7"], "'7'"), (["x"], "'x'")]
)
def test_records_must_be_named_and_be_in_quarantine(
    poisoned: Cli, verb: str, arguments: list[str], word: str
) -> None:
    assert word in poisoned.refused("quarantine", verb, JOB, *arguments)
    assert tries(poisoned) == {"41": 1, "42": 1}


def test_the_cursor_is_shown_set_and_reset(cli: Cli) -> None:
    assert cli.json("cursor", "show", JOB)["cursor"] == {}
    cli.json("run", JOB)
    cursor = cli.json("cursor", "show", JOB)["cursor"]
    assert (cursor["skip"], cursor["known"]) == (40, 40)
    assert cli.json("cursor", "set", JOB, "known=39")["cursor"] == {**cursor, "known": 39}
    assert "known=39" in cli("cursor", "reset", JOB).stderr
    assert cli.json("cursor", "show", JOB)["cursor"] == {}
    again = cli.json("run", JOB)
    assert (again["full"], again["counts"]["unchanged"]) == (True, 40)


def test_parts_of_a_cursor_that_was_reset_can_be_put_back(cli: Cli) -> None:
    cli.json("run", JOB)
    before = cli.json("cursor", "show", JOB)["cursor"]
    cli.ok("cursor", "reset", JOB)
    parts = [
        f"{name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in before.items()
    ]
    assert cli.json("cursor", "set", JOB, *parts)["cursor"] == before


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("skp=0", ["'skp'", "'skip'"]),
        ("skip=much", ["'much'", "whole number"]),
        ("skip=-1", ["whole number"]),
    ],
)
def test_a_cursor_takes_only_what_the_job_itself_would_write(
    cli: Cli, assignment: str, words: list[str]
) -> None:
    cli.json("run", JOB)
    before = cli.json("cursor", "show", JOB)
    error = cli.refused("cursor", "set", JOB, assignment)
    assert all(word in error for word in words), error
    assert cli.json("cursor", "show", JOB) == before


def test_a_cursor_is_left_alone_while_a_run_is_alive(cli: Cli) -> None:
    cli.json("run", JOB)
    other = OtherWorker(cli, JobKey(JOB))
    assert other.run in cli.refused("cursor", "reset", JOB, code=1)
    assert cli.json("cursor", "show", JOB)["cursor"]["skip"] == 40
    other.die()
    cli.ok("cursor", "reset", JOB)
