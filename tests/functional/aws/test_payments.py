"""With `--aws` a person decides about the installments in a stack's ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from nightshift.state.dynamodb import DynamoState
from nightshift.state.ledger import Installment, InstallmentKey, Standing
from nightshift.state.models import RunId
from nightshift_tools.testing.deployed.stack import Deployment
from support.cli import Cli

pytestmark = pytest.mark.xdist_group("deployment")

RAISED = datetime(2026, 11, 20, tzinfo=UTC)
KEY = InstallmentKey("main", "a06", 2)


def test_what_is_parked_on_the_stack_is_listed_shown_and_resolved_there(
    cli: Cli, deployment: Deployment
) -> None:
    ledger = DynamoState(deployment.client("dynamodb"), deployment.outputs["StateTable"]).ledger
    raised = Installment(
        key=KEY,
        revision=1,
        standing=Standing.DUE,
        amount=1999,
        currency="EUR",
        due_at=RAISED,
        next_at=RAISED,
        run=RunId("raised"),
        at=RAISED,
    )
    reason = "two orders have it"
    parked = replace(raised, revision=2, standing=Standing.PARKED, next_at=None, reason=reason)
    assert ledger.add(raised)
    assert ledger.move(parked)
    (listed,) = cli.json("payments", "list", "--aws")
    assert (listed["installment"], listed["standing"]) == (str(KEY), "parked")
    assert cli.json("payments", "show", str(KEY), "--aws")["reason"] == reason
    cli.ok("payments", "resolve", str(KEY), "paid", "--order", "o1", "--reason", "seen there", "--aws")
    found = ledger.read(KEY)
    assert found is not None
    assert (found.standing, found.order) == (Standing.SUCCEEDED, "o1")
    assert found.decisions[-1].reason == "seen there"
    assert cli.json("payments", "list") == []
