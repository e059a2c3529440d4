"""price-list-import: the file's prices are those of the list, put first and the others removed last."""

from __future__ import annotations

import pytest

from functional.batch_jobs.conftest import ShopWorld
from functional.batch_jobs.test_product_import import many
from nightshift.batch_jobs.errors import ContextError
from nightshift.batch_jobs.model import Status
from support.batch_jobs import Killed

PRICES = "SKU;Price EUR;Price USD\nSKU-1;5;6\nSKU-2;7.50;\nSKU-3;;8\n"


@pytest.fixture
def price_list(shop: ShopWorld) -> str:
    shop.import_(many(6))
    created = shop.post("/admin/price-lists", {"title": "Winter", "description": "Sale"})
    found: str = created["price_list"]["id"]
    return found


def amounts(shop: ShopWorld, price_list: str) -> dict[tuple[str, str], float]:
    skus = {v["id"]: v["sku"] for product in shop.products() for v in product["variants"]}
    prices = shop.get(f"/admin/price-lists/{price_list}/prices?limit=1000")["prices"]
    found = {(skus[p["price_set"]["variant"]["id"]], p["currency_code"]): p["amount"] for p in prices}
    assert len(found) == len(prices)
    return found


def test_the_prices_of_the_file_become_those_of_the_list(shop: ShopWorld, price_list: str) -> None:
    job = shop.import_(PRICES, "price-list-import", price_list_id=price_list)
    assert (job.status, job.result.errors) == (Status.COMPLETED, ())
    assert (job.result.count, job.result.created, job.result.row_errors) == (3, 4, 0)
    assert amounts(shop, price_list) == {
        ("SKU-1", "eur"): 5, ("SKU-1", "usd"): 6, ("SKU-2", "eur"): 7.5, ("SKU-3", "usd"): 8,
    }  # fmt: skip
    shop.sandbox.clear_requests()
    job = shop.import_(PRICES, "price-list-import", price_list_id=price_list)
    assert (job.result.unchanged, shop.writes()) == (4, 0)


def test_what_the_file_does_not_have_is_removed_last(shop: ShopWorld, price_list: str) -> None:
    shop.import_(PRICES, "price-list-import", price_list_id=price_list)
    job = shop.import_("SKU;Price EUR\nSKU-1;4\nSKU-4;3\n", "price-list-import", price_list_id=price_list)
    assert (job.result.created, job.result.updated) == (1, 1)
    assert "3 prices that the file does not have" in job.result.stat_descriptors[-1].message
    assert amounts(shop, price_list) == {("SKU-1", "eur"): 4, ("SKU-4", "eur"): 3}


def test_without_replace_the_others_stay(shop: ShopWorld, price_list: str) -> None:
    shop.import_(PRICES, "price-list-import", price_list_id=price_list)
    shop.import_("SKU;Price EUR\nSKU-1;4\n", "price-list-import", price_list_id=price_list, replace=False)
    assert len(amounts(shop, price_list)) == 4


def test_where_a_row_fails_nothing_is_removed_and_the_others_are_put(
    shop: ShopWorld, price_list: str
) -> None:
    shop.import_(PRICES, "price-list-import", price_list_id=price_list)
    variant = shop.product("product-5")["variants"][0]["id"]
    text = f"Product Variant ID;SKU;Price EUR\n;SKU-9;1\n{variant};;2\nvariant_x;;3\n;;4\n;SKU-1;abc\n"
    job = shop.import_(text, "price-list-import", price_list_id=price_list)
    assert (job.status, job.result.created, job.result.row_errors) == (Status.COMPLETED, 1, 4)
    found = {(error.line, error.column, error.value) for error in shop.errors(job.id)}
    assert found == {
        (2, "SKU", "SKU-9"), (4, "Product Variant ID", "variant_x"), (5, "SKU", ""), (6, "Price EUR", "abc"),
    }  # fmt: skip
    assert len(amounts(shop, price_list)) == 5
    assert "nothing, because rows failed" in job.result.stat_descriptors[-1].message


def test_prices_with_rules_are_left_alone(shop: ShopWorld, price_list: str) -> None:
    variant = shop.product("product-1")["variants"][0]["id"]
    bulk = {"variant_id": variant, "currency_code": "eur", "amount": 1, "min_quantity": 100}
    shop.post(f"/admin/price-lists/{price_list}/prices/batch", {"create": [bulk]})
    shop.import_(PRICES, "price-list-import", price_list_id=price_list)
    prices = shop.get(f"/admin/price-lists/{price_list}/prices")["prices"]
    assert [price["amount"] for price in prices if price["min_quantity"]] == [1]
    assert len(prices) == 5


def test_a_price_list_that_is_not_there_fails_at_once(shop: ShopWorld) -> None:
    job = shop.import_(PRICES, "price-list-import", price_list_id="plist_none")
    assert job.status is Status.FAILED
    assert "Medusa has no price list 'plist_none'" in job.result.errors[0]
    with pytest.raises(ContextError, match="Price list id is required"):
        shop.create("price-list-import", file_key="in/a.csv")


@pytest.mark.parametrize("kind", ["drop_after", "status_after"])
def test_no_price_is_put_twice_where_answers_are_lost(shop: ShopWorld, price_list: str, kind: str) -> None:
    options = {"status": 502} if kind == "status_after" else {}
    shop.sandbox.fault("medusa", kind, method="POST", path="/admin/price-lists/{id}/prices/batch", **options)
    job = shop.import_(PRICES, "price-list-import", price_list_id=price_list)
    assert (job.status, job.result.created) == (Status.COMPLETED, 4)
    assert len(amounts(shop, price_list)) == 4


def test_killed_at_any_write_the_list_is_as_the_file_says(shop: ShopWorld, price_list: str) -> None:
    shop.store.writes = 0
    shop.import_(PRICES, "price-list-import", price_list_id=price_list)
    for index in range(1, shop.store.writes + 1):
        created = shop.post("/admin/price-lists", {"title": "Another", "description": ""})["price_list"]
        stale = {
            "variant_id": shop.product("product-6")["variants"][0]["id"],
            "currency_code": "eur",
            "amount": 9,
        }
        shop.post(f"/admin/price-lists/{created['id']}/prices/batch", {"create": [stale]})
        shop.store.writes, shop.store.fatal = 0, (index, "after")
        batch_job = shop.create(
            "price-list-import", file_key=shop.upload(PRICES), price_list_id=created["id"]
        )
        with pytest.raises(Killed):
            shop.work(batch_job)
        shop.store.fatal = None
        assert shop.until_over(batch_job).status is Status.COMPLETED
        assert len(amounts(shop, created["id"])) == 4, index


def test_the_template_is_a_file_that_is_read(shop: ShopWorld, price_list: str) -> None:
    template = shop.strategies.find("price-list-import").build_template()
    assert template is not None
    job = shop.import_(template.content, "price-list-import", price_list_id=price_list, dry_run=True)
    assert job.status is Status.PRE_PROCESSED
    assert job.result.stat_descriptors[0].message == "2 rows with 3 prices, 0 of them wrong"
