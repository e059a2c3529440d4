"""Writing to the org: results per record, whole refusals, conditions, stamps, triggers and limits."""

from typing import Any

import pytest

from contract.sandbox.client import START, Client, ManualClock
from nightshift_tools.sandbox.errors import ControlError
from nightshift_tools.sandbox.salesforce.ids import full_id, make_id
from nightshift_tools.sandbox.salesforce.oauth import CLIENT_ID, CLIENT_SECRET
from nightshift_tools.sandbox.salesforce.org import packaged
from nightshift_tools.sandbox.server import Sandbox

DATA = "/services/data/v60.0"
SOBJECTS, COLLECTION, COMPOSITE = f"{DATA}/sobjects", f"{DATA}/composite/sobjects", f"{DATA}/composite"
SYNC, SYNCED = packaged("Sync_Product_to_DR"), packaged("Date_Last_Synced_to_DR")
ROW, KEY = packaged("DR_Line_Item_Fulfillment"), "Nightshift_Key__c"


@pytest.fixture
def ids(sandbox: Sandbox) -> list[str]:
    """Three products that are to be synchronised."""
    sandbox.salesforce.clear()
    return sandbox.salesforce.seed(products=3)["Product2"]


def patch(salesforce: Client, records: list[dict[str, Any]], **options: Any) -> Any:
    body = {"records": [{"attributes": {"type": "Product2"}, **record} for record in records], **options}
    answer = salesforce("PATCH", COLLECTION, body)
    return answer.status, answer.json()


def test_a_collection_has_a_result_for_each_record_in_order(salesforce: Client, ids: list[str]) -> None:
    status, (first, second, third) = patch(
        salesforce,
        [{"id": ids[0], "Name": "A"}, {"id": ids[1], "Name": ""}, {"id": ids[2][:15], "Name": "C"}],
    )
    assert status == 200
    assert first == {"id": ids[0], "success": True, "errors": []}
    assert second == {
        "success": False,
        "errors": [
            {
                "statusCode": "REQUIRED_FIELD_MISSING",
                "message": "Required fields are missing: [Name]",
                "fields": ["Name"],
            }
        ],
    }
    assert third["id"] == ids[2]


def test_all_or_none_takes_back_what_was_done(salesforce: Client, sandbox: Sandbox, ids: list[str]) -> None:
    records = [{"id": ids[0], "Name": "A"}, {"id": ids[1], "Name": None}]
    _, (first, second) = patch(salesforce, records, allOrNone=True)
    assert first["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert second["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert sandbox.salesforce.record("Product2", ids[0])["Name"] != "A"


ITEMS: list[tuple[dict[str, Any], str]] = [
    ({"Name": "x" * 256}, "STRING_TOO_LONG"),
    ({packaged("DR_Unit_of_Weight"): "stone"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
    ({packaged("DR_ECCN"): "EAR99"}, "MALFORMED_ID"),
    ({packaged("DR_ECCN"): make_id("a01", 999)}, "INVALID_CROSS_REFERENCE_KEY"),
    ({packaged("DR_Product_Weight"): 1e18}, "NUMBER_OUTSIDE_VALID_RANGE"),
    ({"SystemModstamp": "2026-01-01T00:00:00Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
    ({"StockKeepingUnit": "SKU-00032"}, "DUPLICATE_VALUE"),
]


@pytest.mark.parametrize(("fields", "code"), ITEMS, ids=[code for _, code in ITEMS])
def test_a_record_fails_by_itself(
    salesforce: Client, sandbox: Sandbox, ids: list[str], fields: dict[str, Any], code: str
) -> None:
    sandbox.salesforce.edit("Product2", ids[2], {"StockKeepingUnit": "SKU-00032"})
    status, (bad, good) = patch(salesforce, [{"id": ids[0], **fields}, {"id": ids[1], "Name": "B"}])
    assert (status, bad["errors"][0]["statusCode"], good["success"]) == (200, code, True)


@pytest.mark.parametrize(
    ("record_id", "code"),
    [
        ("nonsense", "MALFORMED_ID"),
        (make_id("01t", 9999), "INVALID_CROSS_REFERENCE_KEY"),
        (7, "MALFORMED_ID"),
    ],
)
def test_an_id_that_is_none_fails_by_itself(
    salesforce: Client, ids: list[str], record_id: Any, code: str
) -> None:
    _, (result,) = patch(salesforce, [{"id": record_id, "Name": "x"}])
    assert result["errors"][0]["statusCode"] == code


WHOLE: list[tuple[dict[str, Any], str]] = [
    ({SYNC: "yes"}, "JSON_PARSER_ERROR"),
    ({SYNC: None}, "JSON_PARSER_ERROR"),
    ({"Name": 7}, "JSON_PARSER_ERROR"),
    ({packaged("DR_Product_Weight"): "heavy"}, "JSON_PARSER_ERROR"),
    ({SYNCED: "yesterday"}, "JSON_PARSER_ERROR"),
    ({"Foo__c": 1}, "INVALID_FIELD"),
    ({"attributes": {"type": "Foo__c"}}, "INVALID_TYPE"),
    ({"attributes": 7}, "JSON_PARSER_ERROR"),
]


@pytest.mark.parametrize(("fields", "code"), WHOLE)
def test_a_value_of_a_wrong_kind_refuses_the_whole_request(
    salesforce: Client, sandbox: Sandbox, ids: list[str], fields: dict[str, Any], code: str
) -> None:
    status, (error,) = patch(salesforce, [{"id": ids[0], "Name": "A"}, {"id": ids[1], **fields}])
    assert (status, error["errorCode"]) == (400, code)
    assert sandbox.salesforce.record("Product2", ids[0])["Name"] != "A"


@pytest.mark.parametrize("body", [[], {}, {"records": []}, {"records": [7]}, {"records": {}}, 7, "x"])
def test_a_body_that_is_no_collection_is_refused(salesforce: Client, body: Any) -> None:
    status, (error,) = salesforce.refused("PATCH", COLLECTION, body)
    assert (status, error["errorCode"]) == (400, "JSON_PARSER_ERROR")


def test_200_records_and_ten_chunks_are_the_most(salesforce: Client, ids: list[str]) -> None:
    assert patch(salesforce, [{"id": ids[0], "Name": "A"}] * 201)[0] == 400
    kinds = ["Product2", "Account"] * 6
    records = [{"attributes": {"type": kind}, "Name": "A"} for kind in kinds]
    assert salesforce("POST", COLLECTION, {"records": records[:10]}).status == 200
    assert salesforce.refused("POST", COLLECTION, {"records": records})[1][0]["errorCode"] == "LIMIT_EXCEEDED"


def test_an_upsert_creates_and_then_changes(salesforce: Client, sandbox: Sandbox) -> None:
    made = sandbox.salesforce.seed(orders=1)
    parent = made[packaged("DR_Fulfillment")][0]
    fields = {packaged("DR_Order_Fulfillment"): parent, KEY: "k1", packaged("Fulfill_Quantity"): 1}

    def upsert(name: str = KEY, **more: Any) -> Any:
        record = {"attributes": {"type": ROW}, **fields, **more}
        return salesforce("PATCH", f"{COLLECTION}/{ROW}/{name}", {"records": [record]}).json()

    (first,), (again,) = upsert(), upsert(**{packaged("Fulfill_Quantity"): 2})
    assert (first["created"], again["created"], first["id"]) == (True, False, again["id"])
    assert sandbox.salesforce.record(ROW, first["id"])[packaged("Fulfill_Quantity")] == 2.0
    assert upsert(**{KEY: None})[0]["errors"][0]["statusCode"] == "MISSING_ARGUMENT"
    assert upsert("Name")[0]["errorCode"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("moved", "status"), [(0, 204), (1, 412)], ids=["changed in the same second", "changed a second later"]
)
def test_a_condition_looks_at_whole_seconds(
    salesforce: Client, sandbox: Sandbox, clock: ManualClock, ids: list[str], moved: int, status: int
) -> None:
    path = f"{SOBJECTS}/Product2/{ids[0]}"
    seen = salesforce("GET", path).headers["last-modified"]
    clock.now += moved
    sandbox.salesforce.edit("Product2", ids[0], {"Name": "Edited"})
    answer = salesforce("PATCH", path, {"Name": "Ours"}, headers={"If-Unmodified-Since": seen})
    assert answer.status == status
    assert sandbox.salesforce.record("Product2", ids[0])["Name"] == ("Ours" if status == 204 else "Edited")


def test_a_record_is_read_only_when_it_has_changed(
    salesforce: Client, clock: ManualClock, ids: list[str]
) -> None:
    path = f"{SOBJECTS}/Product2/{ids[0]}"
    seen = salesforce("GET", path).headers["last-modified"]
    assert salesforce("GET", path, headers={"If-Modified-Since": seen}).status == 304
    clock.now += 1
    assert salesforce("PATCH", path, {"Name": "New"}).status == 204
    assert salesforce.get(path, headers={"If-Modified-Since": seen})["Name"] == "New"
    assert salesforce("PATCH", path, {"Name": "x"}, headers={"If-Unmodified-Since": "soon"}).status == 400


def test_a_composite_request_answers_each_part(
    salesforce: Client, sandbox: Sandbox, clock: ManualClock, ids: list[str]
) -> None:
    seen = salesforce("GET", f"{SOBJECTS}/Product2/{ids[0]}").headers["last-modified"]
    clock.now += 1
    sandbox.salesforce.edit("Product2", ids[1], {"Name": "Edited"})
    urls = [
        *(f"{SOBJECTS}/Product2/{record_id}" for record_id in ids[:2]),
        f"{SOBJECTS}/Product2/none",
        "/other",
    ]
    parts = [
        {
            "method": "PATCH",
            "url": url,
            "referenceId": f"r{place}",
            "httpHeaders": {"If-Unmodified-Since": seen},
            "body": {"Name": "Ours"},
        }
        for place, url in enumerate(urls)
    ]
    results = salesforce.post(COMPOSITE, {"allOrNone": False, "compositeRequest": parts})["compositeResponse"]
    assert [(r["referenceId"], r["httpStatusCode"]) for r in results] == [
        ("r0", 204), ("r1", 412), ("r2", 404), ("r3", 404),
    ]  # fmt: skip
    assert results[0]["body"] is None
    assert results[2]["body"][0]["errorCode"] == "NOT_FOUND"
    assert salesforce("POST", COMPOSITE, {"compositeRequest": parts[:1] * 26}).status == 400
    for hostile in ({"compositeRequest": [7]}, {"compositeRequest": [{"httpHeaders": 7}]}, {}):
        assert salesforce("POST", COMPOSITE, hostile).status == 400


def test_every_write_moves_the_stamps_and_only_what_was_sent(
    salesforce: Client, sandbox: Sandbox, clock: ManualClock, ids: list[str]
) -> None:
    before = sandbox.salesforce.record("Product2", ids[0])
    clock.now += 7.9
    patch(salesforce, [{"id": ids[0], "Name": before["Name"]}])
    after = sandbox.salesforce.record("Product2", ids[0])
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"LastModifiedDate", "SystemModstamp"}
    assert (before["SystemModstamp"], after["SystemModstamp"]) == (
        "2025-11-21T04:40:00.000+0000",
        "2025-11-21T04:40:07.000+0000",
    )


@pytest.mark.parametrize(
    ("change", "dirty"),
    [
        ({"Name": "New name"}, False),
        ({packaged("DR_HS_Code"): "1234.56.7890"}, True),
        ({packaged("DR_Product_Weight"): 99}, True),
        ({SYNCED: None}, True),
        ({SYNCED: "2026-01-01T00:00:00Z"}, False),
        ({packaged("DR_TAXGROUP"): None}, False),
        ({packaged("DR_TAXGROUP"): None, packaged("DR_SKU_Group"): "Books"}, True),
    ],
)
def test_the_trigger_marks_what_is_to_be_synchronised(
    sandbox: Sandbox, ids: list[str], change: dict[str, Any], dirty: bool
) -> None:
    knobs = sandbox.salesforce
    knobs.edit("Product2", ids[0], {SYNC: False, SYNCED: "2025-11-21T00:00:00Z"})
    assert not knobs.record("Product2", ids[0])[SYNC]
    knobs.edit("Product2", ids[0], change)
    assert knobs.record("Product2", ids[0])[SYNC] is dirty


def test_an_incomplete_product_is_never_dirty(sandbox: Sandbox) -> None:
    knobs = sandbox.salesforce
    record_id = knobs.add("Product2", {"Name": "Bare"})
    assert not knobs.record("Product2", record_id)[SYNC]
    assert knobs.record("Product2", knobs.add("Product2", {"Name": "G", packaged("DR_SKU_Group"): "Books"}))[
        SYNC
    ]


def test_a_session_id_is_needed_and_ends(salesforce: Client, sandbox: Sandbox) -> None:
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    given = salesforce("POST", "/services/oauth2/token", fields=form, encode_multipart=False).json()
    assert given["instance_url"] == sandbox.environment()["SALESFORCE_URL"]
    assert given.keys() == {
        "access_token",
        "signature",
        "scope",
        "instance_url",
        "id",
        "token_type",
        "issued_at",
    }
    assert given["issued_at"] == str(int(START * 1000))
    for token, status in ((given["access_token"], 200), ("", 401), ("00Dother", 401)):
        answer = salesforce("GET", f"{DATA}/limits", headers={"Authorization": f"Bearer {token}"})
        assert answer.status == status
    refused = salesforce(
        "POST", "/services/oauth2/token", fields=form | {"client_id": "x"}, encode_multipart=False
    )
    assert (refused.status, refused.json()["error"]) == (400, "invalid_client_id")
    refused = salesforce(
        "POST", "/services/oauth2/token", fields={"grant_type": "password"}, encode_multipart=False
    )
    assert refused.json()["error"] == "unsupported_grant_type"


def test_requests_are_counted_until_they_are_used_up(salesforce: Client, sandbox: Sandbox) -> None:
    sandbox.salesforce.limit(3, used=1)
    first = salesforce("GET", f"{DATA}/limits")
    assert first.headers["sforce-limit-info"] == "api-usage=2/3"
    assert first.json() == {"DailyApiRequests": {"Max": 3, "Remaining": 1}}
    salesforce("GET", f"{SOBJECTS}/Nothing/describe")
    status, (error,) = salesforce.refused("GET", f"{DATA}/limits")
    assert (status, error["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")
    assert sandbox.salesforce.summary()["used"] == 3


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/services/data/v60.0/nothing"),
        ("GET", "/services/data/latest/limits"),
        ("GET", f"{SOBJECTS}/Foo__c/describe"),
        ("GET", f"{SOBJECTS}/Product2/01t000000000000AAA"),
        ("PATCH", f"{SOBJECTS}/Foo__c/01t000000000000AAA"),
        ("GET", "/"),
    ],
)
def test_what_is_not_there_is_404(salesforce: Client, method: str, path: str) -> None:
    status, (error,) = salesforce.refused(method, path)
    assert (status, error["errorCode"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "INVALID_SESSION_ID"),
        (403, "REQUEST_LIMIT_EXCEEDED"),
        (404, "NOT_FOUND"),
        (500, "UNKNOWN_EXCEPTION"),
        (503, "SERVER_UNAVAILABLE"),
    ],
)
def test_faults_speak_salesforce(salesforce: Client, sandbox: Sandbox, status: int, code: str) -> None:
    sandbox.fault("salesforce", "status", status=status)
    assert salesforce.refused("GET", f"{DATA}/limits")[0] == status
    sandbox.fault("salesforce", "status", status=status)
    assert salesforce.refused("GET", f"{DATA}/limits")[1][0]["errorCode"] == code


def test_a_fault_may_empty_a_query(salesforce: Client, sandbox: Sandbox) -> None:
    path = f"{DATA}/query?q=SELECT%20Id%20FROM%20Product2"
    sandbox.fault("salesforce", "empty")
    assert salesforce.get(path) == {"totalSize": 0, "done": True, "records": []}
    assert salesforce.get(path)["totalSize"] == 30


def test_seeding_is_the_same_every_time_and_fits_together(sandbox: Sandbox) -> None:
    def org() -> dict[str, list[dict[str, Any]]]:
        return {name: sandbox.salesforce.records(name) for name in sandbox.salesforce.summary()["records"]}

    first = org()
    sandbox.reset()
    assert org() == first
    assert sum(product[SYNC] for product in first["Product2"]) == 20
    for item in first["OrderItem"]:
        rows = [row for row in first[ROW] if row[packaged("SF_OrderItem_Id")] == item["Id"]]
        reserved = sum(row[packaged("Fulfill_Quantity")] for row in rows)
        assert item[packaged("DR_Open_Quantity")] + reserved == item["Quantity"]


def test_the_knobs_over_http_do_what_the_methods_do(
    control: Client, salesforce: Client, sandbox: Sandbox
) -> None:
    control.post("/salesforce/clear", {})
    made = control.post("/salesforce/seed", {"products": 2, "flagged": 1})
    first, second = made["Product2"]
    assert control.get("/salesforce")["records"]["Product2"] == 2
    control.post(
        "/salesforce/records/Product2", {"edit": [{"Id": first, "Name": "Edited"}], "remove": [second]}
    )
    (added,) = control.post("/salesforce/records/Product2", {"add": [{"Name": "Added"}]})["added"]
    records = control.get("/salesforce/records/Product2")["records"]
    assert [(record["Id"], record["Name"]) for record in records] == [(first, "Edited"), (added, "Added")]
    control.post("/salesforce/refuse", {"object": "Product2", "field": "Name", "value": "Added", "times": 1})
    codes = [patch(salesforce, [{"id": added, "Name": "Added"}])[1][0]["success"] for _ in range(2)]
    assert codes == [False, True]
    control.post("/salesforce/limit", {"daily": 2})
    assert salesforce("GET", f"{DATA}/limits").status == 403


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/seed", {"pigeons": 1}, "pigeons is not known"),
        ("/seed", {"products": -1}, "products is -1; it is at least 0"),
        ("/seed", {"orders": 1, "rows": 6}, "rows is 6"),
        ("/hide", {"object": "Foo__c"}, "the org has no Foo__c"),
        ("/hide", {"object": "Order", "field": "Foo__c"}, "the org has no Order.Foo__c"),
        ("/refuse", {"object": "Order", "value": "x", "field": "Foo__c"}, "Order has no field Foo__c"),
        ("/limit", {"daily": -1}, "daily and used are at least 0"),
        ("/trust", {"public_key": "hello"}, "public_key is no RSA key"),
        ("/records/Foo__c", {"add": [{}]}, "the org has no object 'Foo__c'; there are: Account, Product2"),
        ("/records/Product2", {"add": [{}]}, "REQUIRED_FIELD_MISSING"),
        ("/records/Product2", {"add": [7]}, "hold records"),
        ("/records/Product2", {"edit": [{"Name": "x"}]}, "'None' is no id"),
        ("/records/Product2", {"remove": ["x"]}, "'x' is no id"),
    ],
)
def test_what_makes_no_sense_is_400_with_what_is_wrong(
    control: Client, path: str, body: Any, said: str
) -> None:
    status, answer = control.refused("POST", f"/salesforce{path}", body)
    assert status == 400
    assert said in answer["message"]


def test_a_record_that_is_not_there_is_told(sandbox: Sandbox) -> None:
    with pytest.raises(ControlError, match="there is no Product2"):
        sandbox.salesforce.record("Product2", make_id("01t", 9999))


@pytest.mark.parametrize(
    "short", ["001A0000006Vm9r", "001D000000IqhSL", "01tSb0000000001", "ZZZZZZZZZZZZZZZ"]
)
def test_ids_have_the_three_characters_that_tell_their_case(short: str) -> None:
    """The first two as they are found in Salesforce's own examples."""
    known = {
        "001A0000006Vm9r": "IAC",
        "001D000000IqhSL": "IAZ",
        "ZZZZZZZZZZZZZZZ": "555",
        "01tSb0000000001": "IAA",
    }
    assert full_id(short) == short + known[short]
    assert full_id(full_id(short)) == full_id(short)
    for wrong in (short[:14], f"{short}AAB", f"{short[:14]}!"):
        with pytest.raises(ValueError, match="is no id"):
            full_id(wrong)
