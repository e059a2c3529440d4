"""Bringing records of a restored table back into a stack's own.

A backup is restored by DynamoDB into a table of its own. Only what the stack's table lacks is brought back: a
control record of then, over one of now, would lower its fence and run slots again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from nightshift.errors import ConfigurationError
from nightshift.state.codec import Attributes, check_version
from nightshift.state.dynamodb.table import ConditionFailedError, Table
from nightshift_tools.aws.calls import client
from nightshift_tools.aws.stack import Stack


@dataclass(frozen=True, slots=True)
class Restored:
    """How many records were brought back, how many stood there already, and how many had expired."""

    copied: int
    kept: int
    expired: int


def restore(stack: Stack, source: str, now: datetime) -> Restored:
    """Bring back from the table `source` what the stack's table of state lacks. It may be repeated.

    ConfigurationError while the stack's schedules are on; StateVersionError, before anything is written,
    where a record is of a version that this release does not know.
    """
    if stack.schedules_are_on:
        raise ConfigurationError(
            f"the schedules of {stack.name} are on, and its runs would write beside this: switch them off "
            "first, by `make deploy STAGE=… SCHEDULES=DISABLED`"
        )
    target = stack.output("StateTable")
    if source == target:
        raise ConfigurationError(f"{source} is the stack's own table: name the one that the backup is in")
    once = {"mode": "standard", "total_max_attempts": 1}
    dynamodb = client(stack.session, "dynamodb", retries=once)
    there, here = Table(dynamodb, source), Table(dynamodb, target)
    for item in _items(there):
        check_version(item, f"the record {item['pk']!s} {item['sk']!s} of {source}")
    copied = kept = expired = 0
    for item in _items(there):
        if _has_expired(item, now):
            expired += 1
        elif _put(here, item):
            copied += 1
        else:
            kept += 1
    return Restored(copied, kept, expired)


def _items(table: Table) -> Iterator[Attributes]:
    return table.scan(0, 1, None, ())


def _has_expired(item: Attributes, now: datetime) -> bool:
    return "expires_at" in item and cast(int, item["expires_at"]) <= now.timestamp()


def _put(table: Table, item: Attributes) -> bool:
    own = {name: value for name, value in item.items() if name not in ("pk", "sk")}
    try:
        table.put(str(item["pk"]), str(item["sk"]), own, "attribute_not_exists(pk)")
    except ConditionFailedError:
        return False
    return True
