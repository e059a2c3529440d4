"""The payment ledger: one entry per installment, moved by one at a time, found when it is due, never lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count

import pytest

from nightshift.errors import StateVersionError
from nightshift.state.codec import STATE
from nightshift.state.ledger import Attempt, Decision, Installment, InstallmentKey, Standing
from nightshift.state.ledger_codec import OPTIONAL, encode_installment, installment_partition
from nightshift.state.models import RunId
from support.driving import at
from support.states import Store

_NUMBERS = count(1)


@pytest.fixture
def storefront() -> str:
    return f"shop-{next(_NUMBERS)}"


def installment(storefront: str, subscription: str = "sub_1", number: int = 1, due: float = 0) -> Installment:
    return Installment(
        key=InstallmentKey(storefront, subscription, number),
        revision=1,
        standing=Standing.DUE,
        amount=1999,
        currency="EUR",
        due_at=at(due),
        next_at=at(due),
        run=RunId("run-1"),
        at=at(0),
        terms={"source": "src_1", "items": [{"sku": "A", "quantity": 2}]},
    )


def moved(entry: Installment, standing: Standing, next_minute: float | None = None) -> Installment:
    next_at = None if next_minute is None else at(next_minute)
    return replace(entry, revision=entry.revision + 1, standing=standing, next_at=next_at)


def eventually(found: Callable[[], Sequence[Installment]], expected: Sequence[Installment]) -> None:
    """An index lags; on an emulator, by no more than a moment."""
    for _ in range(50):
        if found() == expected:
            return
        time.sleep(0.02)
    assert found() == expected


def test_an_installment_is_added_once(store: Store, storefront: str) -> None:
    entry = installment(storefront)
    assert store.state.ledger.read(entry.key) is None
    assert store.state.ledger.add(entry)
    assert store.state.ledger.add(entry)  # its own answer was lost
    assert not store.state.ledger.add(replace(entry, run=RunId("run-2"), amount=5))
    assert store.state.ledger.read(entry.key) == entry


def test_adding_does_not_undo_what_has_become_of_it(store: Store, storefront: str) -> None:
    entry = installment(storefront)
    store.state.ledger.add(entry)
    paid = moved(entry, Standing.SUCCEEDED)
    store.state.ledger.move(paid)
    assert not store.state.ledger.add(entry)
    assert store.state.ledger.read(entry.key) == paid


def test_of_two_that_move_it_at_once_one_does(store: Store, storefront: str) -> None:
    entry = installment(storefront)
    store.state.ledger.add(entry)
    first = replace(moved(entry, Standing.SENDING, 5), attempts=(Attempt(1, RunId("run-1"), at(1)),))
    second = replace(first, attempts=(Attempt(1, RunId("run-2"), at(1)),))
    assert store.state.ledger.move(first)
    assert not store.state.ledger.move(second)
    assert store.state.ledger.move(first)
    assert store.state.ledger.read(entry.key) == first


def test_what_is_not_there_cannot_be_moved(store: Store, storefront: str) -> None:
    entry = moved(installment(storefront), Standing.SENDING)
    assert not store.state.ledger.move(entry)
    assert store.state.ledger.read(entry.key) is None


def test_attempts_and_their_outcomes_come_back_whole(store: Store, storefront: str) -> None:
    tried = (
        Attempt(1, RunId("run-1"), at(1), "src_1", Standing.DECLINED, at(2), "insufficient_funds", "ord_1"),
        Attempt(2, RunId("run-2"), at(3)),
    )
    decided = (Decision(at(4), Standing.DUE, "the customer has a new card", 2),)
    entry = installment(storefront)
    store.state.ledger.add(entry)
    whole = replace(
        moved(entry, Standing.UNKNOWN, 9),
        attempts=tried,
        decisions=decided,
        order="ord_1",
        reason="no answer ü🛑",
    )
    assert store.state.ledger.move(whole)
    assert store.state.ledger.read(entry.key) == whole


def test_what_an_entry_has_no_more_is_gone(store: Store, storefront: str) -> None:
    entry = installment(storefront)
    store.state.ledger.add(entry)
    parked = replace(moved(entry, Standing.PARKED), reason="unclear", order="ord_1")
    store.state.ledger.move(parked)
    again = replace(moved(parked, Standing.DUE, 1), reason=None, order=None)
    assert store.state.ledger.move(again)
    assert store.state.ledger.read(entry.key) == again


def test_a_fresh_entry_has_nothing_that_its_adder_may_not_write(storefront: str) -> None:
    assert not {"attempts", "decisions", "order", "reason"} & set(encode_installment(installment(storefront)))
    assert {"attempts", "decisions", "order", "reason"} <= set(OPTIONAL)


@pytest.mark.parametrize("text", ["main:a06:12", "main:a:b:3"])
def test_a_key_is_read_as_it_is_written(text: str) -> None:
    assert str(InstallmentKey.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "main", "main:a06", "main:a06:", ":a06:1", "main::1", "main:a06:-1", "main:a06:²"]
)
def test_a_text_that_names_no_installment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names no installment"):
        InstallmentKey.parse(text)


def test_what_is_due_is_found_earliest_first(store: Store, storefront: str) -> None:
    later, first, second = (installment(storefront, f"sub_{due}", due=due) for due in (9, 1, 2))
    for entry in (later, first, second, installment(f"{storefront}x")):
        store.state.ledger.add(entry)
    eventually(lambda: list(store.state.ledger.due(storefront, at(2))), [first, second])
    eventually(lambda: list(store.state.ledger.due(storefront, at(9))), [first, second, later])
    assert list(store.state.ledger.due(storefront, at(0.9))) == []


def test_what_is_to_be_looked_at_later_is_due_then(store: Store, storefront: str) -> None:
    entry = installment(storefront)
    store.state.ledger.add(entry)
    declined = moved(entry, Standing.DECLINED, 60)
    store.state.ledger.move(declined)
    eventually(lambda: list(store.state.ledger.due(storefront, at(59))), [])
    eventually(lambda: list(store.state.ledger.due(storefront, at(60))), [declined])


@pytest.mark.parametrize("standing", [Standing.PARKED, Standing.FAILED])
def test_what_waits_for_a_person_is_found_and_not_due(
    store: Store, storefront: str, standing: Standing
) -> None:
    entry = installment(storefront)
    store.state.ledger.add(entry)
    ended = moved(entry, standing)
    store.state.ledger.move(ended)
    eventually(lambda: list(store.state.ledger.standing(storefront, standing)), [ended])
    eventually(lambda: list(store.state.ledger.due(storefront, at(999))), [])


def test_what_succeeded_is_on_no_list(store: Store, storefront: str) -> None:
    entry = installment(storefront)
    store.state.ledger.add(entry)
    store.state.ledger.move(moved(entry, Standing.SUCCEEDED))
    eventually(lambda: list(store.state.ledger.due(storefront, at(999))), [])
    for standing in Standing:
        assert list(store.state.ledger.standing(storefront, standing)) == []


def test_any_number_of_installments_is_found(store: Store, storefront: str) -> None:
    entries = [installment(storefront, f"sub_{number:04d}", due=number % 7) for number in range(450)]
    for entry in entries:
        store.state.ledger.add(entry)
    found = list(store.state.ledger.due(storefront, at(10)))
    assert [entry.due_at for entry in found] == sorted(entry.due_at for entry in entries)
    assert sorted(entry.key for entry in found) == sorted(entry.key for entry in entries)


def test_an_entry_of_another_version_is_refused_and_left_as_it_is(store: Store, storefront: str) -> None:
    entry = installment(storefront)
    store.raw.put(installment_partition(entry.key), STATE, encode_installment(entry) | {"version": 99})
    before = store.raw.get(installment_partition(entry.key), STATE)
    with pytest.raises(StateVersionError, match="version 99"):
        store.state.ledger.read(entry.key)
    for write in (store.state.ledger.add, store.state.ledger.move):
        with pytest.raises(StateVersionError, match="version 99"):
            write(replace(entry, revision=2, reason="changed"))
    assert store.raw.get(installment_partition(entry.key), STATE) == before


def test_an_entry_never_expires(storefront: str) -> None:
    for standing in Standing:
        assert "expires_at" not in encode_installment(replace(installment(storefront), standing=standing))
