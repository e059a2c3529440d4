"""Fixtures of DynamoDB: one emulator for all tests of a process, started by the first that asks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import NoReturn

import pytest

from nightshift_tools.testing import dynamodb_local

REQUIRED = "NIGHTSHIFT_REQUIRE_DYNAMODB_LOCAL"


@pytest.fixture(scope="session")
def dynamodb_endpoint() -> Iterator[str]:
    """The endpoint of DynamoDB Local. Skips with the reason where it cannot run, unless it is required."""
    try:
        with dynamodb_local.running() as endpoint:
            yield endpoint
    except dynamodb_local.UnavailableError as error:
        go_without(str(error), os.environ)


def go_without(reason: str, environment: Mapping[str, str]) -> NoReturn:
    """Skip what needs the emulator; fail where it is required, as in `.ci/run`."""
    if environment.get(REQUIRED) == "1":
        pytest.fail(f"{REQUIRED}=1, and {reason}")
    pytest.skip(reason)
