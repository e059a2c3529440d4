"""Medusa's batches: all or nothing, only the first culprit named, answered in any order."""

from typing import Any

import pytest

from contract.sandbox.client import Client, product, variant
from nightshift_tools.sandbox.server import Sandbox

BATCH = "/admin/products/batch"


def create(medusa: Client, *numbers: int) -> dict[str, dict[str, Any]]:
    created = medusa.post(BATCH, {"create": [product(number) for number in numbers]})["created"]
    return {item["external_id"]: item for item in created}


def test_a_batch_creates_updates_and_deletes(medusa: Client) -> None:
    old = create(medusa, 1, 2)
    answer = medusa.post(
        BATCH,
        {
            "create": [product(3)],
            "update": [{"id": old["1"]["id"], "title": "Renamed"}],
            "delete": [old["2"]["id"]],
        },
    )
    assert [item["external_id"] for item in answer["created"]] == ["3"]
    assert [item["title"] for item in answer["updated"]] == ["Renamed"]
    assert answer["deleted"] == {"ids": [old["2"]["id"]], "object": "product", "deleted": True}
    left = medusa.get("/admin/products?fields=external_id")["products"]
    assert [item["external_id"] for item in left] == ["1", "3"]


def test_an_empty_batch_is_answered_with_nothing(medusa: Client) -> None:
    nothing = {"ids": [], "object": "product", "deleted": True}
    assert medusa.post(BATCH, {}) == {"created": [], "updated": [], "deleted": nothing}


@pytest.mark.parametrize("count", [2, 3, 50])
def test_the_answer_is_not_in_the_order_of_the_request(medusa: Client, count: int) -> None:
    sent = [str(number) for number in range(count)]
    created = medusa.post(BATCH, {"create": [product(number) for number in range(count)]})["created"]
    got = [item["external_id"] for item in created]
    assert got != sent
    assert sorted(got, key=int) == sent

    ids = [item["id"] for item in created]
    updates = [{"id": product_id, "subtitle": "x"} for product_id in ids]
    updated = [item["id"] for item in medusa.post(BATCH, {"update": updates})["updated"]]
    assert updated != ids
    assert sorted(updated) == sorted(ids)


def test_fields_shrink_the_answer(medusa: Client) -> None:
    created = medusa.post(f"{BATCH}?fields=id,external_id", {"create": [product(1)]})["created"]
    assert [sorted(item) for item in created] == [["external_id", "id"]]


ROLLBACKS = [
    ({"create": [product(5, handle="mug-1")]}, 400, "Product with handle: mug-1, already exists."),
    *(
        (
            {"create": [product(5, variants=[variant(**{field: value})])]},
            400,
            f"Product variant with {field}: {value}, already exists.",
        )
        for field, value in (("sku", "MUG-1"), ("barcode", f"{1:013d}"), ("ean", "E-1"), ("upc", "U-1"))
    ),
    (
        {"create": [product(5, handle="same"), product(6, handle="same")]},
        400,
        "Product with handle: same, already exists.",
    ),
    (
        {"create": [product(5, handle="mug-2"), product(6, handle="mug-1")]},
        400,
        "Product with handle: mug-2, already exists.",
    ),
    ({"update": [{"id": "prod_x"}]}, 404, "Product with id: prod_x was not found"),
    ({"create": [product(5)], "update": [{"id": "prod_x"}]}, 404, "Product with id: prod_x was not found"),
]


@pytest.mark.parametrize(("bad", "status", "message"), ROLLBACKS)
def test_one_bad_item_undoes_the_batch(
    medusa: Client, sandbox: Sandbox, bad: dict[str, Any], status: int, message: str
) -> None:
    first = product(1, variants=[variant(sku="MUG-1", barcode=f"{1:013d}", ean="E-1", upc="U-1")])
    medusa.post(BATCH, {"create": [first, product(2)]})
    before = medusa.get("/admin/products")
    ids = {item["external_id"]: item["id"] for item in before["products"]}
    batch = {
        "create": [product(8), *bad.get("create", ()), product(9)],
        "update": [{"id": ids["2"], "title": "Renamed", "handle": "renamed"}, *bad.get("update", ())],
        "delete": [ids["1"]],
    }

    kind = "not_found" if status == 404 else "invalid_data"
    assert medusa.refused("POST", BATCH, batch) == (status, {"type": kind, "message": message})
    assert medusa.get("/admin/products") == before
    # Nothing of the batch holds a handle or a SKU any more.
    medusa.post(BATCH, {"create": [product(8), product(9, handle="renamed")]})
    assert sandbox.state().target_products == 4


def test_an_external_id_need_not_be_unique(medusa: Client, sandbox: Sandbox) -> None:
    create(medusa, 1)
    medusa.post(BATCH, {"create": [product(2, external_id="1"), product(3, external_id=None)]})
    state = sandbox.state()
    assert {key: len(ids) for key, ids in state.duplicates.items()} == {"1": 2}
    assert state.target_without_external_id == 1


def test_a_product_may_keep_its_own_handle_and_sku(medusa: Client) -> None:
    item = create(medusa, 1)["1"]
    same = {"id": item["id"], "handle": "mug-1", "variants": [{"title": "Default", "sku": "MUG-1"}]}
    assert medusa.post(BATCH, {"update": [same]})["updated"][0]["handle"] == "mug-1"


def test_an_idempotency_key_changes_nothing(medusa: Client, sandbox: Sandbox) -> None:
    for number in (1, 2):
        items = {"create": [product(number, external_id="1")]}
        assert medusa("POST", BATCH, items, headers={"Idempotency-Key": "k"}).status == 200
    assert sandbox.state().target_products == 2


@pytest.mark.parametrize("named", [{"external_id": "2"}, {"handle": "mug-2"}, {"title": "Mug 2"}])
def test_a_refused_product_takes_its_batch_along(
    medusa: Client, sandbox: Sandbox, named: dict[str, str]
) -> None:
    sandbox.refuse(message="Price list is locked", **named)
    items = [product(number) for number in (1, 2, 3)]
    refusal = (400, {"type": "invalid_data", "message": "Price list is locked"})

    assert medusa.refused("POST", BATCH, {"create": items}) == refusal
    assert sandbox.state().target_products == 0
    assert len(medusa.post(BATCH, {"create": [items[0], items[2]]})["created"]) == 2

    sandbox.clear_refusals()
    created = medusa.post(BATCH, {"create": [items[1]]})["created"][0]
    sandbox.refuse(**named)
    update = {"update": [{"id": created["id"], "subtitle": "x"}]}
    assert medusa.refused("POST", BATCH, update)[0] == 400
