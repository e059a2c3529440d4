"""Intents: written down once before the deed, moved by one writer at a time, hidden once expired."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from nightshift.errors import StateVersionError
from nightshift.state.codec import STATE, encode_intent, intent_partition
from nightshift.state.models import Intent, RunId
from support.driving import at
from support.states import Store

_NUMBERS = count(1)


@pytest.fixture
def intent() -> Intent:
    key = f"order-{next(_NUMBERS)}"
    return Intent("fulfil", key, 1, "sending", RunId("run-1"), at(0), {"items": [{"id": "a", "quantity": 2}]})


def read(store: Store, intent: Intent, minute: float = 1) -> Intent | None:
    return store.state.intents.read(intent.kind, intent.key, at(minute))


def test_there_is_none_at_first(store: Store, intent: Intent) -> None:
    assert read(store, intent) is None


def test_an_intent_comes_back_as_it_was_written(store: Store, intent: Intent) -> None:
    assert store.state.intents.move(intent, at(0))
    assert read(store, intent) == intent


def test_of_two_that_write_it_first_one_does(store: Store, intent: Intent) -> None:
    assert store.state.intents.move(intent, at(0))
    other = replace(intent, run=RunId("run-2"))
    assert not store.state.intents.move(other, at(0))
    assert read(store, intent) == intent


def test_a_move_from_a_revision_that_is_over_changes_nothing(store: Store, intent: Intent) -> None:
    store.state.intents.move(intent, at(0))
    unknown = replace(intent, revision=2, state="unknown", at=at(1))
    assert store.state.intents.move(unknown, at(1))
    assert not store.state.intents.move(replace(unknown, state="done"), at(1))
    assert not store.state.intents.move(replace(unknown, revision=4, state="done"), at(1))
    assert read(store, intent) == unknown
    assert store.state.intents.move(replace(unknown, revision=3, state="done"), at(1))


def test_a_move_without_its_beginning_is_refused(store: Store, intent: Intent) -> None:
    assert not store.state.intents.move(replace(intent, revision=2), at(0))
    assert read(store, intent) is None


def test_a_move_repeated_is_harmless(store: Store, intent: Intent) -> None:
    assert store.state.intents.move(intent, at(0))
    assert store.state.intents.move(intent, at(0))
    second = replace(intent, revision=2, state="done")
    assert store.state.intents.move(second, at(1))
    assert store.state.intents.move(second, at(1))
    assert read(store, intent) == second


def test_an_expired_intent_is_invisible_and_holds_up_nobody(store: Store, intent: Intent) -> None:
    passing = replace(intent, expires_at=at(5))
    store.state.intents.move(passing, at(0))
    assert read(store, intent, 4.9) == passing
    assert read(store, intent, 5) is None
    again = replace(intent, run=RunId("run-2"), expires_at=at(20))
    assert not store.state.intents.move(again, at(4.9))
    assert store.state.intents.move(again, at(5))
    assert read(store, intent, 6) == again


def test_kinds_and_keys_are_kept_apart(store: Store, intent: Intent) -> None:
    store.state.intents.move(intent, at(0))
    assert store.state.intents.read("mail", intent.key, at(0)) is None
    assert store.state.intents.read("fulfil", f"{intent.key}0", at(0)) is None


def test_a_key_that_is_no_unicode_is_spelled_out(store: Store, intent: Intent) -> None:
    odd = replace(intent, key=f"{intent.key}\ud83d")
    assert store.state.intents.move(odd, at(0))
    assert store.state.intents.move(odd, at(0))
    found = read(store, odd)
    assert found is not None
    assert found.key == f"{intent.key}\\ud83d"


def test_an_intent_of_another_version_is_refused_and_left_as_it_is(store: Store, intent: Intent) -> None:
    later = encode_intent(replace(intent, expires_at=at(0) - timedelta(days=1))) | {"version": 99}
    store.raw.put(intent_partition(intent.kind, intent.key), STATE, later)
    with pytest.raises(StateVersionError, match="version 99"):
        read(store, intent)
    for revision in (1, 2):
        with pytest.raises(StateVersionError, match="version 99"):
            store.state.intents.move(replace(intent, revision=revision), at(9))
