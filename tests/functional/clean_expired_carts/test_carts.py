"""clean-expired-carts against the sandbox shop: which carts go, which stay, and what is said of both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from nightshift.errors import ConfigurationError, TryLaterError
from nightshift.state.models import Status
from nightshift_tools.sandbox.message import Request, Response
from nightshift_tools.sandbox.server import Sandbox
from support.jobs import JobWorker
from support.shop import FakeClock, Plans

DELETE = "/medusa/admin/nightshift/carts/delete"


@dataclass
class Shop:
    sandbox: Sandbox
    clock: FakeClock

    def __post_init__(self) -> None:
        self.sandbox.medusa.clear()
        self.job = JobWorker("clean-expired-carts", self.sandbox, clock=self.clock)

    def seed(self, *hours: float, **columns: object) -> list[str]:
        made = self.sandbox.medusa.seed(carts=[{"age_hours": age, **columns} for age in hours])
        return [cart["id"] for cart in made["carts"]]

    def there(self) -> set[str]:
        return {cart["id"] for cart in self.sandbox.medusa.carts()}

    def before_each_deletion(self, act: object) -> None:
        answer = self.sandbox.shop.answer

        def watched(request: Request) -> Response:
            if request.path == DELETE:
                act()  # type: ignore[operator]
            return answer(request)

        self.sandbox.shop.answer = watched  # type: ignore[method-assign]


@pytest.fixture
def shop() -> Iterator[Shop]:
    clock = FakeClock()
    with Sandbox(products=1, clock=lambda: clock.instant.timestamp()) as sandbox:
        yield Shop(sandbox, clock)


def test_carts_that_nobody_has_touched_for_a_day_are_deleted(shop: Shop) -> None:
    old = shop.seed(24.1, 30, 100)
    fresh = shop.seed(0, 23.9)
    ended = shop.job.by_hand()
    assert (ended.record.status, ended.record.counts.removed) == (Status.SUCCEEDED, 3)
    assert shop.there() == set(fresh)
    assert shop.sandbox.medusa.deletions() == dict.fromkeys(old, 1)


def test_how_long_is_a_setting(shop: Shop) -> None:
    week, day = shop.seed(24 * 7.1)[0], shop.seed(24 * 6.9)[0]
    shop.job.with_params(untouched_hours=168)
    shop.job.by_hand()
    assert shop.there() == {day}
    assert week in shop.sandbox.medusa.deletions()


@pytest.mark.parametrize("hours", [0, -1])
def test_less_than_an_hour_is_refused(shop: Shop, hours: int) -> None:
    shop.job.with_params(untouched_hours=hours)
    with pytest.raises(ConfigurationError, match=f"untouched_hours = {hours}: expected 1 or more"):
        shop.job.by_hand()


def test_a_cart_that_is_touched_between_listing_and_deletion_survives(shop: Shop) -> None:
    carts = shop.seed(*[48] * 5)
    shop.before_each_deletion(lambda: shop.sandbox.medusa.touch(carts[2]))
    ended = shop.job.by_hand()
    assert (ended.record.counts.removed, ended.record.counts.unchanged) == (4, 1)
    assert shop.there() == {carts[2]}


@pytest.mark.parametrize("columns", [{"completed_at": "2026-11-20T22:00:00.000Z"}, {"has_payment": True}])
def test_a_cart_that_becomes_an_order_or_is_paid_meanwhile_survives(
    shop: Shop, columns: dict[str, object]
) -> None:
    (cart,) = shop.seed(48)
    shop.before_each_deletion(
        lambda: shop.sandbox.shop.admin(lambda medusa: medusa.store.carts[cart].update(columns))
    )
    assert shop.job.by_hand().record.counts.unchanged == 1
    assert shop.there() == {cart}


def test_carts_are_read_and_deleted_page_by_page(shop: Shop) -> None:
    shop.seed(*[30] * 250)
    shop.job.by_hand(batch_size=100)
    assert shop.there() == set()
    assert shop.sandbox.count(route="/admin/nightshift/carts") == 3
    assert shop.sandbox.count(route="/admin/nightshift/carts/delete") == 3


@pytest.mark.parametrize("kind", ["drop_after", "status_after", "cut"])
def test_a_deletion_whose_answer_is_lost_is_known(shop: Shop, kind: str) -> None:
    old = shop.seed(30, 40)
    status = {"status": 503} if kind == "status_after" else {}
    shop.sandbox.fault("medusa", kind, path="/admin/nightshift/carts/delete", **status)
    ended = shop.job.by_hand()
    assert (ended.error, ended.record.counts.removed) == (None, 2)
    assert shop.sandbox.medusa.deletions() == dict.fromkeys(old, 1)


def test_a_dry_run_says_what_it_would_delete_and_deletes_nothing(shop: Shop) -> None:
    old = shop.seed(30, 40)
    shop.seed(1)
    plans = Plans()
    shop.job.observer = plans
    shop.job.by_hand(dry_run=True)
    assert plans.plan == [("removed", cart) for cart in old]
    assert len(shop.there()) == 3


def test_without_the_routes_the_run_fails_and_says_what_to_copy(shop: Shop) -> None:
    shop.seed(30)
    shop.sandbox.medusa.install_cart_routes(False)
    ended = shop.job.by_hand()
    assert isinstance(ended.error, ConfigurationError)
    assert "no route GET /admin/nightshift/carts" in str(ended.error)
    assert "copy the folder integrations/medusa/src into the Medusa project" in str(ended.error)


def test_a_medusa_that_is_down_is_not_one_without_routes(shop: Shop) -> None:
    shop.sandbox.fault("medusa", "status", status=503, times=None, path="/admin/nightshift/carts")
    assert isinstance(shop.job.by_hand().error, TryLaterError)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"carts": [], "next": 5},
        {"carts": [{"id": "cart_1"}], "next": None},
        {"carts": [{"touched_at": "x"}], "next": None},
        {"carts": ["cart_1"], "next": None},
    ],
)
def test_a_list_that_is_none_deletes_nothing(shop: Shop, body: object) -> None:
    shop.seed(30)
    shop.sandbox.fault("medusa", "wrong_json", body=body, path="/admin/nightshift/carts")
    assert "Medusa answered GET" in str(shop.job.by_hand().error)
    assert len(shop.there()) == 1


@pytest.mark.parametrize(
    "body", [{}, {"deleted": ["cart_other"], "kept": []}, {"deleted": [], "kept": []}, {"deleted": "all"}]
)
def test_an_answer_that_is_none_counts_nothing_as_deleted(shop: Shop, body: object) -> None:
    shop.seed(30)
    shop.sandbox.fault("medusa", "wrong_json", body=body, path="/admin/nightshift/carts/delete")
    ended = shop.job.by_hand()
    assert "Medusa answered POST" in str(ended.error)
    assert ended.record.counts.removed == 0
