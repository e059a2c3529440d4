"""Medusa's categories and sales channels."""

import pytest

from contract.sandbox.client import Client, product

CATEGORIES = "/admin/product-categories"
CHANNELS = "/admin/sales-channels"


def test_a_category_is_inactive_until_told_otherwise(medusa: Client) -> None:
    created = medusa.post(CATEGORIES, {"name": "Kitchen Accessories"})["product_category"]
    assert created["id"].startswith("pcat_")
    assert created["handle"] == "kitchen-accessories"
    assert (created["is_active"], created["is_internal"], created["description"]) == (False, False, "")
    given = {"name": "Tops", "handle": "all-tops", "is_active": True, "metadata": {"a": 1}}
    created = medusa.post(CATEGORIES, given)["product_category"]
    assert {name: created[name] for name in given} == given


def test_a_handle_is_unique_among_categories(medusa: Client) -> None:
    medusa.post(CATEGORIES, {"name": "Tops"})
    message = "Product category with handle: tops, already exists."
    expected = (400, {"type": "invalid_data", "message": message})
    assert medusa.refused("POST", CATEGORIES, {"name": "Tops!"}) == expected


@pytest.mark.parametrize(
    ("body", "issue"),
    [
        ({}, "Field 'name' is required"),
        ({"name": "Tops", "slug": "tops"}, "Unrecognized fields: 'slug'"),
        ({"name": 1}, "Expected type: 'string' for field 'name', got: 'number'"),
    ],
)
def test_a_category_of_the_wrong_shape_is_400(medusa: Client, body: object, issue: str) -> None:
    assert medusa.refused("POST", CATEGORIES, body)[1]["message"] == f"Invalid request: {issue}"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Beauty", "Laptops", "Tops"]),
        ("handle[]=tops&handle[]=beauty", ["Beauty", "Tops"]),
        ("handle=laptops", ["Laptops"]),
        ("name=Tops", ["Tops"]),
        ("is_active=true", ["Laptops"]),
        ("q=top", ["Laptops", "Tops"]),
        ("limit=1&offset=1", ["Laptops"]),
        ("order=-name", ["Tops", "Laptops", "Beauty"]),
        ("handle[]=none", []),
    ],
)
def test_categories_are_listed_and_filtered(medusa: Client, query: str, names: list[str]) -> None:
    for name in ("Beauty", "Laptops", "Tops"):
        medusa.post(CATEGORIES, {"name": name, "is_active": name == "Laptops"})
    page = medusa.get(f"{CATEGORIES}?{query}")
    assert [category["name"] for category in page["product_categories"]] == names
    assert page["limit"] == (1 if "limit" in query else 50)


def test_a_category_has_a_parent_or_404(medusa: Client) -> None:
    parent = medusa.post(CATEGORIES, {"name": "Clothes"})["product_category"]
    child = medusa.post(CATEGORIES, {"name": "Tops", "parent_category_id": parent["id"]})["product_category"]
    assert child["parent_category"]["name"] == "Clothes"
    assert medusa.refused("POST", CATEGORIES, {"name": "X", "parent_category_id": "pcat_x"})[0] == 404
    assert medusa.refused("GET", f"{CATEGORIES}/pcat_x")[0] == 404


def test_products_are_put_into_a_category_and_taken_out(medusa: Client) -> None:
    category = medusa.post(CATEGORIES, {"name": "Mugs"})["product_category"]["id"]
    ids = [medusa.post("/admin/products", product(number))["product"]["id"] for number in (1, 2)]
    path = f"{CATEGORIES}/{category}/products"

    assert medusa.post(path, {"add": ids})["product_category"]["id"] == category
    assert medusa.get(f"/admin/products?category_id[]={category}")["count"] == 2
    medusa.post(path, {"remove": ids[:1]})
    left = medusa.get(f"/admin/products?category_id[]={category}&fields=id")["products"]
    assert left == [{"id": ids[1]}]
    assert medusa.refused("POST", path, {"add": ["prod_x"]})[0] == 404
    assert medusa.refused("POST", f"{CATEGORIES}/pcat_x/products", {"add": ids})[0] == 404


def test_sales_channels_are_listed_and_created(medusa: Client) -> None:
    page = medusa.get(CHANNELS)
    assert [channel["name"] for channel in page["sales_channels"]] == ["Default Sales Channel"]
    assert (page["count"], page["limit"]) == (1, 20)
    created = medusa.post(CHANNELS, {"name": "App", "is_disabled": True})["sales_channel"]
    assert created["id"].startswith("sc_")
    assert medusa.get(f"{CHANNELS}?is_disabled=true")["sales_channels"] == [created]
