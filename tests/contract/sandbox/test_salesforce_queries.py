"""SOQL as the org answers it: names, types, nothing, order, pages, and what it refuses with which code."""

from typing import Any
from urllib.parse import quote

import pytest

from contract.sandbox.client import Client
from nightshift_tools.sandbox.salesforce.knobs import Knobs
from nightshift_tools.sandbox.salesforce.org import packaged
from nightshift_tools.sandbox.server import Sandbox

DATA = "/services/data/v60.0"
SYNC, WEIGHT = packaged("Sync_Product_to_DR"), packaged("DR_Product_Weight")
GROUP, SYNCED = packaged("DR_SKU_Group"), packaged("Date_Last_Synced_to_DR")
ECCN = packaged("DR_ECCN")


@pytest.fixture
def org(sandbox: Sandbox) -> Knobs:
    """An org with five products that differ."""
    knobs = sandbox.salesforce
    knobs.clear()
    eccn = knobs.add(packaged("DR_ECCN_Lookup"), {"Name": "EAR99"})
    products: list[dict[str, Any]] = [
        {"Name": "Apple", "IsActive": True, WEIGHT: 1.5, ECCN: eccn, SYNCED: "2026-11-20T10:00:00Z"},
        {"Name": "apple pie", "IsActive": False, WEIGHT: 20},
        {"Name": "100% off_ers", "IsActive": True, GROUP: "Fruit"},
        {"Name": "O'Hara \\ Sons", "IsActive": True, WEIGHT: -3},
        {"Name": "Zoë", "IsActive": True, WEIGHT: 0, SYNCED: "2026-11-20T12:00:00+01:00"},
    ]
    for product in products:
        knobs.add("Product2", product)
    return knobs


def ask(salesforce: Client, soql: str, **options: Any) -> Any:
    return salesforce.get(f"{DATA}/query?q={quote(soql)}", **options)


def names(salesforce: Client, where: str) -> set[str]:
    answer = ask(salesforce, f"SELECT Name FROM Product2 WHERE {where}")
    return {record["Name"] for record in answer["records"]}


A, P, F, H, Z = "Apple", "apple pie", "100% off_ers", "O'Hara \\ Sons", "Zoë"
FOUND = [
    ("Name = 'Apple'", {A}),
    ("name = 'APPLE'", {A}),
    (r"Name = 'O\'Hara \\ Sons'", {H}),
    ("Name != 'Apple'", {P, F, H, Z}),
    ("Name <> 'Apple'", {P, F, H, Z}),
    (f"{GROUP} != 'Fruit'", {A, P, H, Z}),
    (f"{GROUP} = null", {A, P, H, Z}),
    (f"{GROUP} = ''", {A, P, H, Z}),
    (f"{GROUP} != null", {F}),
    (f"{GROUP} IN ('Fruit', null)", {A, P, F, H, Z}),
    (f"{GROUP} NOT IN ('Fruit')", {A, P, H, Z}),
    ("Name IN ('Apple', 'ZOË')", {A}),  # the case of ASCII alone is ignored
    ("Name LIKE 'apple%'", {A, P}),
    ("Name LIKE '_pple'", {A}),
    (r"Name LIKE '100\% off\_%'", {F}),
    (r"Name LIKE '%\\%'", {H}),
    ("IsActive = true", {A, F, H, Z}),
    ("IsActive != TRUE", {P}),
    (f"{WEIGHT} > 1", {A, P}),
    (f"{WEIGHT} >= 1.5", {A, P}),
    (f"{WEIGHT} < 0", {H}),
    (f"{WEIGHT} <= -3.0", {H}),
    (f"{WEIGHT} = 2e1", {P}),
    (f"NOT {WEIGHT} > 1", {F, H, Z}),
    (f"NOT ({WEIGHT} > 1 OR IsActive = false)", {F, H, Z}),
    (f"IsActive = true AND ({WEIGHT} = 0 OR {WEIGHT} = null)", {F, Z}),
    (f"{SYNCED} > 2026-11-20T10:30:00.000Z", {Z}),
    (f"{SYNCED} = 2026-11-20T11:00:00+01:00", {A}),
    (f"{SYNCED} < 2026-11-20T10:00:01Z", {A}),
    (f"{ECCN[:-1]}r.Name = 'EAR99'", {A}),
    (f"{ECCN[:-1]}r.Name = null", {P, F, H, Z}),
    (f"{ECCN} != null", {A}),
]


@pytest.mark.parametrize(("where", "found"), FOUND)
def test_a_condition_finds_what_it_means(salesforce: Client, org: Knobs, where: str, found: set[str]) -> None:
    assert names(salesforce, where) == found


def test_an_id_is_found_by_15_and_by_18_characters_and_by_its_case(salesforce: Client, org: Knobs) -> None:
    record_id = org.records("Product2")[0]["Id"]
    for written in (record_id, record_id[:15]):
        assert names(salesforce, f"Id = '{written}'") == {A}
    other = record_id[:15].swapcase()
    assert names(salesforce, f"Id = '{other}'") == set()


def test_records_come_with_attributes_in_the_schema_s_spelling(salesforce: Client, org: Knobs) -> None:
    fields = f"id, NAME, {WEIGHT}, isactive, {ECCN[:-1]}r.name, {ECCN[:-1]}R.ID"
    answer = ask(salesforce, f"select {fields} from product2 order by name limit 2")
    first, second = org.records("Product2")[2], org.records("Product2")[0]
    assert (answer["totalSize"], answer["done"]) == (2, True)
    assert answer["records"][0] == {
        "attributes": {"type": "Product2", "url": f"{DATA}/sobjects/Product2/{first['Id']}"},
        "Id": first["Id"],
        "Name": F,
        WEIGHT: None,
        "IsActive": True,
        f"{ECCN[:-1]}r": None,
    }
    parent = answer["records"][1][f"{ECCN[:-1]}r"]
    assert (parent["Name"], parent["Id"]) == ("EAR99", second[ECCN])
    assert parent["attributes"]["type"] == packaged("DR_ECCN_Lookup")


ORDERS = [
    (f"{WEIGHT}", [None, -3.0, 0.0, 1.5, 20.0]),
    (f"{WEIGHT} DESC", [None, 20.0, 1.5, 0.0, -3.0]),
    (f"{WEIGHT} ASC NULLS LAST", [-3.0, 0.0, 1.5, 20.0, None]),
    (f"IsActive DESC, {WEIGHT} NULLS FIRST", [None, -3.0, 0.0, 1.5, 20.0]),
    (f"{WEIGHT} NULLS LAST LIMIT 2 OFFSET 1", [0.0, 1.5]),
    (f"{WEIGHT} LIMIT 0", []),
]


@pytest.mark.parametrize(("order", "weights"), ORDERS)
def test_records_come_in_order(
    salesforce: Client, org: Knobs, order: str, weights: list[float | None]
) -> None:
    answer = ask(salesforce, f"SELECT {WEIGHT} FROM Product2 ORDER BY {order}")
    assert [record[WEIGHT] for record in answer["records"]] == weights


def test_a_count_has_no_records(salesforce: Client, org: Knobs) -> None:
    answer = ask(salesforce, "SELECT COUNT() FROM Product2 WHERE IsActive = true")
    assert answer == {"totalSize": 4, "done": True, "records": []}


@pytest.mark.parametrize(
    ("hint", "sizes"), [(None, [450]), (200, [200, 200, 50]), (1, [200, 200, 50]), (449, [449, 1])]
)
def test_pages_have_the_size_that_was_asked_for_within_limits(
    salesforce: Client, sandbox: Sandbox, hint: int | None, sizes: list[int]
) -> None:
    sandbox.salesforce.clear()
    ids = sandbox.salesforce.seed(products=450)["Product2"]
    headers = {"Sforce-Query-Options": f"batchSize={hint}"} if hint else {}
    answer = ask(salesforce, "SELECT Id FROM Product2 ORDER BY Id", headers=headers)
    pages = [answer]
    while not answer["done"]:
        assert answer["nextRecordsUrl"].startswith(f"{DATA}/query/01g")
        answer = salesforce.get(answer["nextRecordsUrl"], headers=headers)
        pages.append(answer)
    assert [len(page["records"]) for page in pages] == sizes
    assert {page["totalSize"] for page in pages} == {450}
    assert [record["Id"] for page in pages for record in page["records"]] == ids


def test_2000_are_the_most_of_a_page(salesforce: Client, sandbox: Sandbox) -> None:
    sandbox.salesforce.clear()
    sandbox.salesforce.seed(products=2001)
    answer = ask(salesforce, "SELECT Id FROM Product2", headers={"Sforce-Query-Options": "batchSize=9999"})
    assert (len(answer["records"]), answer["done"]) == (2000, False)


def test_a_count_of_children_follows_them(salesforce: Client, sandbox: Sandbox) -> None:
    sandbox.salesforce.clear()
    made = sandbox.salesforce.seed(orders=1, items=2, rows=2)
    counted, status = (
        packaged("Num_Of_Line_Item_Records_To_Process"),
        packaged("Fulfillment_OrderItem_Status"),
    )
    rows = made[packaged("DR_Line_Item_Fulfillment")]
    for row, state in zip(rows, ("Completed", "Failed", "Reprocess", "Open"), strict=True):
        sandbox.salesforce.edit(packaged("DR_Line_Item_Fulfillment"), row, {status: state})
    soql = f"SELECT {counted} FROM {packaged('DR_Fulfillment')} WHERE {counted} > 1 ORDER BY {counted}"
    assert [record[counted] for record in ask(salesforce, soql)["records"]] == [2.0]
    sandbox.salesforce.remove(packaged("DR_Line_Item_Fulfillment"), rows[3])
    assert ask(salesforce, soql)["records"] == []


REFUSED = [
    ("", "MALFORMED_QUERY", "has to be specified"),
    ("SELECT", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
    ("SELECT Id FROM Product2 WHERE", "MALFORMED_QUERY", "unexpected token"),
    ("SELECT Id, FROM Product2", "MALFORMED_QUERY", "unexpected token: 'Product2'"),
    ("SELECT * FROM Product2", "MALFORMED_QUERY", "unexpected token: '* FROM Product2'"),
    ("SELECT Id FROM Order WHERE Id = 'x' AND Id = 'y' OR Id = 'z'", "MALFORMED_QUERY", "token: 'OR'"),
    ("SELECT Id FROM Product2 WHERE Name = \"x\"", "MALFORMED_QUERY", "unexpected token"),
    ("SELECT Id FROM Product2 WHERE Name = 'x", "MALFORMED_QUERY", "unexpected token"),
    (r"SELECT Id FROM Product2 WHERE Name = 'a\q'", "MALFORMED_QUERY", "Illegal character sequence"),
    ("SELECT Id FROM Product2 WHERE Name IN ()", "MALFORMED_QUERY", "unexpected token"),
    ("SELECT Id FROM Product2 LIMIT -1", "MALFORMED_QUERY", "unexpected token"),
    ("SELECT Id FROM Product2 OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000"),
    ("SELECT Id FROM Product2; DROP TABLE Product2", "MALFORMED_QUERY", "unexpected token"),
    ("SELECT Id FROM Order WHERE " + "(" * 60 + "Id = null" + ")" * 60, "MALFORMED_QUERY", "too deeply"),
    ("SELECT Id FROM Product2 WHERE " + "NOT " * 60 + "Id = null", "MALFORMED_QUERY", "nested too deeply"),
    ("SELECT Id FROM Products", "INVALID_TYPE", "sObject type 'Products' is not supported."),
    ("SELECT Id, Foo__c FROM Product2", "INVALID_FIELD", "No such column 'Foo__c' on entity 'Product2'."),
    ("SELECT Id FROM Product2 WHERE Foo__c = 1", "INVALID_FIELD", "No such column 'Foo__c'"),
    ("SELECT Id FROM Product2 ORDER BY Foo__c", "INVALID_FIELD", "No such column 'Foo__c'"),
    ("SELECT Foo__r.Name FROM Product2", "INVALID_FIELD", "Didn't understand relationship 'Foo__r'"),
    ("SELECT Id FROM Product2 WHERE Name = 7", "INVALID_FIELD", "should enclosed in quotes"),
    ("SELECT Id FROM Product2 WHERE IsActive = 'true'", "INVALID_FIELD", "should not be enclosed in quotes"),
    (f"SELECT Id FROM Product2 WHERE {SYNCED} > '2026-01-01'", "INVALID_FIELD", "of type datetime"),
    (f"SELECT Id FROM Product2 WHERE {SYNCED} > 2026-01-01", "INVALID_FIELD", "of type datetime"),
    (f"SELECT Id FROM Product2 WHERE {SYNCED} > 2026-13-01T00:00:00Z", "MALFORMED_QUERY", "is no datetime"),
    (f"SELECT Id FROM Product2 WHERE {SYNCED} > 2026-01-01T00:00:00", "MALFORMED_QUERY", "is no datetime"),
    ("SELECT Id FROM Product2 WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: x"),
    ("SELECT Id FROM Product2 WHERE IsActive > true", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator"),
    (f"SELECT Id FROM Product2 WHERE {WEIGHT} LIKE '1%'", "INVALID_QUERY_FILTER_OPERATOR", "operator"),
    ("SELECT Id FROM Product2 WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered"),
    ("SELECT Id FROM Product2 ORDER BY Description", "MALFORMED_QUERY", "can not be sorted"),
    ("SELECT Id, (SELECT Id FROM OrderItems) FROM Order", "MALFORMED_QUERY", "unexpected token: '('"),
    ("SELECT Id FROM Product2 GROUP BY Id", "MALFORMED_QUERY", "unexpected token: 'GROUP'"),
]  # fmt: skip


@pytest.mark.parametrize(("soql", "code", "text"), REFUSED)
def test_what_is_no_query_is_refused_in_salesforce_s_words(
    salesforce: Client, soql: str, code: str, text: str
) -> None:
    status, (error,) = salesforce.refused("GET", f"{DATA}/query?q={quote(soql)}")
    assert (status, error["errorCode"]) == (400, code)
    assert text in error["message"]


def test_a_hidden_field_is_as_one_that_is_not_there(salesforce: Client, sandbox: Sandbox) -> None:
    sandbox.salesforce.hide("Product2", ECCN)
    for soql in (f"SELECT {ECCN} FROM Product2", f"SELECT {ECCN[:-1]}r.Name FROM Product2"):
        assert (
            salesforce.refused("GET", f"{DATA}/query?q={quote(soql)}")[1][0]["errorCode"] == "INVALID_FIELD"
        )
    assert ECCN not in salesforce.get(
        f"{DATA}/sobjects/Product2/{sandbox.salesforce.records('Product2')[0]['Id']}"
    )
    sandbox.salesforce.hide(packaged("DR_ECCN_Lookup"))
    assert salesforce("GET", f"{DATA}/sobjects/{packaged('DR_ECCN_Lookup')}/describe").status == 404
    sandbox.salesforce.show_all()
    assert ask(salesforce, f"SELECT {ECCN[:-1]}r.Name FROM Product2 LIMIT 1")["totalSize"] == 1


def test_pages_are_forgotten_when_they_are_told_to_be(salesforce: Client, sandbox: Sandbox) -> None:
    sandbox.salesforce.seed(products=300)
    answer = ask(salesforce, "SELECT Id FROM Product2", headers={"Sforce-Query-Options": "batchSize=200"})
    sandbox.salesforce.expire_locators()
    for path in (answer["nextRecordsUrl"], f"{DATA}/query/nonsense"):
        status, (error,) = salesforce.refused("GET", path)
        assert (status, error["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")
