"""Many items in few requests: split by DynamoDB's limits, and sent again until nothing is left undone.

Source: DynamoDB API Reference, BatchWriteItem (25 puts or deletes and 16 MB, as they are sent in JSON) and
BatchGetItem (100 keys; what goes beyond 16 MB of answers comes back unprocessed).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from nightshift.errors import TryLaterError
from nightshift.state.dynamodb.sending import Sender
from nightshift.state.dynamodb.values import bytes_on_the_wire

Part: TypeAlias = dict[str, Any]
"""A put or delete request, or a key, in DynamoDB's typed form."""

MAX_WRITES = 25
MAX_KEYS = 100
MAX_REQUEST = 16 * 1000 * 1000
"""Bytes of the items of one request: a little below DynamoDB's 16 MB, for what is around them."""

MAX_ROUNDS = 8
"""Requests in a row that may leave all that they ask for undone."""


def write_all(sender: Sender, writes: Sequence[Part]) -> None:
    """Send put and delete requests; TryLaterError where DynamoDB does not take them all in good time."""

    def write(chunk: list[Part]) -> list[Part]:
        answer = sender.send("batch_write_item", {"RequestItems": {sender.table: chunk}})
        undone: list[Part] = answer.get("UnprocessedItems", {}).get(sender.table, [])
        return undone

    for chunk in _chunks(writes):
        _until_done(sender, chunk, write, "writes")


def read_all(sender: Sender, keys: Sequence[Part], *, consistent: bool) -> list[Part]:
    """The items with these keys, in no order; TryLaterError where DynamoDB does not read them all."""
    found: list[Part] = []

    def read(chunk: list[Part]) -> list[Part]:
        wanted = {"Keys": chunk, "ConsistentRead": consistent}
        answer = sender.send("batch_get_item", {"RequestItems": {sender.table: wanted}})
        found.extend(answer.get("Responses", {}).get(sender.table, []))
        undone: list[Part] = answer.get("UnprocessedKeys", {}).get(sender.table, {}).get("Keys", [])
        return undone

    for start in range(0, len(keys), MAX_KEYS):
        _until_done(sender, list(keys[start : start + MAX_KEYS]), read, "reads")
    return found


def _until_done(
    sender: Sender, parts: list[Part], send: Callable[[list[Part]], list[Part]], what: str
) -> None:
    """Send parts, and what of them came back undone, with a wait before each repetition."""
    in_vain = 0
    while undone := send(parts):
        in_vain = in_vain + 1 if len(undone) == len(parts) else 0
        cause = f"DynamoDB table {sender.table} left {len(undone)} {what} undone: it is throttled"
        if in_vain == MAX_ROUNDS:
            raise TryLaterError(f"{cause}, and {MAX_ROUNDS} requests in a row did nothing")
        sender.wait(in_vain + 1, cause)
        parts = undone


def _chunks(writes: Sequence[Part]) -> Iterator[list[Part]]:
    chunk: list[Part] = []
    size = 0
    for write in writes:
        length = bytes_on_the_wire(write)
        if chunk and (len(chunk) == MAX_WRITES or size + length > MAX_REQUEST):
            yield chunk
            chunk, size = [], 0
        chunk.append(write)
        size += length
    if chunk:
        yield chunk
