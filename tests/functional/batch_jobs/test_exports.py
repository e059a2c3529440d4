"""product-export and order-export: whole files, and what was exported imports without a change."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from batch_strategies import exporting
from functional.batch_jobs.conftest import ShopWorld
from functional.batch_jobs.test_product_import import many
from nightshift.batch_jobs.errors import ContextError
from nightshift.batch_jobs.model import BatchJob, Status
from nightshift.batch_jobs.worker import End
from support.batch_jobs import Killed


def table(shop: ShopWorld, job: BatchJob) -> list[dict[str, str]]:
    text = shop.file(job.result.file_key)
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def odd_products(shop: ShopWorld) -> None:
    """Products with everything that a file could lose or change."""
    shop.post("/admin/product-categories", {"name": "Mugs"})
    category = shop.get("/admin/product-categories")["product_categories"][0]["id"]
    channel = shop.get("/admin/sales-channels")["sales_channels"][0]["id"]
    base = {
        "options": [{"title": "Size", "values": ["S", "L"]}, {"title": "Colour", "values": ["=red", "blue"]}]
    }
    variants = [
        {"title": "Small", "sku": "+1", "options": {"Size": "S", "Colour": "=red"}, "weight": 1.5,
         "prices": [{"currency_code": "eur", "amount": 9.99}, {"currency_code": "usd", "amount": 12},
                    {"currency_code": "eur", "amount": 8, "min_quantity": 10}]},
        {"title": "  spaced  ", "sku": "'=2", "barcode": "0012", "options": {"Size": "L", "Colour": "blue"},
         "manage_inventory": False, "allow_backorder": True, "prices": []},
    ]  # fmt: skip
    shop.post("/admin/products", {
        **base, "title": ' "Big"; \r\nmug ', "handle": "big", "description": "-20%\n\n@home\t",
        "subtitle": "'=x", "status": "published", "weight": 12, "width": 0.1, "variants": variants,
        "images": [{"url": f"https://shop.example/{n}?a=1;b=2"} for n in (3, 1, 2)],
        "categories": [{"id": category}], "sales_channels": [{"id": channel}], "metadata": {"kept": "yes"},
        "external_id": "007", "discountable": False, "origin_country": "de",
    })  # fmt: skip
    shop.post("/admin/products", {"title": "Bare", "options": [{"title": "a", "values": ["b"]}]})
    shop.post("/admin/products", {
        "title": "Übergröße 🌙", "handle": "moon", "options": [{"title": "O", "values": ["v"]}],
        "variants": [
            {"title": "t", "options": {"O": "v"}, "prices": [{"currency_code": "jpy", "amount": 9000}]},
        ],
    })  # fmt: skip


def whole(shop: ShopWorld) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.get(
        "/admin/products?limit=10000&fields=*,*variants,*variants.prices,*options,*options.values,*images,"
        "*variants.options,*categories,*sales_channels"
    )["products"]
    return found


def test_export_then_import_changes_nothing(shop: ShopWorld) -> None:
    odd_products(shop)
    shop.import_(many(30))
    before = whole(shop)
    job = shop.run("product-export")
    assert (job.status, job.result.count, job.result.advancement_count) == (Status.COMPLETED, 33, 33)
    content = shop.file(job.result.file_key)
    assert job.result.file_size == len(content.encode())
    shop.sandbox.clear_requests()
    again = shop.import_(content)
    assert (again.status, again.result.errors, again.result.row_errors) == (Status.COMPLETED, (), 0)
    assert (again.result.created, again.result.updated, again.result.unchanged) == (0, 0, 33)
    assert shop.writes() == 0
    assert whole(shop) == before


def test_what_was_exported_makes_the_same_products_in_an_empty_shop(shop: ShopWorld) -> None:
    odd_products(shop)
    before = shop.file(shop.run("product-export").result.file_key)
    shop.sandbox.shop.medusa.store.rows.__init__()  # type: ignore[misc]  # an empty shop
    job = shop.import_(before)
    assert (job.status, job.result.created, job.result.row_errors) == (Status.COMPLETED, 3, 0)
    after = shop.file(shop.run("product-export").result.file_key)

    def without_ids(text: str) -> list[list[str]]:
        found = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
        return [[v for k, v in row.items() if k not in ("Product Id", "Variant Id")] for row in found]

    assert without_ids(after) == without_ids(before)


def test_no_cell_of_an_export_is_a_formula(shop: ShopWorld) -> None:
    odd_products(shop)
    rows = table(shop, shop.run("product-export"))
    assert not [cell for row in rows for cell in row.values() if cell and cell[0] in "=+-@\t\r"]


def test_prices_options_and_images_have_columns_as_the_fullest_product_needs(shop: ShopWorld) -> None:
    odd_products(shop)
    rows = table(shop, shop.run("product-export"))
    assert [name for name in rows[0] if name.startswith(("Price", "Image", "Option"))] == [
        "Option 1 Name", "Option 1 Value", "Option 2 Name", "Option 2 Value",
        "Price EUR", "Price JPY", "Price USD", "Image 1 Url", "Image 2 Url", "Image 3 Url",
    ]  # fmt: skip
    assert [row["Price EUR"] for row in rows] == ["9.99", "", "", ""]
    assert [row["Product Handle"] for row in rows] == ["big", "big", "bare", "moon"]


def test_filters_choose_what_is_exported(shop: ShopWorld) -> None:
    odd_products(shop)
    job = shop.run("product-export", filterable_fields={"status": ["published"]})
    assert {row["Product Handle"] for row in table(shop, job)} == {"big"}
    job = shop.run("product-export", filterable_fields={"created_at": {"gte": "2090-01-01T00:00:00Z"}})
    assert (job.status, job.result.count, table(shop, job)) == (Status.COMPLETED, 0, [])


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"statsu": "draft"}, "context.filterable_fields.statsu"),
        ({"status": 5}, "context.filterable_fields.status"),
        ({"created_at": "yesterday"}, "context.filterable_fields.created_at"),
        ({"created_at": {"since": "2026-01-01"}}, "context.filterable_fields.created_at"),
        ("draft", "context.filterable_fields"),
    ],
)
def test_a_filter_that_is_none_is_refused(shop: ShopWorld, fields: object, named: str) -> None:
    with pytest.raises(ContextError) as refusal:
        shop.create("product-export", filterable_fields=fields)
    assert [problem.field for problem in refusal.value.problems] == [named]


def test_orders_are_exported_with_customer_and_address(shop: ShopWorld) -> None:
    shop.sandbox.shop.seed_orders(20)
    job = shop.run("order-export")
    assert (job.status, job.result.count) == (Status.COMPLETED, 32)
    rows = table(shop, job)
    orders = shop.get("/admin/orders?limit=100&fields=id,total,email,*customer,*shipping_address")["orders"]
    assert [row["Order_ID"] for row in rows] == [order["id"] for order in orders]
    assert [row["Customer Email"] for row in rows] == [order["email"] for order in orders]
    assert [float(row["Total"]) for row in rows] == [order["total"] for order in orders]
    assert {row["Shipping City"] for row in rows} == {"Berlin", "New York", "London", "Köln"}
    assert "'=Alan" in {row["Customer First name"] for row in rows}
    job = shop.run("order-export", filterable_fields={"status": "canceled"})
    assert {row["Order status"] for row in table(shop, job)} == {"canceled"}


def test_an_export_that_is_cancelled_stops_within_a_page(shop: ShopWorld) -> None:
    shop.sandbox.shop.seed_orders(50)
    batch_job = shop.create("order-export")
    pages: list[int] = []

    def cancel(job: BatchJob) -> None:
        pages.append(job.result.advancement_count)
        if job.result.advancement_count == 6:
            shop.desk.cancel(batch_job, shop.anna)

    shop.observe = cancel
    assert shop.work(batch_job) is End.OVER
    job = shop.job(batch_job)
    assert (job.status, job.result.count, job.result.advancement_count) == (Status.CANCELED, 62, 9)
    assert job.result.file_key is None


def test_deletions_meanwhile_hide_nothing_that_stays(shop: ShopWorld) -> None:
    shop.import_(many(30))
    ids = [product["id"] for product in shop.products()]
    batch_job = shop.create("product-export")

    def delete(job: BatchJob) -> None:
        if job.result.advancement_count == 9:
            for product_id in ids[:8]:
                shop._ask("DELETE", f"/admin/products/{product_id}")

    shop.observe = delete
    shop.work(batch_job)
    found = [row["Product Id"] for row in table(shop, shop.job(batch_job))]
    assert found == ids


@pytest.mark.parametrize("place", ["before", "after"])
def test_killed_at_any_write_the_file_is_whole(
    shop: ShopWorld, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_PART", 2000)  # some parts, of a few orders each
    expected = shop.file(shop.run("order-export").result.file_key)
    writes = shop.store.writes
    assert writes > 8
    for index in range(1, writes + 1):
        shop.store.writes, shop.store.fatal = 0, (index, place)
        batch_job = shop.create("order-export")
        with pytest.raises(Killed):
            shop.work(batch_job)
        shop.store.fatal = None
        job = shop.until_over(batch_job)
        assert (job.status, job.result.advancement_count) == (Status.COMPLETED, 12), index
        assert shop.file(job.result.file_key) == expected, index


def test_when_time_is_up_an_export_goes_on_behind_its_last_part(
    shop: ShopWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_PART", 1)
    batch_job = shop.create("order-export")
    shop.observe = lambda job: shop.clock.advance(60)
    ends = []
    while shop.job(batch_job).is_open:
        ends.append(shop.work(batch_job, 200))
        shop.clock.instant += timedelta(minutes=10)
    assert End.LATER in ends
    assert len(table(shop, shop.job(batch_job))) == 12
    listed = [entry.query for entry in shop.sandbox.requests() if entry.path == "/admin/orders"]
    assert len(listed) == len(set(listed))
