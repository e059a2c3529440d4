"""The watchdog's look: control records of many jobs and what it remembers, at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from nightshift.errors import StateVersionError, TryLaterError
from nightshift.state.codec import CONTROL, partition
from nightshift.state.dynamodb.batches import MAX_ROUNDS
from nightshift.state.models import Control, JobKey
from nightshift.state.watches import WATCH, Watched
from nightshift_tools.testing.dynamodb_local import client
from nightshift_tools.testing.tables import TableNames
from support.driving import Job, at, slot
from support.states import Store, dynamodb_store

MAIN, OUTLET = JobKey("bill-orders", "main"), JobKey("bill-orders", "outlet")


def test_a_look_has_every_control_record_and_an_empty_one_for_a_job_that_never_ran(job: Job) -> None:
    job.succeed("run", slot(2))
    never = JobKey(f"{job.key.job}-never")
    look = job.store.state.watch.look([job.key, never])
    assert look.controls == {job.key: job.control(), never: Control()}
    assert look.unreadable == ()


@pytest.mark.parametrize("number", [99, 100, 250])
def test_a_look_takes_as_many_jobs_as_there_are(store: Store, number: int) -> None:
    keys = [JobKey(f"of-{number}", f"{n}") for n in range(number)]
    for key in (keys[0], keys[-1]):
        Job(store, key).fail("run", slot(2))
    controls = store.state.watch.look(keys).controls
    assert list(controls) == keys
    assert [key for key, control in controls.items() if control.slots] == [keys[0], keys[-1]]


def test_what_is_remembered_is_there_at_the_next_look(store: Store) -> None:
    watches = {
        MAIN: {"default": Watched("abc", at(0)), "Friday's: the 13th @ 5": Watched("def", at(1.5))},
        OUTLET: {"default": Watched("abc", at(2))},
    }
    store.state.watch.remember(watches)
    assert store.state.watch.look([]).watches == watches
    del watches[MAIN]
    store.state.watch.remember(watches)
    assert store.state.watch.look([MAIN]).watches == watches
    store.state.watch.remember({})
    assert store.state.watch.look([]).watches == {}


def test_a_control_record_of_another_version_blinds_the_look_for_that_job_alone(job: Job) -> None:
    other = Job(job.store, JobKey(f"{job.key.job}-other"))
    other.succeed("run", slot(2))
    job.store.raw.put(partition(job.key), CONTROL, {"version": 2})
    look = job.store.state.watch.look([job.key, other.key])
    assert (look.unreadable, set(look.controls)) == ((job.key,), {other.key})


def test_what_a_later_release_remembers_is_refused(store: Store) -> None:
    store.raw.put(*WATCH, {"version": 2, "schedules": "{}"})
    with pytest.raises(StateVersionError, match="the watchdog's record has version 2"):
        store.state.watch.look([])
    store.state.watch.remember({})


@contextmanager
def withheld(endpoint: str, tables: TableNames, rest: Callable[[list[Any]], list[Any]]) -> Iterator[Store]:
    """DynamoDB Local behind an answer that leaves keys unprocessed, as a throttled table does."""
    own = client(endpoint)

    def withhold(parsed: dict[str, Any], **_: object) -> None:
        found = parsed["Responses"][tables.state]
        kept = rest(found)
        keys = [{name: item[name] for name in ("pk", "sk")} for item in found if item not in kept]
        parsed["Responses"][tables.state] = kept
        parsed["UnprocessedKeys"] = {tables.state: {"Keys": keys}} if keys else {}

    own.meta.events.register("after-call.dynamodb.BatchGetItem", withhold)
    yield dynamodb_store("dynamodb-local", own, tables)
    own.close()


def test_what_dynamodb_leaves_unprocessed_is_asked_for_again(
    dynamodb_endpoint: str, local_tables: TableNames
) -> None:
    keys = [JobKey("withheld", f"{n}") for n in range(MAX_ROUNDS)]
    with withheld(dynamodb_endpoint, local_tables, lambda found: found[:1]) as store:
        store.state.watch.remember({})
        for key in keys[:-1]:
            Job(store, key).fail("run", slot(2))
        controls = store.state.watch.look(keys).controls
    assert [bool(control.slots) for control in controls.values()] == [*[True] * (len(keys) - 1), False]


def test_a_table_that_never_answers_is_a_reason_to_try_later(
    dynamodb_endpoint: str, local_tables: TableNames
) -> None:
    with withheld(dynamodb_endpoint, local_tables, lambda found: []) as store:
        store.state.watch.remember({})
        with pytest.raises(TryLaterError, match="left 1 reads undone"):
            store.state.watch.look([])
