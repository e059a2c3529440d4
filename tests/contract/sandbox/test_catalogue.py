"""Catalogues: generated ones are like the real one, files are served as they are, and both can change."""

import json
from pathlib import Path
from typing import Any

import pytest
import urllib3

from contract.sandbox.client import Client
from nightshift_tools.sandbox.dummyjson.generated import Generated, product_document
from nightshift_tools.sandbox.errors import CatalogueError, SandboxError
from nightshift_tools.sandbox.server import DEFAULT_SEED, Sandbox

REAL = Path(__file__).parents[3].parent / "shared" / "data" / "dummyjson" / "products.json"


@pytest.fixture(scope="module")
def generated() -> list[dict[str, Any]]:
    return [product_document(number, DEFAULT_SEED) for number in range(1, 195)]


def shape(value: object) -> object:
    """The names and kinds of a product's parts, without their values."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return [shape(value[0])]
    return "number" if isinstance(value, (int, float)) else type(value).__name__


@pytest.mark.skipif(not REAL.exists(), reason="the real catalogue is not there")
def test_a_generated_product_has_the_shape_of_a_real_one(generated: list[dict[str, Any]]) -> None:
    real = json.loads(REAL.read_text())
    with_brand = next(product for product in real if "brand" in product)
    branded = [product for product in generated if "brand" in product]
    assert branded
    assert all(shape(product) == shape(with_brand) for product in branded)
    assert list(branded[0]) == list(with_brand)


def test_generated_products_have_the_traits_that_bite(generated: list[dict[str, Any]]) -> None:
    titles = [product["title"] for product in generated]
    prices = [product["price"] for product in generated]
    assert len({product["category"] for product in generated}) == 24
    assert 0.4 < sum("brand" not in product for product in generated) / 194 < 0.6
    assert len(set(titles)) == 193
    assert titles[0] == titles[1]
    assert sum(not title.isascii() for title in titles) > 50
    assert (min(prices), max(prices)) == (0.79, 36999.99)
    assert {len(f"{price:.10f}".rstrip("0").partition(".")[2]) <= 2 for price in prices} == {True}
    assert len({product["meta"]["updatedAt"] for product in generated}) == 2
    assert {product["availabilityStatus"] for product in generated} == {
        "In Stock",
        "Low Stock",
        "Out of Stock",
    }
    assert {len(product["images"]) for product in generated} == {1, 2, 3, 4, 5, 6}


def test_skus_barcodes_and_titles_stay_unique_in_a_large_catalogue() -> None:
    products = [product_document(number, DEFAULT_SEED) for number in range(1, 20_001)]
    assert len({product["sku"] for product in products}) == 20_000
    assert len({product["meta"]["barcode"] for product in products}) == 20_000
    assert len({product["title"] for product in products}) == 19_999


def test_a_product_depends_on_seed_and_id_alone() -> None:
    assert Generated(10, 1).product(7) == Generated(1000, 1).product(7)
    assert Generated(10, 1).product(7) != Generated(10, 2).product(7)


def test_a_million_products_cost_nothing_until_they_are_read(pool: urllib3.PoolManager) -> None:
    with Sandbox(products=1_000_000) as sandbox:
        page = Client(sandbox.environment()["DUMMYJSON_URL"], pool).get("/products?limit=2&skip=999999")
    assert (page["total"], [product["id"] for product in page["products"]]) == (1_000_000, [1_000_000])


@pytest.mark.parametrize(
    "wrap", [lambda products: products, lambda products: {"products": products, "total": 2}]
)
def test_a_file_is_served_as_it_is(tmp_path: Path, pool: urllib3.PoolManager, wrap: Any) -> None:
    odd = [
        {"id": 9, "price": 1.10, "category": "b"},
        {"id": 3, "title": None, "price": -5, "extra": {"a": [1]}, "category": "a"},
    ]
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps(wrap(odd)).replace('"price": 1.1', '"price": 1.10'))
    with Sandbox(path) as sandbox:
        client = Client(sandbox.environment()["DUMMYJSON_URL"], pool)
        page = client("GET", "/products")
        assert page.json() == {"products": odd, "total": 2, "skip": 0, "limit": 2}
        assert b'"price":1.10' in page.data
        assert client.get("/products/category-list") == ["b", "a"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (
            '{"id":1,"title":"\\ud83d","price":1e400,"stock":12345678901234567890}',
            (b"1E+400", b"12345678901234567890"),
        )
    ],
)
def test_what_python_cannot_hold_passes_through(
    tmp_path: Path, pool: urllib3.PoolManager, text: str, numbers: tuple[bytes, ...]
) -> None:
    path = tmp_path / "catalogue.json"
    path.write_text(f"[{text}]")
    with Sandbox(path) as sandbox:
        answer = Client(sandbox.environment()["DUMMYJSON_URL"], pool)("GET", "/products")
    assert b'"title":"\\ud83d"' in answer.data
    assert all(number in answer.data for number in numbers)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[NaN]", "is not JSON"),
        ("7", "holds no list"),
        ('{"items": []}', "an object with the keys ['items']"),
        ("[7]", "product 0 is int"),
        ('[{"id": 1}, {"title": "x"}]', "product 1 has the id None"),
        ('[{"id": "1"}]', "product 0 has the id '1'"),
        ('[{"id": true}]', "product 0 has the id True"),
        ('[{"id": 1}, {"id": 1}]', "product 1 repeats the id 1"),
    ],
)
def test_a_file_of_another_shape_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "catalogue.json"
    path.write_text(text)
    with pytest.raises(CatalogueError) as caught:
        Sandbox(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="cannot be read: No such file"):
        Sandbox(tmp_path / "none.json")
    with pytest.raises(SandboxError, match="products is -1"):
        Sandbox(products=-1)


@pytest.mark.skipif(not REAL.exists(), reason="the real catalogue is not there")
def test_the_real_catalogue_is_served_unchanged(pool: urllib3.PoolManager) -> None:
    with Sandbox(REAL) as sandbox:
        client = Client(sandbox.environment()["DUMMYJSON_URL"], pool)
        assert client.get("/products?limit=0")["products"] == json.loads(REAL.read_text())
        assert len(client.get("/products/categories")) == 24
        rolex = client.get("/products/search?q=rolex-cellini-moonphase&select=title")
        assert rolex["total"] == 2


def test_an_edit_changes_what_it_names_and_no_date(sandbox: Sandbox, dummyjson: Client) -> None:
    before = dummyjson.get("/products/7")
    sandbox.edit(7, price=12.34, unset=["title"])
    expected = before | {"price": 12.34}
    del expected["title"]
    assert dummyjson.get("/products/7") == expected

    sandbox.edit(7, touch_updated_at=True, stock=1)
    assert dummyjson.get("/products/7")["meta"]["updatedAt"] == "2025-11-21T04:40:00.000Z"


def test_an_added_product_comes_last_or_where_its_id_belongs(sandbox: Sandbox, dummyjson: Client) -> None:
    sandbox.remove(5, 100)
    assert sandbox.add() == 195
    assert sandbox.add(id=5, title="Back", category="novelties") == 5
    page = dummyjson.get("/products?limit=0&select=title")["products"]
    assert [product["id"] for product in page] == [n for n in range(1, 196) if n != 100]
    assert page[4] == {"id": 5, "title": "Back"}
    assert dummyjson.get("/products/category-list")[-1] == "novelties"
    assert set(dummyjson.get("/products/195")) >= {"sku", "price", "meta"}


def test_removed_products_shift_the_pages(sandbox: Sandbox, dummyjson: Client) -> None:
    sandbox.remove(1, 2)
    page = dummyjson.get("/products?limit=2&skip=2")
    assert (page["total"], [product["id"] for product in page["products"]]) == (192, [5, 6])


def test_a_view_that_was_sorted_follows_a_change(sandbox: Sandbox, dummyjson: Client) -> None:
    path = "/products?sortBy=price&limit=1&select=price"
    assert dummyjson.get(path)["products"] == [{"id": 3, "price": 0.79}]
    sandbox.edit(50, price=0.5)
    assert dummyjson.get(path)["products"] == [{"id": 50, "price": 0.5}]


def test_a_change_that_cannot_be_made_changes_nothing(sandbox: Sandbox, dummyjson: Client) -> None:
    before = dummyjson.get("/products?limit=0")
    with pytest.raises(CatalogueError, match="no product 999"):
        sandbox.shop.change_catalogue(edit=[{"id": 1, "title": "x"}], add=[{}], remove=[2, 999])
    with pytest.raises(CatalogueError, match="id 3 cannot be added"):
        sandbox.shop.change_catalogue(edit=[{"id": 1, "title": "x"}], add=[{}, {"id": 3}])
    assert dummyjson.get("/products?limit=0") == before
