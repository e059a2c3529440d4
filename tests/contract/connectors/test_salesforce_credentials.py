"""Logging in: with a secret or with a key, when, how often, and what is said where it fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from contract.connectors.conftest import Office
from contract.connectors.salesforce import PRODUCTS, QUERY, TOKEN
from nightshift.connectors.salesforce import Org
from nightshift.errors import ConfigurationError, TryLaterError, UpstreamError
from nightshift_tools.sandbox.salesforce.oauth import CLIENT_ID, CLIENT_SECRET, USERNAME
from support.host import TestHost
from support.scripted_server import answer, serving

NewHost = Callable[..., TestHost]
SECRET = {"SALESFORCE_CLIENT_ID": "", "SALESFORCE_CLIENT_SECRET": "", "SALESFORCE_SECRET": "shop/salesforce"}
WITH_SECRET = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def pem_of(key: RSAPrivateKey, kind: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return key.private_bytes(Encoding.PEM, kind, NoEncryption()).decode()


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@pytest.fixture
def with_key(office: Office, key: RSAPrivateKey) -> dict[str, str]:
    """An environment for a user whose key the org trusts."""
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    office.sandbox.salesforce.trust(public.decode())
    return {
        "SALESFORCE_CLIENT_SECRET": "",
        "SALESFORCE_USERNAME": USERNAME,
        "SALESFORCE_PRIVATE_KEY": pem_of(key),
    }


def read_all(host: TestHost) -> int:
    return len(list(Org.connect(host).query(PRODUCTS)))


def test_a_client_secret_logs_in_once(office: Office, org: Org) -> None:
    assert [len(list(org.query(PRODUCTS))) for _ in range(3)] == [30] * 3
    assert office.sandbox.count(surface="salesforce", route=TOKEN) == 1


@pytest.mark.parametrize("kind", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("end", ["\n", "\\n", "\r\n"])
def test_a_key_logs_in_however_it_is_written(
    new_org_host: NewHost, with_key: dict[str, str], key: RSAPrivateKey, kind: PrivateFormat, end: str
) -> None:
    written = pem_of(key, kind).replace("\n", end)
    assert read_all(new_org_host({**with_key, "SALESFORCE_PRIVATE_KEY": written})) == 30


def test_a_key_is_used_again_when_the_session_ends(
    office: Office, new_org_host: NewHost, with_key: dict[str, str]
) -> None:
    org = Org.connect(new_org_host(with_key))
    list(org.query(PRODUCTS))
    office.sandbox.fault("salesforce", "expire_tokens", path=QUERY)
    assert len(list(org.query(PRODUCTS))) == 30
    assert office.sandbox.count(surface="salesforce", route=TOKEN) == 2


REFUSED = [
    ({"SALESFORCE_USERNAME": "nobody@sandbox.example"}, "user hasn't approved this consumer"),
    ({"SALESFORCE_CLIENT_ID": "other"}, "invalid_client_id"),
    ({"SALESFORCE_AUDIENCE": "https://evil.example"}, "audience is invalid"),
    ({"SALESFORCE_PRIVATE_KEY": pem_of(generate_private_key(65537, 2048))}, "invalid assertion"),
]


@pytest.mark.parametrize(("changed", "text"), REFUSED, ids=[text for _, text in REFUSED])
def test_a_refused_assertion_stops_the_run(
    office: Office, new_org_host: NewHost, with_key: dict[str, str], changed: dict[str, str], text: str
) -> None:
    with pytest.raises(UpstreamError, match=text):
        read_all(new_org_host({**with_key, **changed}))
    assert office.sandbox.count(surface="salesforce") == 1


def test_an_assertion_is_not_taken_after_its_time(
    office: Office, new_org_host: NewHost, with_key: dict[str, str]
) -> None:
    office.now += 181
    with pytest.raises(UpstreamError, match="assertion is expired"):
        read_all(new_org_host(with_key))


@pytest.mark.parametrize(
    ("url", "audience"),
    [
        ("https://shop.my.salesforce.com", "https://login.salesforce.com"),
        ("https://shop--uat.sandbox.my.salesforce.com", "https://test.salesforce.com"),
    ],
)
def test_the_audience_follows_from_the_address(key: RSAPrivateKey, url: str, audience: str) -> None:
    from base64 import urlsafe_b64decode

    from nightshift.connectors.salesforce.assertion import make_assertion
    from nightshift.connectors.salesforce.auth import Credentials
    from support.host import NOW

    made = make_assertion(Credentials("here", client_id="c", username="u", private_key=pem_of(key)), url, NOW)
    claims = made.split(".")[1]
    wanted = f'{{"iss":"c","sub":"u","aud":"{audience}","exp":{int(NOW.timestamp()) + 180}}}'
    assert urlsafe_b64decode(claims + "=" * (-len(claims) % 4)).decode() == wanted


def test_a_secret_is_read_by_its_name_when_it_is_needed(new_org_host: NewHost) -> None:
    host = new_org_host(SECRET)
    host.secrets["shop/salesforce"] = WITH_SECRET
    org = Org.connect(host)
    assert host.asked == []
    list(org.query(PRODUCTS))
    assert host.asked == [("shop/salesforce", False)]


def test_a_rotated_secret_is_asked_for_afresh_once(new_org_host: NewHost, office: Office) -> None:
    host = new_org_host(SECRET)
    host.secrets["shop/salesforce"] = {**WITH_SECRET, "client_secret": "old-secret"}
    host.rotated["shop/salesforce"] = WITH_SECRET
    assert read_all(host) == 30
    assert host.asked == [("shop/salesforce", False), ("shop/salesforce", True)]


def test_a_session_that_ends_asks_for_the_secret_once_even_where_it_is_wrong_now(
    office: Office, new_org_host: NewHost
) -> None:
    host = new_org_host(SECRET)
    host.secrets["shop/salesforce"] = WITH_SECRET
    host.rotated["shop/salesforce"] = {**WITH_SECRET, "client_secret": "not-yet-known"}
    org = Org.connect(host)
    list(org.query(PRODUCTS))
    office.sandbox.shop.salesforce.expire_tokens()
    with pytest.raises(UpstreamError, match="invalid_client"):
        list(org.query(PRODUCTS))
    assert host.asked == [("shop/salesforce", False), ("shop/salesforce", True)]


WRONG: list[tuple[dict[str, str], str]] = [
    (
        {"SALESFORCE_CLIENT_SECRET": "wrong-secret"},
        "the environment (invalid_client: invalid client credentials)",
    ),
    (SECRET, "the secret 'shop/salesforce' (SALESFORCE_SECRET)"),
]


@pytest.mark.parametrize(("environment", "text"), WRONG)
def test_wrong_credentials_are_told_by_where_they_came_from_and_not_tried_for_ever(
    office: Office, new_org_host: NewHost, environment: dict[str, str], text: str
) -> None:
    host = new_org_host(environment)
    host.secrets["shop/salesforce"] = {**WITH_SECRET, "client_secret": "wrong-secret"}
    with pytest.raises(UpstreamError) as raised:
        read_all(host)
    assert text in str(raised.value)
    assert "wrong-secret" not in str(raised.value)
    assert office.sandbox.count(surface="salesforce") <= 2


MISSING: list[tuple[dict[str, str], str]] = [
    ({"SALESFORCE_URL": ""}, "SALESFORCE_URL is not set: .*nightshift sandbox --print-env"),
    ({"SALESFORCE_URL": "shop.my.salesforce.com"}, "SALESFORCE_URL must begin with http"),
    ({"SALESFORCE_CLIENT_ID": "", "SALESFORCE_CLIENT_SECRET": ""}, "no credentials for Salesforce: set"),
    ({"SALESFORCE_CLIENT_ID": " "}, "the environment lacks SALESFORCE_CLIENT_ID: "),
    ({"SALESFORCE_CLIENT_SECRET": ""}, "the environment lacks SALESFORCE_CLIENT_SECRET: "),
    (
        {"SALESFORCE_CLIENT_SECRET": "", "SALESFORCE_USERNAME": "a"},
        "the environment lacks SALESFORCE_PRIVATE_KEY: ",
    ),
    (
        {"SALESFORCE_CLIENT_SECRET": "", "SALESFORCE_PRIVATE_KEY": "a"},
        "the environment lacks SALESFORCE_USERNAME: ",
    ),
]


@pytest.mark.parametrize(("environment", "text"), MISSING)
def test_what_is_not_set_is_named_before_anything_is_sent(
    office: Office, new_org_host: NewHost, environment: dict[str, str], text: str
) -> None:
    with pytest.raises(ConfigurationError, match=text):
        Org.connect(new_org_host(environment))
    assert office.sandbox.requests() == []


@pytest.mark.parametrize(
    "secret", [{}, {"client_id": "c"}, {"client_id": "c", "username": "u"}, {"client_id": 7}]
)
def test_a_secret_without_credentials_is_told_by_its_name(
    new_org_host: NewHost, secret: dict[str, str]
) -> None:
    host = new_org_host(SECRET)
    host.secrets["shop/salesforce"] = secret
    with pytest.raises(ConfigurationError, match=r"the secret 'shop/salesforce' \(SALESFORCE_SECRET\) lacks"):
        read_all(host)


def test_a_key_that_cannot_be_used_is_told_without_a_word_of_it(
    office: Office, new_org_host: NewHost
) -> None:
    given = {"SALESFORCE_CLIENT_SECRET": "", "SALESFORCE_USERNAME": USERNAME}
    host = new_org_host({**given, "SALESFORCE_PRIVATE_KEY": "hunter2-hunter2"})
    with pytest.raises(
        ConfigurationError, match="the private key of the environment cannot be used"
    ) as raised:
        read_all(host)
    assert "hunter2" not in str(raised.value)
    assert office.sandbox.requests() == []


def refused(error: object, description: str = "") -> dict[str, object]:
    body = {"error": error, "error_description": description} if error else "what?"
    return {"kind": "status", "status": 400, "body": body}


LOGINS: list[tuple[dict[str, object], type[Exception], str]] = [
    ({"kind": "html"}, UpstreamError, "instead of JSON"),
    ({"kind": "wrong_json", "body": {}}, UpstreamError, "no usable token"),
    ({"kind": "wrong_json", "body": {"access_token": "a\r\nx-evil: 1"}}, UpstreamError, "no usable token"),
    (refused("rate_limit_exceeded"), TryLaterError, "a later run"),
    (refused("inactive_user", "user inactive"), UpstreamError, "inactive_user: user inactive"),
    (refused(None), UpstreamError, "no reason given"),
]


@pytest.mark.parametrize(("fault", "error", "text"), LOGINS)
def test_a_log_in_that_gives_no_token_stops_the_run(
    office: Office, org: Org, fault: dict[str, object], error: type[Exception], text: str
) -> None:
    office.sandbox.fault("salesforce", path=TOKEN, times=None, **fault)
    with pytest.raises(error, match=text):
        list(org.query(PRODUCTS))


def test_a_token_is_sent_to_the_address_that_a_person_named_and_to_no_other(new_org_host: NewHost) -> None:
    token = b'{"access_token":"t0ken","instance_url":"https://evil.example"}'
    with serving(answer(token)) as server:
        org = Org.connect(new_org_host({"SALESFORCE_URL": server.url}))
        with pytest.raises(UpstreamError, match=r"set SALESFORCE_URL to https://evil\.example"):
            list(org.query(PRODUCTS))
    assert len(server.asked) == 1


def test_what_an_upstream_echoes_never_shows_the_secret(new_org_host: NewHost) -> None:
    token = b'{"access_token":"00Dcanary!AQ"}'
    echo = b'[{"errorCode":"ODD","message":"you sent sandbox-only and 00Dcanary!AQ"}]'
    with serving(answer(token), answer(echo, 400)) as server:
        org = Org.connect(new_org_host({"SALESFORCE_URL": server.url}))
        with pytest.raises(UpstreamError, match="ODD: you sent") as raised:
            list(org.query(PRODUCTS))
    assert "canary" not in str(raised.value)
    assert CLIENT_SECRET not in str(raised.value)
