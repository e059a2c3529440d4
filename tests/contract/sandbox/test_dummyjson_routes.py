"""DummyJSON's other routes: single products, echoes of writes, unknown routes, limits."""

import time

import pytest

from contract.sandbox.client import START, Client, ManualClock
from nightshift_tools.sandbox.server import Sandbox


def test_one_product_is_not_wrapped(dummyjson: Client) -> None:
    assert dummyjson.get("/products/5") == dummyjson.get("/products?limit=1&skip=4")["products"][0]


@pytest.mark.parametrize("unknown", ["999", "0", "01", "-1", "abc", "1.0"])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_an_unknown_product_is_404(dummyjson: Client, method: str, unknown: str) -> None:
    expected = (404, {"message": f"Product with id '{unknown}' not found"})
    assert dummyjson.refused(method, f"/products/{unknown}") == expected


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nonsense"), ("GET", "/"), ("POST", "/products"), ("PUT", "/products")]
)
def test_an_unknown_route_is_404_in_html(dummyjson: Client, method: str, path: str) -> None:
    response = dummyjson(method, path)
    assert response.status == 404
    assert response.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/products/", "/products"),
        ("/products/?limit=3", "/products?limit=3"),
        ("/products/1/", "/products/1"),
    ],
)
def test_a_slash_at_the_end_is_redirected_away(dummyjson: Client, path: str, target: str) -> None:
    response = dummyjson("GET", path, redirect=False)
    assert (response.status, response.headers["location"]) == (301, f"/dummyjson{target}")
    assert dummyjson("GET", path, retries=1).status == 200


def test_an_added_product_is_echoed_and_not_stored(dummyjson: Client) -> None:
    given = {"title": "New", "price": 1.5, "sku": "dropped"}
    assert dummyjson.refused("POST", "/products/add", given) == (
        201,
        {"id": 195, "title": "New", "price": 1.5},
    )
    assert dummyjson.get("/products?limit=1")["total"] == 194


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_update_is_merged_with_falsy_values_ignored_and_not_stored(dummyjson: Client, method: str) -> None:
    before = dummyjson.get("/products/3")
    given = {"title": "Changed", "price": 0, "description": "", "sku": "dropped"}
    status, echo = dummyjson.refused(method, "/products/3", given)

    assert (status, echo["id"], echo["title"]) == (200, 3, "Changed")
    assert (echo["price"], echo["description"]) == (before["price"], before["description"])
    assert "sku" not in echo
    assert dummyjson.get("/products/3") == before


def test_a_delete_is_acted_out_and_not_done(dummyjson: Client) -> None:
    status, echo = dummyjson.refused("DELETE", "/products/3")
    product = dummyjson.get("/products/3")
    assert (status, echo) == (200, product | {"isDeleted": True, "deletedOn": "2025-11-21T04:40:00.000Z"})


def test_a_body_over_300_kb_is_413_and_a_broken_one_400(dummyjson: Client) -> None:
    assert dummyjson("POST", "/products/add", {"title": "x" * 300 * 1024}).status == 413
    broken = dummyjson("POST", "/products/add", body=b"{", headers={"Content-Type": "application/json"})
    assert broken.status == 400


def test_delay_holds_the_answer_back(dummyjson: Client) -> None:
    before = time.monotonic()
    dummyjson.get("/products?limit=1&delay=60")
    assert time.monotonic() - before >= 0.06


def test_every_answer_says_that_it_comes_from_the_sandbox(dummyjson: Client, medusa: Client) -> None:
    answers = [dummyjson("GET", "/products"), dummyjson("GET", "/nonsense"), medusa("GET", "/admin/products")]
    assert [answer.headers["x-sandbox"] for answer in answers] == ["nightshift"] * 3


def test_the_rate_limit_is_off_until_switched_on(dummyjson: Client) -> None:
    statuses = {dummyjson("GET", "/products/1").status for _ in range(120)}
    assert statuses == {200}
    assert "x-ratelimit-limit" not in dummyjson("GET", "/products/1").headers


def test_the_hundred_and_first_request_in_ten_seconds_is_429(
    sandbox: Sandbox, dummyjson: Client, clock: ManualClock
) -> None:
    sandbox.limit_rate(True)
    answers = [dummyjson("GET", "/products/1") for _ in range(101)]

    assert [answer.status for answer in answers] == [200] * 100 + [429]
    assert [answers[i].headers["x-ratelimit-remaining"] for i in (0, 99, 100)] == ["99", "0", "0"]
    assert answers[0].headers["x-ratelimit-limit"] == "100"
    assert answers[0].headers["x-ratelimit-reset"] == str(int(START) + 10)
    assert answers[100].headers["retry-after"] == "10"
    assert answers[100].json() == {"message": "request limit exceeded, please wait a few seconds"}

    clock.now += 10
    assert dummyjson("GET", "/products/1").status == 200
