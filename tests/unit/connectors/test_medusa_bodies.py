"""What is sent of a product, what counts as a difference, and what cannot be stored at all."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import orjson
import pytest

from nightshift.connectors.medusa.bodies import create_body, differs, update_body
from nightshift.connectors.medusa.found import Found
from nightshift.connectors.medusa.model import MAX_PRODUCT_BYTES, Product
from nightshift.errors import RecordError

BODY: dict[str, Any] = {
    "external_id": "7",
    "title": "Mug",
    "handle": "mug-7",
    "description": "Holds tea.",
    "status": "published",
    "thumbnail": None,
    "images": [{"url": "https://shop.example/1"}, {"url": "https://shop.example/2"}],
    "weight": 4,
    "width": 15.1,
    "height": None,
    "length": 2.0,
    "options": [{"title": "Default", "values": ["Default"]}],
    "variants": [
        {
            "title": "Default",
            "sku": "MUG-7",
            "barcode": None,
            "manage_inventory": False,
            "prices": [{"currency_code": "usd", "amount": 9.99}],
            "options": {"Default": "Default"},
        }
    ],
    "metadata": {"source": "dummyjson", "brand": "", "rating": 2.5, "tags": ["tea"]},
}
OURS = Product.of(BODY, "mugs")

# As Medusa answers: measures are texts, images may come in another order, metadata has lost its empty keys.
STORED: dict[str, Any] = {
    "id": "prod_1",
    "external_id": "7",
    "handle": "mug-7",
    "title": "Mug",
    "description": "Holds tea.",
    "status": "published",
    "thumbnail": None,
    "weight": "4",
    "width": "15.1",
    "height": None,
    "length": "2",
    "images": [{"id": "i2", "url": "https://shop.example/2"}, {"id": "i1", "url": "https://shop.example/1"}],
    "metadata": {
        "source": "dummyjson",
        "rating": 2.5,
        "tags": ["tea"],
        "source_hash": OURS.fingerprint.hex(),
    },
    "categories": [{"id": "pcat_1", "handle": "mugs"}],
    "variants": [
        {
            "id": "variant_1",
            "title": "Default",
            "sku": "MUG-7",
            "barcode": None,
            "manage_inventory": False,
            "prices": [{"id": "price_1", "currency_code": "usd", "amount": 9.99, "min_quantity": None}],
        }
    ],
}


def stored(**changes: Any) -> Found:
    return Found.of({**deepcopy(STORED), **changes})


def variant(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(STORED["variants"][0]), **changes}


def price(amount: object, currency: str = "usd", **more: Any) -> dict[str, Any]:
    return {"id": "p", "currency_code": currency, "amount": amount, **more}


SAME: list[tuple[str, dict[str, Any]]] = [
    ("as written", {}),
    ("other columns", {"subtitle": "x", "updated_at": "2026"}),
    ("more metadata", {"metadata": {**STORED["metadata"], "note": "x"}}),
    ("more categories", {"categories": [{"id": "c", "handle": "sale"}, *STORED["categories"]]}),
    ("another handle", {"handle": "mug"}),
    ("more variants", {"variants": [variant(id="v", sku="G", title="Gift"), variant()]}),
    ("a renamed variant", {"variants": [variant(title="One size")]}),
    ("a price as text", {"variants": [variant(prices=[price("9.990")])]}),
    ("a price in euro", {"variants": [variant(prices=[price(9.99), price(9, "eur")])]}),
    ("a bulk price", {"variants": [variant(prices=[price(9.99), price(5, min_quantity=10)])]}),
    ("a price with rules", {"variants": [variant(prices=[price(1, rules={"region_id": "r"}), price(9.99)])]}),
    ("a counted rule", {"variants": [variant(prices=[price(1, rules_count=1), price(9.99)])]}),
]
DIFFERENT: list[tuple[str, dict[str, Any]]] = [
    ("title", {"title": "mug"}),
    ("description", {"description": None}),
    ("status", {"status": "draft"}),
    ("thumbnail", {"thumbnail": "https://shop.example/t"}),
    ("external id", {"external_id": None}),
    ("weight", {"weight": "4.5"}),
    ("no weight", {"weight": None}),
    ("a height", {"height": "1"}),
    ("a measure that is none", {"length": "long"}),
    ("an image less", {"images": STORED["images"][:1]}),
    ("an image twice", {"images": [*STORED["images"], STORED["images"][0]]}),
    ("no images", {"images": None}),
    ("no metadata", {"metadata": None}),
    ("a brand", {"metadata": {**STORED["metadata"], "brand": "Acme"}}),
    ("a rating", {"metadata": {**STORED["metadata"], "rating": 2.6}}),
    ("a hash", {"metadata": {**STORED["metadata"], "source_hash": "0"}}),
    ("no category", {"categories": []}),
    ("another category", {"categories": [{"id": "c", "handle": "sale"}]}),
    ("no variant", {"variants": []}),
    ("no variant of ours", {"variants": [variant(sku="A", title="A"), variant(sku="B", title="B")]}),
    ("sku", {"variants": [variant(sku=None)]}),
    ("barcode", {"variants": [variant(barcode="1")]}),
    ("inventory", {"variants": [variant(manage_inventory=True)]}),
    ("price", {"variants": [variant(prices=[price(9.98)])]}),
    ("no price", {"variants": [variant(prices=[])]}),
    ("only a bulk price", {"variants": [variant(prices=[price(9.99, min_quantity=2)])]}),
    ("only euro", {"variants": [variant(prices=[price(9.99, "eur")])]}),
]


@pytest.mark.parametrize("changes", [c for _, c in SAME], ids=[name for name, _ in SAME])
def test_what_is_not_ours_is_no_difference(changes: dict[str, Any]) -> None:
    assert not differs(OURS, stored(**changes))


@pytest.mark.parametrize("changes", [c for _, c in DIFFERENT], ids=[name for name, _ in DIFFERENT])
def test_every_field_that_we_write_is_compared(changes: dict[str, Any]) -> None:
    assert differs(OURS, stored(**changes))


def test_a_product_without_a_category_is_compared_without_one() -> None:
    assert not differs(
        Product.of(BODY, None), stored(categories=[], metadata=hash_of(Product.of(BODY, None)))
    )


def hash_of(product: Product) -> dict[str, Any]:
    return {**STORED["metadata"], "source_hash": product.fingerprint.hex()}


def test_a_product_is_created_with_all_that_is_known_of_it() -> None:
    body = create_body(OURS, "pcat_1")
    assert body.pop("metadata") == {
        "source": "dummyjson",
        "rating": 2.5,
        "tags": ["tea"],
        "source_hash": OURS.fingerprint.hex(),
    }
    assert body.pop("categories") == [{"id": "pcat_1"}]
    assert body == {name: value for name, value in BODY.items() if name != "metadata"}
    assert create_body(OURS, None)["categories"] == []


def test_an_update_names_the_product_and_leaves_handle_and_options() -> None:
    body = update_body(OURS, stored(), None)
    assert body["id"] == "prod_1"
    assert not body.keys() & {"handle", "options", "categories"}
    assert body["metadata"] == {**BODY["metadata"], "source_hash": OURS.fingerprint.hex()}
    assert update_body(OURS, stored(), ["a", "b"])["categories"] == [{"id": "a"}, {"id": "b"}]


UPDATED = {
    "sku": "MUG-7",
    "barcode": None,
    "manage_inventory": False,
    "prices": [{"currency_code": "usd", "amount": 9.99}],
}
VARIANTS: list[tuple[str, list[dict[str, Any]], list[dict[str, Any]]]] = [
    ("by sku", [variant(id="a", title="A")], [{"id": "a", **UPDATED}]),
    (
        "by sku before title",
        [variant(id="a", sku="X"), variant(id="b", title="B")],
        [{"id": "a"}, {"id": "b", **UPDATED}],
    ),
    (
        "by title",
        [variant(id="a", sku="A", title="A"), variant(id="b", sku="B")],
        [{"id": "a"}, {"id": "b", **UPDATED}],
    ),
    ("the only one", [variant(id="a", sku="A", title="A")], [{"id": "a", **UPDATED}]),
    (
        "none of them",
        [variant(id="a", sku="A", title="A"), variant(id="b", sku="B", title="B")],
        [{"id": "a"}, {"id": "b"}, BODY["variants"][0]],
    ),
    ("none at all", [], [BODY["variants"][0]]),
]


@pytest.mark.parametrize(
    ("held", "sent"), [case[1:] for case in VARIANTS], ids=[case[0] for case in VARIANTS]
)
def test_our_variant_is_found_and_the_others_are_kept(
    held: list[dict[str, Any]], sent: list[dict[str, Any]]
) -> None:
    body = update_body(OURS, stored(variants=held), None)
    assert body["variants"] == sent
    assert ("options" in body) == (not held)


def test_prices_that_people_have_added_are_sent_back_as_they_are() -> None:
    held = [
        price(9, id="own", min_quantity=None, max_quantity=None, rules={}),
        price(8, "eur", id="eur"),
        price(7, id="bulk", min_quantity=10, max_quantity=None),
        price(6, id="region", rules={"region_id": "r"}),
        price(5, id="group", price_rules=[{"attribute": "group_id", "value": "g"}], rules_count=1),
    ]
    (sent,) = update_body(OURS, stored(variants=[variant(prices=held)]), None)["variants"]  # type: ignore[misc]
    assert sent["prices"] == [
        {"id": "eur", "currency_code": "eur", "amount": 8, "rules": {}},
        {"id": "bulk", "currency_code": "usd", "amount": 7, "min_quantity": 10, "rules": {}},
        {"id": "region", "currency_code": "usd", "amount": 6, "rules": {"region_id": "r"}},
        {"id": "group", "currency_code": "usd", "amount": 5, "rules": {"group_id": "g"}},
        {"currency_code": "usd", "amount": 9.99},
    ]


# --- what a product may be ----------------------------------------------------------------------------------


def test_the_fingerprint_hangs_on_everything_written_and_on_nothing_else() -> None:
    same = Product.of({name: BODY[name] for name in reversed(BODY)}, "mugs")
    assert same.fingerprint == OURS.fingerprint
    assert len(OURS.fingerprint) == 8
    changed = [
        Product.of({**BODY, "description": "x"}, "mugs"),
        Product.of(BODY, None),
        Product.of(BODY, "m"),
    ]
    changed.append(Product.of({**BODY, "metadata": {**BODY["metadata"], "rating": 2.6}}, "mugs"))
    assert len({product.fingerprint for product in [OURS, *changed]}) == 5
    assert OURS.body["metadata"]["source_hash"] == OURS.fingerprint.hex()  # type: ignore[index]


def with_description(size: int) -> dict[str, Any]:
    rest = len(orjson.dumps(["mugs", {**BODY, "description": ""}]))
    return {**BODY, "description": "x" * (size - rest)}


@pytest.mark.parametrize("size", [MAX_PRODUCT_BYTES - 1, MAX_PRODUCT_BYTES])
def test_a_product_up_to_the_limit_is_taken(size: int) -> None:
    assert Product.of(with_description(size), "mugs").key == "7"


def test_a_product_above_the_limit_is_refused_by_its_longest_text() -> None:
    with pytest.raises(
        RecordError, match=r"7: description is too long: the product has 400,001 bytes"
    ) as raised:
        Product.of(with_description(MAX_PRODUCT_BYTES + 1), "mugs")
    assert raised.value.key == "7"


def test_bytes_are_counted_and_not_characters() -> None:
    with pytest.raises(RecordError, match="too long"):
        Product.of({**BODY, "description": "😀" * (MAX_PRODUCT_BYTES // 4)}, "mugs")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"title": "a\ud800"}, "title: half a character"),
        ({"metadata": {"tags": ["ok", "\udfff"]}}, "metadata.tags.1: half a character"),
        ({"description": "a\0b"}, "description: a NUL character"),
        ({"images": [{"url": "\0"}]}, "images.0.url: a NUL character"),
    ],
)
def test_text_that_a_database_cannot_store_is_refused_by_its_place(
    changes: dict[str, Any], text: str
) -> None:
    with pytest.raises(RecordError, match=text) as raised:
        Product.of({**BODY, **changes}, "mugs")
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("text", ["a\\u0000b", "\\\\u0000", "\x01", "é", "😀", "\ufffe", "'\"</script>"])
def test_text_that_only_looks_odd_is_taken(text: str) -> None:
    assert Product.of({**BODY, "description": text}, "mugs").body["description"] == text
