"""A page of products: its digest, its bounds, and what is saved of it where one product is unreadable."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightshift.connectors.dummyjson.page import ProductPage, read_page
from nightshift.connectors.dummyjson.salvage import salvage
from nightshift.errors import UpstreamError
from nightshift.http import Response

PRODUCTS: list[dict[str, Any]] = [
    {"id": 11, "title": 'A "quoted" ], "total": 5}', "price": 9.99, "tags": ["x", "y"]},
    {"id": 12, "title": "B", "meta": {"products": [1]}},
]


def page_of(body: bytes, start: int = 10) -> ProductPage:
    return read_page(Response("DummyJSON", "GET", "http://d.example/products", 200, {}, body), start)


def body_of(products: object, total: object = 40, skip: object = 10, limit: object = 2) -> bytes:
    return orjson.dumps({"products": products, "total": total, "skip": skip, "limit": limit})


def with_products(*products: bytes) -> bytes:
    """A page as DummyJSON writes it, whatever the products' bytes."""
    tail = b'],"total":40,"skip":10,"limit":%d}' % len(products)
    return b'{"products":[' + b",".join(products) + tail


LAYOUTS = [
    body_of(PRODUCTS),
    json.dumps({"products": PRODUCTS, "total": 40, "skip": 10, "limit": 2}).encode(),
    json.dumps({"products": PRODUCTS, "total": 40, "skip": 10, "limit": 2}, indent=2).encode() + b"\n",
    orjson.dumps({"total": 40, "products": PRODUCTS, "skip": 10, "limit": 2}),
    orjson.dumps({"products": PRODUCTS, "total": 40, "skip": 10, "limit": 2, "more": True}),
    orjson.dumps({"limit": 2, "skip": 10, "total": 40, "products": PRODUCTS}),
]


@pytest.mark.parametrize("body", LAYOUTS)
def test_a_page_is_read_however_it_is_laid_out(body: bytes) -> None:
    page = page_of(body)
    assert (page.start, page.total, page.end) == (10, 40, 12)
    assert page.records() == [("11", PRODUCTS[0]), ("12", PRODUCTS[1])]
    assert len(page.digest) == 8


@pytest.mark.parametrize("layout", range(len(LAYOUTS)))
def test_the_digest_hangs_on_the_products_and_not_on_the_total(layout: int) -> None:
    body = LAYOUTS[layout]
    assert page_of(body.replace(b"40", b"41")).digest == page_of(body).digest
    assert page_of(body.replace(b"9.99", b"9.98")).digest != page_of(body).digest
    assert page_of(body.replace(b"11", b"13")).digest != page_of(body).digest


def test_an_unchanged_page_is_not_parsed() -> None:
    broken = with_products(b'{"id":1', b'"x"}')
    assert page_of(broken).digest == page_of(broken).digest
    with pytest.raises(UpstreamError):
        page_of(broken).records()


def test_a_number_of_products_that_is_not_true_is_another_digest_and_an_error() -> None:
    honest, wrong = body_of(PRODUCTS), body_of(PRODUCTS, limit=30)
    assert page_of(honest).digest != page_of(wrong).digest
    with pytest.raises(UpstreamError, match="2 products in an envelope that says 30") as raised:
        page_of(body_of(PRODUCTS, total=99, limit=30)).records()
    assert "GET http://d.example/products" in str(raised.value)


def test_the_last_page_may_say_the_number_that_was_asked_for() -> None:
    page = page_of(body_of(PRODUCTS, total=12, limit=30))
    assert len(page.records()) == 2
    assert page.end >= page.total


@pytest.mark.parametrize(("total", "start"), [(0, 0), (10, 10), (3, 10)])
def test_an_empty_page_is_the_end_where_the_total_is_reached(total: int, start: int) -> None:
    page = page_of(body_of([], total, start, 0), start)
    assert (page.end, page.total, page.records()) == (start, total, [])


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (body_of([], 40, 10, 0), "no products where 40 are said to be"),
        (body_of([], 40, 10, 30), "no products where 40 are said to be"),
        (body_of(PRODUCTS, skip=0), "after the first 0, not after the first 10"),
        (body_of(PRODUCTS, total="40"), "'total' is not a whole number"),
        (body_of(PRODUCTS, total=-1), "'total' is not a whole number"),
        (body_of(PRODUCTS, total=None), "'total' is not a whole number"),
        (body_of(PRODUCTS, skip=None), "'skip' is not a whole number"),
        (body_of({"a": 1}), "no list of products"),
        (b'{"message":"not today"}', "no list of products: not today"),
        (b"[]", "no list of products"),
        (b"null", "no list of products"),
        (b"<html>", "instead of JSON: 6 bytes"),
        (b"", "an empty body"),
        (body_of(PRODUCTS)[:-30], "instead of JSON"),
    ],
)
def test_what_is_no_page_never_passes_for_an_empty_one(body: bytes, text: str) -> None:
    with pytest.raises(UpstreamError, match=text):
        page_of(body)


@pytest.mark.parametrize("identity", [None, True, -1, 1.5, "", "a\x00b", "a\nb", [], {}, "x" * 256, 10**30])
def test_a_product_without_a_usable_id_makes_the_page_worthless(identity: object) -> None:
    body = json.dumps({"products": [{"id": 1}, {"id": identity}], "total": 40, "skip": 10, "limit": 2})
    with pytest.raises(UpstreamError, match="without a usable id, as number 2 of the page"):
        page_of(body.encode()).records()


@pytest.mark.parametrize("product", [b"{}", b"null", b"7", b"[]", b'"x"'])
def test_what_is_no_product_makes_the_page_worthless(product: bytes) -> None:
    with pytest.raises(UpstreamError, match="without a usable id, as number 1"):
        page_of(with_products(product)).records()


@pytest.mark.parametrize("key", ["a", "A-7/ä", "x" * 255])
def test_an_id_may_be_a_text(key: str) -> None:
    assert page_of(body_of([{"id": key}], limit=1)).records() == [(key, {"id": key})]


# --- products that cannot be read ---------------------------------------------------------------------------

DEEP = b'{"id":7,"title":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
UNREADABLE = [
    (DEEP, "nested too deeply"),
    (b'{"id":7,"title":"\xff\xfe"}', "not UTF-8"),
    (b'{ "id" : 7 , "price": .5}', "cannot be read"),
    (b'{"id":7,"price":' + b"9" * 5000 + b"}", "cannot be read"),
    (b'{"id":7,"title":"tab\there"}', "cannot be read"),
]


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(("poison", "text"), UNREADABLE, ids=[text for _, text in UNREADABLE])
def test_one_unreadable_product_does_not_cost_the_page(poison: bytes, text: str, place: int) -> None:
    good = [b'{"id":1,"title":"a, ]}\\" [{"}', b'{"id":2}']
    listed = [*good[:place], poison, *good[place:]]
    records = page_of(with_products(*listed)).records()
    assert [key for key, _ in records] == [*["1", "2"][:place], "7", *["1", "2"][place:]]
    assert text in records[place][1]["unreadable"]
    assert records[0 if place else 1][1] == {"id": 1, "title": 'a, ]}" [{'}


READABLE = [
    (b'{"id":7,"title":"\\ud800"}', {"id": 7, "title": "\ud800"}),
    (b'{"id":7,"price":1e400}', {"id": 7, "price": float("inf")}),
    (b'{"id":7,"title":"\\u0000"}', {"id": 7, "title": "\0"}),
    (b'{"id":7,"price":%d}' % 10**40, {"id": 7, "price": 1e40}),
]


@pytest.mark.parametrize(("poison", "product"), READABLE, ids=[str(product) for _, product in READABLE])
def test_what_any_parser_can_read_is_left_to_the_mapping(poison: bytes, product: object) -> None:
    assert page_of(with_products(b'{"id":1}', poison)).records() == [("1", {"id": 1}), ("7", product)]


@pytest.mark.parametrize(
    "listed",
    [
        (b'{"id":7,"title":"\xff}',),
        (b'{"id":7,"title":"\xff"]',),
        (b'{"id":7,"title":"\xff"}]',),
        (b'{"title":"\xff","id":7}',),
        (b'{"id":"7","title":"\xff"}',),
    ],
)
def test_a_page_whose_structure_is_broken_is_not_guessed_at(listed: tuple[bytes, ...]) -> None:
    with pytest.raises(UpstreamError, match="instead of JSON"):
        page_of(with_products(*listed)).records()


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.text(max_size=5), values, max_size=3), max_size=5))
def test_saving_takes_a_list_apart_as_a_parser_does(products: list[dict[str, Any]]) -> None:
    listed = json.dumps(products).encode()[1:-1]
    assert salvage(listed) == (products or None)
