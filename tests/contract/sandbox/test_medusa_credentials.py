"""Medusa's credentials: JWT and secret key, and what neither opens."""

import base64
import json
from collections.abc import Callable

import pytest
import urllib3

from contract.sandbox.client import START, Client, ManualClock
from nightshift_tools.sandbox.server import Sandbox

UNAUTHORIZED = (401, {"message": "Unauthorized"})
LOG_IN = "/auth/user/emailpass"


@pytest.fixture
def anonymous(sandbox: Sandbox, pool: urllib3.PoolManager) -> Client:
    return Client(sandbox.environment()["MEDUSA_URL"], pool)


def logged_in(anonymous: Client, sandbox: Sandbox) -> Client:
    variables = sandbox.environment()
    body = {"email": variables["MEDUSA_EMAIL"], "password": variables["MEDUSA_PASSWORD"]}
    token = anonymous.post(LOG_IN, body)["token"]
    return Client(anonymous.url, anonymous.pool, {"Authorization": f"Bearer {token}"})


def test_email_and_password_give_a_jwt_that_lives_a_day(anonymous: Client, sandbox: Sandbox) -> None:
    authorization = logged_in(anonymous, sandbox).headers["Authorization"]
    header, claims, _ = authorization.removeprefix("Bearer ").split(".")
    decoded = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, claims)]
    assert decoded[0]["alg"] == "HS256"
    assert decoded[1]["actor_type"] == "user"
    assert decoded[1]["exp"] - decoded[1]["iat"] == 24 * 60 * 60


def test_a_token_opens_the_admin_routes_until_it_expires(
    anonymous: Client, sandbox: Sandbox, clock: ManualClock
) -> None:
    client = logged_in(anonymous, sandbox)
    assert client.get("/admin/products")["count"] == 0
    clock.now = START + 24 * 60 * 60 - 1
    assert client("GET", "/admin/products").status == 200
    clock.now = START + 24 * 60 * 60
    assert client.refused("GET", "/admin/products") == UNAUTHORIZED


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"email": "admin@sandbox.example", "password": "wrong"}, "Invalid email or password"),
        ({"email": "nobody@sandbox.example", "password": "sandbox-only"}, "Invalid email or password"),
        ({"email": "admin@sandbox.example"}, "Password should be a string"),
        ({"password": "sandbox-only", "email": 7}, "Email should be a string"),
    ],
)
def test_a_wrong_log_in_is_401_with_a_type(anonymous: Client, body: object, message: str) -> None:
    assert anonymous.refused("POST", LOG_IN, body) == (401, {"type": "unauthorized", "message": message})


def test_a_refresh_gives_a_token_that_outlives_the_old_one(
    anonymous: Client, sandbox: Sandbox, clock: ManualClock
) -> None:
    client = logged_in(anonymous, sandbox)
    clock.now = START + 20 * 60 * 60
    fresh = client.post("/auth/token/refresh", {})["token"]
    clock.now = START + 30 * 60 * 60
    assert client("GET", "/admin/products").status == 401
    assert client("GET", "/admin/products", headers={"Authorization": f"Bearer {fresh}"}).status == 200


def test_a_refresh_without_a_token_is_401(anonymous: Client) -> None:
    assert anonymous.refused("POST", "/auth/token/refresh", {}) == UNAUTHORIZED


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("form", "status"),
    [
        (lambda key: f"Basic {key}", 200),
        (lambda key: f"Basic {encoded(key)}", 200),
        (lambda key: f"Basic {encoded(key + ':')}", 200),
        (lambda key: f"Bearer {key}", 401),
        (lambda key: f"Basic {encoded(key + 'x')}", 401),
        (lambda key: f"Basic {encoded(':' + key)}", 401),
        (lambda key: key, 401),
        (lambda _: "Bearer a.b.c", 401),
        (lambda _: "Bearer ", 401),
        (lambda _: "Basic %%%", 401),
    ],
)
def test_a_secret_key_goes_by_basic_alone(
    anonymous: Client, sandbox: Sandbox, form: Callable[[str], str], status: int
) -> None:
    answer = anonymous("GET", "/admin/products", headers={"Authorization": form(sandbox.api_key)})
    assert answer.status == status


@pytest.mark.parametrize("path", ["/admin/products", "/admin/product-categories", "/admin/nonsense"])
def test_without_a_credential_every_admin_route_is_401(anonymous: Client, path: str) -> None:
    assert anonymous.refused("GET", path) == UNAUTHORIZED


def test_a_token_signed_by_someone_else_is_401(anonymous: Client, sandbox: Sandbox) -> None:
    token = logged_in(anonymous, sandbox).headers["Authorization"]
    forged = token[:-3] + ("aaa" if token[-3:] != "aaa" else "bbb")
    assert anonymous.refused("GET", "/admin/products", headers={"Authorization": forged}) == UNAUTHORIZED


def test_an_unknown_route_is_404_in_html(medusa: Client) -> None:
    response = medusa("GET", "/admin/nonsense")
    assert response.status == 404
    assert response.headers["content-type"].startswith("text/html")
