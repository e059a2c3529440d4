"""One DynamoDB table in this product's terms: flat attributes in and out, errors translated.

Limits: DynamoDB Developer Guide, "Quotas": 25 puts or deletes and 16 MB per BatchWriteItem, 400 KB per item,
1 MB per page of a Query.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from nightshift.errors import ConfigurationError, RunError, TryLaterError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

    from nightshift.state.codec import Attributes

Value: TypeAlias = "str | int | bytes"

MAX_BATCH_WRITE = 25
MAX_UNPROCESSED_ROUNDS = 8

_REFUSED_FOR_GOOD = {
    "AccessDeniedException": "the function's role lacks this action",
    "UnrecognizedClientException": "the credentials are not valid",
    "InvalidSignatureException": "the credentials are not valid",
    "ExpiredTokenException": "the credentials have expired",
    "ResourceNotFoundException": "there is no such table; deploy the stack or correct the name",
}


class ConditionFailedError(Exception):
    """A conditional write was refused. `old` is the item as it stands, empty where there is none."""

    def __init__(self, old: Attributes) -> None:
        super().__init__("the condition of a write was not met")
        self.old = old


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
    """A table with the keys `pk` and `sk`. Every method is one request, but queries, scans and batches."""

    def __init__(self, client: DynamoDBClient, name: str) -> None:
        self._client = client
        self.name = name

    def get(self, pk: str, sk: str) -> Attributes | None:
        """One item, strongly consistent; None where there is none."""
        found = self._call("get_item", Key=_key(pk, sk), ConsistentRead=True).get("Item")
        return None if found is None else decode(found)

    def put(
        self,
        pk: str,
        sk: str,
        attributes: Attributes,
        condition: str | None = None,
        values: Mapping[str, Value] | None = None,
    ) -> None:
        """Write an item whole; ConditionFailedError where the condition is not met."""
        request: dict[str, Any] = {"Item": {**_key(pk, sk), **encode(attributes)}}
        if condition is not None:
            request["ConditionExpression"] = condition
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
            if values:
                request["ExpressionAttributeValues"] = _placeholders(values)
        self._call("put_item", **request)

    def update(self, pk: str, sk: str, update: Update) -> Attributes:
        """Change an item and return it as it then is; ConditionFailedError where the condition is not met."""
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
        request: dict[str, Any] = {"ExpressionAttributeValues": _placeholders(values)} if values else {}
        answer = self._call(
            "update_item",
            Key=_key(pk, sk),
            UpdateExpression=expression.strip(),
            ConditionExpression=update.condition,
            ExpressionAttributeNames={f"#{name}": attribute for name, attribute in names.items()},
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **request,
        )
        return decode(answer["Attributes"])

    def delete(self, pk: str, sk: str) -> None:
        self._call("delete_item", Key=_key(pk, sk))

    def delete_as(self, pk: str, sk: str, expected: Mapping[str, Value]) -> None:
        """Delete an item that has these values; ConditionFailedError, and nothing deleted, where not."""
        self._call(
            "delete_item",
            Key=_key(pk, sk),
            ConditionExpression=" AND ".join(f"#{name} = :{name}" for name in expected),
            ExpressionAttributeNames={f"#{name}": name for name in expected},
            ExpressionAttributeValues=_placeholders(expected),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )

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
            "ExpressionAttributeValues": _placeholders({"pk": pk, "first": first, "last": last}),
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
            request["ExclusiveStartKey"] = _key(*after)
        yield from self._pages("scan", request)

    def query_index(
        self, index: str, partition: tuple[str, str], between: tuple[str, str, str]
    ) -> Iterator[Attributes]:
        """Items of an index partition whose sort attribute is between two texts, eventually consistent.

        `partition` is the attribute and its value, `between` the attribute and both ends.
        """
        attribute, first, last = between
        if first > last:
            return
        request: dict[str, Any] = {
            "IndexName": index,
            "KeyConditionExpression": "#p = :p AND #s BETWEEN :first AND :last",
            "ExpressionAttributeNames": {"#p": partition[0], "#s": attribute},
            "ExpressionAttributeValues": _placeholders({"p": partition[1], "first": first, "last": last}),
        }
        yield from self._pages("query", request)

    def write_batch(self, items: Sequence[tuple[str, str, Attributes]]) -> None:
        """Put items in batches of 25; what comes back unprocessed is sent again, then TryLaterError."""
        # DynamoDB refuses a batch that names a key twice; of two items with one key the last counts.
        distinct = {(pk, sk): {**_key(pk, sk), **encode(body)} for pk, sk, body in items}
        self._send_batches([{"PutRequest": {"Item": item}} for item in distinct.values()])

    def delete_batch(self, keys: Iterable[tuple[str, str]]) -> None:
        """Delete items in batches of 25, as `write_batch` puts them; one that is not there is passed over."""
        self._send_batches([{"DeleteRequest": {"Key": _key(*key)}} for key in dict.fromkeys(keys)])

    def _send_batches(self, writes: Sequence[dict[str, Any]]) -> None:
        for start in range(0, len(writes), MAX_BATCH_WRITE):
            rest = writes[start : start + MAX_BATCH_WRITE]
            for _ in range(MAX_UNPROCESSED_ROUNDS):
                answer = self._call("batch_write_item", RequestItems={self.name: rest})
                rest = answer.get("UnprocessedItems", {}).get(self.name, [])
                if not rest:
                    break
            else:
                raise TryLaterError(
                    f"DynamoDB table {self.name} left {len(rest)} writes undone: it is throttled"
                )

    def _pages(self, operation: str, request: dict[str, Any]) -> Iterator[Attributes]:
        while True:
            answer = self._call(operation, **request)
            for item in answer["Items"]:
                yield decode(item)
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _call(self, operation: str, **request: Any) -> Any:
        if operation != "batch_write_item":
            request["TableName"] = self.name
        try:
            return getattr(self._client, operation)(**request)
        except ClientError as error:
            self._translate(operation, error)
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise ConfigurationError(
                f"no AWS credentials to reach DynamoDB table {self.name}: set AWS_PROFILE, or "
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; without STATE_TABLE the state is kept on this "
                "machine"
            ) from error
        except BotoCoreError as error:
            raise TryLaterError(
                f"DynamoDB table {self.name} cannot be reached ({operation}): {error}"
            ) from error

    def _translate(self, operation: str, error: ClientError) -> NoReturn:
        code = error.response["Error"]["Code"]
        if code == "ConditionalCheckFailedException":
            old: Mapping[str, Any] = error.response.get("Item", {})  # type: ignore[assignment]
            raise ConditionFailedError(decode(old)) from None
        cure = _REFUSED_FOR_GOOD.get(code)
        if cure is not None:
            raise ConfigurationError(
                f"DynamoDB refused {operation} on {self.name}: {cure} ({code})"
            ) from error
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        is_throttled = "Throughput" in code or "Throttl" in code or code == "RequestLimitExceeded"
        kind = RunError if status == 400 and not is_throttled else TryLaterError
        message = error.response["Error"].get("Message", "")
        raise kind(f"DynamoDB {operation} on table {self.name} failed with {code}: {message}") from error


def encode(attributes: Mapping[str, Value]) -> dict[str, Any]:
    """Flat attributes in DynamoDB's typed form."""
    return {name: _typed(value) for name, value in attributes.items()}


def decode(item: Mapping[str, Any]) -> Attributes:
    """DynamoDB's typed form as flat attributes; the keys `pk` and `sk` are among them."""
    found: Attributes = {}
    for name, typed in item.items():
        ((kind, value),) = typed.items()
        found[name] = int(value) if kind == "N" else value
    return found


def _typed(value: Value) -> dict[str, Any]:
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, int):
        return {"N": str(value)}
    return {"S": value}


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _projection(names: Sequence[str]) -> dict[str, Any]:
    """The expression that asks for some attributes only; those of any name are asked for by number."""
    if not names:
        return {}
    numbered = {f"#only{place}": name for place, name in enumerate(names)}
    return {"ProjectionExpression": ", ".join(numbered), "ExpressionAttributeNames": numbered}


def _placeholders(values: Mapping[str, Value]) -> dict[str, Any]:
    return {f":{name}": _typed(value) for name, value in values.items()}
