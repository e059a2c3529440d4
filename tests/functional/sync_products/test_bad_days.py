"""Upstreams that are down, slow or wrong, and records that no shop takes: nothing lost, nothing half done."""

from __future__ import annotations

from typing import Any

import pytest
import urllib3

from nightshift.errors import ConfigurationError, NightshiftError
from nightshift.state.models import Status
from nightshift_tools.sandbox.server import Sandbox
from support.sync import Worker

FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("dummyjson", {"kind": "status", "status": 503, "times": None}, "503"),
    ("dummyjson", {"kind": "status", "status": 429, "times": None}, "429"),
    ("dummyjson", {"kind": "drop_before", "times": None}, "DummyJSON"),
    ("dummyjson", {"kind": "html", "times": None}, "text/html"),
    ("dummyjson", {"kind": "cut", "times": None}, "DummyJSON"),
    ("dummyjson", {"kind": "empty", "times": None, "path": "/products"}, "nothing"),
    ("dummyjson", {"kind": "wrong_json", "body": {"message": "hello"}, "times": None}, "products"),
    ("dummyjson", {"kind": "gzip_bomb", "times": None}, "DummyJSON"),
    ("dummyjson", {"kind": "redirect_loop", "times": None}, "DUMMYJSON_URL"),
    ("medusa", {"kind": "status", "status": 500, "times": None}, "500"),
    ("medusa", {"kind": "drop_after", "times": None}, "Medusa"),
    ("medusa", {"kind": "html", "times": None}, "text/html"),
    ("medusa", {"kind": "cut", "times": None}, "Medusa"),
    ("medusa", {"kind": "redirect_loop", "times": None}, "MEDUSA_URL"),
    ("medusa", {"kind": "expire_tokens", "times": None}, "Medusa"),
]


@pytest.mark.parametrize(
    ("surface", "fault", "words"), FAULTS, ids=[f"{surface} {fault['kind']}" for surface, fault, _ in FAULTS]
)
def test_a_fault_that_lasts_fails_the_run_clearly_and_the_next_run_makes_good(
    worker: Worker, surface: str, fault: dict[str, Any], words: str
) -> None:
    worker.sandbox.fault(surface, **fault)
    ended = worker.tick()
    assert ended.record.status is Status.FAILED
    assert isinstance(ended.error, NightshiftError), ended.error
    assert words in str(ended.error)
    assert worker.environment["MEDUSA_PASSWORD"] not in str(ended.error)
    worker.sandbox.clear_faults()
    assert worker.tick().record.status is Status.SUCCEEDED
    state = worker.sandbox.state()
    assert (state.target_products, state.duplicates) == (60, {})


@pytest.mark.parametrize("nth", [1, 2, 3, 5, 8])
@pytest.mark.parametrize(
    ("surface", "kind"),
    [
        (surface, kind)
        for surface in ("dummyjson", "medusa")
        for kind in ("status", "status_after", "drop_before", "drop_after", "cut", "expire_tokens")
        if (surface, kind) != ("dummyjson", "expire_tokens")
    ],
)
def test_a_fault_that_passes_is_survived_within_the_run(
    worker: Worker, surface: str, kind: str, nth: int
) -> None:
    worker.sandbox.fault(surface, kind, nth=nth)
    ended = worker.tick()
    assert ended.error is None
    assert ended.record.status is Status.SUCCEEDED
    assert ended.record.counts.created == 60
    state = worker.sandbox.state()
    assert (state.target_products, state.duplicates) == (60, {})
    assert worker.tick().record.idle


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"DUMMYJSON_URL": ""}, "DUMMYJSON_URL is not set"),
        ({"MEDUSA_URL": ""}, "MEDUSA_URL is not set"),
        ({"MEDUSA_EMAIL": "", "MEDUSA_PASSWORD": ""}, "MEDUSA_EMAIL"),
        ({"MEDUSA_PASSWORD": "wrong"}, "Medusa"),
        ({"MEDUSA_URL": "not an address"}, "MEDUSA_URL"),
        ({"DUMMYJSON_URL": "http://127.0.0.1:9"}, "DummyJSON"),
    ],
)
def test_missing_or_wrong_credentials_and_addresses_are_named(
    worker: Worker, change: dict[str, str], words: str
) -> None:
    worker.environment = {**worker.environment, **change}
    ended = worker.tick()
    assert ended.record.status is Status.FAILED
    assert isinstance(ended.error, NightshiftError | ConfigurationError)
    assert words in str(ended.error)
    assert "not-this" not in str(ended.error)


BAD: list[tuple[str, dict[str, Any]]] = [
    ("without title", {"unset": ["title"]}),
    ("empty title", {"title": "  "}),
    ("title is a number", {"title": 7}),
    ("negative price", {"price": -1}),
    ("enormous price", {"price": 1e40}),
    ("price as text", {"price": "12"}),
    ("500 KB of text", {"description": "x" * 500_000}),
    ("lone surrogate", {"title": "broken \ud800 pair"}),
    ("NUL", {"title": "cut\x00off"}),
    ("refused by Medusa", {"title": "Refused"}),
]


@pytest.mark.parametrize("place", [1, 15, 16, 60])
@pytest.mark.parametrize(("name", "fields"), BAD, ids=[name for name, _ in BAD])
def test_a_bad_product_is_set_aside_and_the_rest_arrives(
    sandbox: Sandbox, worker: Worker, name: str, fields: dict[str, Any], place: int
) -> None:
    sandbox.refuse(title="Refused", message="Product refused by the shop")
    sandbox.edit(place, **fields)
    ended = worker.tick()
    assert (ended.error, ended.record.status) == (None, Status.SUCCEEDED)
    assert (ended.record.counts.created, ended.record.counts.quarantined) == (59, 1)
    assert list(worker.quarantine()) == [str(place)]
    if name == "refused by Medusa":
        assert worker.quarantine()[str(place)].reason == "Product refused by the shop"
    sandbox.edit(place, title="Mended", price=5, description="short")
    assert worker.tick().record.counts.created == 1
    assert worker.quarantine() == {}
    assert worker.tick().record.idle


def test_all_bad_products_at_once_do_not_hold_back_the_good(sandbox: Sandbox, worker: Worker) -> None:
    for place, (_, fields) in enumerate(BAD[:-1], start=3):
        sandbox.edit(place * 5, **fields)
    counts = worker.tick().record.counts
    assert (counts.created, counts.quarantined) == (60 - len(BAD) + 1, len(BAD) - 1)


@pytest.mark.parametrize(("on_missing", "status"), [("draft", "draft"), ("delete", None)])
def test_a_product_gone_from_the_source_is_drafted_or_deleted(
    sandbox: Sandbox, on_missing: str, status: str | None
) -> None:
    worker = Worker(sandbox, on_missing=on_missing)
    worker.tick()
    sandbox.remove(7, 60)
    assert worker.tick().record.counts.removed == 2
    found = sandbox.target().get("7")
    assert (found.status if found else None) == status
    assert worker.tick().record.idle


def test_a_listing_that_is_cut_short_removes_nothing(sandbox: Sandbox) -> None:
    worker = Worker(sandbox, on_missing="delete")
    worker.tick()
    for number in range(1, 21):
        sandbox.remove(number)
    ended = worker.tick()
    assert "min_seen_ratio" in str(ended.error)
    assert sandbox.state().target_products == 60


def edit_by_hand(sandbox: Sandbox, product: str, **fields: object) -> None:
    """What a person does in Medusa's admin."""
    environment = sandbox.environment()
    login = {"email": environment["MEDUSA_EMAIL"], "password": environment["MEDUSA_PASSWORD"]}
    base = environment["MEDUSA_URL"]
    token = urllib3.request("POST", f"{base}/auth/user/emailpass", json=login).json()["token"]
    headers = {"authorization": f"Bearer {token}"}
    answer = urllib3.request("POST", f"{base}/admin/products/{product}", json=fields, headers=headers)
    assert answer.status == 200, answer.data


def test_an_edit_by_hand_in_medusa_is_mended_by_the_full_compare(sandbox: Sandbox, worker: Worker) -> None:
    worker.tick()
    product = sandbox.target()["12"]
    edit_by_hand(sandbox, product.id, title="Changed by hand")
    assert sandbox.target()["12"].title == "Changed by hand"
    assert worker.tick().record.idle
    ended = worker.handle({"job": "sync-products", "full": True})
    assert (ended.record.counts.updated, ended.record.counts.unchanged) == (1, 59)
    assert sandbox.target()["12"].title == product.title
