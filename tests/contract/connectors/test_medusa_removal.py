"""Removing what the source has lost: only what is ours, and as often as one likes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contract.connectors.admin import BATCH, Admin, keys, mapped
from nightshift.connectors.dummyjson import Catalog
from nightshift.connectors.medusa import Store
from nightshift.errors import UpstreamError
from nightshift_tools.sandbox.server import Sandbox

FAULTS: list[dict[str, Any]] = [
    {"kind": "drop_after"},
    {"kind": "drop_before"},
    {"kind": "status_after", "status": 500},
]


@pytest.fixture
def filled(sandbox: Sandbox, catalog: Catalog, store: Store) -> Store:
    store.upsert_products(mapped(catalog)[:6])
    sandbox.clear_requests()
    return store


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_products_are_deleted(sandbox: Sandbox, filled: Store, fault: dict[str, Any] | None) -> None:
    if fault:
        sandbox.fault("medusa", method="POST", path=BATCH, **fault)
    outcome = filled.remove_products(["2", "5"], "delete")
    assert sorted(outcome.removed) == ["2", "5"]
    assert len(outcome) == 2
    assert sorted(sandbox.target()) == ["1", "3", "4", "6"]


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_products_become_drafts(sandbox: Sandbox, filled: Store, fault: dict[str, Any] | None) -> None:
    if fault:
        sandbox.fault("medusa", method="POST", path=BATCH, **fault)
    assert sorted(filled.remove_products(["2", "5"], "draft").removed) == ["2", "5"]
    statuses = {key: product.status for key, product in sandbox.target().items()}
    assert [key for key, status in statuses.items() if status == "draft"] == ["2", "5"]
    assert len(statuses) == 6


def test_a_draft_that_comes_back_in_the_source_is_published_again(
    sandbox: Sandbox, catalog: Catalog, filled: Store
) -> None:
    filled.remove_products(["2"], "draft")
    assert filled.upsert_products(mapped(catalog)[:3], compare=True).updated == ["2"]
    assert sandbox.target()["2"].status == "published"


@pytest.mark.parametrize("how", ["draft", "delete"])
def test_removing_twice_removes_the_same_and_sends_nothing(sandbox: Sandbox, filled: Store, how: Any) -> None:
    assert filled.remove_products(["2", "99"], how).removed == ["2", "99"]
    sandbox.clear_requests()
    assert sorted(filled.remove_products(["2", "99"], how).removed) == ["2", "99"]
    assert sandbox.count(surface="medusa", method="POST") == 0


def test_a_product_of_somebody_else_with_that_external_id_stays(
    sandbox: Sandbox, filled: Store, admin: Admin
) -> None:
    options = [{"title": "Size", "values": ["S"]}]
    admin.post("/admin/products", {"title": "Theirs", "external_id": "77", "options": options})
    filled.remove_products(["77"], "delete")
    assert admin.product("77")["title"] == "Theirs"


def test_a_refused_draft_is_told_and_the_rest_goes_on(sandbox: Sandbox, filled: Store) -> None:
    sandbox.refuse(external_id="3", message="kept for the lawyers")
    outcome = filled.remove_products(["2", "3", "4"], "draft")
    assert outcome.failed == {"3": "kept for the lawyers"}
    assert sorted(outcome.removed) == ["2", "4"]


def test_the_keys_in_medusa_are_ours_alone_and_read_page_by_page(
    sandbox: Sandbox, catalog: Catalog, filled: Store, admin: Admin
) -> None:
    options = [{"title": "Size", "values": ["S"]}]
    admin.post("/admin/products", {"title": "Theirs", "external_id": "77", "options": options})
    admin.post("/admin/products", {"title": "No id", "metadata": {"source": "dummyjson"}, "options": options})
    assert sorted(filled.synced_keys()) == keys(mapped(catalog)[:6])


CUT_LISTS: list[tuple[str, Callable[[], dict[str, Any]]]] = [
    ("empty before its count", lambda: {"products": [], "count": 2000}),
    ("no count", lambda: {"products": []}),
]


@pytest.mark.parametrize(("what", "body"), CUT_LISTS, ids=[name for name, _ in CUT_LISTS])
def test_half_a_list_of_keys_is_an_error(
    sandbox: Sandbox, filled: Store, what: str, body: Callable[[], dict[str, Any]]
) -> None:
    sandbox.fault("medusa", "wrong_json", path="/admin/products", nth=2, body=body())
    with pytest.raises(UpstreamError):
        list(filled.synced_keys())
