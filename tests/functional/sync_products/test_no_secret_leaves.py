"""No secret and no customer's text leaves a run, whatever the shop answers; and the test would see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from nightshift.http import response
from nightshift.redact import Redactor
from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing import entry_of
from support.canaries import (
    API_KEY,
    CREDENTIALS,
    E_MAIL,
    FAULTS,
    IN_URL,
    PASSWORD,
    PAYLOAD,
    Fault,
    Secrets,
    Shop,
    Traces,
    found_in,
)
from support.sync import ROOT
from sync_products.app import lambda_handler

ENTRY = entry_of("sync-products", ROOT, batch_size=3, max_retries=1, max_failed_ratio=1.0)

WAYS: Mapping[str, tuple[dict[str, str], Secrets]] = {
    "password": ({"MEDUSA_EMAIL": E_MAIL, "MEDUSA_PASSWORD": PASSWORD}, Secrets()),
    "key": ({"MEDUSA_API_KEY": API_KEY}, Secrets()),
    "secret": ({"MEDUSA_SECRET": "nightshift/medusa"}, Secrets(email=E_MAIL, password=PASSWORD)),
}
"""The ways in which the job gets its credentials."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(products=6) as sandbox:
        yield sandbox


def traces_of(sandbox: Sandbox, way: str) -> Traces:
    addresses = {name: value for name, value in sandbox.environment().items() if name.endswith("_URL")}
    credentials, secrets = WAYS[way]
    return Traces(lambda_handler, ENTRY, {**addresses, **credentials}, secrets)


def strike_everywhere(sandbox: Sandbox, fault: Fault, surface: str, way: str) -> Iterator[tuple[int, str]]:
    """The fault at each request of a run in turn: which, and all that the run and the next one left."""
    nth = 0
    is_over = False
    while not is_over:
        nth += 1
        shop = Shop(sandbox)
        shop.strike(surface, nth, fault)
        traces = traces_of(sandbox, way)
        traces.run()
        is_over = shop.seen < nth
        traces.run(dry_run=True)
        yield nth, traces.texts()


@pytest.mark.parametrize(("surface", "way"), [("dummyjson", "password"), *(("medusa", way) for way in WAYS)])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_shop_that_repeats_all_it_was_sent_tells_nobody(
    sandbox: Sandbox, fault: Fault, surface: str, way: str, capfd: pytest.CaptureFixture[str]
) -> None:
    for nth, text in strike_everywhere(sandbox, fault, surface, way):
        assert not found_in(text, *CREDENTIALS, IN_URL, PAYLOAD, PAYLOAD[:45]), f"request {nth}"
    printed = "".join(capfd.readouterr())
    assert not found_in(printed, *CREDENTIALS, IN_URL, PAYLOAD)


@pytest.mark.parametrize("fault", FAULTS[:4], ids=lambda fault: fault.name)
def test_where_nothing_is_redacted_the_secrets_are_seen(
    sandbox: Sandbox, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Redactor, "text", lambda _, text: text)
    texts = [text for _, text in strike_everywhere(sandbox, fault, "medusa", "key")]
    assert found_in("".join(texts), *CREDENTIALS)


def test_where_echoes_are_not_cut_the_payload_is_seen(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response, "without_echo", lambda text, sent, longest: text)
    texts = [text for _, text in strike_everywhere(sandbox, FAULTS[0], "medusa", "key")]
    assert found_in("".join(texts), PAYLOAD[:45])


@pytest.mark.parametrize("variable", ["MEDUSA_URL", "DUMMYJSON_URL"])
def test_a_password_in_an_address_is_not_told(sandbox: Sandbox, variable: str) -> None:
    Shop(sandbox)
    credentials, secrets = WAYS["password"]
    address = sandbox.environment()[variable].replace("//", f"//admin:{IN_URL}@")
    environment = {**sandbox.environment(), **credentials, variable: address}
    traces = Traces(lambda_handler, ENTRY, environment, secrets)
    traces.run()
    assert f"{variable} has a user name in it" in traces.texts()
    assert not found_in(traces.texts(), IN_URL)


def test_what_was_refused_is_told_by_its_field(sandbox: Sandbox) -> None:
    Shop(sandbox)
    traces = traces_of(sandbox, "password")
    traces.run()
    aside = {record.record: record.reason for record in traces.state.quarantine.all(traces.ended.record.key)}  # type: ignore[union-attr]
    assert aside["2"] == "description = an object: expected a text"
    assert "Refused" in aside["3"]
