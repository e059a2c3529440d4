"""Medusa's products: what one looks like, and what an update replaces, merges and leaves."""

import json
from typing import Any

import pytest

from contract.sandbox.client import Client, ManualClock, product, variant

PRODUCTS = "/admin/products"
BATCH = f"{PRODUCTS}/batch"


def create(medusa: Client, **fields: Any) -> dict[str, Any]:
    created: dict[str, Any] = medusa.post(PRODUCTS, product(1, **fields))["product"]
    return created


def read(medusa: Client, created: dict[str, Any], fields: str = "") -> dict[str, Any]:
    found: dict[str, Any] = medusa.get(f"{PRODUCTS}/{created['id']}?fields={fields}")["product"]
    return found


def category(medusa: Client, name: str) -> str:
    created = medusa.post("/admin/product-categories", {"name": name})["product_category"]
    return str(created["id"])


def test_a_created_product_has_the_defaults_of_medusa(medusa: Client) -> None:
    given = {"title": "Crème Fraîche  Bowl", "options": [{"title": "Size", "values": ["S"]}]}
    created = medusa.post(PRODUCTS, given)["product"]

    assert created["id"].startswith("prod_")
    assert created["handle"] == "creme-fraiche-bowl"
    assert created["status"] == "draft"
    assert (created["discountable"], created["is_giftcard"]) == (True, False)
    assert created["created_at"] == created["updated_at"]
    assert (created["deleted_at"], created["external_id"], created["metadata"]) == (None, None, None)
    assert created["options"][0]["values"][0]["value"] == "S"
    assert (created["variants"], created["images"], created["sales_channels"]) == ([], [], [])
    assert "categories" not in created


def test_a_created_product_is_what_was_sent(medusa: Client) -> None:
    created = create(medusa, weight=4, width=15.140)
    sent = product(1)
    for name in ("title", "handle", "external_id", "description", "status", "metadata"):
        assert created[name] == sent[name]
    assert (created["weight"], created["width"], created["height"]) == ("4", "15.14", None)
    assert created["thumbnail"] == sent["images"][0]["url"]
    only = created["variants"][0]
    assert only["id"].startswith("variant_")
    assert (only["sku"], only["manage_inventory"], only["allow_backorder"]) == ("MUG-1", False, False)
    assert only["options"][0]["value"] == "Default"
    assert only["prices"][0]["currency_code"] == "usd"


@pytest.mark.parametrize(
    "amount",
    ["9.99", "0.79", "36999.99", "0.1", "1e40", "123456789012345678901234567890.12", "10", "1.10", "-5.05"],
)
def test_an_amount_comes_back_digit_by_digit(medusa: Client, amount: str) -> None:
    prices = [{"currency_code": "usd", "amount": "AMOUNT"}]
    body = json.dumps(product(1, variants=[variant(prices=prices)])).replace('"AMOUNT"', amount)
    headers = {"Content-Type": "application/json"}
    created = medusa("POST", PRODUCTS, body=body.encode(), headers=headers)
    listed = medusa("GET", f"{PRODUCTS}?fields=variants.prices.amount")
    wanted = f'"amount":{amount}'.replace("1e40", "1E+40").encode()
    assert wanted in created.data
    assert wanted in listed.data


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"images": [{"url": "https://shop.example/new.webp"}]}, "images"),
        ({"images": []}, "images"),
        ({"variants": [{"title": "Default", "sku": "NEW", "prices": []}]}, "variants"),
    ],
)
def test_a_relation_that_is_sent_is_replaced(medusa: Client, change: dict[str, Any], field: str) -> None:
    created = create(medusa)
    updated = medusa.post(f"{PRODUCTS}/{created['id']}", change)["product"]
    assert len(updated[field]) == len(change[field])
    assert not {item["id"] for item in updated[field]} & {item["id"] for item in created[field]}


def test_what_is_not_sent_stays(medusa: Client) -> None:
    created = create(medusa)
    updated = medusa.post(f"{PRODUCTS}/{created['id']}", {"subtitle": "For tea"})["product"]
    assert updated | {"subtitle": None, "updated_at": created["updated_at"]} == created


def test_a_variant_named_by_id_keeps_it_and_gets_its_prices_replaced(medusa: Client) -> None:
    created = create(medusa)
    old = created["variants"][0]
    prices = [{"currency_code": "usd", "amount": 12.5}, {"currency_code": "eur", "amount": 11}]
    change = {"variants": [{"id": old["id"], "prices": prices}]}
    new = medusa.post(f"{PRODUCTS}/{created['id']}", change)["product"]["variants"][0]
    assert [entry["amount"] for entry in new["prices"]] == [12.5, 11]
    kept = ("id", "sku", "barcode", "title", "options", "manage_inventory", "created_at")
    assert {name: new[name] for name in kept} == {name: old[name] for name in kept}


def test_a_variant_that_is_not_listed_is_gone_and_its_sku_free_again(medusa: Client) -> None:
    options = [{"title": "Size", "values": ["S", "M"]}]
    variants = [variant(title=size, sku=f"SIZE-{size}", options={"Size": size}) for size in "SM"]
    created = create(medusa, options=options, variants=variants)
    kept = created["variants"][0]["id"]
    medusa.post(f"{PRODUCTS}/{created['id']}", {"variants": [{"id": kept}]})
    assert [entry["sku"] for entry in read(medusa, created)["variants"]] == ["SIZE-S"]
    other = product(2, variants=[variant(sku="SIZE-M")])
    assert medusa("POST", PRODUCTS, other).status == 200


def test_an_unknown_variant_id_is_404(medusa: Client) -> None:
    created = create(medusa)
    change = {"variants": [{"id": "variant_x", "prices": []}]}
    assert medusa.refused("POST", f"{PRODUCTS}/{created['id']}", change)[0] == 404
    assert read(medusa, created) == created


def test_options_that_are_sent_without_ids_are_made_anew_and_variants_follow(medusa: Client) -> None:
    created = create(medusa)
    change = {"options": [{"title": "Default", "values": ["Default", "Other"]}]}
    updated = medusa.post(f"{PRODUCTS}/{created['id']}", change)["product"]
    assert updated["options"][0]["id"] != created["options"][0]["id"]
    assert updated["variants"][0]["options"][0]["option_id"] == updated["options"][0]["id"]

    named = [{"id": updated["options"][0]["id"], "values": ["Default"]}]
    again = medusa.post(f"{PRODUCTS}/{created['id']}", {"options": named})["product"]
    assert again["options"][0]["values"] == updated["options"][0]["values"][:1]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"a": 9}, {"a": 9, "b": "2"}),
        ({"c": [1]}, {"a": 1, "b": "2", "c": [1]}),
        ({"a": ""}, {"b": "2"}),
        ({"nonsense": ""}, {"a": 1, "b": "2"}),
        ({"a": None}, {"a": None, "b": "2"}),
        ({}, {"a": 1, "b": "2"}),
        (None, None),
    ],
)
def test_metadata_is_merged(medusa: Client, sent: object, expected: object) -> None:
    created = create(medusa, metadata={"a": 1, "b": "2"})
    updated = medusa.post(f"{PRODUCTS}/{created['id']}", {"metadata": sent})["product"]
    assert updated["metadata"] == expected


@pytest.mark.parametrize(
    ("change", "moves"),
    [
        ({"title": "Other"}, True),
        ({"metadata": {"a": 1}}, True),
        ({"status": "draft"}, True),
        ({"title": "Mug 1"}, False),
        ({}, False),
        ({"images": []}, False),
        ({"categories": []}, False),
        ({"variants": [{"title": "Default", "sku": "OTHER", "prices": []}]}, False),
    ],
)
def test_updated_at_moves_with_the_products_own_columns_alone(
    medusa: Client, clock: ManualClock, change: dict[str, Any], moves: bool
) -> None:
    created = create(medusa)
    clock.now += 60
    updated = medusa.post(f"{PRODUCTS}/{created['id']}", change)["product"]
    assert (updated["updated_at"] > created["updated_at"]) is moves


def test_categories_and_sales_channels_are_replaced_and_shown_when_asked_for(medusa: Client) -> None:
    mugs, cups = category(medusa, "Mugs"), category(medusa, "Cups")
    channel = medusa.get("/admin/sales-channels")["sales_channels"][0]["id"]
    created = create(medusa, categories=[{"id": mugs}], sales_channels=[{"id": channel}])

    shown = read(medusa, created, "*categories")
    assert [entry["name"] for entry in shown["categories"]] == ["Mugs"]
    assert [entry["name"] for entry in shown["sales_channels"]] == ["Default Sales Channel"]

    medusa.post(f"{PRODUCTS}/{created['id']}", {"categories": [{"id": cups}], "sales_channels": []})
    shown = read(medusa, created, "categories.handle,sales_channels.id")
    assert [entry["handle"] for entry in shown["categories"]] == ["cups"]
    assert shown["sales_channels"] == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_product_is_404(medusa: Client, method: str) -> None:
    expected = (404, {"type": "not_found", "message": "Product with id: prod_x was not found"})
    assert medusa.refused(method, f"{PRODUCTS}/prod_x", {} if method == "POST" else None) == expected


def test_a_deleted_product_is_gone_and_frees_its_handle(medusa: Client) -> None:
    created = create(medusa)
    deleted = medusa.refused("DELETE", f"{PRODUCTS}/{created['id']}")
    assert deleted == (200, {"id": created["id"], "object": "product", "deleted": True})
    assert medusa.refused("GET", f"{PRODUCTS}/{created['id']}")[0] == 404
    assert medusa.get(PRODUCTS)["count"] == 0
    assert create(medusa)["id"] != created["id"]


def test_a_single_product_takes_additional_data(medusa: Client) -> None:
    assert create(medusa, additional_data={"erp": 1})["title"] == "Mug 1"
