"""Medusa's lists: limit, offset, order, fields and filters."""

from typing import Any

import pytest

from contract.sandbox.client import Client, ManualClock, product

PRODUCTS = "/admin/products"


@pytest.fixture
def stocked(medusa: Client, clock: ManualClock) -> Client:
    """Seven products, the last two of one external id, each created a minute after the one before."""
    for number in range(1, 8):
        fields: dict[str, Any] = {"external_id": "6"} if number == 7 else {}
        if number == 5:
            fields["status"] = "draft"
        medusa.post(PRODUCTS, product(number, **fields))
        clock.now += 60
    return medusa


def handles(page: dict[str, Any]) -> str:
    return "".join(item["handle"].removeprefix("mug-") for item in page["products"])


@pytest.mark.parametrize(
    ("query", "expected", "count"),
    [
        ("", "1234567", 7),
        ("limit=3", "123", 7),
        ("limit=3&offset=5", "67", 7),
        ("offset=50", "", 7),
        ("limit=0", "", 7),
        ("limit=5000", "1234567", 7),
        ("external_id[]=3", "3", 1),
        ("external_id[]=6&external_id[]=2", "267", 3),
        ("external_id=6", "67", 2),
        ("external_id[0]=1&external_id[1]=4", "14", 2),
        ("external_id%5B%5D=3", "3", 1),
        ("external_id[]=6&limit=1", "6", 2),
        ("external_id[]=none", "", 0),
        ("handle[]=mug-2&handle[]=mug-1", "12", 2),
        ("handle[]=mug-2&external_id[]=3", "", 0),
        ("handle=mug-2&status[]=published", "2", 1),
        ("status[]=draft", "5", 1),
        ("status[]=draft&status[]=published&limit=2", "12", 7),
        ("title=Mug%203", "3", 1),
        ("q=MUG%207", "7", 1),
        ("q=tea", "1234567", 7),
        ("is_giftcard=true", "", 0),
        ("nonsense=1", "1234567", 7),
        ("order=-created_at&limit=2", "76", 7),
        ("order=created_at", "1234567", 7),
        ("order=-title&limit=1", "7", 7),
        ("updated_at[$gte]=2025-11-21T04:44:00Z", "567", 3),
        ("updated_at[$gt]=2025-11-21T04:44:00.000Z", "67", 2),
        ("updated_at[$lt]=2025-11-21T04:42:00Z", "12", 2),
        ("updated_at[$gte]=2025-11-21T04:41:00Z&updated_at[$lte]=2025-11-21T05:42:00%2B01:00", "23", 2),
        ("created_at[$gte]=2025-11-21T04:45:00Z&status[]=published", "67", 2),
    ],
)
def test_a_list_holds_what_was_asked_for(stocked: Client, query: str, expected: str, count: int) -> None:
    page = stocked.get(f"{PRODUCTS}?{query}")
    assert handles(page) == expected
    assert page["count"] == count


def test_the_envelope_tells_offset_and_limit(stocked: Client) -> None:
    page = stocked.get(PRODUCTS)
    assert (page["offset"], page["limit"]) == (0, 50)
    page = stocked.get(f"{PRODUCTS}?limit=2&offset=1")
    assert (page["offset"], page["limit"]) == (1, 2)


def test_ids_filter_like_other_filters(stocked: Client) -> None:
    ids = [item["id"] for item in stocked.get(PRODUCTS)["products"]]
    query = "&".join(f"id[]={product_id}" for product_id in (ids[4], ids[1], "prod_x"))
    assert handles(stocked.get(f"{PRODUCTS}?{query}")) == "25"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("order=nonsense", 500),
        ("limit=-1", 500),
        ("offset=-1", 500),
        ("limit=many", 400),
        ("status[]=live", 400),
        ("updated_at[$gte]=yesterday", 500),
        ("updated_at[$near]=2025-11-21", 500),
    ],
)
def test_a_query_that_medusa_cannot_run(stocked: Client, query: str, status: int) -> None:
    assert stocked.refused("GET", f"{PRODUCTS}?{query}")[0] == status


@pytest.mark.parametrize(("ids", "status"), [(200, 200), (1000, 431)])
def test_a_url_may_hold_two_hundred_ids_but_not_a_thousand(stocked: Client, ids: int, status: int) -> None:
    query = "&".join(f"external_id[]={number:06d}" for number in range(ids))
    assert stocked("GET", f"{PRODUCTS}?{query}").status == status


DEFAULT = {
    "id", "title", "subtitle", "status", "external_id", "description", "handle", "is_giftcard",
    "discountable", "thumbnail", "collection_id", "type_id", "weight", "length", "height", "width", "hs_code",
    "origin_country", "mid_code", "material", "created_at", "updated_at", "deleted_at", "metadata", "type",
    "collection",    "options", "tags", "images", "variants", "sales_channels",
}  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        ("", DEFAULT),
        ("id", {"id"}),
        ("handle,external_id", {"id", "handle", "external_id"}),
        ("title,*variants", {"id", "title", "variants"}),
        ("%2Bcategories", DEFAULT | {"categories"}),
        ("+categories.id", DEFAULT | {"categories"}),
        ("*categories", DEFAULT | {"categories"}),
        ("-variants,-description", DEFAULT - {"variants", "description"}),
        ("nonsense", {"id"}),
    ],
)
def test_fields_replace_or_change_the_defaults(stocked: Client, fields: str, keys: set[str]) -> None:
    for item in stocked.get(f"{PRODUCTS}?fields={fields}")["products"]:
        assert set(item) == keys


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("variants.sku", {"id", "sku"}),
        ("variants.sku,variants.prices.amount", {"id", "sku", "prices"}),
        ("id,variants.prices.*", {"id", "prices"}),
    ],
)
def test_fields_reach_into_relations(stocked: Client, fields: str, expected: set[str]) -> None:
    item = stocked.get(f"{PRODUCTS}?limit=1&fields={fields}")["products"][0]
    assert expected <= set(item["variants"][0])
    if "prices" in expected:
        assert item["variants"][0]["prices"][0]["amount"] == 9.99


def test_a_star_does_not_bring_relations_of_the_relation(stocked: Client) -> None:
    item = stocked.get(f"{PRODUCTS}?limit=1&fields=id,*variants")["products"][0]
    assert item["variants"][0]["sku"] == "MUG-1"
    assert "prices" not in item["variants"][0]
