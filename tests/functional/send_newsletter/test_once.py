"""One mail per customer and issue, under every fault: of Medusa, of the post office, of the process."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from nightshift.state.models import Intent, RunId
from support.dying import dying
from support.faults import Killed
from support.newsletter import LEASE, MISHAPS, PostOffice, Shop

FAULTS: dict[str, dict[str, object]] = {
    "503": {"kind": "status", "status": 503},
    "429": {"kind": "status", "status": 429, "retry_after": 1},
    "answer lost": {"kind": "drop_after"},
    "cut": {"kind": "cut"},
    "a page": {"kind": "html"},
    "other JSON": {"kind": "wrong_json", "body": {"message": "under maintenance"}},
    "nobody": {"kind": "empty"},
    "token expired": {"kind": "expire_tokens"},
}


def renewed(shop: Shop) -> Shop:
    """The same Medusa from its beginning, with a state and a post office of its own."""
    shop.sandbox.reset()
    return Shop(shop.sandbox, shop.clock)


def has_died(shop: Shop) -> bool:
    """Deliver a tick to a process, which may not live to see its end."""
    try:
        shop.job.tick()
    except Killed:
        return True
    return False


def settle(shop: Shop) -> None:
    """Two clean runs, once nothing goes wrong any more and the lease is over."""
    shop.sandbox.clear_faults()
    shop.post.befall = PostOffice.deliver
    for _ in range(2):
        shop.clock.advance(LEASE)
        error = shop.job.by_hand().error
        assert error is None or "records were set aside" in str(error)


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("times", [1, None], ids=["once", "from then on"])
def test_a_fault_of_medusa_at_any_request_mails_nobody_twice(
    shop: Shop, name: str, times: int | None
) -> None:
    for place in range(1, 12):
        shop = renewed(shop)
        shop.seed(3)
        shop.sandbox.fault("medusa", nth=place, times=times, **FAULTS[name])  # type: ignore[arg-type]
        shop.job.tick()
        fired = any(armed.fired for armed in shop.sandbox.shop.faults())
        settle(shop)
        shop.check_once(reported=False)
        if not fired:
            assert place > 4
            return
    raise AssertionError("the run has no end")


@pytest.mark.parametrize("name", MISHAPS)
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
def test_a_mishap_at_any_mail_mails_nobody_twice(shop: Shop, name: str, lasting: bool) -> None:
    for place in range(1, 6):
        shop = renewed(shop)
        shop.seed(3)

        def befall(office: PostOffice, mail: object, place: int = place) -> object:
            strikes = office.asked >= place if lasting else office.asked == place
            return (MISHAPS[name] if strikes else PostOffice.deliver)(office, mail)  # type: ignore[arg-type]

        shop.post.befall = befall  # type: ignore[assignment]
        has_died(shop)
        struck = shop.post.asked >= place
        settle(shop)
        shop.check_once()
        if name in ("throttled", "unreachable", "refused"):  # nothing was sent, and that is known
            shop.check_once(reported=False)
        if not struck:
            assert place == 4
            return
    raise AssertionError("the run has no end")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_process_that_dies_at_any_write_of_its_state_has_mailed_nobody_twice(
    shop: Shop, after: bool
) -> None:
    for place in range(1, 40):
        shop = renewed(shop)
        shop.seed(3)
        undo = dying(shop.state.database, place, after=after)
        died = has_died(shop)
        undo()
        settle(shop)
        shop.check_once()
        assert sum(shop.mailed().values()) >= 2  # at most one of them is left without
        if not died:
            assert place > 8
            return
    raise AssertionError("the run has no end")


def test_of_two_runs_at_the_same_customer_one_mails(shop: Shop) -> None:
    """Both have found no intent; the other one writes his first."""
    taken, free = shop.seed(2)
    move, is_first = shop.state.intents.move, True

    def overtaken(intent: Intent, now: datetime) -> bool:
        nonlocal is_first
        if is_first:
            is_first = False
            assert move(replace(intent, run=RunId("another")), now)
        return move(intent, now)

    shop.state.intents.move = overtaken  # type: ignore[method-assign]
    ended = shop.job.tick()
    assert (ended.record.counts.created, ended.record.counts.unchanged) == (1, 1)
    assert shop.mailed() == {free: 1}
    settle(shop)
    assert "run another ended before it knew" in shop.job.quarantine()[taken].reason


def test_a_run_that_was_stopped_for_longer_than_its_lease_sends_nothing_more(shop: Shop) -> None:
    """The other one has mailed everybody when this one comes to its first intent."""
    shop.seed(3)
    move, is_first = shop.state.intents.move, True

    def overtaken(intent: Intent, now: datetime) -> bool:
        nonlocal is_first
        if is_first:
            is_first = False
            shop.clock.advance(LEASE)
            assert shop.worker().by_hand().error is None
        return move(intent, now)

    shop.state.intents.move = overtaken  # type: ignore[method-assign]
    shop.job.tick()
    shop.check_once(reported=False)
