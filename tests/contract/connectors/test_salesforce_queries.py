"""Reading: every page, nothing twice, nothing for the whole that is not, and reasons a person can use."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from contract.connectors.conftest import Office
from contract.connectors.salesforce import FLAG, MORE, PRODUCTS, QUERY, ROW, TOKEN, fill
from nightshift.connectors.salesforce import Org, Usage, soql
from nightshift.errors import ConfigurationError, DeadlineError, RecordError, TryLaterError, UpstreamError
from nightshift_tools.sandbox.salesforce.org import packaged
from support.host import TestHost
from support.scripted_server import answer, serving

NAMED = soql.select("Product2", ["Id", "Name"])


def test_all_pages_are_read_each_when_it_is_needed(office: Office, org: Org) -> None:
    ids = fill(office.sandbox.salesforce, 450)
    records = org.query(PRODUCTS, page_size=200)
    assert office.sandbox.count(surface="salesforce") == 0
    first = [next(records) for _ in range(200)]
    assert office.sandbox.count(surface="salesforce", route=MORE) == 0
    assert [record.id for record in [*first, *records]] == sorted(ids)
    assert office.sandbox.count(surface="salesforce", route=QUERY) == 1
    assert office.sandbox.count(surface="salesforce", route=MORE) == 2
    assert office.sandbox.count(surface="salesforce", route=TOKEN) == 1


@pytest.mark.parametrize("size", [199, 2001])
def test_a_page_size_that_salesforce_does_not_take_is_refused(org: Org, size: int) -> None:
    with pytest.raises(ValueError, match="200 to 2000"):
        org.query(PRODUCTS, page_size=size)


def test_nothing_found_is_nothing_read(office: Office, org: Org) -> None:
    office.sandbox.salesforce.clear()
    assert list(org.query(PRODUCTS)) == []


def test_pages_by_key_neither_miss_nor_repeat_while_records_come_and_go(office: Office, org: Org) -> None:
    knobs = office.sandbox.salesforce
    fill(knobs, 7)
    office.now += 60
    late = knobs.seed(products=5)["Product2"]
    everything = sorted(
        (record["SystemModstamp"], record["Id"])
        for record in knobs.records("Product2")
        if record["Id"] not in late[:1]
    )
    knobs.remove("Product2", late[0])
    read: list[tuple[str, str]] = []
    after = ""
    while True:
        query = soql.select(
            "Product2", ["Id", "SystemModstamp"], where=after, order_by=["SystemModstamp", "Id"], limit=3
        )
        page = list(org.query(query))
        if not page:
            break
        read += [(str(record.text("SystemModstamp")), record.id) for record in page]
        after = soql.after(("SystemModstamp", page[-1].instant("SystemModstamp")), ("Id", page[-1].id))
    assert read == everything


def test_fields_are_read_as_what_they_are(office: Office, org: Org) -> None:
    office.sandbox.salesforce.clear()
    office.sandbox.salesforce.seed(orders=1, items=1)
    parent, item = packaged("DR_Order_Fulfillment")[:-1] + "r", packaged("SF_OrderItem_Id")[:-1] + "r"
    query = soql.select(
        ROW,
        [
            "Id",
            "CreatedDate",
            packaged("Fulfill_Quantity"),
            packaged("Message"),
            f"{parent}.{packaged('DR_Order_Id')}",
            f"{parent}.{packaged('Eligible_For_Fulfillment')}",
            f"{item}.Order.OrderNumber",
            f"{packaged('DR_Fulfillment_Request_Log')[:-1]}r.Name",
        ],
    )
    (row,) = org.query(query)
    assert row.type == ROW
    assert row.number(packaged("Fulfill_Quantity")) == Decimal("2")
    assert row.text(packaged("Message")) is None
    assert row.flag(f"{parent}.{packaged('Eligible_For_Fulfillment')}")
    assert str(row.text(f"{parent}.{packaged('DR_Order_Id')}")).isdigit()
    assert row.text(f"{item}.Order.OrderNumber") == "00000011"  # the eleventh: ten were there before
    assert row.text(f"{packaged('DR_Fulfillment_Request_Log')[:-1]}r.Name") is None
    created = row.instant("CreatedDate")
    assert created is not None
    assert office.now - created.timestamp() == 3600
    for read, path in (
        (row.number, "Id"),
        (row.text, packaged("Fulfill_Quantity")),
        (row.flag, "Id"),
        (row.day, "Id"),
    ):
        with pytest.raises(RecordError, match=row.id):
            read(path)
    with pytest.raises(RecordError, match="Name is not in Salesforce's answer"):
        row.text("Name")


def test_usage_is_read_and_its_end_announced_once(office: Office, org: Org, org_host: TestHost) -> None:
    assert org.usage is None
    list(org.query(PRODUCTS))
    assert org.usage == Usage(1, 100_000)
    office.sandbox.salesforce.limit(100, used=95)
    for _ in range(3):
        list(org.query(PRODUCTS))
    assert org.usage == Usage(98, 100)
    assert [line for line in org_host.log.lines if "96 of the 100 requests" in line] == org_host.log.lines


def test_used_up_requests_are_for_a_later_run(office: Office, org: Org) -> None:
    office.sandbox.salesforce.limit(100, used=100)
    with pytest.raises(TryLaterError, match=r"no more requests for now \(100 of 100 in 24 hours\)"):
        list(org.query(PRODUCTS))
    assert office.sandbox.count(surface="salesforce", route=QUERY) == 1


MISSING = [
    ("Product2", FLAG, f"field {FLAG} on Product2"),
    ("Product2", "", "object Product2"),
    (packaged("DR_ECCN_Lookup"), "", f"relationship {packaged('DR_ECCN')[:-1]}r"),
]


@pytest.mark.parametrize(("hidden", "field", "named"), MISSING)
def test_what_the_org_lacks_is_named(office: Office, org: Org, hidden: str, field: str, named: str) -> None:
    office.sandbox.salesforce.hide(hidden, field)
    query = soql.select("Product2", ["Id", FLAG, f"{packaged('DR_ECCN')[:-1]}r.Name"])
    with pytest.raises(ConfigurationError, match=f"has no {named}, or the integration user may not see it"):
        list(org.query(query))


def test_everything_that_is_missing_is_named_at_once(office: Office, org: Org) -> None:
    org.require("Product2", ["Id", "name", FLAG])
    office.sandbox.salesforce.hide("Product2", FLAG)
    with pytest.raises(ConfigurationError, match=f"has no {FLAG}, Absent__c on Product2"):
        org.require("Product2", ["Id", FLAG, "Absent__c"])
    with pytest.raises(ConfigurationError, match="has no object Absent__c"):
        org.require("Absent__c", ["Id"])


def test_a_description_tells_what_a_field_takes(org: Org) -> None:
    fields = org.describe("Product2")
    assert (fields["Name"].type, fields["Name"].length, fields["Name"].is_updateable) == ("string", 255, True)
    assert not fields["SystemModstamp"].is_updateable
    assert not fields["SystemModstamp"].is_createable


def test_a_query_that_salesforce_cannot_read_stops_the_run(org: Org) -> None:
    with pytest.raises(UpstreamError, match="400: MALFORMED_QUERY: unexpected token"):
        list(org.query("SELECT Id FROM Product2 WHERE Name LIKES 'x'"))


PASSING = [
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503, "retry_after": 3},
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "cut"},
    {"kind": "expire_tokens"},
]


@pytest.mark.parametrize("route", [QUERY, MORE, TOKEN])
@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: str(fault["kind"]))
def test_a_fault_that_passes_costs_no_record(
    office: Office, org: Org, fault: dict[str, object], route: str
) -> None:
    ids = fill(office.sandbox.salesforce, 450)
    office.sandbox.fault("salesforce", path=route, **fault)
    assert sorted(record.id for record in org.query(PRODUCTS, page_size=200)) == sorted(ids)
    assert office.sandbox.count(surface="salesforce", route=TOKEN) <= 2


def page(*records: object, total: int = 1, done: bool = True, **more: str) -> dict[str, object]:
    body = {"records": list(records), "totalSize": total, "done": done, **more}
    return {"kind": "wrong_json", "body": body}


DISABLED = [{"errorCode": "API_DISABLED_FOR_ORG", "message": "no"}]
ELSEWHERE = ["https://evil.example/services/data/v60.0/query/x", "/services/data/v60.0/query/../x", "", "x"]
LASTING: list[tuple[dict[str, object], type[Exception], str]] = [
    ({"kind": "status", "status": 503}, TryLaterError, "answered 503"),
    ({"kind": "status", "status": 403, "body": DISABLED}, UpstreamError, "403: API_DISABLED_FOR_ORG: no"),
    ({"kind": "expire_tokens"}, UpstreamError, "401: INVALID_SESSION_ID"),
    ({"kind": "html"}, UpstreamError, "200 text/html; charset=utf-8 instead of JSON"),
    ({"kind": "wrong_json", "body": []}, UpstreamError, "no result of a query"),
    ({"kind": "wrong_json", "body": {"records": []}}, UpstreamError, "no result of a query"),
    (page(total=3), UpstreamError, "0 records where 3"),
    (page(7), UpstreamError, "without attributes"),
    (page({"attributes": {"type": "Order"}}), UpstreamError, "a Order without Id"),
    (page(done=False), UpstreamError, "without the place of the next"),
    *((page(done=False, nextRecordsUrl=url), UpstreamError, "without the place") for url in ELSEWHERE),
    ({"kind": "gzip_bomb", "megabytes": 40}, UpstreamError, "more than 32 MiB"),
    ({"kind": "redirect_loop"}, UpstreamError, "set SALESFORCE_URL to"),
]


@pytest.mark.parametrize(("fault", "error", "text"), LASTING)
def test_an_answer_that_cannot_be_used_stops_the_run(
    office: Office, org: Org, fault: dict[str, object], error: type[Exception], text: str
) -> None:
    office.sandbox.fault("salesforce", path=QUERY, times=None, **fault)
    with pytest.raises(error, match=text):
        list(org.query(NAMED))
    assert office.sandbox.count(surface="salesforce", route=TOKEN) <= 2


def test_pages_that_lead_in_a_circle_end(office: Office, org: Org) -> None:
    place = "/services/data/v60.0/query/01gSb0000000001IAA-2000"
    page = {"records": [], "totalSize": 9, "done": False, "nextRecordsUrl": place}
    office.sandbox.fault("salesforce", "wrong_json", path="/services/data/*", body=page, times=None)
    with pytest.raises(UpstreamError, match="lead back to one that was read"):
        list(org.query(NAMED))


def test_a_query_that_salesforce_has_forgotten_is_for_a_later_run(office: Office, org: Org) -> None:
    fill(office.sandbox.salesforce, 450)
    records = org.query(PRODUCTS, page_size=200)
    next(records)
    office.sandbox.salesforce.expire_locators()
    with pytest.raises(TryLaterError, match="no longer knows the rest of a query"):
        list(records)


def test_records_that_go_between_two_pages_are_told(office: Office, org: Org, org_host: TestHost) -> None:
    ids = fill(office.sandbox.salesforce, 450)
    records = org.query(PRODUCTS, page_size=200)
    next(records)
    office.sandbox.salesforce.remove("Product2", ids[300])
    assert len(list(records)) == 448
    assert org_host.log.lines == [
        "WARNING Salesforce gave 449 of the 450 records that it had found for a query"
    ]


def test_nothing_is_sent_when_the_time_is_up(office: Office, org: Org, org_host: TestHost) -> None:
    fill(office.sandbox.salesforce, 450)
    records = org.query(PRODUCTS, page_size=200)
    next(records)
    org_host.seconds_left = 0
    with pytest.raises(DeadlineError):
        list(records)
    assert office.sandbox.count(surface="salesforce", route=MORE) == 0


def test_what_is_broken_in_one_record_is_that_record_s_alone(new_org_host: Callable[..., TestHost]) -> None:
    body = (
        rb'{"totalSize":2,"done":true,"records":['
        rb'{"attributes":{"type":"Product2"},"Id":"1","Name":"\ud800","Weight":1e999,"Active":true,"At":"yesterday","Day":"2026-13-01"},'
        rb'{"attributes":{"type":"Product2"},"Id":"2","Name":"fine","Weight":0.1,"At":"2026-11-20T22:00:00.000+0000","Day":"2026-11-20"}]}'
    )
    token = b'{"access_token":"t0ken"}'
    with serving(answer(token), answer(body)) as server:
        bad, good = Org.connect(new_org_host({"SALESFORCE_URL": server.url})).query(NAMED)
    assert (good.number("Weight"), str(good.day("Day"))) == (Decimal("0.1"), "2026-11-20")
    for read, path in ((bad.number, "Weight"), (bad.number, "Active"), (bad.instant, "At"), (bad.day, "Day")):
        with pytest.raises(RecordError, match=f"1: {path} is not"):
            read(path)
