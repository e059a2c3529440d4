"""sync-skus through its handler, against the sandbox's org and account.

The connector that it replaces sent earlier chunks again with each later one; wrote all back at the end, so
that a late failure lost every success; overwrote edits made meanwhile; retried poison for ever and before
others; and took any batch size. Each of these has a test here that would fail on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from nightshift.errors import ConfigurationError
from nightshift.state.models import Status
from nightshift_tools.sandbox.salesforce.org import packaged
from nightshift_tools.sandbox.server import Sandbox
from support.jobs import JobWorker
from support.shop import FakeClock, Plans

FLAG, SYNCED = packaged("Sync_Product_to_DR"), packaged("Date_Last_Synced_to_DR")
ERROR, ATTEMPTS = "Nightshift_Sync_Error__c", "Nightshift_Sync_Attempts__c"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def sandbox(clock: FakeClock) -> Iterator[Sandbox]:
    with Sandbox(products=1, clock=lambda: clock.instant.timestamp()) as sandbox:
        sandbox.salesforce.clear()
        yield sandbox


@pytest.fixture
def worker(sandbox: Sandbox, clock: FakeClock) -> JobWorker:
    return JobWorker("sync-skus", sandbox, clock=clock)


def seed(worker: JobWorker, **amounts: int) -> list[str]:
    """Products, made long enough ago to be sent; their ids in the order of creation."""
    made = worker.sandbox.salesforce.seed(**amounts)["Product2"]
    worker.time.advance(60)
    return made


def product(worker: JobWorker, record_id: str) -> dict[str, object]:
    return worker.sandbox.salesforce.record("Product2", record_id)


def flagged(worker: JobWorker) -> list[str]:
    return [str(found["Id"]) for found in worker.sandbox.salesforce.records("Product2") if found[FLAG]]


def skus_sent(worker: JobWorker) -> list[str]:
    """Ids of the SKUs that were put, in order."""
    sent = [entry for entry in worker.sandbox.requests() if entry.method == "PUT"]
    return [entry.path.rpartition("/")[2] for entry in sent]


def test_flagged_products_are_sent_whole_and_lose_their_flag(worker: JobWorker) -> None:
    ids = seed(worker, products=3)
    record = worker.tick().record
    assert (record.status, record.counts.created, record.counts.read) == (Status.SUCCEEDED, 3, 3)
    assert sorted(skus_sent(worker)) == sorted(ids)
    for record_id in ids:
        found = product(worker, record_id)
        sku = worker.sandbox.shop.digital_river.books.skus.get(record_id)
        assert sku["name"] == found["Name"]
        assert sku["countryOfOrigin"] == found[packaged("DR_Product_Country_Origin")]
        assert sku["hsCode"] == found[packaged("DR_HS_Code")]
        assert sku["metadata"]["sku"] == found["StockKeepingUnit"]
        assert sku["taxCode"]
        weight = found[packaged("DR_Product_Weight")]
        assert sku.get("weight") == (None if weight is None else Decimal(str(weight)))
        assert (found[FLAG], found[ERROR]) == (False, None)
        assert found[SYNCED] is not None
    assert worker.tick().record.idle


def test_only_active_complete_and_flagged_products_are_sent(worker: JobWorker) -> None:
    ids = seed(worker, products=5, flagged=4)
    org = worker.sandbox.salesforce
    org.edit("Product2", ids[0], {"IsActive": False})
    org.edit("Product2", ids[1], {packaged("DR_TAXTYPE"): None})
    org.edit("Product2", ids[2], {packaged("DR_ECCN"): None, packaged("DR_SKU_Group"): "books"})
    worker.time.advance(60)
    worker.tick()
    assert sorted(skus_sent(worker)) == sorted([ids[2], ids[3]])


def drain(worker: JobWorker, products: int, limit: int) -> None:
    """All are sent, once each, in the order of their last change, in as many runs as the limit makes."""
    worker.with_params(query_limit=limit)
    ids: list[str] = []
    for _ in range(5):
        ids += seed(worker, products=products // 5)
    runs = -(-products // limit)
    left = [len(flagged(worker)) for _ in range(runs) if worker.tick().error is None]
    assert left == [max(0, products - limit * (number + 1)) for number in range(runs)]
    assert worker.tick().record.idle
    assert list(worker.sandbox.digital_river.effects().skus.items()) == [(sent, 1) for sent in ids]


def test_many_drain_over_runs_of_the_query_limit_in_the_order_of_their_last_change(worker: JobWorker) -> None:
    drain(worker, 50, 20)


@pytest.mark.slow
def test_ten_thousand_drain_over_runs_of_the_query_limit(worker: JobWorker) -> None:
    drain(worker, 10_000, 1_000)


def test_a_failure_in_a_later_batch_loses_no_success(worker: JobWorker) -> None:
    """What was sent is written back batch by batch, and not at the end."""
    ids = seed(worker, products=25)
    worker.sandbox.fault("digital-river", "status", status=503, method="PUT", nth=15, times=None)
    assert worker.tick().record.status is Status.FAILED
    assert flagged(worker) == ids[10:]
    worker.sandbox.clear_faults()
    worker.tick()
    assert flagged(worker) == []
    assert worker.sandbox.digital_river.effects().skus.total() == 25 + 4  # those of the batch that failed


def test_an_edit_between_read_and_write_back_is_not_lost(worker: JobWorker) -> None:
    (record_id,) = seed(worker, products=1)
    puts = worker.sandbox.shop.digital_river
    answer = puts.answer

    def edited_while_sent(request: object) -> object:
        puts.answer = answer
        worker.time.advance(30)
        worker.sandbox.salesforce.edit("Product2", record_id, {packaged("DR_Part_Number"): "new"})
        return answer(request)

    puts.answer = edited_while_sent
    worker.tick()
    assert flagged(worker) == [record_id]
    worker.time.advance(60)
    worker.tick()
    assert flagged(worker) == []
    assert puts.books.skus.get(record_id)["partNumber"] == "new"


def test_a_product_changed_this_very_second_waits_for_the_next_run(worker: JobWorker) -> None:
    worker.time.instant = worker.time.instant.replace(minute=10)
    worker.sandbox.salesforce.seed(products=1)
    assert worker.tick().record.counts.read == 0
    worker.time.advance(10)
    assert worker.tick().record.counts.created == 1


def test_poison_says_why_stops_after_five_tries_and_starves_nobody(worker: JobWorker) -> None:
    worker.with_params(query_limit=2)
    poisoned = seed(worker, products=2)
    for record_id in poisoned:
        worker.sandbox.salesforce.edit("Product2", record_id, {packaged("DR_Product_Country_Origin"): "KP"})
    worker.time.advance(60)
    good = seed(worker, products=12)
    for _ in range(20):
        worker.tick()
        worker.time.advance(60)
    assert sorted(flagged(worker)) == sorted(poisoned)
    assert {key: record.attempts for key, record in worker.quarantine().items()} == dict.fromkeys(poisoned, 5)
    found = product(worker, poisoned[0])
    assert "'KP' is not a valid Country of Origin" in str(found[ERROR])
    assert found[ATTEMPTS] == 5
    sent = skus_sent(worker)
    assert all(sent.count(record_id) == 1 for record_id in good)
    assert all(sent.count(record_id) == 5 for record_id in poisoned)


def test_poison_that_is_corrected_is_sent_and_its_error_goes(worker: JobWorker) -> None:
    (record_id,) = seed(worker, products=1)
    origin = packaged("DR_Product_Country_Origin")
    worker.sandbox.salesforce.edit("Product2", record_id, {origin: "KP"})
    for _ in range(7):
        worker.time.advance(60)
        worker.tick()
    worker.sandbox.salesforce.edit("Product2", record_id, {origin: "DE"})
    worker.time.advance(60)
    worker.tick()
    found = product(worker, record_id)
    assert (found[FLAG], found[ERROR], found[ATTEMPTS]) == (False, None, 0)
    assert worker.quarantine() == {}


def test_a_product_without_a_tax_code_is_told_without_a_request(worker: JobWorker) -> None:
    (record_id,) = seed(worker, products=1)
    for row in worker.sandbox.salesforce.records(packaged("Digital_River_Tax_Mapping")):
        worker.sandbox.salesforce.remove(packaged("Digital_River_Tax_Mapping"), str(row["Id"]))
    worker.tick()
    assert skus_sent(worker) == []
    assert "no tax code for tax group" in str(product(worker, record_id)[ERROR])


def test_the_mode_all_sends_everything_and_goes_on_where_its_time_was_up(worker: JobWorker) -> None:
    worker.with_params(mode="all")
    ids = seed(worker, products=25, flagged=3)
    river = worker.sandbox.shop.digital_river
    answer = river.answer

    def slowly(request: object) -> object:
        worker.time.advance(20)
        return answer(request)

    river.answer = slowly
    assert worker.tick().record.status is Status.INCOMPLETE
    river.answer = answer
    sent = len(skus_sent(worker))
    assert 0 < sent < 25
    record = worker.tick().record
    assert record.status is Status.SUCCEEDED
    assert set(skus_sent(worker)) == set(ids)
    assert record.counts.read + 10 * ((sent - 1) // 10) >= 15
    assert record.cursor_after == {}


def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(worker: JobWorker) -> None:
    ids = seed(worker, products=2)
    plans = worker.observer = Plans()
    record = worker.by_hand(dry_run=True).record
    assert record.counts.created == 2
    assert sorted(plans.plan) == sorted(("created", record_id) for record_id in ids)
    assert skus_sent(worker) == []
    assert sorted(flagged(worker)) == sorted(ids)


def test_a_batch_above_a_hundred_is_refused(worker: JobWorker) -> None:
    with pytest.raises(ConfigurationError, match=r"batch_size = 101.*the most is 100"):
        worker.by_hand(batch_size=101)


@pytest.mark.parametrize(
    ("hidden", "text"),
    [
        (("Product2", ERROR), "Nightshift_Sync_Error__c on Product2"),
        (("Product2", FLAG), "Sync_Product_to_DR__c on Product2"),
        ((packaged("Digital_River_Tax_Mapping"), ""), "Digital_River_Tax_Mapping__c"),
    ],
)
def test_an_org_that_lacks_something_is_told_what(
    worker: JobWorker, hidden: tuple[str, str], text: str
) -> None:
    seed(worker, products=1)
    worker.sandbox.salesforce.hide(*hidden)
    record = worker.tick().record
    assert record.status is Status.FAILED
    assert record.failure is not None
    assert record.failure.kind == "ConfigurationError"
    assert text in record.failure.message
