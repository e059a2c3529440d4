"""A shop's days, made up: faults, ends, pauses, declines, reviews and clocks that differ, in any order. At
no moment is an installment charged twice, and in the end the ledger is as the provider's book is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from nightshift.state.ledger import Standing
from support import fault_sqlite
from support.fault_gate import STATE, Act, Fate, kill_after
from support.fault_sqlite import SqliteBackend
from support.payment_faults import (
    FAULTS,
    LEASE,
    LONG,
    ORG,
    RIVER,
    Months,
    deliver,
    held_up,
    opened,
    other_tick,
)
from support.payments import CHARGE, RAISE, STATUS

DAY = 24 * 3600
SKEW = 120
"""Seconds by which the clocks of two workers may differ."""


@dataclass(frozen=True)
class Trouble:
    """What befalls one tick: a fault of an upstream, an end, or a pause in which another worker comes.

    The worker's clock is `skew` seconds ahead of the others'.
    """

    kind: str
    place: tuple[str, int]
    fault: str = "503"
    times: int | None = 1
    pause: int = LEASE
    by: str = CHARGE
    skew: int = 0


JOBS = st.sampled_from([RAISE, CHARGE])
PLACES = st.one_of(
    st.tuples(st.just(RIVER), st.integers(0, 6)),
    st.tuples(st.just(RIVER), st.integers(0, 6)),
    st.tuples(st.just(STATE), st.integers(3, 20)),
    st.tuples(st.just(ORG), st.integers(0, 4)),
)
TROUBLES = st.builds(
    Trouble,
    kind=st.sampled_from(["fault", "fault", "end", "pause", "pause", "none"]),
    place=PLACES,
    fault=st.sampled_from(list(FAULTS)),
    times=st.sampled_from([1, 1, 2, None]),
    pause=st.sampled_from([30, LEASE, LONG, LONG]),
    by=JOBS,
    skew=st.sampled_from([0, 0, -SKEW, SKEW]),
)
DISK: Act = fault_sqlite.MODES["disk broken"][0]


@pytest.fixture(scope="module")
def till() -> Iterator[Months]:
    backend = SqliteBackend()
    with opened(backend) as months:
        yield months
    backend.close()


class Days(RuleBasedStateMachine):
    """Two subscriptions that owe an installment a day."""

    def __init__(self, till: Months) -> None:
        super().__init__()
        self.till = till
        till.subscriptions = []
        till.seed(2, Interval="day", Installments_Total=None)
        self.sources = [str(till.source_of(key)) for key in till.subscriptions]

    @rule(troubles=st.lists(TROUBLES, min_size=3, max_size=5), later=st.sampled_from([60, 600, LONG]))
    def some_days_are_charged(self, troubles: Sequence[Trouble], later: int) -> None:
        """Each day something is due, then comes trouble, then a tick that nothing disturbs."""
        for trouble in troubles:
            self._next_day()
            deliver(self.till, RAISE)
            self._tick(CHARGE, trouble)
            self.till.clock.advance(later)
            deliver(self.till, CHARGE)

    @rule(trouble=TROUBLES)
    def a_day_is_raised(self, trouble: Trouble) -> None:
        self._next_day()
        self._tick(RAISE, trouble)

    @rule(
        which=st.integers(0, 1),
        how=st.sampled_from(
            [
                {"decline": "insufficient_funds", "declines": 1},
                {"decline": "insufficient_funds"},
                {"decline": "account_closed"},
                {"order_state": "in_review"},
                {"card": "4000 0000 0000 4103"},
                {},
                {},
            ]
        ),
    )
    def a_source_changes(self, which: int, how: dict[str, object]) -> None:
        self.till.sandbox.digital_river.seed(sources=[{"id": self.sources[which], **how}])

    @rule(state=st.sampled_from(["accepted", "blocked", "cancelled"]))
    def a_review_ends(self, state: str) -> None:
        for order in list(self.till.alive()):
            if order["state"] == "in_review":
                self.till.sandbox.digital_river.move(order["id"], state)

    @rule(seconds=st.sampled_from([0, 300, 3600]))
    def captures_take_time(self, seconds: int) -> None:
        self.till.sandbox.digital_river.turn(capture_delay=seconds)

    def _next_day(self) -> None:
        """Whoever was past due is taken back."""
        self.till.clock.advance(DAY)
        for subscription in self.till.subscriptions:
            if self.till.record(subscription)[STATUS] != "Active":
                self.till.edit(subscription, Status="Active")
        self.till.clock.advance(60)

    def _tick(self, job: str, trouble: Trouble) -> None:
        till, fate, seconds_left = self.till, None, 300
        till.sandbox.clear_faults()
        site, place = trouble.place
        if trouble.kind == "fault" and site != STATE:
            till.sandbox.fault(site, nth=place + 1, times=trouble.times, **FAULTS[trouble.fault])  # type: ignore[arg-type]
        elif trouble.kind == "end":
            fate = Fate(site, place, DISK if site == STATE and trouble.times is None else kill_after)
        elif trouble.kind == "pause":
            # No deadline ends it: a laptop, or a process that was frozen.
            act = held_up(other_tick(till, trouble.by, trouble.pause), trouble.pause)
            fate, seconds_left = Fate(site, place, act), None
        till.clock.advance(60)
        till.skew = trouble.skew
        deliver(till, job, fate, seconds_left)
        till.skew = 0
        if trouble.kind == "end":
            till.clock.advance(LEASE)

    @invariant()
    def nothing_is_charged_twice(self) -> None:
        assert list(self.till.twice()) == []

    def teardown(self) -> None:
        till = self.till
        till.sandbox.clear_faults()
        till.sandbox.digital_river.seed(sources=[{"id": source} for source in self.sources])
        self.a_review_ends("accepted")
        till.sandbox.digital_river.turn(capture_delay=0)
        till.clock.advance(LONG)
        for _ in range(3):
            till.clock.advance(4 * DAY)
            till.settle()
        try:
            assert list(till.breaches()) == []
            left = {entry.standing for entry in till.entries()}
            assert left <= {Standing.SUCCEEDED, Standing.FAILED}, till.unpaid()
        finally:
            for subscription in till.subscriptions:
                till.edit(subscription, Status="Cancelled")


@pytest.mark.histories
@pytest.mark.xdist_group("payments")
def test_whatever_happens_an_installment_is_charged_once_and_both_books_agree(till: Months) -> None:
    few = settings(
        max_examples=settings().max_examples // 10,
        stateful_step_count=10,
        phases=[Phase.generate],  # to make a history shorter takes minutes
    )
    run_state_machine_as_test(lambda: Days(till), settings=few)
