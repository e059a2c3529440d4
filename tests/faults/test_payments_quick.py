"""The heart of the payment matrices, on SQLite, for every run of the tests; `make faults` runs them whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.fault_gate import kill_after
from support.fault_sqlite import SqliteBackend
from support.payment_faults import (
    LONG,
    ORG,
    RIVER,
    Counted,
    Months,
    asked_to_wait,
    ends,
    faults,
    opened,
    overtaken,
)
from support.payments import CHARGE, RAISE

pytestmark = pytest.mark.xdist_group("payments")


@pytest.fixture(scope="module")
def till() -> Iterator[Months]:
    backend = SqliteBackend()
    with opened(backend) as months:
        yield months
    backend.close()


@pytest.mark.parametrize("name", ["answer lost", "late"])
def test_whatever_answer_is_lost_nothing_is_charged_twice(till: Months, name: str) -> None:
    counted = Counted()
    assert list(faults(till, CHARGE, RIVER, name, "once", counted)) == []
    assert counted.cases == 10


def test_whoever_was_held_up_charges_nothing_beside_whoever_took_over(till: Months) -> None:
    counted = Counted()
    assert list(overtaken(till, CHARGE, RIVER, LONG, counted)) == []
    assert counted.cases == 10


@pytest.mark.parametrize(("job", "site"), [(CHARGE, RIVER), (RAISE, ORG)])
def test_wherever_a_process_ends_nothing_is_skipped_and_nothing_charged_twice(
    till: Months, job: str, site: str
) -> None:
    counted = Counted()
    assert list(ends(till, job, site, kill_after, 1, counted)) == []
    assert counted.cases > 2


def test_an_order_that_the_provider_does_not_list_yet_is_not_made_again(till: Months) -> None:
    assert list(asked_to_wait(till, Counted())) == []
