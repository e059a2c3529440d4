"""`nightshift cost` shows a month per job, and all that the sum rests on."""

from __future__ import annotations

import pytest

from nightshift_tools.cost import ASSUMPTIONS, PRICES
from support.cli import ROOT, Cli


@pytest.fixture
def shipped(empty: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.chdir(ROOT)
    return empty


def test_a_month_is_shown_with_its_assumptions_and_the_date_of_its_prices(shipped: Cli) -> None:
    shown = shipped.ok("cost")
    (row,) = [line.split() for line in shown.splitlines() if line.startswith("sync-products")]
    assert row[1] == "21,900"
    assert PRICES.as_of in shown
    assert all(line in shown for line in ASSUMPTIONS.lines)


def test_the_parts_of_the_bill_add_up(shipped: Cli) -> None:
    bill = shipped.json("cost")
    jobs = bill["jobs"].values()
    for job in jobs:
        parts = job["compute"] + job["state"] + job["logs"] + job["watching"]
        assert job["total"] == pytest.approx(parts, abs=0.001)
    total = bill["shared"] + bill["watchdog"]["total"] + sum(job["total"] for job in jobs)
    assert bill["total"] == pytest.approx(total, abs=0.001)
    # Three alarms of queues, a dashboard, the secrets of Medusa, Salesforce, Digital River and payments.
    assert bill["shared"] == pytest.approx(4.90)


def test_options_change_what_they_say(shipped: Cli) -> None:
    plain, quiet, keyed = (
        shipped.json("cost", *options) for options in ((), ("--changed", "0"), ("--customer-key",))
    )
    assert quiet["assumptions"]["changed_a_day"] == 0
    assert quiet["jobs"]["sync-products"]["write_units"] == 43_800
    assert plain["jobs"]["sync-products"]["write_units"] > 43_800
    assert keyed["shared"] - plain["shared"] == pytest.approx(PRICES.key_month)


def test_a_broken_manifest_is_told_without_a_sum(empty: Cli) -> None:
    (empty.folder / "schedules.yaml").write_text("version: 2\njobs: {}")
    assert "schedules.yaml:1:10" in empty.refused("cost")
