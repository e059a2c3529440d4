"""The 194 real products: what the first, the second and the third run do."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import orjson
import pytest

from nightshift.state.models import Status
from nightshift_tools.sandbox.server import Sandbox
from support.sync import CATALOGUE, Worker, read_event

pytestmark = pytest.mark.skipif(
    not CATALOGUE.exists(), reason="the real catalogue is not beside this checkout"
)


@pytest.fixture
def real() -> Iterator[Worker]:
    with Sandbox(catalogue=CATALOGUE) as sandbox:
        yield Worker(sandbox)


def test_first_second_and_third_run(real: Worker) -> None:
    sandbox = real.sandbox
    first = real.tick().record
    assert first.status is Status.SUCCEEDED
    assert (first.counts.read, first.counts.created, first.counts.batches) == (194, 194, 13)
    target = sandbox.target()
    assert len({product.handle for product in target.values()}) == 194
    assert len({handle for product in target.values() for handle in product.categories}) == 24

    sandbox.clear_requests()
    second = real.tick().record
    assert (second.counts.read, second.counts.unchanged, second.idle) == (194, 194, True)
    assert sandbox.count(surface="medusa") == 0

    for number in (1, 97, 194):
        sandbox.edit(number, title=f"Edited {number}")
    sandbox.clear_requests()
    third = real.tick().record
    assert (third.counts.updated, third.counts.created, third.counts.unchanged) == (3, 0, 191)
    assert real.product_writes() == 1
    assert sandbox.target()["97"].title == "Edited 97"
    assert sandbox.target()["97"].handle == target["97"].handle
    assert sandbox.target()["97"].id == target["97"].id


def test_prices_arrive_exactly(real: Worker) -> None:
    real.tick()
    products = orjson.loads(CATALOGUE.read_bytes())
    expected = {str(product["id"]): Decimal(repr(product["price"])) for product in products}
    assert {key: Decimal(str(product.price)) for key, product in real.sandbox.target().items()} == expected


def test_the_events_by_hand_and_of_eventbridge_itself_run_the_job_too(real: Worker) -> None:
    assert real.handle(read_event("sync-products-raw")).record.counts.created == 194
    by_hand = real.handle(read_event("sync-products-by-hand")).record
    assert (by_hand.full, by_hand.batch_size, by_hand.counts.unchanged) == (True, 50, 194)


def test_a_dry_run_writes_nothing_anywhere(real: Worker) -> None:
    ended = real.handle(read_event("sync-products-dry-run"))
    assert (ended.error, ended.record.counts.created) == (None, 194)
    assert real.sandbox.state().target_products == 0
    assert real.sandbox.count(surface="medusa", method="POST", route="/admin/product-categories") == 0
    assert real.state.control.read(ended.record.key) is None
    assert real.tick().record.counts.created == 194
