"""What a redactor hides, in which forms, and what it leaves alone."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import orjson
import pytest

from nightshift.redact import Redactor, without_echo

SECRET = 'hunter2/+ "ä" CANARY'


def basic(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        orjson.dumps({"password": SECRET}).decode(),
        basic(SECRET),
        *(basic(f"{user}:{SECRET}") for user in ("", "a", "ab", "abc")),
        *(basic(f"{SECRET}:{after}") for after in ("", "x", "xy")),
        urlsafe_b64encode(f"a:{SECRET}".encode()).decode(),
    ],
)
def test_a_secret_is_hidden_in_whatever_form_it_comes_back(form: str) -> None:
    redactor = Redactor()
    redactor.hide(SECRET)
    told = redactor.text(f"it said {form}.")
    assert told.startswith("it said ")
    assert "…" in told
    assert "hunter2" not in told
    inside = basic(f"{SECRET}")[4:-6]
    assert inside not in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sent Bearer abc.def-123", "sent …"),
        ("sent authorization: Basic c2tfMTIzOg==", "sent authorization: …"),
        ("key sk_live_51Habc or pk_test_123", "key … or …"),
        ("token eyJhbGci.eyJzdWIi.sig", "token …"),
        ("as AKIAIOSFODNN7EXAMPLE", "as …"),
        ("card 4111 1111 1111 1111 declined", "card … declined"),
        ("card 4111111111111111 declined", "card … declined"),
        ("order 4111111111111112 declined", "order 4111111111111112 declined"),
        ("https://admin:hunter2@shop.example/x", "https://shop.example/x"),
        ("GET /x?page=2&api_token=hunter2", "GET /x?page=2&api_token=…"),
        ("two\r\nlines \x1b[31mred\x00", "two\\r\\nlines \\x1b[31mred\\x00"),
        ("price = 'free': expected a number", "price = 'free': expected a number"),
        ("run 20261120T220400123Z-4f7x2k9q took over", "run 20261120T220400123Z-4f7x2k9q took over"),
        ("barcode 4006381333931, sku RCH45Q1A", "barcode 4006381333931, sku RCH45Q1A"),
        ("sync-products@main skipped: overlap", "sync-products@main skipped: overlap"),
        ("Schöne Grüße, 漢字", "Schöne Grüße, 漢字"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_and_nothing_else(text: str, told: str) -> None:
    redactor = Redactor()
    assert redactor.text(text) == told
    assert redactor.text(told) == told


def test_an_e_mail_address_is_told_as_a_hash_that_stays_the_same() -> None:
    told = Redactor().text("to Ann.Lee+shop@mail.example: no; to ann.lee+SHOP@mail.example: no")
    first, second = (part.split(": no")[0] for part in told.split("to ")[1:])
    assert first == second
    assert first.startswith("e-mail:")
    assert "mail.example" not in told


def test_variables_whose_names_say_so_hold_secrets() -> None:
    environment = {
        "MEDUSA_PASSWORD": "hunter2hunter2",
        "DIGITAL_RIVER_API_KEY": "c0ffee-c0ffee",
        "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjE",
        "MEDUSA_SECRET": "nightshift/medusa",
        "AWS_SECRET_ACCESS_KEY": "local",
        "STATE_TABLE": "nightshift-state",
    }
    told = Redactor(environment).text(" ".join(environment.values()))
    assert told == "… … … nightshift/medusa local nightshift-state"


def test_a_short_secret_is_hidden_as_a_word_and_not_inside_of_others() -> None:
    redactor = Redactor()
    redactor.hide("main", "no")
    assert redactor.text("main: the domain remains, no more") == "…: the domain remains, no more"


def test_a_secret_that_becomes_known_later_is_hidden_from_then_on() -> None:
    redactor = Redactor()
    redactor.hide("first-secret")
    redactor.text("x")
    redactor.hide("second-secret")
    assert redactor.text("first-secret second-secret") == "… …"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("the handle abc exists", "the handle abc exists"),
        ("Value 'a long description of it' is too long", "Value…' is too long"),
        ("a long description of it", "…"),
        ("", ""),
    ],
)
def test_of_what_was_sent_no_more_than_a_name_comes_back(text: str, told: str) -> None:
    sent = b'{"handle": "abc", "description": \'a long description of it"}'
    assert without_echo(text, sent, 10) == told
