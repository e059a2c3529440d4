"""A purge that is ended, or whose requests fail, anywhere: two clean ones reach what none disturbed would.

Here at some requests; with `make faults` at each.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support import fault_dynamodb, fault_sqlite, purge_faults
from support.fault_dynamodb import Wire
from support.fault_gate import Act
from support.fault_sqlite import SqliteBackend
from support.purge_faults import Left, Open, disturbed, undisturbed


def matrix(cases: Iterator[Open], act: Act, times: int, every: int) -> None:
    """The fate befalls one request in so many, each time another, until the purge has no more of them."""
    expected = undisturbed(next(cases))
    assert len(expected) == 8
    at = 0
    while True:
        gate, first, last = disturbed(next(cases), act, at, times)
        if not gate.has_fired:
            break
        assert [name for name, count in records(first).items() if count < records(expected)[name]] == [], at
        assert last == expected, gate.fated
        at += every
    assert at >= 8 * every


def records(found: Left) -> dict[str, int]:
    """How many there are: what is young or on hold is never fewer than what is left in the end."""
    return {name: sum(item[2] if len(item) > 2 else 1 for item in items) for name, items in found.items()}


@pytest.mark.parametrize("mode", ["ended before", "ended after"])
def test_faults_at_some_statements_to_sqlite(mode: str) -> None:
    sqlite(mode, every=11)


@pytest.mark.faults
@pytest.mark.parametrize("mode", fault_sqlite.MODES)
def test_faults_at_every_statement_to_sqlite(mode: str) -> None:
    sqlite(mode, every=1)


def test_faults_at_some_requests_to_dynamodb(dynamodb_endpoint: str) -> None:
    dynamodb(dynamodb_endpoint, "ended after", every=5)


# What befalls a request before its effect is one thing to whoever sent it, and so is one try of several:
# sync-products has the others.
MODES = ["ended before", "ended after", "throttled, at every try"]
MODES += ["lost after its effect, once", "lost after its effect, at every try"]


@pytest.mark.faults
@pytest.mark.parametrize("mode", MODES)
def test_faults_at_every_request_to_dynamodb(dynamodb_endpoint: str, mode: str) -> None:
    dynamodb(dynamodb_endpoint, mode, every=1)


def sqlite(mode: str, every: int) -> None:
    backend = SqliteBackend()
    matrix(purge_faults.sqlite(backend), *fault_sqlite.MODES[mode], every)
    backend.close()


def dynamodb(endpoint: str, mode: str, every: int) -> None:
    wire = Wire(endpoint)
    matrix(purge_faults.dynamodb(wire), *fault_dynamodb.MODES[mode], every)
    wire.close()
