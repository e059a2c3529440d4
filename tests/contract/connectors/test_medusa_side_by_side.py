"""A batch that is larger than one request should be: two requests on their way at once, one batch settled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contract.connectors.admin import BATCH, fingerprints, hashes, keys, mapped
from contract.connectors.test_medusa_faults import NO_EFFECT, UNKNOWN_OUTCOMES, name_of
from nightshift.connectors.dummyjson import Catalog
from nightshift.connectors.medusa import Store, batch_write
from nightshift.connectors.medusa.session import Session
from nightshift.errors import UpstreamError
from nightshift_tools.sandbox.server import Sandbox
from support.host import TestHost


@pytest.fixture(autouse=True)
def _small_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_write, "MAX_ITEMS", 4)


def writes(sandbox: Sandbox) -> int:
    return sandbox.count(surface="medusa", method="POST", route=BATCH)


def test_two_requests_are_on_their_way_at_once_and_the_third_after_both(
    sandbox: Sandbox, catalog: Catalog, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, steps = Session.begin, []

    def begin(session: Session, method: str, path: str, **sent: Any) -> Callable[[], Any]:
        hear = begun(session, method, path, **sent)
        if path != BATCH:
            return hear
        steps.append("sent")

        def noted() -> Any:
            steps.append("heard")
            return hear()

        return noted

    monkeypatch.setattr(Session, "begin", begin)
    products = mapped(catalog)[:12]
    done = store.upsert_products(products, meanwhile=lambda: steps.append("meanwhile"))
    assert sorted(done.created, key=int) == keys(products)
    assert steps == ["sent", "sent", "meanwhile", "heard", "heard", "sent", "meanwhile", "heard"]
    assert writes(sandbox) == 3
    assert hashes(sandbox) == fingerprints(products)


def test_what_goes_wrong_meanwhile_waits_until_both_are_answered(
    sandbox: Sandbox, catalog: Catalog, store: Store
) -> None:
    store.upsert_products(mapped(catalog)[20:21])
    products = mapped(catalog)[:8]
    sandbox.fault("medusa", "slow", method="POST", path=BATCH, times=2, seconds=0.3)

    def meanwhile() -> None:
        raise KeyError("meanwhile")

    with pytest.raises(KeyError, match="meanwhile"):
        store.upsert_products(products, meanwhile=meanwhile)
    assert sorted(hashes(sandbox), key=int) == [*keys(products), "21"]


def test_a_dry_run_does_nothing_meanwhile(catalog: Catalog, new_host: Callable[..., TestHost]) -> None:
    store, called = Store.connect(new_host(dry_run=True), catalog.categories), []
    store.upsert_products(mapped(catalog)[:8], meanwhile=lambda: called.append(1))
    assert not called


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("fault", [*UNKNOWN_OUTCOMES, *NO_EFFECT], ids=name_of)
def test_what_befalls_one_of_them_is_settled_and_the_others_stand(
    sandbox: Sandbox, catalog: Catalog, new_host: Callable[..., TestHost], fault: dict[str, object], nth: int
) -> None:
    host = new_host()
    host.time_limits = {"answer_timeout": 0.3}
    store, products = Store.connect(host, catalog.categories), mapped(catalog)[:12]
    sandbox.fault("medusa", method="POST", path=BATCH, nth=nth, **fault)
    outcome = store.upsert_products(products)
    assert sorted(outcome.created, key=int) == keys(products)
    assert len(outcome) == len(products)
    assert hashes(sandbox) == fingerprints(products)
    assert sandbox.state().target_products == len(products)
    assert writes(sandbox) == (3 if fault in UNKNOWN_OUTCOMES else 4)


def test_answers_lost_to_both_are_settled_each(sandbox: Sandbox, catalog: Catalog, store: Store) -> None:
    sandbox.fault("medusa", "drop_after", method="POST", path=BATCH, times=2)
    products = mapped(catalog)[:8]
    assert sorted(store.upsert_products(products).created, key=int) == keys(products)
    assert hashes(sandbox) == fingerprints(products)
    assert writes(sandbox) == 2


@pytest.mark.parametrize("poisoned", range(1, 13))
def test_a_refused_product_fails_alone_whichever_request_it_is_in(
    sandbox: Sandbox, catalog: Catalog, store: Store, poisoned: int
) -> None:
    sandbox.refuse(external_id=str(poisoned), message="no")
    products = mapped(catalog)[:12]
    outcome = store.upsert_products(products)
    assert outcome.failed == {str(poisoned): "no"}
    good = [product for product in products if product.key != str(poisoned)]
    assert sorted(outcome.created, key=int) == keys(good)
    assert hashes(sandbox) == fingerprints(good)


def test_what_stops_the_run_waits_for_the_other_request_first(
    sandbox: Sandbox, catalog: Catalog, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.upsert_products(mapped(catalog)[20:21])
    begun, refused = Session.begin, "the second is not allowed"
    products = mapped(catalog)[:8]

    def begin(session: Session, method: str, path: str, **sent: Any) -> Callable[[], Any]:
        if path == BATCH and b'"external_id":"5"' in sent["body"]:
            raise UpstreamError(refused)
        return begun(session, method, path, **sent)

    monkeypatch.setattr(Session, "begin", begin)
    sandbox.fault("medusa", "slow", method="POST", path=BATCH, seconds=0.3)
    with pytest.raises(UpstreamError, match=refused):
        store.upsert_products(products)
    assert keys(products[:4]) == [key for key in hashes(sandbox) if key != "21"]


def test_removals_go_one_after_the_other(sandbox: Sandbox, catalog: Catalog, store: Store) -> None:
    products = mapped(catalog)[:12]
    store.upsert_products(products)
    sandbox.clear_requests()
    assert sorted(store.remove_products(keys(products), "delete").removed, key=int) == keys(products)
    assert writes(sandbox) == 3
    assert not hashes(sandbox)
