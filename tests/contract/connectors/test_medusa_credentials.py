"""Logging in: with what, when, how often, and what is said where it fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contract.connectors.admin import mapped
from nightshift.connectors.dummyjson import Catalog
from nightshift.connectors.medusa import Store
from nightshift.errors import ConfigurationError, UpstreamError
from nightshift_tools.sandbox.server import Sandbox
from support.host import TestHost

LOGIN = "/auth/user/emailpass"
NONE = {"MEDUSA_EMAIL": "", "MEDUSA_PASSWORD": "", "MEDUSA_API_KEY": "", "MEDUSA_SECRET": ""}
NewHost = Callable[..., TestHost]


def write_one(host: TestHost, catalog: Catalog) -> None:
    outcome = Store.connect(host, catalog.categories).upsert_products(mapped(catalog)[:1])
    assert outcome.created == ["1"]


def of_sandbox(sandbox: Sandbox) -> dict[str, str]:
    given = sandbox.environment()
    return {"email": given["MEDUSA_EMAIL"], "password": given["MEDUSA_PASSWORD"]}


def test_e_mail_and_password_log_in_once(sandbox: Sandbox, catalog: Catalog, host: TestHost) -> None:
    store = Store.connect(host, catalog.categories)
    for product in mapped(catalog)[:3]:
        store.upsert_products([product])
    assert sandbox.count(surface="medusa", route=LOGIN) == 1


def test_an_api_key_needs_no_log_in(sandbox: Sandbox, catalog: Catalog, new_host: NewHost) -> None:
    write_one(new_host({**NONE, "MEDUSA_API_KEY": f" {sandbox.api_key}\n"}), catalog)
    assert sandbox.count(surface="medusa", route=LOGIN) == 0


def test_e_mail_and_password_go_before_an_api_key(
    sandbox: Sandbox, catalog: Catalog, new_host: NewHost
) -> None:
    write_one(new_host({"MEDUSA_API_KEY": "sk_wrong", "MEDUSA_SECRET": "unread"}), catalog)
    assert sandbox.count(surface="medusa", route=LOGIN) == 1


@pytest.mark.parametrize("kind", ["password", "api_key"])
def test_a_secret_is_read_by_its_name_when_it_is_needed(
    sandbox: Sandbox, catalog: Catalog, new_host: NewHost, kind: str
) -> None:
    host = new_host({**NONE, "MEDUSA_SECRET": "shop/medusa"})
    host.secrets["shop/medusa"] = of_sandbox(sandbox) if kind == "password" else {"api_key": sandbox.api_key}
    store = Store.connect(host, catalog.categories)
    assert host.asked == []
    store.upsert_products(mapped(catalog)[:1])
    assert host.asked == [("shop/medusa", False)]


@pytest.mark.parametrize("before", ["password", "api_key"])
@pytest.mark.parametrize("after", ["password", "api_key"])
def test_a_rotated_secret_is_asked_for_afresh_once(
    sandbox: Sandbox, catalog: Catalog, new_host: NewHost, before: str, after: str
) -> None:
    host = new_host({**NONE, "MEDUSA_SECRET": "shop/medusa"})
    old = {"email": "admin@sandbox.example", "password": "old-password"}
    host.secrets["shop/medusa"] = old if before == "password" else {"api_key": "sk_old"}
    host.rotated["shop/medusa"] = of_sandbox(sandbox) if after == "password" else {"api_key": sandbox.api_key}
    write_one(host, catalog)
    assert host.asked == [("shop/medusa", False), ("shop/medusa", True)]


WRONG: list[tuple[dict[str, str], str]] = [
    ({"MEDUSA_PASSWORD": "wrong-password"}, "MEDUSA_EMAIL and MEDUSA_PASSWORD (Invalid email or password)"),
    ({**NONE, "MEDUSA_API_KEY": "sk_wrong-password"}, "MEDUSA_API_KEY (Unauthorized)"),
    ({**NONE, "MEDUSA_SECRET": "shop/medusa"}, "the secret 'shop/medusa' (MEDUSA_SECRET)"),
]


@pytest.mark.parametrize(("environment", "text"), WRONG)
def test_wrong_credentials_are_told_by_where_they_came_from_and_not_tried_for_ever(
    sandbox: Sandbox, catalog: Catalog, new_host: NewHost, environment: dict[str, str], text: str
) -> None:
    host = new_host(environment)
    host.secrets["shop/medusa"] = {"email": "admin@sandbox.example", "password": "wrong-password"}
    with pytest.raises(UpstreamError) as raised:
        write_one(host, catalog)
    assert text in str(raised.value)
    assert "wrong-password" not in str(raised.value)
    assert sandbox.count(surface="medusa") <= 2


MISSING: list[tuple[dict[str, str], str]] = [
    ({"MEDUSA_URL": ""}, "MEDUSA_URL is not set: .*nightshift sandbox --print-env"),
    (NONE, "set MEDUSA_EMAIL and MEDUSA_PASSWORD, or MEDUSA_API_KEY, or MEDUSA_SECRET"),
    ({"MEDUSA_PASSWORD": " "}, "MEDUSA_PASSWORD is not set, but MEDUSA_EMAIL is"),
    ({"MEDUSA_EMAIL": ""}, "MEDUSA_EMAIL is not set, but MEDUSA_PASSWORD is"),
    ({"MEDUSA_URL": "medusa.example"}, "MEDUSA_URL must begin with http"),
    ({"MEDUSA_URL": "http://user:hunter2@localhost"}, "MEDUSA_URL has a user name in it"),
]


@pytest.mark.parametrize(("environment", "text"), MISSING)
def test_what_is_not_set_is_named_before_anything_is_sent(
    sandbox: Sandbox, catalog: Catalog, new_host: NewHost, environment: dict[str, str], text: str
) -> None:
    with pytest.raises(ConfigurationError, match=text) as raised:
        Store.connect(new_host(environment), catalog.categories)
    assert "hunter2" not in str(raised.value)
    assert sandbox.requests() == []


@pytest.mark.parametrize("secret", [{}, {"email": "a@b.example"}, {"api_key": ""}, {"api_key": 7}])
def test_a_secret_without_credentials_is_told_by_its_name(
    catalog: Catalog, new_host: NewHost, secret: dict[str, str]
) -> None:
    host = new_host({**NONE, "MEDUSA_SECRET": "shop/medusa"})
    host.secrets["shop/medusa"] = secret
    with pytest.raises(ConfigurationError, match=r"the secret 'shop/medusa' .* must hold"):
        write_one(host, catalog)


LOGINS = [
    ({"kind": "html"}, "instead of JSON"),
    ({"kind": "wrong_json", "body": {}}, "no usable token"),
    ({"kind": "wrong_json", "body": {"token": "a\r\nx-evil: 1"}}, "no usable token"),
    ({"kind": "wrong_json", "body": {"location": "https://idp.example"}}, "no usable token"),
    ({"kind": "status", "status": 404}, "404"),
]


@pytest.mark.parametrize(("fault", "text"), LOGINS)
def test_a_log_in_that_gives_no_token_stops_the_run(
    sandbox: Sandbox, catalog: Catalog, host: TestHost, fault: dict[str, object], text: str
) -> None:
    sandbox.fault("medusa", path=LOGIN, times=None, **fault)
    with pytest.raises(UpstreamError, match=text):
        write_one(host, catalog)


def test_a_log_in_is_repeated_after_a_failure(sandbox: Sandbox, catalog: Catalog, host: TestHost) -> None:
    sandbox.fault("medusa", "status_after", status=503, path=LOGIN)
    write_one(host, catalog)
    assert sandbox.count(surface="medusa", route=LOGIN) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_no_text_quotes_a_secret_that_medusa_sends_back(
    sandbox: Sandbox, catalog: Catalog, new_host: NewHost, status: int
) -> None:
    password, token = of_sandbox(sandbox)["password"], "a-token-of-no-known-shape"
    sent = {password: {}, token: {}, sandbox.api_key: {**NONE, "MEDUSA_API_KEY": sandbox.api_key}}
    for canary, environment in sent.items():
        sandbox.clear_faults()
        sandbox.fault("medusa", "wrong_json", body={"token": token}, path=LOGIN)
        sandbox.fault("medusa", "status", status=status, body={"message": f"not {canary}!"}, times=None)
        with pytest.raises(Exception) as raised:  # whatever it is, it is shown
            write_one(new_host(environment), catalog)
        assert canary not in str(raised.value)
