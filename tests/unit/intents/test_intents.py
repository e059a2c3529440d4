"""What a job sees of intents: begun by one, moved by one at a time, and not by a dry run."""

from __future__ import annotations

import pytest

from nightshift.intents import Intents
from nightshift.state.models import Intent, RunId
from nightshift_tools.embedded import SqliteState
from support.shop import FakeClock


@pytest.fixture
def state() -> SqliteState:
    return SqliteState.in_memory()


def of_run(state: SqliteState, run: str, *, dry_run: bool = False) -> Intents:
    return Intents(state.intents, RunId(run), FakeClock(), dry_run=dry_run)


def begin(intents: Intents) -> Intent | None:
    return intents.begin("mail", "2026-W48:cus_1", "sending", {"to": "cus_1"})


def test_of_two_runs_one_begins_and_the_other_finds_it_begun(state: SqliteState) -> None:
    first, second = of_run(state, "first"), of_run(state, "second")
    begun = begin(first)
    assert begun is not None
    assert begin(second) is None
    assert second.find("mail", "2026-W48:cus_1") == begun


def test_an_intent_is_moved_on_by_one_run(state: SqliteState) -> None:
    first, second = of_run(state, "first"), of_run(state, "second")
    begun = begin(first)
    assert begun is not None
    sent = second.move(begun, "sent", {"id": "7"})
    assert sent is not None
    assert (sent.state, sent.body, sent.run, sent.revision) == ("sent", {"id": "7"}, "second", 2)
    assert first.move(begun, "unknown") is None
    assert first.find("mail", "2026-W48:cus_1") == sent


def test_a_move_keeps_what_is_sent_unless_it_says_otherwise(state: SqliteState) -> None:
    intents = of_run(state, "first")
    begun = begin(intents)
    assert begun is not None
    moved = intents.move(begun, "unknown")
    assert moved is not None
    assert moved.body == {"to": "cus_1"}


def test_a_dry_run_sees_what_would_be_and_writes_nothing(state: SqliteState) -> None:
    dry = of_run(state, "dry", dry_run=True)
    begun = begin(dry)
    assert begun is not None
    assert dry.move(begun, "sent") is not None
    assert dry.find("mail", "2026-W48:cus_1") is None
