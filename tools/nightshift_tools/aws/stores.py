"""The state of a deployed stack, in its tables, reached with a person's credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightshift_tools.aws.calls import client
from nightshift_tools.local.stores import Stores, on_tables

if TYPE_CHECKING:
    from nightshift_tools.aws.stack import Stack


def stack_stores(stack: Stack) -> Stores:
    """The stores in a stack's tables. Its client tries once, because the adapters try again by themselves."""
    once = {"mode": "standard", "total_max_attempts": 1}
    tables = stack.output("StateTable"), stack.output("LogTable")
    return on_tables(client(stack.session, "dynamodb", retries=once, parameter_validation=False), *tables)
