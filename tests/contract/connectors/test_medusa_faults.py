"""Lost answers, refusals, expired tokens: no product twice, every product counted once, reasons told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contract.connectors.admin import BATCH, Admin, fingerprints, hashes, keys, mapped
from nightshift.connectors.dummyjson import Catalog
from nightshift.connectors.medusa import Product, Store
from nightshift.errors import DeadlineError, RunError, TryLaterError, UpstreamError
from nightshift_tools.sandbox.server import Sandbox
from support.host import TestHost

UNKNOWN_OUTCOMES = [
    {"kind": "status_after", "status": 500},
    {"kind": "status_after", "status": 502},
    {"kind": "status_after", "status": 503, "retry_after": 3},
    {"kind": "status_after", "status": 408},
    {"kind": "drop_after"},
    {"kind": "cut"},
    {"kind": "drip", "bytes_per_second": 1},
    {"kind": "slow", "seconds": 0.6},
]
NO_EFFECT = [
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503, "retry_after": 3},
    {"kind": "status", "status": 429},
    {"kind": "status", "status": 429, "retry_after": 3},
    {"kind": "status", "status": 409},
    {"kind": "drop_before"},
]


def name_of(fault: dict[str, object]) -> str:
    return "-".join(str(value) for value in fault.values())


@pytest.fixture
def impatient(new_host: Callable[..., TestHost]) -> TestHost:
    """A run that waits for no answer longer than the slowest fault."""
    host = new_host()
    host.time_limits = {"answer_timeout": 0.3}
    return host


@pytest.mark.parametrize("fault", [*UNKNOWN_OUTCOMES, *NO_EFFECT], ids=name_of)
def test_a_lost_or_failed_answer_creates_nothing_twice(
    sandbox: Sandbox, catalog: Catalog, impatient: TestHost, fault: dict[str, object]
) -> None:
    store, products = Store.connect(impatient, catalog.categories), mapped(catalog)[:12]
    sandbox.fault("medusa", method="POST", path=BATCH, **fault)
    outcome = store.upsert_products(products)
    assert sorted(outcome.created, key=int) == keys(products)
    assert len(outcome) == len(products)
    assert hashes(sandbox) == fingerprints(products)
    assert sandbox.state().target_products == len(products)
    writes = sandbox.count(surface="medusa", method="POST", route=BATCH)
    assert writes == (1 if fault in UNKNOWN_OUTCOMES else 2)


@pytest.mark.parametrize("fault", UNKNOWN_OUTCOMES[:6], ids=name_of)
def test_a_lost_answer_to_updates_is_settled_by_looking(
    sandbox: Sandbox, catalog: Catalog, impatient: TestHost, fault: dict[str, object]
) -> None:
    store = Store.connect(impatient, catalog.categories)
    store.upsert_products(mapped(catalog)[:6])
    for product in range(4, 9):
        sandbox.edit(product, price=product)
    sandbox.fault("medusa", method="POST", path=BATCH, **fault)
    sandbox.clear_requests()
    products = mapped(catalog)[:9]
    outcome = store.upsert_products(products, compare=True)
    assert sorted(outcome.updated) == ["4", "5", "6"]
    assert sorted(outcome.created) == ["7", "8", "9"]
    assert outcome.unchanged == ["1", "2", "3"]
    assert hashes(sandbox) == fingerprints(products)
    assert sandbox.count(surface="medusa", method="POST", route=BATCH) == 1


def test_an_edit_by_hand_is_undone_although_the_answer_was_lost_and_the_hash_is_ours(
    sandbox: Sandbox, catalog: Catalog, store: Store, admin: Admin
) -> None:
    products = mapped(catalog)[:2]
    store.upsert_products(products)
    admin.change("1", title="By hand")
    sandbox.fault("medusa", "drop_before", method="POST", path=BATCH)
    assert store.upsert_products(products, compare=True).updated == ["1"]
    assert admin.product("1")["title"] == products[0].title


def test_an_outcome_that_stays_unknown_stops_the_run_until_later(
    sandbox: Sandbox, catalog: Catalog, store: Store, host: TestHost
) -> None:
    sandbox.fault("medusa", "drop_before", method="POST", path=BATCH, times=None)
    with pytest.raises(TryLaterError, match="whether it was done is not known"):
        store.upsert_products(mapped(catalog)[:3])
    assert sandbox.count(surface="medusa", method="POST", route=BATCH) == 1 + host.max_retries


@pytest.mark.parametrize("fault", [*UNKNOWN_OUTCOMES[:6], *NO_EFFECT], ids=name_of)
def test_a_lost_answer_creates_no_category_twice(
    sandbox: Sandbox, catalog: Catalog, impatient: TestHost, admin: Admin, fault: dict[str, object]
) -> None:
    store = Store.connect(impatient, catalog.categories)
    sandbox.fault("medusa", method="POST", path="/admin/product-categories", nth=2, **fault)
    store.upsert_products(mapped(catalog))
    assert admin.categories().keys() == {category.slug for category in catalog.categories()}
    assert all(admin.categories()[str(p.category)]["id"] for p in mapped(catalog))


def test_a_category_that_somebody_creates_in_between_is_used(
    sandbox: Sandbox, catalog: Catalog, store: Store, admin: Admin
) -> None:
    product = mapped(catalog)[0]
    theirs = admin.category(str(product.category))
    sandbox.fault("medusa", "empty", method="GET", path="/admin/product-categories")
    assert store.upsert_products([product]).created == ["1"]
    assert admin.product("1")["categories"][0]["id"] == theirs


@pytest.mark.parametrize("poisoned", range(1, 16))
def test_one_refused_product_is_set_aside_wherever_it_stands(
    sandbox: Sandbox, catalog: Catalog, store: Store, poisoned: int
) -> None:
    key = str(poisoned)
    sandbox.refuse(external_id=key, message="Product with id 4711, refused")
    products = mapped(catalog)[:15]
    outcome = store.upsert_products(products)
    good = [product for product in products if product.key != key]
    assert outcome.failed == {key: "Product with id 4711, refused"}
    assert sorted(outcome.created, key=int) == keys(good)
    assert hashes(sandbox) == fingerprints(good)
    assert sandbox.count(surface="medusa", method="POST", route=BATCH) <= 10


def test_several_refused_products_and_a_lost_answer_in_one_batch(
    sandbox: Sandbox, catalog: Catalog, store: Store
) -> None:
    store.upsert_products(mapped(catalog)[:4])
    for product in range(1, 16):
        sandbox.edit(product, price=product + 100)
    for key in ("2", "7", "8", "15"):
        sandbox.refuse(external_id=key)
    sandbox.fault("medusa", "drop_after", method="POST", path=BATCH, nth=3)
    products = mapped(catalog)[:15]
    outcome = store.upsert_products(products)
    assert sorted(outcome.failed) == ["15", "2", "7", "8"]
    assert sorted(outcome.updated) == ["1", "3", "4"]
    assert len(outcome) == 15
    assert sandbox.state().duplicates == {}
    good = [p for p in products if p.key not in outcome.failed]
    assert fingerprints(good).items() <= hashes(sandbox).items()


def test_a_reason_is_cut_and_on_one_line(sandbox: Sandbox, catalog: Catalog, store: Store) -> None:
    sandbox.refuse(external_id="1", message="no\n\x00 " + "x" * 5000)
    reason = store.upsert_products(mapped(catalog)[:1]).failed["1"]
    assert reason.startswith("no xxx")
    assert len(reason) == 500


def test_a_category_that_medusa_refuses_fails_its_products_alone(
    sandbox: Sandbox, catalog: Catalog, store: Store
) -> None:
    sandbox.edit(2, category="unlisted")
    message = {"type": "invalid_data", "message": "no such category"}
    categories = len(catalog.categories())
    sandbox.fault(
        "medusa", "status", status=400, body=message, method="POST", path="/admin/product-categories",
        nth=categories, times=None,
    )  # fmt: skip
    listed = {str(product.category) for product in mapped(catalog)} - {"unlisted"}
    body = [{"slug": slug, "name": "x"} for slug in listed]
    sandbox.fault("dummyjson", "wrong_json", path="/products/categories", times=None, body=body)
    outcome = store.upsert_products(mapped(catalog))
    assert outcome.failed == {"2": "category unlisted: no such category"}
    assert len(outcome.created) == 29


def test_a_category_deleted_in_between_is_created_again(
    sandbox: Sandbox, catalog: Catalog, store: Store
) -> None:
    first, *others = mapped(catalog)
    products = [product for product in others if product.category != first.category]
    store.upsert_products([first])
    categories = sandbox.shop.medusa.store.categories._documents
    for category in [c for c in categories.values() if c["handle"] != first.category]:
        del categories[category["id"]]
    assert store.upsert_products(products).created == keys(products)
    assert all(sandbox.target()[product.key].categories == [product.category] for product in products)


def big(products: list[Product], size: int) -> list[Product]:
    return [
        Product.of({**product.body, "description": "é" * (size // 2)}, product.category)
        for product in products
    ]


def test_a_batch_that_outgrows_medusa_s_body_limit_goes_in_parts(
    sandbox: Sandbox, catalog: Catalog, store: Store
) -> None:
    products = big(mapped(catalog), 390_000)
    outcome = store.upsert_products(products)
    assert outcome.created == keys(products)
    assert sandbox.count(surface="medusa", method="POST", route=BATCH) == 6
    assert not [entry for entry in sandbox.requests() if entry.status == 413]


def test_an_expired_token_is_renewed_once_and_nothing_is_lost(
    sandbox: Sandbox, catalog: Catalog, store: Store
) -> None:
    products = mapped(catalog)
    store.upsert_products(products[:5])
    sandbox.fault("medusa", "expire_tokens", method="POST", path=BATCH)
    assert store.upsert_products(products[5:10]).created == keys(products[5:10])
    assert sandbox.count(surface="medusa", route="/auth/user/emailpass") == 2
    sandbox.fault("medusa", "expire_tokens", path="/admin/products", times=None)
    with pytest.raises(UpstreamError, match="401: it does not accept MEDUSA_EMAIL and MEDUSA_PASSWORD"):
        store.upsert_products(products[10:12])


STOPPING = [
    ({"kind": "status", "status": 401}, UpstreamError, "does not accept"),
    ({"kind": "status", "status": 403}, UpstreamError, "403"),
    ({"kind": "html"}, UpstreamError, "instead of JSON"),
    ({"kind": "wrong_json", "body": {"created": []}}, None, "does not say that it was created"),
    ({"kind": "wrong_json", "body": ["no"]}, UpstreamError, "no result of the batch"),
    ({"kind": "redirect_loop"}, UpstreamError, "set MEDUSA_URL"),
    ({"kind": "gzip_bomb", "megabytes": 40}, TryLaterError, "more than 32 MiB"),
    ({"kind": "status", "status": 429}, TryLaterError, "answered 429"),
    ({"kind": "status", "status": 409}, TryLaterError, "answered 409"),
]


@pytest.mark.parametrize(("fault", "error", "text"), STOPPING, ids=[name_of(f) for f, _, _ in STOPPING])
def test_what_medusa_must_not_answer_to_a_write_stops_the_run_or_fails_the_record(
    sandbox: Sandbox,
    catalog: Catalog,
    store: Store,
    fault: dict[str, object],
    error: type[RunError] | None,
    text: str,
) -> None:
    sandbox.fault("medusa", method="POST", path=BATCH, times=None, **fault)
    if error is None:
        assert text in store.upsert_products(mapped(catalog)[:2]).failed["1"]
        return
    with pytest.raises(error, match=text):
        store.upsert_products(mapped(catalog)[:2])
    assert sandbox.state().target_products == 0


NOT_OURS = {"products": [{"id": "p", "external_id": "9"}], "count": 1}
LISTS: list[tuple[dict[str, object], str]] = [
    ({"kind": "html"}, "instead of JSON"),
    ({"kind": "wrong_json", "body": {"message": "no"}}, "no list of products: no"),
    ({"kind": "wrong_json", "body": {"products": [], "count": 3}}, "0 products where 3 are said to be"),
    ({"kind": "wrong_json", "body": {"products": [{"external_id": "1"}], "count": 1}}, "has no id"),
    ({"kind": "wrong_json", "body": NOT_OURS}, "ignores the filter"),
    ({"kind": "wrong_json", "body": {"products": [{"id": "p"}], "count": 1}}, "ignores the filter"),
    ({"kind": "status", "status": 404}, "404"),
]


@pytest.mark.parametrize(("fault", "text"), LISTS, ids=[name_of(fault)[:60] for fault, _ in LISTS])
def test_a_look_up_that_cannot_be_believed_stops_the_run_before_anything_is_written(
    sandbox: Sandbox, catalog: Catalog, store: Store, fault: dict[str, object], text: str
) -> None:
    sandbox.fault("medusa", path="/admin/products", method="GET", times=None, **fault)
    with pytest.raises(UpstreamError, match=text):
        store.upsert_products(mapped(catalog)[:2])
    assert sandbox.state().target_products == 0


def test_nothing_is_sent_once_the_time_is_used_up(
    sandbox: Sandbox, catalog: Catalog, store: Store, host: TestHost
) -> None:
    products = mapped(catalog)[:2]
    sandbox.clear_requests()
    host.seconds_left = 0
    with pytest.raises(DeadlineError):
        store.upsert_products(products)
    assert sandbox.requests() == []
