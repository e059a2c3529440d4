"""SKUs: created or replaced by id, and what Digital River refuses of them."""

import pytest

from contract.sandbox.client import Client, problem
from nightshift_tools.sandbox.server import Sandbox

MUG = {"name": "Mug", "eccn": "EAR99", "taxCode": "4323.310_A", "countryOfOrigin": "US"}


def test_put_creates_then_replaces(river: Client, sandbox: Sandbox) -> None:
    created = river("PUT", "/skus/01tA", MUG | {"partNumber": "7", "metadata": {"sku": "M"}})
    assert created.status == 201
    replaced = river("PUT", "/skus/01tA", MUG | {"name": "Cup"})
    assert replaced.status == 200
    document = replaced.json()
    assert (document["name"], "partNumber" in document, "metadata" in document) == ("Cup", False, False)
    assert document["createdTime"] == created.json()["createdTime"] < document["updatedTime"]
    assert sandbox.digital_river.effects().skus == {"01tA": 2}


def test_post_creates_once_and_changes_parts(river: Client) -> None:
    assert river("POST", "/skus", MUG | {"id": "a"}).status == 201
    assert problem(river.refused("POST", "/skus", MUG | {"id": "a"})) == (
        409,
        "conflict",
        "already_exists",
        "id",
    )
    changed = river.post("/skus/a", {"partNumber": "7"})
    assert (changed["name"], changed["partNumber"]) == ("Mug", "7")
    assert problem(river.refused("POST", "/skus/b", {"name": "x"}))[:3] == (404, "not_found", "not_found")
    assert river("POST", "/skus", MUG).json()["id"]


def test_a_deleted_sku_is_gone(river: Client) -> None:
    river("PUT", "/skus/a", MUG)
    assert river("DELETE", "/skus/a").status == 204
    assert river("GET", "/skus/a").status == 404
    assert [event["type"] for event in river.get("/events")["data"]] == ["sku.deleted", "sku.created"]


@pytest.mark.parametrize(
    ("sku_id", "change", "code", "parameter", "said"),
    [
        ("89&56", {}, "invalid_parameter", "id", "'89&56' is not a valid SKU ID."),
        ("a", {"name": None}, "missing_parameter", "name", "'name' is required."),
        ("a", {"name": 7}, "invalid_parameter", "name", "'7' is not a text."),
        ("a", {"eccn": ""}, "missing_parameter", "eccn", ""),
        ("a", {"taxCode": None}, "missing_parameter", "taxCode", ""),
        ("a", {"countryOfOrigin": None}, "missing_parameter", "countryOfOrigin", ""),
        (
            "a",
            {"countryOfOrigin": "KP"},
            "invalid_parameter",
            "countryOfOrigin",
            "'KP' is not a valid Country of Origin.",
        ),
        ("a", {"countryOfOrigin": "usa"}, "invalid_parameter", "countryOfOrigin", ""),
        (
            "a",
            {"hsCode": "1234.56.YW"},
            "invalid_parameter",
            "hsCode",
            "'1234.56.YW' is not a valid HS code.",
        ),
        ("a", {"weight": 1, "weightUnit": "stone"}, "invalid_parameter", "weightUnit", ""),
        ("a", {"weight": "1"}, "invalid_parameter", "weight", ""),
        ("a", {"colour": "red"}, "unknown_parameter", "colour", ""),
        ("a", {"metadata": {str(n): "" for n in range(21)}}, "too_many_metadata_pairs", "metadata", ""),
        ("a", {"metadata": {"k": "x" * 501}}, "invalid_parameter", "metadata.k", ""),
        ("a", {"metadata": []}, "invalid_parameter", "metadata", ""),
    ],
)
def test_what_is_wrong_is_named(
    river: Client,
    sandbox: Sandbox,
    sku_id: str,
    change: dict[str, object],
    code: str,
    parameter: str,
    said: str,
) -> None:
    status, body = river.refused("PUT", f"/skus/{sku_id}", MUG | change)
    assert problem((status, body)) == (400, "bad_request", code, parameter)
    assert said in body["errors"][0]["message"]
    assert sandbox.digital_river.effects().skus == {}


@pytest.mark.parametrize("hs_code", ["1234.56", "1234.56.78", "1234.56.7890", "123456", "1234567890"])
def test_a_group_stands_for_the_four_fields(river: Client, hs_code: str) -> None:
    assert river("PUT", "/skus/a", {"name": "Mug", "skuGroupId": "g", "hsCode": hs_code}).status == 201


@pytest.mark.parametrize("body", [b"{", b"[]", b"7"])
def test_a_body_that_is_no_object_is_400(river: Client, body: bytes) -> None:
    answer = river("PUT", "/skus/a", body=body, headers={"Content-Type": "application/json"})
    assert answer.status == 400
