"""DummyJSON's products in Medusa's terms: every rule, every refusal, and the real catalogue."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightshift.connectors.dummyjson import Product
from nightshift.connectors.medusa import Product as MedusaProduct
from nightshift.errors import RecordError
from sync_products.mapping import FIELDS, handle_of, slug_of, to_medusa

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "dummyjson" / "products.json"

GIVEN: dict[str, Any] = {
    "id": 7,
    "title": "Crème Brûlée Torch",
    "description": "Burns sugar.",
    "category": "kitchen-accessories",
    "price": 9.99,
    "discountPercentage": 10.5,
    "rating": 2.56,
    "stock": 3,
    "tags": ["kitchen", "fire"],
    "brand": "Flambé",
    "sku": "KIT-7",
    "weight": 4,
    "dimensions": {"width": 15.14, "height": 13, "depth": 22.99},
    "meta": {"barcode": "5784719087687", "updatedAt": "2025-04-30T09:41:02.053Z"},
    "images": ["https://shop.example/1.webp", "https://shop.example/2.webp"],
    "thumbnail": "https://shop.example/t.webp",
    "reviews": [{"rating": 3}],
}
MAPPED = {
    "external_id": "7",
    "title": "Crème Brûlée Torch",
    "handle": "creme-brulee-torch-7",
    "description": "Burns sugar.",
    "status": "published",
    "thumbnail": "https://shop.example/t.webp",
    "images": [{"url": "https://shop.example/1.webp"}, {"url": "https://shop.example/2.webp"}],
    "weight": 4,
    "width": 15.14,
    "height": 13,
    "length": 22.99,
    "options": [{"title": "Default", "values": ["Default"]}],
    "variants": [
        {
            "title": "Default",
            "sku": "KIT-7",
            "barcode": "5784719087687",
            "manage_inventory": False,
            "prices": [{"currency_code": "usd", "amount": 9.99}],
            "options": {"Default": "Default"},
        }
    ],
    "metadata": {"source": "dummyjson", "brand": "Flambé", "rating": 2.56, "tags": ["kitchen", "fire"]},
}
ABSENT = object()


def product(**changes: object) -> Product:
    laid = {**GIVEN, **changes}
    return cast(Product, {name: value for name, value in laid.items() if value is not ABSENT})


def body_of(mapped: MedusaProduct) -> dict[str, Any]:
    """The body without its hash."""
    metadata = cast(dict[str, Any], mapped.body["metadata"])
    return {**mapped.body, "metadata": {name: metadata[name] for name in metadata if name != "source_hash"}}


def test_every_field_goes_where_the_contract_says() -> None:
    mapped = to_medusa(product())
    assert body_of(mapped) == MAPPED
    assert (mapped.key, mapped.handle, mapped.title, mapped.category) == (
        "7",
        "creme-brulee-torch-7",
        "Crème Brûlée Torch",
        "kitchen-accessories",
    )


NULLED: list[tuple[str, list[str], object]] = [
    ("description", ["description"], None),
    ("thumbnail", ["thumbnail"], None),
    ("images", ["images"], []),
    ("weight", ["weight"], None),
    ("sku", ["variants", "0", "sku"], None),
    ("meta", ["variants", "0", "barcode"], None),
    ("dimensions", ["width"], None),
    ("brand", ["metadata", "brand"], ""),
    ("rating", ["metadata", "rating"], ""),
    ("tags", ["metadata", "tags"], ""),
]


@pytest.mark.parametrize("value", [ABSENT, None])
@pytest.mark.parametrize(("name", "path", "written"), NULLED, ids=[name for name, _, _ in NULLED])
def test_what_the_source_does_not_have_is_taken_away(
    name: str, path: list[str], written: object, value: object
) -> None:
    found: Any = body_of(to_medusa(product(**{name: value})))
    for step in path:
        found = found[int(step)] if step.isdigit() else found[step]
    assert found == written


@pytest.mark.parametrize("name", ["description", "brand", "sku", "thumbnail", "category"])
def test_a_blank_text_is_none(name: str) -> None:
    assert to_medusa(product(**{name: "  "})).body == to_medusa(product(**{name: ABSENT})).body


@pytest.mark.parametrize("value", [ABSENT, None, ""])
def test_a_product_needs_no_category(value: object) -> None:
    assert to_medusa(product(category=value)).category is None


@pytest.mark.parametrize("unread", sorted(GIVEN.keys() - set(FIELDS)))
def test_a_field_that_is_not_mapped_changes_no_fingerprint(unread: str) -> None:
    assert to_medusa(product(**{unread: ABSENT})) == to_medusa(product())


@pytest.mark.parametrize("read", [name for name in FIELDS if name not in ("id", "title", "price")])
def test_a_field_that_is_mapped_changes_the_fingerprint(read: str) -> None:
    assert to_medusa(product(**{read: ABSENT})).fingerprint != to_medusa(product()).fingerprint


# --- refusals ---------------------------------------------------------------------------------------------

DEEP: list[Any] = []
for _ in range(900):
    DEEP = [DEEP]

REFUSED: list[tuple[dict[str, object], str]] = [
    ({"title": ABSENT}, "title is missing or blank"),
    ({"title": None}, "title is missing or blank"),
    ({"title": " \t"}, "title is missing or blank"),
    ({"title": 7}, "title = 7: expected a text"),
    ({"title": ["Mug"]}, "title = a list: expected a text"),
    ({"title": "x" * 1001}, "title has 1,001 characters: expected at most 1,000"),
    ({"title": "a\ud800"}, "title: half a character (a lone surrogate)"),
    ({"title": "a\0"}, "title: a NUL character, which Medusa's database cannot store"),
    ({"price": ABSENT}, "price is missing"),
    ({"price": None}, "price is missing"),
    ({"price": -0.01}, "price = -0.01: expected a number from 0 to 1,000,000,000"),
    ({"price": math.nan}, "price = nan: expected a number from 0 to 1,000,000,000"),
    ({"price": math.inf}, "price = inf: expected a number"),
    ({"price": True}, "price = true: expected a number"),
    ({"price": "9.99"}, "price = '9.99': expected a number"),
    ({"price": 1_000_000_000.01}, "price = 1000000000.01: expected a number"),
    ({"price": 1e40}, "price = 1e+40: expected a number"),
    ({"price": 10**60}, "price = 1000000000000000000000000000000000000000…: expected a number"),
    ({"price": {"usd": 1}}, "price = an object: expected a number"),
    ({"description": DEEP}, "description = a list: expected a text"),
    ({"description": "x" * 500_000}, "description is too long: the product has 500,"),
    ({"description": "\ud800"}, "description: half a character"),
    ({"brand": 5}, "brand = 5: expected a text"),
    ({"sku": "x" * 256}, "sku has 256 characters: expected at most 255"),
    ({"tags": "kitchen"}, "tags = 'kitchen': expected a list of texts"),
    ({"tags": ["a", None]}, "tags holds None: expected texts only"),
    ({"images": [{"url": "x"}]}, "images holds an object: expected texts only"),
    ({"images": ["x" * 2001]}, "images holds a text of 2,001 characters"),
    ({"weight": -1}, "weight = -1: expected a number from 0"),
    ({"dimensions": [1, 2, 3]}, "dimensions = a list: expected an object"),
    ({"dimensions": {"depth": "2"}}, "depth = '2': expected a number"),
    ({"meta": "x"}, "meta = 'x': expected an object"),
    ({"meta": {"barcode": 5}}, "barcode = 5: expected a text"),
    ({"rating": False}, "rating = false: expected a number"),
    ({"category": 9}, "category = 9: expected a text"),
    ({"unreadable": "it is nested too deeply to be read"}, "it is nested too deeply to be read"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "reason"), REFUSED, ids=[reason[:50] for _, reason in REFUSED])
def test_a_record_that_cannot_be_written_says_why(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(RecordError) as raised:
        to_medusa(product(**changes))
    assert raised.value.key == "7"
    assert raised.value.reason.startswith(reason)
    assert len(raised.value.reason) < 150
    assert raised.value.reason.isprintable()


@pytest.mark.parametrize("price", [0, 0.0, 0.01, 1_000_000_000])
def test_prices_up_to_the_limits_are_written(price: float) -> None:
    assert amount_of(to_medusa(product(price=price))) == price


# --- prices, exactly --------------------------------------------------------------------------------------


def amount_of(mapped: MedusaProduct) -> Any:
    return cast(Any, mapped.body)["variants"][0]["prices"][0]["amount"]


@given(st.decimals(min_value=0, max_value=1_000_000_000, places=2))
def test_a_price_leaves_as_the_number_that_came(price: Decimal) -> None:
    source = f'{{"id":1,"title":"x","price":{price}}}'
    sent = orjson.dumps(to_medusa(orjson.loads(source)).body)
    prices = json.loads(sent, parse_float=Decimal)["variants"][0]["prices"]
    assert Decimal(prices[0]["amount"]) == price


# --- handles ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Rolex Cellini Moonphase", "rolex-cellini-moonphase"),
        ("  Crème   Brûlée -- Torch! ", "creme-brulee-torch"),
        ("100% Cotton/Wool_Mix", "100-cotton-wool-mix"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("ﬁne ½ ﹢", "fine-1-2"),
        ("日本", ""),
        ("🍵 Tea–Pot", "tea-pot"),
        ("---", ""),
    ],
)
def test_a_slug_is_lower_case_without_accents_and_hyphenated(title: str, slug: str) -> None:
    assert slug_of(title) == slug


@pytest.mark.parametrize(
    ("title", "key", "handle"),
    [
        ("Rolex", "96", "rolex-96"),
        ("日本", "5", "product-5"),
        ("Mug", "A/7 ä", "mug-a-7-a"),
        ("x" * 1000, "5", "x" * 200 + "-5"),
        ("x" * 199 + " y", "5", "x" * 199 + "-5"),
    ],
)
def test_a_handle_ends_in_the_id(title: str, key: str, handle: str) -> None:
    assert handle_of(title, key) == handle


@given(st.text(max_size=30), st.integers(0, 10**12))
def test_a_handle_holds_nothing_but_letters_digits_and_hyphens(title: str, key: int) -> None:
    handle = handle_of(title, str(key))
    assert handle.endswith(f"-{key}")
    assert set(handle) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not handle.startswith("-")


# --- the real catalogue -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real() -> list[dict[str, Any]]:
    if not REAL.exists():
        pytest.skip("DummyJSON's real products are not beside this checkout")
    return cast(list[dict[str, Any]], orjson.loads(REAL.read_bytes()))


def test_the_real_products_map_with_handles_of_their_own(real: list[dict[str, Any]]) -> None:
    mapped = [to_medusa(cast(Product, one)) for one in real]
    assert len({one.handle for one in mapped}) == len(mapped) == 194
    assert len({one.fingerprint for one in mapped}) == 194
    assert len({one.category for one in mapped}) == 24


def test_the_real_prices_are_exact(real: list[dict[str, Any]]) -> None:
    exact = json.loads(REAL.read_bytes(), parse_float=Decimal)
    for one, source in zip(real, exact, strict=True):
        sent = json.loads(orjson.dumps(to_medusa(cast(Product, one)).body), parse_float=Decimal)
        assert str(sent["variants"][0]["prices"][0]["amount"]) == str(source["price"])


def test_the_fields_named_are_all_that_is_read(real: list[dict[str, Any]]) -> None:
    for one in real:
        read = cast(Product, {name: one[name] for name in FIELDS if name in one})
        assert to_medusa(read) == to_medusa(cast(Product, one))
