"""One DynamoDB table in this product's terms: flat attributes in and out, within limits, errors by class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nightshift.state.capacity import write_units
from nightshift.state.dynamodb.batches import read_all, write_all
from nightshift.state.dynamodb.meter import Meter
from nightshift.state.dynamodb.sending import ConditionFailedError, Sender
from nightshift.state.dynamodb.values import Value, decode, encode, encode_key, placeholders
from nightshift.state.limits import check_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

    from nightshift.state.codec import Attributes

__all__ = ["ConditionFailedError", "Table", "Update", "Value"]


@dataclass(frozen=True, slots=True)
class Update:
    """A conditional update: attributes to set and to remove, and expressions that need more than a value.

    `condition` and `expressions` name attributes as `#name` and values as `:name`; `names` and `values`
    say what those stand for.
    """

    condition: str
    set: Mapping[str, Value] = field(default_factory=dict)
    remove: Sequence[str] = ()
    expressions: Sequence[str] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)


class Table:
    """A table with the keys `pk` and `sk`. Every method is one request, but those that say otherwise.

    What is written is measured before it is sent: OversizeError, and nothing of it is written.
    """

    def __init__(self, client: DynamoDBClient, name: str, meter: Meter | None = None) -> None:
        self.name = name
        self._sender = Sender(client, name, meter or Meter())

    def get(self, pk: str, sk: str) -> Attributes | None:
        """One item, strongly consistent; None where there is none."""
        found = self._send("get_item", Key=encode_key(pk, sk), ConsistentRead=True).get("Item")
        return None if found is None else decode(found)

    def get_batch(
        self, keys: Sequence[tuple[str, str]], *, consistent: bool = False
    ) -> dict[tuple[str, str], Attributes]:
        """Those of the items that are there, by key: one request for each hundred keys, if not throttled."""
        distinct = [encode_key(pk, sk) for pk, sk in dict.fromkeys(keys)]
        found = map(decode, read_all(self._sender, distinct, consistent=consistent))
        return {(str(item["pk"]), str(item["sk"])): item for item in found}

    def put(
        self,
        pk: str,
        sk: str,
        attributes: Attributes,
        condition: str | None = None,
        values: Mapping[str, Value] | None = None,
    ) -> None:
        """Write an item whole; ConditionFailedError where the condition is not met."""
        check_item(pk, sk, attributes)
        item = {"pk": pk, "sk": sk, **attributes}
        request: dict[str, Any] = {"Item": encode(item)}
        if condition is not None:
            request["ConditionExpression"] = condition
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
            if values:
                request["ExpressionAttributeValues"] = placeholders(values)
        try:
            self._send("put_item", **request)
        except ConditionFailedError as refusal:
            self._sender.charge_refusal("PutItem", write_units(refusal.old, item))
            raise

    def update(self, pk: str, sk: str, update: Update) -> None:
        """Change an item; ConditionFailedError where the condition is not met.

        Of what DynamoDB holds already only it knows the size: it refuses what grows too large, and so do we.
        """
        self._update(pk, sk, update)

    def update_and_read(self, pk: str, sk: str, update: Update) -> Attributes:
        """`update`, and the item as it then is."""
        return decode(self._update(pk, sk, update, ReturnValues="ALL_NEW")["Attributes"])

    def delete(self, pk: str, sk: str) -> None:
        self._send("delete_item", Key=encode_key(pk, sk))

    def delete_as(self, pk: str, sk: str, expected: Mapping[str, Value]) -> None:
        """Delete an item that has these values; ConditionFailedError, and nothing deleted, where not."""
        try:
            self._send(
                "delete_item",
                Key=encode_key(pk, sk),
                ConditionExpression=" AND ".join(f"#{name} = :{name}" for name in expected),
                ExpressionAttributeNames={f"#{name}": name for name in expected},
                ExpressionAttributeValues=placeholders(expected),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ConditionFailedError as refusal:
            self._sender.charge_refusal("DeleteItem", write_units(refusal.old, {}))
            raise

    def query(
        self,
        pk: str,
        first: str,
        last: str,
        *,
        newest_first: bool = False,
        page: int | None = None,
        only: Sequence[str] = (),
        consistent: bool = True,
    ) -> Iterator[Attributes]:
        """Items of a partition with first <= sk <= last, strongly consistent or not, a page at a time.

        `page` is the most items that one request reads; without it a page ends at DynamoDB's 1 MB. `only`
        names the attributes that are sent; all are paid for.
        """
        if first > last:
            return  # DynamoDB refuses it
        request: dict[str, Any] = {
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
            "ExpressionAttributeValues": placeholders({"pk": pk, "first": first, "last": last}),
            "ScanIndexForward": not newest_first,
            "ConsistentRead": consistent,
            **_projection(only),
        }
        if page is not None:
            request["Limit"] = page
        yield from self._pages("query", request)

    def scan(
        self, segment: int, of: int, after: tuple[str, str] | None, only: Sequence[str]
    ) -> Iterator[Attributes]:
        """Items of one of `of` parts of the table behind a key, eventually consistent, a page at a time."""
        request: dict[str, Any] = {"Segment": segment, "TotalSegments": of, **_projection(only)}
        if after is not None:
            request["ExclusiveStartKey"] = encode_key(*after)
        yield from self._pages("scan", request)

    def query_index(
        self,
        index: str,
        partition: tuple[str, str],
        between: tuple[str, str, str],
        *,
        newest_first: bool = False,
        page: int | None = None,
    ) -> Iterator[Attributes]:
        """Items of an index partition whose sort attribute is between two texts, eventually consistent.

        `partition` is the attribute and its value, `between` the attribute and both ends; `page` as in
        `query`.
        """
        attribute, first, last = between
        if first > last:
            return
        request: dict[str, Any] = {
            "IndexName": index,
            "KeyConditionExpression": "#p = :p AND #s BETWEEN :first AND :last",
            "ExpressionAttributeNames": {"#p": partition[0], "#s": attribute},
            "ExpressionAttributeValues": placeholders({"p": partition[1], "first": first, "last": last}),
            "ScanIndexForward": not newest_first,
        }
        if page is not None:
            request["Limit"] = page
        yield from self._pages("query", request)

    def write_batch(self, items: Sequence[tuple[str, str, Attributes]]) -> None:
        """Put items, a request for each 25 or 16 MB; TryLaterError where DynamoDB leaves some undone."""
        # DynamoDB refuses a batch that names a key twice; of two items with one key the last counts.
        distinct = {(pk, sk): body for pk, sk, body in items}
        for (pk, sk), body in distinct.items():
            check_item(pk, sk, body)
        write_all(
            self._sender,
            [
                {"PutRequest": {"Item": {**encode_key(pk, sk), **encode(body)}}}
                for (pk, sk), body in distinct.items()
            ],
        )

    def delete_batch(self, keys: Iterable[tuple[str, str]]) -> None:
        """Delete items, as `write_batch` puts them; one that is not there is passed over."""
        distinct = dict.fromkeys(keys)
        write_all(self._sender, [{"DeleteRequest": {"Key": encode_key(*key)}} for key in distinct])

    def _update(self, pk: str, sk: str, update: Update, **options: str) -> Any:
        changed = {"pk": pk, "sk": sk, **update.set}
        check_item(pk, sk, update.set)
        try:
            return self._send("update_item", Key=encode_key(pk, sk), **_request(update), **options)
        except ConditionFailedError as refusal:
            self._sender.charge_refusal("UpdateItem", write_units(refusal.old, {**refusal.old, **changed}))
            raise

    def _pages(self, operation: str, request: dict[str, Any]) -> Iterator[Attributes]:
        while True:
            answer = self._send(operation, **request)
            for item in answer["Items"]:
                yield decode(item)
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _send(self, operation: str, **request: Any) -> Any:
        return self._sender.send(operation, {"TableName": self.name, **request})


def _projection(names: Sequence[str]) -> dict[str, Any]:
    """The expression that asks for some attributes only; those of any name are asked for by number."""
    if not names:
        return {}
    numbered = {f"#only{place}": name for place, name in enumerate(names)}
    return {"ProjectionExpression": ", ".join(numbered), "ExpressionAttributeNames": numbered}


def _request(update: Update) -> dict[str, Any]:
    """An update in DynamoDB's terms, all names and values by placeholders: many names are reserved words."""
    names, values = dict(update.names), dict(update.values)
    sets = list(update.expressions)
    for place, (name, value) in enumerate(update.set.items()):
        names[f"s{place}"], values[f"s{place}"] = name, value
        sets.append(f"#s{place} = :s{place}")
    removes = []
    for place, name in enumerate(update.remove):
        names[f"r{place}"] = name
        removes.append(f"#r{place}")
    expression = f"SET {', '.join(sets)}" if sets else ""
    if removes:
        expression += f" REMOVE {', '.join(removes)}"
    request = {"ExpressionAttributeValues": placeholders(values)} if values else {}
    return {
        "UpdateExpression": expression.strip(),
        "ConditionExpression": update.condition,
        "ExpressionAttributeNames": {f"#{name}": attribute for name, attribute in names.items()},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        **request,
    }
