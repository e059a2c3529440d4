"""What is written of products, and what is left as people have made it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

import pytest

from contract.connectors.admin import BATCH, Admin, fingerprints, hashes, keys, mapped
from nightshift.connectors.dummyjson import Catalog
from nightshift.connectors.medusa import Product, Store
from nightshift.errors import UpstreamError
from nightshift_tools.sandbox.server import Sandbox
from support.host import TestHost


def price(product: Product) -> Decimal:
    variants = cast(list[dict[str, Any]], product.body["variants"])
    return Decimal(str(variants[0]["prices"][0]["amount"]))


def test_a_first_write_creates_products_with_prices_and_categories(
    sandbox: Sandbox, catalog: Catalog, store: Store
) -> None:
    products = mapped(catalog)
    outcome = store.upsert_products(products)
    assert outcome.created == keys(products)
    assert len(outcome) == len(products) == 30
    assert hashes(sandbox) == fingerprints(products)
    target = sandbox.target()
    for product in products:
        held = target[product.key]
        assert (held.handle, held.status, held.price) == (product.handle, "published", price(product))
        assert held.categories == [product.category]


def test_the_source_s_categories_are_created_once_with_their_names(
    sandbox: Sandbox, catalog: Catalog, store: Store, admin: Admin
) -> None:
    there = catalog.categories()[0].slug
    admin.category(there)
    store.upsert_products(mapped(catalog)[:15])
    store.upsert_products(mapped(catalog)[15:])
    expected = {category.slug: category.name for category in catalog.categories()}
    categories = admin.categories()
    assert categories.keys() == expected.keys()
    assert all(categories[slug]["name"] == expected[slug] for slug in expected if slug != there)
    assert all(category["is_active"] for category in categories.values())
    posted = sandbox.count(surface="medusa", method="POST", route="/admin/product-categories")
    assert posted == len(expected)  # one of them is ours, above


def test_a_batch_costs_one_look_up_and_one_write(sandbox: Sandbox, catalog: Catalog, store: Store) -> None:
    products = mapped(catalog)
    store.upsert_products(products[:10])
    sandbox.clear_requests()
    store.upsert_products(products[10:20])
    store.upsert_products(products[5:15])
    asked = [(entry.method, entry.route) for entry in sandbox.requests()]
    assert asked == [("GET", "/admin/products"), ("POST", BATCH)] * 2


def test_updates_need_no_categories(
    sandbox: Sandbox, catalog: Catalog, store: Store, new_host: Callable[..., TestHost]
) -> None:
    products = mapped(catalog)[:5]
    store.upsert_products(products)
    sandbox.clear_requests()
    later = Store.connect(new_host(), catalog.categories)
    assert later.upsert_products(products).updated == keys(products)
    asked = [(entry.method, entry.route) for entry in sandbox.requests()]
    assert asked == [("POST", "/auth/user/emailpass"), ("GET", "/admin/products"), ("POST", BATCH)]


def test_nothing_is_asked_of_medusa_before_it_is_needed(sandbox: Sandbox, store: Store) -> None:
    assert len(store.upsert_products([])) == 0
    assert sandbox.count(surface="medusa") == 0


def test_the_same_key_twice_in_a_batch_is_written_once(
    sandbox: Sandbox, catalog: Catalog, store: Store
) -> None:
    product = mapped(catalog)[0]
    assert store.upsert_products([product, product]).created == [product.key]
    assert sandbox.state().target_products == 1


def test_an_update_keeps_what_people_have_made_of_a_product(
    sandbox: Sandbox, catalog: Catalog, store: Store, admin: Admin
) -> None:
    products = mapped(catalog)[:3]
    key = products[0].key
    store.upsert_products(products)
    before = admin.product(key)
    own = before["variants"][0]
    sale, source_category = admin.category("sale"), before["categories"][0]["id"]
    admin.change(
        key,
        handle="chosen-by-hand",
        metadata={"note": "by hand"},
        categories=[{"id": source_category}, {"id": sale}],
        options=[{"id": before["options"][0]["id"], "values": ["Default", "Gift"]}],
    )
    euro = {"currency_code": "eur", "amount": 7}
    bulk = {"currency_code": "usd", "amount": 5, "min_quantity": 10}
    region = {"currency_code": "usd", "amount": 6, "rules": {"region_id": "reg_1"}}
    admin.change(
        key,
        variants=[
            {"title": "Gift", "sku": "GIFT", "prices": [euro], "options": {"Default": "Gift"}},
            {"id": own["id"], "prices": [{"currency_code": "usd", "amount": 1}, euro, bulk, region]},
        ],
    )
    gift = next(v["id"] for v in admin.product(key)["variants"] if v["sku"] == "GIFT")
    sandbox.edit(int(key), title="Another title", price=12.5)
    assert store.upsert_products(mapped(catalog)[:1]).updated == [key]
    after = admin.product(key)
    variants = {variant["id"]: variant for variant in after["variants"]}
    assert (after["title"], after["handle"]) == ("Another title", "chosen-by-hand")
    assert variants.keys() == {own["id"], gift}
    assert {
        (p["currency_code"], float(p["amount"]), p["min_quantity"]) for p in variants[own["id"]]["prices"]
    } == {
        ("usd", 12.5, None),
        ("eur", 7.0, None),
        ("usd", 5.0, 10),
        ("usd", 6.0, None),
    }
    assert {"region_id": "reg_1"} in [p["rules"] for p in variants[own["id"]]["prices"]]
    assert [(float(p["amount"]), p["currency_code"]) for p in variants[gift]["prices"]] == [(7.0, "eur")]
    assert after["metadata"]["note"] == "by hand"
    assert {category["id"] for category in after["categories"]} == {source_category, sale}


def test_a_new_category_in_the_source_takes_the_old_one_s_place_beside_those_of_people(
    sandbox: Sandbox, catalog: Catalog, store: Store, admin: Admin
) -> None:
    slugs = [category.slug for category in catalog.categories()]
    product = mapped(catalog)[0]
    store.upsert_products([product])
    sale = admin.category("sale")
    admin.change(
        product.key, categories=[{"id": admin.categories()[str(product.category)]["id"]}, {"id": sale}]
    )
    other = next(slug for slug in slugs if slug != product.category)
    sandbox.edit(int(product.key), category=other)
    store.upsert_products(mapped(catalog)[:1])
    assert set(sandbox.target()[product.key].categories) == {other, "sale"}


def test_a_category_that_the_source_does_not_list_is_made_of_its_slug(
    sandbox: Sandbox, catalog: Catalog, store: Store, admin: Admin
) -> None:
    sandbox.fault("dummyjson", "wrong_json", path="/products/categories", times=None, body=[])
    sandbox.edit(1, category="garden-tools")
    store.upsert_products(mapped(catalog)[:1])
    assert admin.categories()["garden-tools"]["name"] == "Garden Tools"
    assert sandbox.target()["1"].categories == ["garden-tools"]


def test_a_brand_that_is_gone_in_the_source_is_gone_in_medusa(
    sandbox: Sandbox, catalog: Catalog, store: Store, admin: Admin
) -> None:
    sandbox.edit(1, brand="Acme")
    store.upsert_products(mapped(catalog)[:1])
    assert admin.product("1")["metadata"]["brand"] == "Acme"
    sandbox.edit(1, unset=["brand"])
    store.upsert_products(mapped(catalog)[:1])
    assert "brand" not in admin.product("1")["metadata"]
    assert store.upsert_products(mapped(catalog)[:1], compare=True).unchanged == ["1"]


EDITS_BY_HAND: list[tuple[str, Callable[[Admin, dict[str, Any]], None]]] = [
    ("title", lambda admin, p: admin.change("1", title="By hand")),
    ("description", lambda admin, p: admin.change("1", description="By hand")),
    ("status", lambda admin, p: admin.change("1", status="draft")),
    ("thumbnail", lambda admin, p: admin.change("1", thumbnail=None)),
    ("weight", lambda admin, p: admin.change("1", weight=99999)),
    ("image", lambda admin, p: admin.change("1", images=[{"url": "https://shop.example/x.webp"}])),
    ("images", lambda admin, p: admin.change("1", images=[])),
    ("hash", lambda admin, p: admin.change("1", metadata={"source_hash": "0"})),
    ("metadata", lambda admin, p: admin.change("1", metadata=None)),
    ("category", lambda admin, p: admin.change("1", categories=[])),
    ("price", lambda admin, p: reprice(admin, p, [{"currency_code": "usd", "amount": 1}])),
    ("no price", lambda admin, p: reprice(admin, p, [])),
    ("sku", lambda admin, p: admin.change("1", variants=[{"id": p["variants"][0]["id"], "sku": "X"}])),
    (
        "barcode",
        lambda admin, p: admin.change("1", variants=[{"id": p["variants"][0]["id"], "barcode": "X"}]),
    ),
]


def reprice(admin: Admin, product: dict[str, Any], prices: list[dict[str, Any]]) -> None:
    admin.change("1", variants=[{"id": product["variants"][0]["id"], "prices": prices}])


@pytest.mark.parametrize(("what", "edit"), EDITS_BY_HAND, ids=[name for name, _ in EDITS_BY_HAND])
def test_comparing_finds_an_edit_by_hand_and_undoes_it(
    catalog: Catalog, store: Store, admin: Admin, what: str, edit: Callable[[Admin, dict[str, Any]], None]
) -> None:
    products = mapped(catalog)[:3]
    store.upsert_products(products)
    assert store.upsert_products(products, compare=True).unchanged == keys(products)
    edit(admin, admin.product("1"))
    outcome = store.upsert_products(products, compare=True)
    assert (outcome.updated, outcome.unchanged) == (["1"], ["2", "3"])
    assert store.upsert_products(products, compare=True).unchanged == keys(products)


def test_comparing_sends_nothing_when_nothing_differs(
    sandbox: Sandbox, catalog: Catalog, store: Store
) -> None:
    products = mapped(catalog)
    store.upsert_products(products)
    sandbox.clear_requests()
    assert store.upsert_products(products, compare=True).unchanged == keys(products)
    assert [entry.method for entry in sandbox.requests() if entry.surface == "medusa"] == ["GET"]


def test_a_dry_run_looks_but_writes_nothing(
    sandbox: Sandbox, catalog: Catalog, store: Store, new_host: Callable[..., TestHost]
) -> None:
    store.upsert_products(mapped(catalog)[:2])
    sandbox.edit(1, price=3)
    sandbox.clear_requests()
    dry = Store.connect(new_host(dry_run=True), catalog.categories)
    outcome = dry.upsert_products(mapped(catalog)[:5], compare=True)
    assert (outcome.created, outcome.updated, outcome.unchanged) == (["3", "4", "5"], ["1"], ["2"])
    assert dry.remove_products(["1", "2"], "delete").removed == ["1", "2"]
    written = [entry for entry in sandbox.requests() if entry.method != "GET"]
    assert [entry.path for entry in written] == ["/auth/user/emailpass"]
    assert sandbox.state().target_products == 2


def test_a_dry_run_on_an_empty_shop_creates_no_category(
    sandbox: Sandbox, catalog: Catalog, new_host: Callable[..., TestHost], admin: Admin
) -> None:
    dry = Store.connect(new_host(dry_run=True), catalog.categories)
    assert dry.upsert_products(mapped(catalog)).created == keys(mapped(catalog))
    assert admin.categories() == {}


def test_a_product_made_by_hand_with_our_handle_is_taken_over(
    sandbox: Sandbox, catalog: Catalog, store: Store, admin: Admin
) -> None:
    products = mapped(catalog)[:3]
    made = {"title": "Old", "handle": products[1].handle, "options": [{"title": "Size", "values": ["S"]}]}
    variants = [{"title": "S", "prices": [], "options": {"Size": "S"}}]
    theirs = admin.post("/admin/products", {**made, "variants": variants})["product"]
    outcome = store.upsert_products(products)
    assert outcome.failed == {}
    assert sorted([*outcome.created, *outcome.updated]) == keys(products)
    assert admin.product("2")["id"] == theirs["id"]
    assert hashes(sandbox) == fingerprints(products)


def test_a_product_made_by_hand_is_taken_over_when_it_is_alone_in_its_batch(
    catalog: Catalog, store: Store, admin: Admin
) -> None:
    product = mapped(catalog)[0]
    options = [{"title": "Size", "values": ["S"]}]
    admin.post("/admin/products", {"title": "Old", "handle": product.handle, "options": options})
    assert store.upsert_products([product]).failed == {}
    assert admin.product("1")["title"] == product.title


def test_another_record_s_product_with_our_handle_is_not_touched(
    sandbox: Sandbox, catalog: Catalog, store: Store, admin: Admin
) -> None:
    products = mapped(catalog)[:3]
    options = [{"title": "Size", "values": ["S"]}]
    body = {"title": "Theirs", "handle": products[1].handle, "external_id": "erp-9", "options": options}
    admin.post("/admin/products", body)
    outcome = store.upsert_products(products)
    assert outcome.created == ["1", "3"]
    assert outcome.failed == {"2": f"Product with handle: {products[1].handle}, already exists."}
    assert admin.product("erp-9")["title"] == "Theirs"


def test_of_several_products_with_one_external_id_that_with_our_handle_is_kept_up_to_date(
    catalog: Catalog, store: Store, admin: Admin, host: TestHost
) -> None:
    (product,) = mapped(catalog)[:1]
    options = [{"title": "Size", "values": ["S"]}]
    copy = {"title": "Copy", "handle": "copy", "external_id": product.key, "options": options}
    admin.post("/admin/products", copy)
    ours = {**copy, "title": "Ours", "handle": product.handle}
    admin.post("/admin/products", ours)
    assert store.upsert_products([product]).updated == [product.key]
    titles = {p["handle"]: p["title"] for p in admin.get("/admin/products?limit=1000")["products"]}
    assert titles == {"copy": "Copy", product.handle: product.title}
    assert any("2 products with external_id 1" in line for line in host.log.lines)


def look_ups(sandbox: Sandbox) -> int:
    return sandbox.count(surface="medusa", method="GET", route="/admin/products")


@pytest.mark.parametrize("compare", [False, True])
def test_what_was_looked_up_ahead_is_not_looked_up_again(
    sandbox: Sandbox, catalog: Catalog, store: Store, compare: bool
) -> None:
    products = mapped(catalog)
    store.upsert_products(products[:20])
    sandbox.clear_requests()
    store.look_ahead(products[10:30], compare)
    outcome = store.upsert_products(products[10:30], compare=compare)
    assert outcome.created == keys(products[20:30])
    assert (outcome.unchanged if compare else outcome.updated) == keys(products[10:20])
    assert look_ups(sandbox) == 1


def test_a_look_up_ahead_for_other_products_or_less_of_them_is_not_believed(
    sandbox: Sandbox, catalog: Catalog, store: Store
) -> None:
    products = mapped(catalog)
    store.upsert_products(products)
    sandbox.clear_requests()
    store.look_ahead(products[:10], False)
    store.look_ahead(products[:5], True)
    assert store.upsert_products(products[:10], compare=True).unchanged == keys(products[:10])
    assert store.upsert_products(products[:5], compare=True).unchanged == keys(products[:5])
    assert look_ups(sandbox) == 3


def test_one_look_up_ahead_does_for_several_batches_and_for_each_product_once(
    sandbox: Sandbox, catalog: Catalog, store: Store
) -> None:
    products = mapped(catalog)
    store.upsert_products(products[:20])
    sandbox.clear_requests()
    store.look_ahead(products[:30], True)
    assert store.upsert_products(products[:10]).updated == keys(products[:10])
    assert store.upsert_products(products[10:20], compare=True).unchanged == keys(products[10:20])
    assert store.upsert_products(products[20:30]).created == keys(products[20:30])
    assert look_ups(sandbox) == 1
    assert store.upsert_products(products[20:30]).updated == keys(products[20:30])
    assert look_ups(sandbox) == 2


def test_a_look_up_ahead_that_failed_fails_the_batch_that_it_was_for(
    sandbox: Sandbox, catalog: Catalog, store: Store
) -> None:
    products = mapped(catalog)
    store.upsert_products(products[:10])
    sandbox.fault("medusa", "status", status=404, path="/admin/products")
    store.look_ahead(products[10:20], False)
    with pytest.raises(UpstreamError, match="404"):
        store.upsert_products(products[10:20])


def test_both_threads_share_one_log_in(sandbox: Sandbox, catalog: Catalog, store: Store) -> None:
    products = mapped(catalog)
    sandbox.fault("medusa", "slow", seconds=0.05, path="/auth/user/emailpass")
    store.look_ahead(products[:10], False)
    store.upsert_products(products[10:20])
    store.upsert_products(products[:10])
    assert sandbox.count(surface="medusa", route="/auth/user/emailpass") == 1
