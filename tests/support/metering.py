"""Counts what a DynamoDB client sends, request by request, and what DynamoDB charges for it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


class Meter:
    """What a client has sent since the meter was attached or reset. A retry counts as a request."""

    def __init__(self, client: DynamoDBClient) -> None:
        self.requests: Counter[str] = Counter()
        self.units = 0.0
        events = client.meta.events
        events.register("provide-client-params.dynamodb.*", self._ask_for_units)
        events.register("before-send.dynamodb.*", self._count)
        events.register("after-call.dynamodb.*", self._charge)

    def reset(self) -> None:
        self.requests.clear()
        self.units = 0.0

    def _ask_for_units(self, params: dict[str, Any], **_: object) -> dict[str, Any]:
        return {**params, "ReturnConsumedCapacity": "TOTAL"}

    def _count(self, event_name: str, **_: object) -> None:
        self.requests[event_name.rpartition(".")[2]] += 1

    def _charge(self, parsed: dict[str, Any], **_: object) -> None:
        consumed = parsed.get("ConsumedCapacity", [])
        for table in consumed if isinstance(consumed, list) else [consumed]:
            self.units += table["CapacityUnits"]
