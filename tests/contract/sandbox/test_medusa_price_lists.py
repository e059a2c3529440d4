"""Medusa's price lists and orders, and variants found by their SKU."""

from __future__ import annotations

from typing import Any

import pytest

from contract.sandbox.client import Client, product

LISTS = "/admin/price-lists"


@pytest.fixture
def variant(medusa: Client) -> str:
    created = medusa.post("/admin/products", product(1))["product"]
    found: str = created["variants"][0]["id"]
    return found


@pytest.fixture
def prices(medusa: Client) -> str:
    created = medusa.post(LISTS, {"title": "Winter", "description": "Sale"})["price_list"]
    assert (created["status"], created["type"]) == ("draft", "sale")
    return f"{LISTS}/{created['id']}/prices"


def amounts(medusa: Client, prices: str) -> list[tuple[str, Any]]:
    return [(price["currency_code"], price["amount"]) for price in medusa.get(prices)["prices"]]


def test_a_batch_adds_changes_and_removes_prices(medusa: Client, prices: str, variant: str) -> None:
    price = {"variant_id": variant, "currency_code": "eur", "amount": 9.5}
    answer = medusa.post(f"{prices}/batch", {"create": [price, {**price, "currency_code": "usd"}]})
    assert {each["price_set"]["variant"]["id"] for each in answer["created"]} == {variant}
    ids = {each["currency_code"]: each["id"] for each in answer["created"]}
    change = {"update": [{"id": ids["eur"], "variant_id": variant, "amount": 8}], "delete": [ids["usd"]]}
    answer = medusa.post(f"{prices}/batch", change)
    assert answer["deleted"] == {"ids": [ids["usd"]], "object": "price", "deleted": True}
    assert amounts(medusa, prices) == [("eur", 8)]


def test_a_batch_of_prices_is_applied_whole_or_not_at_all(medusa: Client, prices: str, variant: str) -> None:
    good = {"variant_id": variant, "currency_code": "eur", "amount": 1}
    for bad in ({**good, "variant_id": "variant_none"}, {"variant_id": variant}):
        status, _ = medusa.refused("POST", f"{prices}/batch", {"create": [good, bad]})
        assert status == 400
    status, _ = medusa.refused("POST", f"{prices}/batch", {"create": [good], "update": [{**good, "id": "x"}]})
    assert status == 404
    assert amounts(medusa, prices) == []


def test_prices_come_in_pages(medusa: Client, prices: str, variant: str) -> None:
    many = [{"variant_id": variant, "currency_code": "eur", "amount": n, "min_quantity": n} for n in range(5)]
    medusa.post(f"{prices}/batch", {"create": many})
    page = medusa.get(f"{prices}?limit=2&offset=3&order=id")
    assert ([price["amount"] for price in page["prices"]], page["count"]) == ([3, 4], 5)


def test_an_unknown_price_list_is_404(medusa: Client) -> None:
    for method, path in (("GET", ""), ("GET", "/prices"), ("POST", "/prices/batch")):
        status, body = medusa.refused(method, f"{LISTS}/plist_none{path}", {} if method == "POST" else None)
        assert (status, body["type"]) == (404, "not_found")


def test_price_lists_are_listed(medusa: Client, prices: str) -> None:
    page = medusa.get(f"{LISTS}?status[]=draft")
    assert [each["title"] for each in page["price_lists"]] == ["Winter"]
    assert medusa.get(f"{LISTS}?status[]=active")["price_lists"] == []


@pytest.mark.parametrize("order", ["", "&order=title"])
def test_products_are_found_by_the_sku_of_a_variant(medusa: Client, variant: str, order: str) -> None:
    medusa.post("/admin/products", product(2))
    page = medusa.get(f"/admin/products?variants[sku][]=MUG-1&variants[sku][]=MUG-9{order}")
    assert [each["variants"][0]["id"] for each in page["products"]] == [variant]


def test_orders_are_read_in_pages_with_what_is_asked_for(medusa: Client) -> None:
    page = medusa.get("/admin/orders?limit=5&order=id&fields=id,email,*customer,shipping_address.city")
    assert (len(page["orders"]), page["count"], page["limit"]) == (5, 12, 5)
    first = page["orders"][0]
    assert first["customer"]["first_name"]
    assert set(first["shipping_address"]) == {"id", "city"}
    whole = medusa.get(f"/admin/orders/{first['id']}")["order"]
    assert whole["email"] == first["email"]
    assert medusa.get("/admin/orders?status[]=canceled")["count"] == 2
    assert medusa.refused("GET", "/admin/orders/order_none")[0] == 404
