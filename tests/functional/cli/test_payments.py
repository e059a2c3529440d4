"""`nightshift payments`: what waits for a person, shown and resolved, in a state that the jobs have left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from nightshift.clock import SystemClock
from nightshift_tools.embedded import SqliteState
from nightshift_tools.sandbox.server import Sandbox
from support.cli import Cli
from support.payments import CHARGE, RAISE, Till
from support.shop import FakeClock
from support.sync import ROOT


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Cli, Till]]:
    """A project of the shipped manifest and jobs, and a till over its state: an installment that is paid, one
    that has failed, one that is parked and one that is tried again."""
    for name in ("schedules.yaml", "functions"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    clock = FakeClock(SystemClock().now())
    state = SqliteState.open(tmp_path / ".nightshift" / "state.db")
    with Sandbox(products=1, clock=lambda: clock.instant.timestamp()) as sandbox:
        till = Till(sandbox, clock, state)
        _, failed, parked, declined = till.seed(4)
        till.clean(RAISE)
        till.source_of(failed, decline="fraud")
        till.source_of(declined, decline="declined")
        till.edit(parked, Status="Cancelled")
        till.clean(CHARGE)
        yield Cli(tmp_path, {**sandbox.environment(), "NO_COLOR": "1"}), till
    state.close()


def test_what_waits_for_a_person_is_listed_and_with_all_what_a_job_looks_at_again(
    shop: tuple[Cli, Till],
) -> None:
    cli, till = shop
    _, failed, parked, declined = till.subscriptions
    assert [(each["installment"], each["standing"]) for each in cli.json("payments", "list")] == [
        (f"main:{parked}:2", "parked"),
        (f"main:{failed}:2", "failed"),
    ]
    everything = cli.json("payments", "list", "--all", "--storefront", "main")
    assert {each["installment"].split(":")[1] for each in everything} == {failed, parked, declined}
    text = cli.ok("payments", "list")
    assert f"main:{parked}:2" in text
    assert "9.99 USD" in text
    assert "is Cancelled" in text


def test_an_installment_is_shown_with_its_attempts(shop: tuple[Cli, Till]) -> None:
    cli, till = shop
    paid, failed, *_ = till.subscriptions
    shown = cli.json("payments", "show", f"main:{failed}:2")
    assert (shown["standing"], shown["amount"], shown["minor_units"]) == ("failed", "9.99", 999)
    (attempt,) = shown["attempts"]
    assert (attempt["number"], attempt["outcome"], attempt["code"]) == (1, "declined", "fraud")
    assert cli.json("payments", "show", f"main:{paid}:2")["standing"] == "succeeded"
    text = cli.ok("payments", "show", f"main:{failed}:2")
    assert all(word in text for word in ("declined: fraud", "9.99 USD", "attempt", till.sources[failed]))


def test_a_decision_is_kept_and_its_installment_is_charged_by_the_next_run(shop: tuple[Cli, Till]) -> None:
    cli, till = shop
    _, failed, parked, _ = till.subscriptions
    key = f"main:{failed}:2"
    till.sandbox.digital_river.seed(sources=[{"id": till.sources[failed]}])
    said = cli.ok("payments", "resolve", key, "charge", "--reason", "a new card")
    assert (
        said
        == f"{key} is due again: the next run of charge-installments looks for its orders, then charges it\n"
    )
    run = cli.json("run", CHARGE, "--reason", "do not wait for the tick")
    assert (run["status"], run["trigger_reason"]) == ("succeeded", "do not wait for the tick")
    assert run["results"] == {"charged": 1}
    shown = cli.json("payments", "show", key)
    assert (shown["standing"], shown["decisions"][0]["reason"]) == ("succeeded", "a new card")
    assert "made due: a new card" in cli.ok("payments", "show", key)
    assert "do not wait for the tick" in cli.ok("show", run["id"])
    other = f"main:{parked}:2"
    assert cli.json("quarantine", "list", CHARGE)[0]["record"] == other
    resolved = cli.json("payments", "resolve", other, "unpaid", "--reason", "cancelled by phone")
    assert (resolved["standing"], resolved["reason"]) == ("failed", "cancelled by phone")
    assert cli.json("quarantine", "list", CHARGE) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "main"), "names no installment"),
        (("show", "main:none:2"), "there is no installment main:none:2 in the ledger"),
        (("list", "--storefront", "outlet"), "no storefront 'outlet'; it has: main"),
        (("resolve", "main:none:2", "paid", "--reason", "x"), "there is no installment"),
    ],
)
def test_what_cannot_be_meant_is_told_in_one_line(
    shop: tuple[Cli, Till], arguments: tuple[str, ...], words: str
) -> None:
    cli, _ = shop
    result = cli("payments", *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1
    told = json.loads(cli("payments", *arguments, "--json").stdout)
    assert words in told["error"]["message"]


def test_a_run_by_hand_without_a_reason_is_refused_with_the_cure(shop: tuple[Cli, Till]) -> None:
    cli, _ = shop
    result = cli("run", CHARGE)
    assert result.exit_code == 2
    assert "give it with --reason" in result.stderr
    assert cli("run", CHARGE, "--dry-run").exit_code == 0


def test_a_project_without_payments_is_told_so(cli: Cli) -> None:
    result = cli("payments", "list")
    assert result.exit_code == 2
    assert "the manifest has no charge-installments with storefronts" in result.stderr
