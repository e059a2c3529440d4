"""A DynamoDB client that holds what DynamoDB charges to the model of `nightshift.state.capacity`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from nightshift.state.capacity import Index, Item, read_units, write_units
from nightshift.state.dynamodb.values import decode
from nightshift.state.limits import size_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


@dataclass(frozen=True)
class Charge:
    """One request: what it touched, by the first word of its sort key, and its units by the model."""

    operation: str
    kind: str
    units: float


class Audit:
    """Sends each request on, looks at the items before and after, and keeps what the model charges for it.

    `charges` begins anew with `take`. A request that DynamoDB charges otherwise fails the test.
    """

    def __init__(self, client: DynamoDBClient, indexes: Mapping[str, Index]) -> None:
        self._client = client
        self._indexes = indexes
        self._charges: list[Charge] = []

    def take(self) -> list[Charge]:
        """The charges since the last call, in the order of their requests."""
        taken, self._charges = self._charges, []
        return taken

    def put_item(self, **request: Any) -> Any:
        return self._write("put_item", request["Item"], request)

    def update_item(self, **request: Any) -> Any:
        return self._write("update_item", request["Key"], request)

    def delete_item(self, **request: Any) -> Any:
        return self._write("delete_item", request["Key"], request)

    def batch_write_item(self, **request: Any) -> Any:
        ((table, writes),) = request["RequestItems"].items()
        after = [write.get("PutRequest", {}).get("Item", {}) for write in writes]
        keys = [item or write["DeleteRequest"]["Key"] for item, write in zip(after, writes, strict=True)]
        before = [self._read(table, key) for key in keys]
        answer = self._client.batch_write_item(**request)
        assert not answer["UnprocessedItems"]
        pairs = zip(before, map(decode, after), strict=True)
        units = sum(write_units(old, new, self._indexes[table]) for old, new in pairs)
        return self._checked("BatchWriteItem", keys[0], units, answer)

    def get_item(self, **request: Any) -> Any:
        answer = self._client.get_item(**request)
        size = size_of(decode(answer.get("Item", {})))
        units = read_units(size, consistent=request["ConsistentRead"])
        return self._checked("GetItem", request["Key"], units, answer)

    def batch_get_item(self, **request: Any) -> Any:
        ((table, wanted),) = request["RequestItems"].items()
        answer = self._client.batch_get_item(**request)
        assert not answer["UnprocessedKeys"]
        sizes = [size_of(decode(item)) for item in answer["Responses"][table]]
        units = sum(read_units(size, consistent=wanted["ConsistentRead"]) for size in sizes)
        return self._checked("BatchGetItem", wanted["Keys"][0], units, answer)

    def query(self, **request: Any) -> Any:
        size = self._size_read("query", request)
        answer = self._client.query(**request)
        # DynamoDB charges the least there is for a Query that finds nothing, DynamoDB Local nothing.
        units = read_units(size, consistent=request.get("ConsistentRead", False)) if size else 0.0
        sk = request["ExpressionAttributeValues"].get(":first", {"S": ""})
        return self._checked("Query", {"sk": sk}, units, answer)

    def scan(self, **request: Any) -> Any:
        size = self._size_read("scan", request)
        answer = self._client.scan(**request)
        return self._checked("Scan", {"sk": {"S": ""}}, read_units(size, consistent=False), answer)

    def _size_read(self, operation: str, request: dict[str, Any]) -> int:
        """What is looked at and paid for, whatever of it is asked for."""
        whole = {name: value for name, value in request.items() if name != "ProjectionExpression"}
        if whole != request:
            del whole["ExpressionAttributeNames"]
        found = getattr(self._client, operation)(**whole)["Items"]
        return sum(size_of(decode(item)) for item in found)

    def _write(self, operation: str, key: Mapping[str, Any], request: dict[str, Any]) -> Any:
        table, name = request["TableName"], operation.title().replace("_", "")
        before = self._read(table, key)
        try:
            answer = getattr(self._client, operation)(**request)
        except ClientError as error:
            # The answer does not say what it cost: here the model stands alone.
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                self._note(name, key, write_units(before, decode(request.get("Item", {}))))
            raise
        units = write_units(before, self._read(table, key), self._indexes[table])
        return self._checked(name, key, units, answer)

    def _checked(self, name: str, key: Mapping[str, Any], units: float, answer: Any) -> Any:
        consumed = answer["ConsumedCapacity"]
        charged = sum(
            table["CapacityUnits"] for table in (consumed if isinstance(consumed, list) else [consumed])
        )
        assert charged == units, f"{name} of {key}: the model says {units}, DynamoDB Local {charged}"
        self._note(name, key, units)
        return answer

    def _note(self, name: str, key: Mapping[str, Any], units: float) -> None:
        self._charges.append(Charge(name, key["sk"]["S"].partition("#")[0], units))

    def _read(self, table: str, key: Mapping[str, Any]) -> Item:
        only = {"pk": key["pk"], "sk": key["sk"]}
        return decode(self._client.get_item(TableName=table, Key=only, ConsistentRead=True).get("Item", {}))
