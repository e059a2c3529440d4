"""Who may do what with the payment ledger and its key, read from the template; and that the jobs ask for no
more, and for all of it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from nightshift.state.ledger_codec import OPTIONAL, due_shelf
from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing.dynamodb_local import client
from nightshift_tools.testing.tables import create_tables
from support.fault_dynamodb import DynamoBackend
from support.fault_gate import Gate
from support.payments import CHARGE, RAISE, Till
from support.shop import FakeClock
from support.templates import Project, listed, matches, statements

ENTRY, DUE = "INSTALLMENT#main:a06:2", due_shelf("main")
ROLES = {RAISE: "ProcessSubscriptionsRole", CHARGE: "ChargeInstallmentsRole"}
OF_THE_ADDER_NEVER = {"attempts", "decisions", "order", "reason"}


def granted(project: Project, role: str, key: str) -> set[str]:
    """What a role may do to items of a partition."""
    found: set[str] = set()
    for each in statements(project.of_type("AWS::IAM::Role")[role]):
        patterns = (
            each.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", [])
        )
        if any(matches(pattern, key) for pattern in patterns):
            found |= set(listed(each["Action"]))
    return found


def test_one_job_may_add_entries_and_the_other_may_change_them(shipped: Project) -> None:
    assert granted(shipped, ROLES[RAISE], ENTRY) == {"dynamodb:PutItem"}
    assert granted(shipped, ROLES[RAISE], DUE) == set()
    assert granted(shipped, ROLES[CHARGE], ENTRY) == {"dynamodb:UpdateItem"}
    assert granted(shipped, ROLES[CHARGE], DUE) == {"dynamodb:Query"}


def test_nobody_else_reaches_the_ledger(shipped: Project) -> None:
    for role in shipped.of_type("AWS::IAM::Role"):
        if "Policies" in shipped.of_type("AWS::IAM::Role")[role] and role not in ROLES.values():
            assert granted(shipped, role, ENTRY) | granted(shipped, role, DUE) == set(), role


def test_nobody_may_delete_from_the_ledger(shipped: Project) -> None:
    deletes = {"dynamodb:DeleteItem", "dynamodb:BatchWriteItem", "dynamodb:PartiQLDelete"}
    for role, body in shipped.of_type("AWS::IAM::Role").items():
        for each in statements(body) if "Policies" in body else ():
            if deletes & set(listed(each["Action"])) and "State" in str(each["Resource"]):
                (keys,) = (tested["dynamodb:LeadingKeys"] for tested in each["Condition"].values())
                assert not any(matches(pattern, ENTRY) for pattern in keys), role


def test_who_adds_entries_may_not_name_what_only_a_charged_one_has(shipped: Project) -> None:
    (found,) = [
        each
        for each in statements(shipped.of_type("AWS::IAM::Role")[ROLES[RAISE]])
        if each["Sid"] == "LedgerEntries"
    ]
    named = set(found["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"])
    assert not named & OF_THE_ADDER_NEVER
    assert set(OPTIONAL) > OF_THE_ADDER_NEVER


def test_only_one_job_may_read_the_key_that_charges(shipped: Project) -> None:
    readers = [
        role
        for role, body in shipped.of_type("AWS::IAM::Role").items()
        for each in (statements(body) if "Policies" in body else ())
        if "secretsmanager:GetSecretValue" in listed(each["Action"])
        and "PaymentsSecret" in str(each["Resource"])
    ]
    assert readers == [ROLES[CHARGE]]
    for name, function in shipped.of_type("AWS::Lambda::Function").items():
        secrets = [
            value
            for value in function["Environment"]["Variables"].values()
            if value == {"Ref": "PaymentsSecret"}
        ]
        assert len(secrets) == (name == "ChargeInstallmentsFunction")


@pytest.fixture
def sent(
    dynamodb_endpoint: str,
) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """The requests of both jobs to DynamoDB, with what they said: what is charged, declined and parked."""
    own = client(dynamodb_endpoint)
    backend = DynamoBackend(dynamodb_endpoint, create_tables(own, f"rights-{uuid4().hex[:8]}"))
    own.close()
    clock = FakeClock()
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {RAISE: [], CHARGE: []}
    with Sandbox(products=1, clock=lambda: clock.instant.timestamp()) as sandbox:
        till = Till(sandbox, clock)
        _, declined, parked = till.seed(3)
        till.source_of(declined, decline="account_closed")
        for job in (RAISE, CHARGE, RAISE, CHARGE):
            clock.advance(1500)
            worker = till.worker(job)
            worker.state, worker.logs = backend.open(Gate())
            noted = found[job]
            backend.wire.note = lambda operation, params, noted=noted: noted.append((operation, params))
            assert till.tick(job, worker).error is None
            till.edit(parked, Status="Cancelled")
    backend.close()
    return found


def test_the_jobs_ask_for_what_they_are_granted_and_for_all_of_it(
    shipped: Project, sent: dict[str, list[tuple[str, dict[str, Any]]]]
) -> None:
    for job, role in ROLES.items():
        asked = {
            (f"dynamodb:{operation}", key)
            for operation, params in sent[job]
            for key in [str(_partition(params))]
            if key.startswith(("INSTALLMENT#", "LEDGER#"))
        }
        assert asked
        for action, key in asked:
            assert action in granted(shipped, role, key), (job, action, key)
        assert {action for action, _ in asked} == granted(shipped, role, ENTRY) | granted(shipped, role, DUE)


def test_the_entries_that_are_added_have_the_attributes_that_are_granted_and_a_condition(
    shipped: Project, sent: dict[str, list[tuple[str, dict[str, Any]]]]
) -> None:
    (found,) = [
        each
        for each in statements(shipped.of_type("AWS::IAM::Role")[ROLES[RAISE]])
        if each["Sid"] == "LedgerEntries"
    ]
    puts = [params for operation, params in sent[RAISE] if str(_partition(params)).startswith("INSTALLMENT#")]
    assert puts
    for params in puts:
        assert params["ConditionExpression"] == "attribute_not_exists(pk)"
        named = found["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]
        assert set(params["Item"]) == set(named)


def _partition(params: dict[str, Any]) -> object:
    if "Item" in params or "Key" in params:
        return (params.get("Item") or params["Key"])["pk"]["S"]
    values = params.get("ExpressionAttributeValues", {})
    return values.get(":p", {}).get("S") or values.get(":pk", {}).get("S")
