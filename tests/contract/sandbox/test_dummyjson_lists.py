"""DummyJSON's lists: the envelope and every query parameter."""

from typing import Any

import pytest

from contract.sandbox.client import Client
from nightshift_tools.sandbox.server import Sandbox

TOTAL = 194


def ids(page: dict[str, Any]) -> list[int]:
    return [product["id"] for product in page["products"]]


@pytest.mark.parametrize(
    ("query", "expected", "skip"),
    [
        ("", range(1, 31), 0),
        ("limit=100", range(1, 101), 0),
        ("limit=100&skip=100", range(101, 195), 100),
        ("limit=0", range(1, 195), 0),
        ("limit=0&skip=190", range(191, 195), 190),
        ("limit=5000", range(1, 195), 0),
        ("limit=-190", range(1, 5), 0),
        ("limit=-500", range(0), 0),
        ("limit=-2&skip=190", range(191, 193), 190),
        ("limit=", range(0), 0),
        ("limit=10.9", range(1, 11), 0),
        ("limit=1e2", range(1, 2), 0),
        ("limit=%207%20", range(1, 8), 0),
        ("limit=Infinity", range(0), 0),
        ("limit=2&skip=194", range(0), 194),
        ("limit=2&skip=1000", range(0), 1000),
        ("limit=2&skip=-5", range(1, 3), -5),
        ("limit=2&skip=", range(1, 3), None),
    ],
)
def test_a_page_holds_what_javascript_would_cut_out(
    dummyjson: Client, query: str, expected: range, skip: int | None
) -> None:
    page = dummyjson.get(f"/products?{query}")

    assert ids(page) == list(expected)
    assert page["total"] == TOTAL
    assert page["skip"] == skip
    assert page["limit"] == len(expected)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=ten", "Invalid 'limit' - must be a number"),
        ("limit=1&limit=2", "Invalid 'limit' - must be a number"),
        ("skip=1,5", "Invalid 'skip' - must be a number"),
        ("limit=x&skip=x", "Invalid 'limit' - must be a number"),
        ("q=a&q=b", "Invalid 'q' - must be a string"),
        ("sortBy=price&order=up", "Order can be: 'asc' or 'desc'"),
        ("delay=soon", "Delay must be a number in milliseconds"),
        ("delay=5001", "Delay cannot be greater than 5 seconds"),
        ("delay=-1", "Delay cannot be less than 0"),
    ],
)
def test_a_bad_parameter_is_400_with_its_message(dummyjson: Client, query: str, message: str) -> None:
    assert dummyjson.refused("GET", f"/products?{query}") == (400, {"message": message})


def test_order_is_not_looked_at_without_a_sort(dummyjson: Client) -> None:
    assert ids(dummyjson.get("/products?order=up&limit=2")) == [1, 2]


@pytest.mark.parametrize(
    ("select", "keys"),
    [
        ("title,price", ["id", "title", "price"]),
        ("price&select=title", ["id", "price", "title"]),
        ("title,%20price", ["id", "title"]),
        ("title,nonsense,meta.barcode", ["id", "title"]),
    ],
)
def test_select_puts_the_id_first_and_drops_what_it_does_not_know(
    dummyjson: Client, select: str, keys: list[str]
) -> None:
    assert list(dummyjson.get(f"/products?limit=1&select={select}")["products"][0]) == keys
    assert list(dummyjson.get(f"/products/1?select={select}")) == keys


@pytest.mark.parametrize("order", ["asc", "DESC"])
@pytest.mark.parametrize("field", ["price", "title", "id"])
def test_a_sort_comes_before_skip_and_limit(dummyjson: Client, field: str, order: str) -> None:
    everything = dummyjson.get("/products?limit=0")["products"]
    page = dummyjson.get(f"/products?sortBy={field}&order={order}&skip=50&limit=100")["products"]

    # By code unit, as JavaScript compares; all titles here lie in one plane.
    expected = sorted((product[field] for product in everything), reverse=order == "DESC")
    assert [product[field] for product in page] == expected[50:150]


@pytest.mark.parametrize("field", ["meta.updatedAt", "dimensions", "nonsense"])
def test_a_field_that_cannot_be_compared_leaves_the_order_alone(dummyjson: Client, field: str) -> None:
    assert ids(dummyjson.get(f"/products?sortBy={field}&limit=3")) == [1, 2, 3]


def test_search_looks_in_title_and_description_and_takes_a_dash_for_a_space(
    sandbox: Sandbox, dummyjson: Client
) -> None:
    sandbox.edit(7, title="A Left-Handed MUG")
    sandbox.edit(9, description="Also for the left handed mug")

    assert ids(dummyjson.get("/products/search?q=HANDED")) == [7, 9]
    assert ids(dummyjson.get("/products/search?q=left-handed-mug")) == [9]
    found = dummyjson.get("/products/search?q=handed&limit=1")
    assert (found["total"], found["limit"], ids(found)) == (2, 1, [7])


def test_a_category_lists_its_products_and_an_unknown_one_none(dummyjson: Client) -> None:
    page = dummyjson.get("/products/category/Beauty?limit=3")
    assert {product["category"] for product in page["products"]} == {"beauty"}
    assert (page["total"], page["limit"]) == (10, 3)

    nothing = {"products": [], "total": 0, "skip": 0, "limit": 0}
    assert dummyjson.get("/products/category/nonsense") == nothing


def test_categories_are_listed_as_slugs_and_with_names(dummyjson: Client) -> None:
    slugs = dummyjson.get("/products/category-list")
    categories = dummyjson.get("/products/categories")

    assert len(slugs) == len(set(slugs)) == 24
    assert [category["slug"] for category in categories] == slugs
    assert categories[slugs.index("mens-shirts")]["name"] == "Mens Shirts"
    assert categories[0]["url"] == f"{dummyjson.url}/products/category/{slugs[0]}"


def test_pages_of_any_size_add_up_to_the_catalogue(dummyjson: Client) -> None:
    everything = dummyjson.get("/products?limit=0")["products"]
    for size in (7, 100, 194):
        pages = [dummyjson.get(f"/products?limit={size}&skip={skip}") for skip in range(0, TOTAL, size)]
        assert [product for page in pages for product in page["products"]] == everything


def test_a_page_is_the_same_bytes_each_time(dummyjson: Client) -> None:
    path = "/products?limit=100&skip=50"
    assert dummyjson("GET", path).data == dummyjson("GET", path).data
