"""The routes under /_sandbox do what the methods of `Sandbox` do."""

from typing import Any

import pytest

from contract.sandbox.client import Client, product
from nightshift_tools.sandbox.server import Sandbox


def test_a_fault_is_set_listed_and_cleared(control: Client, dummyjson: Client) -> None:
    given = {
        "surface": "dummyjson",
        "kind": "status",
        "method": "GET",
        "path": "/products",
        "nth": 1,
        "times": 2,
        "status": 429,
        "retry_after": 3,
    }
    control.post("/faults", given)
    answer = dummyjson("GET", "/products")
    assert (answer.status, answer.headers["retry-after"]) == (429, "3")

    (listed,) = control.get("/faults")["faults"]
    assert (listed["kind"], listed["seen"], listed["fired"]) == ("status", 1, 1)
    assert control("DELETE", "/faults").status == 200
    assert control.get("/faults") == {"faults": []}
    assert dummyjson("GET", "/products").status == 200


def test_a_fault_may_last_for_ever_and_take_fractions_of_seconds(control: Client, dummyjson: Client) -> None:
    control.post("/faults", {"surface": "dummyjson", "kind": "slow", "seconds": 0.01, "times": None})
    assert [dummyjson("GET", "/products/1").status for _ in range(3)] == [200] * 3
    assert control.get("/faults")["faults"][0]["fired"] == 3


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/faults", {"kind": "status"}, "surface is missing"),
        ("/faults", {"surface": "medusa", "kind": "flood"}, "kind is 'flood'"),
        (
            "/faults",
            {"surface": "medusa", "kind": "cut", "often": 1},
            "often is not known; there are: surface",
        ),
        ("/faults", {"surface": "medusa", "kind": "cut", "nth": "2"}, "nth is '2'"),
        ("/faults", [], "not a JSON object"),
        ("/refuse", {}, "name the product by one of: external_id, handle, title"),
        ("/refuse", {"handle": "a", "title": "b"}, "name the product by one of"),
        ("/catalogue", {"edit": [7]}, "edit and add hold products"),
        ("/catalogue", {"edit": [{"id": 999}]}, "there is no product 999"),
        ("/catalogue", {"remove": [999]}, "there is no product 999"),
        ("/catalogue", {"add": [{"id": 5}]}, "id 5 cannot be added"),
        ("/rate-limit", {}, "enabled is missing"),
    ],
)
def test_what_makes_no_sense_is_400_with_what_is_wrong(
    control: Client, path: str, body: object, said: str
) -> None:
    status, error = control.refused("POST", path, body)
    assert status == 400
    assert said in error["message"]


def test_an_unknown_control_route_is_404(control: Client) -> None:
    assert control.refused("GET", "/nonsense")[0] == 404


@pytest.mark.parametrize("named", [{"external_id": "1"}, {"handle": "mug-1"}, {"title": "Mug 1"}])
def test_a_refusal_is_set_and_cleared(control: Client, medusa: Client, named: dict[str, str]) -> None:
    control.post("/refuse", named | {"message": "No mugs."})
    refused = medusa.refused("POST", "/admin/products", product(1))
    assert refused == (400, {"type": "invalid_data", "message": "No mugs."})
    control("DELETE", "/refuse")
    assert medusa("POST", "/admin/products", product(1)).status == 200


def test_a_refusal_without_a_message_says_what_it_met(control: Client, medusa: Client) -> None:
    control.post("/refuse", {"handle": "mug-1"})
    message = "Product with handle: mug-1, was refused by the sandbox."
    assert medusa.refused("POST", "/admin/products", product(1))[1]["message"] == message


def test_the_catalogue_is_changed_and_summed_up(control: Client, dummyjson: Client) -> None:
    changed = control.post(
        "/catalogue",
        {
            "edit": [{"id": 3, "price": 12.50, "unset": ["brand"]}],
            "add": [{}, {"title": "New"}],
            "remove": [1],
        },
    )
    assert changed == {"edited": [3], "added": [195, 196], "removed": [1], "total": 195}
    assert dummyjson.get("/products/3")["price"] == 12.5
    assert dummyjson.get("/products/196")["title"] == "New"
    assert dummyjson("GET", "/products/1").status == 404

    summary = control.get("/catalogue")
    assert (summary["total"], summary["first_id"], summary["last_id"]) == (195, 2, 196)
    assert len(summary["categories"]) == 24


def test_requests_are_counted_by_route_and_listed(control: Client, dummyjson: Client, medusa: Client) -> None:
    dummyjson("GET", "/products?limit=2")
    dummyjson("GET", "/products/1")
    dummyjson("GET", "/products/2")
    dummyjson("GET", "/nonsense")
    medusa("POST", "/admin/products/batch", {})

    seen = control.get("/requests")
    assert seen["total"] == 5
    assert {(c["surface"], c["method"], c["route"]): c["count"] for c in seen["counts"]} == {
        ("dummyjson", "GET", "/products"): 1,
        ("dummyjson", "GET", "/products/{id}"): 2,
        ("dummyjson", "GET", "unknown"): 1,
        ("medusa", "POST", "/admin/products/batch"): 1,
    }
    assert seen["requests"][0] == {
        "n": 1,
        "surface": "dummyjson",
        "method": "GET",
        "route": "/products",
        "path": "/products",
        "query": "limit=2",
        "status": 200,
        "fault": None,
        "at": "2025-11-21T04:40:00.000Z",
    }
    control("DELETE", "/requests")
    assert control.get("/requests") == {"total": 0, "counts": [], "requests": []}


def test_counts_are_asked_for_by_any_part(sandbox: Sandbox, dummyjson: Client, medusa: Client) -> None:
    dummyjson("GET", "/products")
    medusa("GET", "/admin/products")
    medusa("POST", "/admin/products/batch", {})
    assert sandbox.count() == 3
    assert sandbox.count(surface="medusa") == 2
    assert sandbox.count(method="GET") == 2
    assert sandbox.count(surface="medusa", method="POST", route="/admin/products/batch") == 1
    assert sandbox.count(surface="medusa", route="/products") == 0


def test_state_and_target_are_for_comparing_with_the_source(control: Client, medusa: Client) -> None:
    category = medusa.post("/admin/product-categories", {"name": "Mugs"})["product_category"]["id"]
    given = product(7, categories=[{"id": category}])
    given["variants"][0]["prices"][0]["amount"] = 10
    created = medusa.post("/admin/products", given)["product"]
    medusa.post("/admin/products", product(8, external_id=None))

    assert control.get("/target") == {
        "7": {
            "id": created["id"],
            "handle": "mug-7",
            "title": "Mug 7",
            "price": 10,
            "status": "published",
            "source_hash": "hash-7",
            "categories": ["mugs"],
        }
    }
    assert control.get("/state") == {
        "source_products": 194,
        "source_categories": 24,
        "target_products": 2,
        "target_categories": 1,
        "target_without_external_id": 1,
        "duplicates": {},
    }


def test_a_reset_forgets_everything(
    control: Client, dummyjson: Client, medusa: Client, sandbox: Sandbox
) -> None:
    medusa.post("/admin/products", product(1))
    sandbox.remove(1, 2)
    sandbox.refuse(title="Mug 1")
    sandbox.limit_rate(True)
    sandbox.fault("medusa", "status", times=None)
    control.post("/reset", {})

    assert sandbox.state().target_products == 0
    assert dummyjson.get("/products?limit=1")["total"] == 194
    assert "x-ratelimit-limit" not in dummyjson("GET", "/products/1").headers
    assert medusa("POST", "/admin/products", product(1)).status == 200
    assert [entry.n for entry in sandbox.requests()] == [1, 2, 3]


def test_the_rate_limit_is_switched(control: Client, dummyjson: Client) -> None:
    switched: dict[str, Any] = control.post("/rate-limit", {"enabled": True})
    assert switched == {"enabled": True}
    assert dummyjson("GET", "/products/1").headers["x-ratelimit-limit"] == "100"
