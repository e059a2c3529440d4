"""Medusa's validation: which bodies are refused, and in which words."""

import json
from typing import Any

import pytest

from contract.sandbox.client import Client, product, variant

BATCH = "/admin/products/batch"
JSON = {"Content-Type": "application/json"}


def without(given: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in names}


def price(**fields: Any) -> dict[str, Any]:
    return product(1, variants=[variant(prices=[{"currency_code": "usd", "amount": 1} | fields])])


TYPE_OF = "Expected type: '{}' for field 'create, 0, {}', got: '{}'"


@pytest.mark.parametrize(
    ("item", "issue"),
    [
        (without(product(1), "title"), "Field 'create, 0, title' is required"),
        (product(1, title=7), TYPE_OF.format("string", "title", "number")),
        (product(1, title=None), TYPE_OF.format("string", "title", "null")),
        (product(1, title=["a"]), TYPE_OF.format("string", "title", "array")),
        (product(1, description={}), TYPE_OF.format("string", "description", "object")),
        (product(1, weight="4"), TYPE_OF.format("number", "weight", "string")),
        (product(1, discountable=1), TYPE_OF.format("boolean", "discountable", "number")),
        (product(1, external_id=1), TYPE_OF.format("string", "external_id", "number")),
        (product(1, images="url"), TYPE_OF.format("array", "images", "string")),
        (product(1, images=[{}]), "Field 'create, 0, images, 0, url' is required"),
        (product(1, metadata=[]), TYPE_OF.format("object", "metadata", "array")),
        (product(1, brand="x"), "Unrecognized fields: 'brand'"),
        (product(1, brand="x", sku="y"), "Unrecognized fields: 'brand, sku'"),
        (product(1, additional_data={}), "Unrecognized fields: 'additional_data'"),
        (product(1, variants=[variant(price=1)]), "Unrecognized fields: 'price'"),
        (
            product(1, variants=[without(variant(), "prices")]),
            "Field 'create, 0, variants, 0, prices' is required",
        ),
        (price(amount="9.99"), TYPE_OF.format("number", "variants, 0, prices, 0, amount", "string")),
        (
            product(1, variants=[variant(options={"Default": 1})]),
            TYPE_OF.format("string", "variants, 0, options, Default", "number"),
        ),
        (
            product(1, status="live"),
            "Expected: 'draft, proposed, published, rejected' for field 'create, 0, status', but got: 'live'",
        ),
    ],
)
def test_a_body_of_the_wrong_shape_is_told_field_by_field(
    medusa: Client, item: dict[str, Any], issue: str
) -> None:
    expected = {"type": "invalid_data", "message": f"Invalid request: {issue}"}
    assert medusa.refused("POST", BATCH, {"create": [item]}) == (400, expected)


def test_at_most_three_issues_are_told(medusa: Client) -> None:
    items = [product(1), product(2, title=1, weight="x", foo=1), product(3, title=2)]
    status, error = medusa.refused("POST", BATCH, {"create": items})
    assert status == 400
    assert error["message"] == (
        "Invalid request: Expected type: 'string' for field 'create, 1, title', got: 'number'; "
        "Expected type: 'number' for field 'create, 1, weight', got: 'string'; Unrecognized fields: 'foo'"
    )


@pytest.mark.parametrize(
    ("body", "issue"),
    [
        ({"update": [{"title": "x"}]}, "Field 'update, 0, id' is required"),
        ({"update": [{"id": "prod_1", "foo": 1}]}, "Unrecognized fields: 'foo'"),
        ({"delete": [1]}, "Expected type: 'string' for field 'delete, 0', got: 'number'"),
        ({"upsert": []}, "Unrecognized fields: 'upsert'"),
        ([], "Expected type: 'object' for field '', got: 'array'"),
    ],
)
def test_the_batch_itself_is_checked_too(medusa: Client, body: object, issue: str) -> None:
    status, error = medusa.refused("POST", BATCH, body)
    assert (status, error["message"]) == (400, f"Invalid request: {issue}")


@pytest.mark.parametrize(
    "item",
    [
        price(amount=-1),
        price(currency_code="zzz"),
        price(amount=0),
        product(1, images=[{"url": "u", "alt": "stripped"}]),
        product(1, is_giftcard="true", subtitle=None, metadata=None, status=None),
        product(1, shipping_profile_id="sp_1", variants=[]),
    ],
)
def test_what_medusa_takes_without_a_question_passes(medusa: Client, item: dict[str, Any]) -> None:
    assert len(medusa.post(BATCH, {"create": [item]})["created"]) == 1


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([product(1, options=[])], "Product options are not provided for: [Mug 1]."),
        (
            [without(product(1), "options"), product(2), without(product(3), "options")],
            "Product options are not provided for: [Mug 1, Mug 3].",
        ),
        ([product(1, title="")], "Product title is required"),
        (
            [product(1, handle="Mug 1")],
            "Invalid product handle 'Mug 1'. It must contain URL safe characters",
        ),
        (
            [product(1, variants=[variant(options={}), variant(title="B", options={})])],
            'Product "Mug 1" has variants with missing options: [Default, B]',
        ),
        (
            [product(1, variants=[variant(options={"Default": "Red"})])],
            "Option value Red does not exist for option Default",
        ),
        (
            [product(1, variants=[variant(options={"Default": "Default", "Size": "S"})])],
            "Product has 1 option values but there were 2 provided option values for the variant: Default.",
        ),
        (
            [product(1, variants=[variant(sku="A"), variant(sku="B", title="Other")])],
            'Variant "Default" has same combination of option values as "Other".',
        ),
        (
            [
                product(
                    1,
                    options=[{"title": "Size", "values": ["S", "M"]}],
                    variants=[variant(sku="A", options={"Size": size}) for size in "SM"],
                )
            ],
            "Product variant with sku: A, already exists.",
        ),
        (
            [product(1, tags=[{"id": "ptag_1"}])],
            "Tag with id ptag_1 not found. Please create the tag before associating it with the product.",
        ),
    ],
)
def test_what_a_schema_cannot_tell_is_invalid_data(
    medusa: Client, items: list[dict[str, Any]], message: str
) -> None:
    expected = (400, {"type": "invalid_data", "message": message})
    assert medusa.refused("POST", BATCH, {"create": items}) == expected


@pytest.mark.parametrize(
    ("fields", "relation"),
    [
        ({"categories": [{"id": "pcat_x"}]}, "product_category_id: pcat_x"),
        ({"sales_channels": [{"id": "sc_x"}]}, "sales_channel_id: sc_x"),
        ({"collection_id": "pcol_x"}, "collection_id: pcol_x"),
        ({"type_id": "ptyp_x"}, "type_id: ptyp_x"),
    ],
)
def test_a_relation_to_nothing_is_404(medusa: Client, fields: dict[str, Any], relation: str) -> None:
    message = f"You tried to set relationship {relation}, but such entity does not exist"
    expected = (404, {"type": "not_found", "message": message})
    assert medusa.refused("POST", BATCH, {"create": [product(1, **fields)]}) == expected


@pytest.mark.parametrize("body", [b"{", b"", b"{'a': 1}", b'{"create": NaN}', b"[" * 100_000])
def test_a_body_that_is_not_json_is_400(medusa: Client, body: bytes) -> None:
    response = medusa("POST", "/admin/products", body=body, headers=JSON)
    assert response.status == 400


def test_a_body_without_a_json_content_type_is_not_read(medusa: Client) -> None:
    body = json.dumps(product(1)).encode()
    response = medusa("POST", "/admin/products", body=body, headers={"Content-Type": "text/plain"})
    assert response.json()["message"] == "Invalid request: Field 'title' is required"


def sized(size: int) -> bytes:
    body = json.dumps({"create": [product(1, description="")]})
    return body.replace('"description": ""', f'"description": "{"x" * (size - len(body))}"').encode()


@pytest.mark.parametrize(("excess", "status"), [(0, 200), (1, 413)])
def test_a_batch_takes_two_mebibytes(medusa: Client, excess: int, status: int) -> None:
    body = sized(2 * 1024 * 1024 + excess)
    response = medusa("POST", BATCH, body=body, headers=JSON)
    assert response.status == status


@pytest.mark.parametrize(("size", "status"), [(102_400, 400), (102_401, 413)])
def test_any_other_route_takes_100_kilobytes(medusa: Client, size: int, status: int) -> None:
    response = medusa("POST", "/admin/products", body=sized(size), headers=JSON)
    assert response.status == status


def test_texts_that_postgresql_cannot_store(medusa: Client) -> None:
    def post(title: str) -> tuple[int, Any]:
        body = json.dumps(product(1, title=title)).encode()  # escapes what UTF-8 cannot carry
        return medusa.refused("POST", "/admin/products", body=body, headers=JSON)

    status, kept = post("half \ud83d of a pair")
    assert (status, kept["product"]["title"]) == (200, "half \ufffd of a pair")
    unknown = {"code": "unknown_error", "type": "unknown_error", "message": "An unknown error occurred."}
    assert post("a\0b") == (500, unknown)
