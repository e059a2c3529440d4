"""Writing: each record succeeds or fails by itself, nothing is done twice, no change is overwritten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from contract.connectors.conftest import Office
from contract.connectors.salesforce import (
    COLLECTION,
    COMPOSITE,
    DONE,
    FLAG,
    KEY,
    ROW,
    SYNCED,
    TOKEN,
    fill,
    flagged,
    seen,
)
from nightshift.connectors.salesforce import Org, Refusal, Written
from nightshift.errors import ConfigurationError, DeadlineError, TryLaterError, UpstreamError
from nightshift.http import UnknownOutcomeError
from nightshift_tools.sandbox.salesforce.org import packaged
from support.host import TestHost
from support.scripted_server import answer, serving

LOST = [
    {"kind": "status_after", "status": 500},
    {"kind": "status_after", "status": 503, "retry_after": 3},
    {"kind": "drop_after"},
    {"kind": "cut"},
]
NO_EFFECT = [
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 429},
    {"kind": "drop_before"},
    {"kind": "expire_tokens"},
]


def name_of(fault: dict[str, object]) -> str:
    return "-".join(str(value) for value in fault.values())


def rows_of(office: Office, count: int) -> dict[str, dict[str, object]]:
    """So many fulfilment rows of one order, to be created, by our key."""
    office.sandbox.salesforce.clear()
    made = office.sandbox.salesforce.seed(orders=1, items=1, rows=0)
    parent = made[packaged("DR_Fulfillment")][0]
    item = made["OrderItem"][0]
    fields = {packaged("DR_Order_Fulfillment"): parent, packaged("SF_OrderItem_Id"): item}
    return {
        f"key-{number}": {**fields, packaged("Fulfill_Quantity"): Decimal("1.50")} for number in range(count)
    }


def test_updates_go_200_at_a_time(office: Office, org: Org) -> None:
    ids = fill(office.sandbox.salesforce, 450)
    written = org.update("Product2", dict.fromkeys(ids, DONE))
    assert written == Written(done={key: key for key in ids})
    assert flagged(office.sandbox.salesforce) == []
    assert office.sandbox.count(surface="salesforce", route=COLLECTION) == 3
    found = office.sandbox.salesforce.record("Product2", ids[0])
    assert found[SYNCED] == "2026-11-20T22:00:07.000+0000"


def test_large_records_share_no_request_that_salesforce_would_not_take(office: Office, org: Org) -> None:
    ids = fill(office.sandbox.salesforce, 150)
    written = org.update("Product2", {key: {"Nightshift_Sync_Error__c": "é" * 32_000} for key in ids})
    assert len(written.done) == 150
    assert office.sandbox.count(surface="salesforce", route=COLLECTION) == 3


def test_one_bad_record_leaves_the_others_done(office: Office, org: Org) -> None:
    knobs = office.sandbox.salesforce
    ids = fill(knobs, 6)
    knobs.remove("Product2", ids[0])
    knobs.refuse("Product2", ids[1])
    rows: dict[str, dict[str, object]] = {key: dict(DONE) for key in ids}
    rows[ids[2]]["Name"] = "x" * 256
    rows[ids[3]]["Name"] = "\ud800"
    rows[ids[4]]["Name"] = None
    written = org.update("Product2", rows)
    assert list(written.done) == ids[5:]
    assert {key: refusal.code for key, refusal in written.failed.items()} == {
        ids[0]: "ENTITY_IS_DELETED",
        ids[1]: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        ids[2]: "STRING_TOO_LONG",
        ids[3]: "NOT_SENT",
        ids[4]: "REQUIRED_FIELD_MISSING",
    }
    assert str(written.failed[ids[4]]) == "REQUIRED_FIELD_MISSING: Required fields are missing: [Name] (Name)"


def test_a_value_that_refuses_the_whole_request_is_found(office: Office, org: Org) -> None:
    ids = fill(office.sandbox.salesforce, 20)
    rows: dict[str, dict[str, object]] = {key: dict(DONE) for key in ids}
    rows[ids[13]][FLAG] = "maybe"
    written = org.update("Product2", rows)
    assert list(written.failed) == [ids[13]]
    assert written.failed[ids[13]].code == "JSON_PARSER_ERROR"
    assert sorted(written.done) == sorted(set(ids) - {ids[13]})
    assert flagged(office.sandbox.salesforce) == [ids[13]]


def test_a_locked_record_is_tried_again_and_then_left(office: Office, org: Org, org_host: TestHost) -> None:
    ids = fill(office.sandbox.salesforce, 5)
    office.sandbox.salesforce.refuse("Product2", ids[1], code="UNABLE_TO_LOCK_ROW", message="busy", times=2)
    office.sandbox.salesforce.refuse("Product2", ids[2], code="UNABLE_TO_LOCK_ROW", message="busy")
    written = org.update("Product2", dict.fromkeys(ids, DONE))
    assert sorted(written.done) == sorted(set(ids) - {ids[2]})
    assert written.failed == {ids[2]: Refusal("UNABLE_TO_LOCK_ROW", "busy")}
    assert office.sandbox.count(surface="salesforce", route=COLLECTION) == 3
    assert len(org_host.clock.slept) == 2


@pytest.mark.parametrize(("hidden", "named"), [(FLAG, f"field {FLAG} on Product2"), ("", "object Product2")])
def test_a_field_that_the_org_lacks_is_named(office: Office, org: Org, hidden: str, named: str) -> None:
    ids = fill(office.sandbox.salesforce, 2)
    office.sandbox.salesforce.hide("Product2", hidden)
    with pytest.raises(ConfigurationError, match=f"has no {named}"):
        org.update("Product2", dict.fromkeys(ids, DONE))


@pytest.mark.parametrize("fault", [*LOST, *NO_EFFECT], ids=name_of)
def test_a_lost_or_failed_answer_costs_no_update(office: Office, org: Org, fault: dict[str, object]) -> None:
    ids = fill(office.sandbox.salesforce, 210)
    office.sandbox.fault("salesforce", path=COLLECTION, nth=2, **fault)
    written = org.update("Product2", dict.fromkeys(ids, DONE))
    assert sorted(written.done) == sorted(ids)
    assert flagged(office.sandbox.salesforce) == []


def test_inserts_have_ids_and_exact_values(office: Office, org: Org) -> None:
    rows = rows_of(office, 205)
    written = org.insert(ROW, rows)
    assert list(written.done) == list(rows)
    made = {record["Id"]: record for record in office.sandbox.salesforce.records(ROW)}
    assert sorted(written.done.values()) == sorted(made)
    assert {record[packaged("Fulfill_Quantity")] for record in made.values()} == {1.5}


@pytest.mark.parametrize("fault", LOST, ids=name_of)
def test_an_insert_whose_answer_is_lost_is_not_sent_again(
    office: Office, org: Org, fault: dict[str, object]
) -> None:
    office.sandbox.fault("salesforce", method="POST", path=COLLECTION, **fault)
    with pytest.raises(UnknownOutcomeError, match="whether it was done is not known"):
        org.insert(ROW, rows_of(office, 3))
    assert len(office.sandbox.salesforce.records(ROW)) == 3


@pytest.mark.parametrize("fault", [*LOST, *NO_EFFECT], ids=name_of)
def test_an_upsert_is_done_once(office: Office, org: Org, fault: dict[str, object]) -> None:
    rows = rows_of(office, 5)
    office.sandbox.fault("salesforce", path=f"{COLLECTION}/{{object}}/{{field}}", **fault)
    first = org.upsert(ROW, KEY, rows)
    again = org.upsert(ROW, KEY, rows)
    assert first.done == again.done
    assert first.created == (set(rows) if fault in NO_EFFECT else set())
    assert again.created == set()
    assert [record[KEY] for record in office.sandbox.salesforce.records(ROW)] == list(rows)


def test_a_dry_run_writes_nothing(office: Office, new_org_host: Callable[..., TestHost]) -> None:
    ids = fill(office.sandbox.salesforce, 2)
    org = Org.connect(new_org_host(dry_run=True))
    stamps = seen(org)
    before = office.sandbox.count(surface="salesforce")
    rows = dict.fromkeys(ids, DONE)
    for written in (
        org.update("Product2", rows),
        org.insert("Product2", rows),
        org.upsert("Product2", KEY, rows),
    ):
        assert list(written.done) == ids
    assert list(org.update_unchanged("Product2", rows, stamps).done) == ids
    assert office.sandbox.count(surface="salesforce") == before
    assert flagged(office.sandbox.salesforce) == ids


RESULTS = [
    (b"{}", "no results of a collection"),
    (b"[7]", "no results of a collection"),
    (b"[]", "0 results for 1 records"),
    (b'[{"success":true}]', "a success without the record's id"),
    (b"<html>log in</html>", "instead of JSON"),
]


@pytest.mark.parametrize(("body", "text"), RESULTS)
def test_results_that_cannot_be_told_apart_stop_the_run(
    new_org_host: Callable[..., TestHost], body: bytes, text: str
) -> None:
    with serving(answer(b'{"access_token":"t0ken"}'), answer(body)) as server:
        org = Org.connect(new_org_host({"SALESFORCE_URL": server.url}))
        with pytest.raises(UpstreamError, match=text):
            org.update("Product2", {"01t": DONE})


@pytest.mark.parametrize("errors", [b"null", b"[]", b'"no"', b"[7]", b'[{"statusCode":7,"fields":"x"}]'])
def test_a_failure_without_a_reason_is_a_failure(
    new_org_host: Callable[..., TestHost], errors: bytes
) -> None:
    body = b'[{"success":false,"errors":%b}]' % errors
    with serving(answer(b'{"access_token":"t0ken"}'), answer(body)) as server:
        written = Org.connect(new_org_host({"SALESFORCE_URL": server.url})).update("Product2", {"01t": DONE})
    assert (written.done, list(written.failed)) == ({}, ["01t"])


def test_what_somebody_has_changed_since_it_was_read_is_left_alone(office: Office, org: Org) -> None:
    knobs = office.sandbox.salesforce
    ids = fill(knobs, 60)
    stamps = seen(org)
    office.now += 1
    knobs.edit("Product2", ids[7], {packaged("DR_HS_Code"): "9999.10.0000"})
    knobs.remove("Product2", ids[8])
    knobs.refuse("Product2", ids[9])
    written = org.update_unchanged("Product2", dict.fromkeys(ids, DONE), stamps)
    assert written.changed == [ids[7]]
    assert sorted(written.failed) == ids[8:10]
    assert len(written.done) == 57
    assert flagged(knobs) == [ids[7], ids[9]]
    assert office.sandbox.count(surface="salesforce", route=COMPOSITE) == 3


def test_a_second_is_what_salesforce_can_tell_apart(office: Office, org: Org) -> None:
    """Why the page of the connector says to read only what is some seconds old."""
    knobs = office.sandbox.salesforce
    ids = fill(knobs, 1)
    stamps = seen(org)
    knobs.edit("Product2", ids[0], {"Name": "changed in the same second"})
    assert org.update_unchanged("Product2", {ids[0]: DONE}, stamps).changed == []


@pytest.mark.parametrize("fault", [*LOST, *NO_EFFECT], ids=name_of)
def test_a_lost_answer_is_not_taken_for_somebody_s_change(
    office: Office, org: Org, fault: dict[str, object]
) -> None:
    knobs = office.sandbox.salesforce
    ids = fill(knobs, 30)
    stamps = seen(org)
    office.now += 1
    knobs.edit("Product2", ids[3], {packaged("DR_HS_Code"): "9999.10.0000"})
    office.sandbox.fault("salesforce", path=COMPOSITE, **fault)
    office.now += 1
    fields = {**DONE, "Nightshift_Sync_Attempts__c": 0, "Nightshift_Sync_Error__c": None, "ProductCode": "x"}
    written = org.update_unchanged("Product2", dict.fromkeys(ids, fields), stamps)
    assert written.changed == [ids[3]]
    assert sorted(written.done) == sorted(set(ids) - {ids[3]})
    assert flagged(knobs) == [ids[3]]


def test_what_is_changed_between_a_lost_answer_and_the_next_try_is_seen(
    office: Office, org: Org, org_host: TestHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    knobs = office.sandbox.salesforce
    ids = fill(knobs, 2)
    stamps = seen(org)

    def edit(_: float) -> None:
        office.now += 5
        knobs.edit("Product2", ids[0], {packaged("DR_HS_Code"): "9999.10.0000"})

    office.now += 1
    office.sandbox.fault("salesforce", "drop_after", path=COMPOSITE)
    monkeypatch.setattr(org_host.clock, "sleep", edit)
    written = org.update_unchanged("Product2", dict.fromkeys(ids, DONE), stamps)
    assert (written.changed, list(written.done)) == ([ids[0]], [ids[1]])
    assert flagged(knobs) == [ids[0]]


def test_locked_records_are_tried_again_on_condition_too(office: Office, org: Org) -> None:
    knobs = office.sandbox.salesforce
    ids = fill(knobs, 3)
    stamps = seen(org)
    knobs.refuse("Product2", ids[1], code="UNABLE_TO_LOCK_ROW", message="busy", times=1)
    knobs.refuse("Product2", ids[2], code="UNABLE_TO_LOCK_ROW", message="busy")
    written = org.update_unchanged("Product2", dict.fromkeys(ids, DONE), stamps)
    assert sorted(written.done) == ids[:2]
    assert {key: refusal.code for key, refusal in written.failed.items()} == {ids[2]: "UNABLE_TO_LOCK_ROW"}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ([], "no results of a composite request"),
        ({"compositeResponse": [7]}, "without status or reference"),
        ({"compositeResponse": []}, "status 0 for one of 2 updates"),
        ({"compositeResponse": [{"httpStatusCode": 302, "referenceId": "update0"}]}, "status 302"),
    ],
)
def test_composite_results_that_cannot_be_used_stop_the_run(
    office: Office, org: Org, body: object, text: str
) -> None:
    ids = fill(office.sandbox.salesforce, 2)
    stamps = seen(org)
    office.sandbox.fault("salesforce", "wrong_json", path=COMPOSITE, body=body)
    with pytest.raises(UpstreamError, match=text):
        org.update_unchanged("Product2", dict.fromkeys(ids, DONE), stamps)


def test_a_write_that_stays_unknown_or_forbidden_stops_the_run(office: Office, org: Org) -> None:
    ids = fill(office.sandbox.salesforce, 2)
    stamps = seen(org)
    rows = dict.fromkeys(ids, DONE)
    office.sandbox.fault("salesforce", "status", status=503, path="/services/data/*", times=None)
    with pytest.raises(TryLaterError):
        org.update("Product2", rows)
    with pytest.raises(UnknownOutcomeError):
        org.update_unchanged("Product2", rows, stamps)
    office.sandbox.clear_faults()
    office.sandbox.salesforce.limit(5, used=5)
    for write in (
        lambda: org.update("Product2", rows),
        lambda: org.update_unchanged("Product2", rows, stamps),
    ):
        with pytest.raises(TryLaterError, match="takes no more requests for now"):
            write()
    assert flagged(office.sandbox.salesforce) == ids
    assert office.sandbox.count(surface="salesforce", route=TOKEN) == 1


def test_no_write_is_sent_when_the_time_is_up(office: Office, org: Org, org_host: TestHost) -> None:
    ids = fill(office.sandbox.salesforce, 2)
    stamps = seen(org)
    org_host.seconds_left = 0
    with pytest.raises(DeadlineError):
        org.update_unchanged("Product2", dict.fromkeys(ids, DONE), stamps)
    assert flagged(office.sandbox.salesforce) == ids


def test_dates_and_money_are_written_as_they_are(office: Office, org: Org) -> None:
    knobs = office.sandbox.salesforce
    knobs.clear()
    (subscription,) = knobs.seed(subscriptions=1)[packaged("DR_Subscription")]
    fields = {
        packaged("Installment_Next_Run_Date"): date(2027, 1, 31),
        packaged("Installment_Amount"): Decimal("0.10"),
        packaged("Installment_Count"): 2,
    }
    assert list(org.update(packaged("DR_Subscription"), {subscription: fields}).done) == [subscription]
    found = knobs.record(packaged("DR_Subscription"), subscription)
    assert found[packaged("Installment_Next_Run_Date")] == "2027-01-31"
    assert (found[packaged("Installment_Amount")], found[packaged("Installment_Count")]) == (0.1, 2)
