"""A DynamoDB client that throttles requests and leaves parts of batches undone, as a test says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

Undone = Callable[[int, list[Any]], list[Any]]
"""Of the n-th request, from 0, and its parts: those that it leaves undone."""


def nothing(_: int, parts: list[Any]) -> list[Any]:
    return []


class FlakyClient:
    """Passes on what is not held back, and counts what came; `largest` is the most parts of one request."""

    def __init__(
        self,
        client: DynamoDBClient,
        *,
        throttles: Callable[[], bool] = lambda: False,
        undone: Undone = nothing,
    ) -> None:
        self._client = client
        self._throttles = throttles
        self._undone = undone
        self._batches = 0
        self.requests: Counter[str] = Counter()
        self.largest = 0

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def send(**request: Any) -> Any:
            self.requests[operation] += 1
            if self._throttles():
                raise throttled(operation)
            return getattr(self._client, operation)(**request)

        return send

    def batch_write_item(self, *, RequestItems: dict[str, list[Any]], **request: Any) -> Any:  # noqa: N803
        ((table, puts),) = RequestItems.items()
        undone, done = self._split(puts)
        answer: dict[str, Any] = {}
        if done:
            send = self.__getattr__("batch_write_item")
            answer = send(RequestItems={table: done}, **request)
        else:
            self.requests["batch_write_item"] += 1
        undone = undone + answer.get("UnprocessedItems", {}).get(table, [])
        return {**answer, "UnprocessedItems": {table: undone} if undone else {}}

    def batch_get_item(self, *, RequestItems: dict[str, Any], **request: Any) -> Any:  # noqa: N803
        ((table, wanted),) = RequestItems.items()
        undone, done = self._split(wanted["Keys"])
        answer: dict[str, Any] = {"Responses": {}}
        if done:
            send = self.__getattr__("batch_get_item")
            answer = send(RequestItems={table: {**wanted, "Keys": done}}, **request)
        else:
            self.requests["batch_get_item"] += 1
        undone = undone + answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
        left = {table: {**wanted, "Keys": undone}} if undone else {}
        return {**answer, "UnprocessedKeys": left}

    def _split(self, parts: list[Any]) -> tuple[list[Any], list[Any]]:
        self.largest = max(self.largest, len(parts))
        undone = self._undone(self._batches, parts)
        self._batches += 1
        return undone, [part for part in parts if part not in undone]


def throttled(operation: str) -> ClientError:
    return ClientError(
        {
            "Error": {"Code": "ProvisionedThroughputExceededException", "Message": "made up"},
            "ResponseMetadata": {"HTTPStatusCode": 400},
        },  # type: ignore[typeddict-item]
        operation,
    )
