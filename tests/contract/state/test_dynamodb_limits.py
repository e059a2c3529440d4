"""Nothing over DynamoDB's limits is sent, and what is at them is taken: asked of DynamoDB Local itself."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from nightshift.errors import OversizeError
from nightshift.state.dynamodb.meter import Meter
from nightshift.state.dynamodb.table import Table, Update
from nightshift.state.limits import MAX_ITEM, MAX_PARTITION_KEY, MAX_SORT_KEY, shortened
from nightshift_tools.testing.tables import TableNames
from support.flaky_client import FlakyClient

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_NUMBERS = count(1)
OWL = "\N{OWL}"


class Bed:
    """A table whose requests are counted, and the raw client that knows no limits but DynamoDB's."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self.raw = client
        self.client = FlakyClient(client)
        self.name = table
        self.table = Table(self.client, table, Meter())  # type: ignore[arg-type]
        self.pk = f"limits-{next(_NUMBERS):04d}"

    def put_raw(self, pk: str, sk: str, body: str) -> None:
        self.raw.put_item(
            TableName=self.name,
            Item={"pk": {"S": pk}, "sk": {"S": sk}, "body": {"S": body}, "n": {"N": "120"}},
        )


@pytest.fixture
def bed(local_client: DynamoDBClient, local_tables: TableNames) -> Bed:
    return Bed(local_client, local_tables.state)


def text_of(size: int) -> str:
    return OWL * (size // 4) + "x" * (size % 4)


def body_for(bed: Bed, over: int) -> str:
    """The text that makes an item with the number 120, of three bytes, as large as may be, and `over`."""
    return text_of(MAX_ITEM - len(f"pksk{bed.pk}1bodyn") - 3 + over)


@pytest.mark.parametrize("over", [-1, 0])
def test_an_item_up_to_the_limit_is_taken(bed: Bed, over: int) -> None:
    body = body_for(bed, over)
    bed.table.put(bed.pk, "1", {"body": body, "n": 120})
    found = bed.table.get(bed.pk, "1")
    assert found is not None
    assert found["body"] == body


def test_an_item_over_the_limit_is_not_sent_and_would_be_refused(bed: Bed) -> None:
    body = body_for(bed, 1)
    with pytest.raises(OversizeError, match="409,601 bytes"):
        bed.table.put(bed.pk, "1", {"body": body, "n": 120})
    with pytest.raises(OversizeError, match="409,601 bytes"):
        bed.table.update(bed.pk, "1", Update("attribute_not_exists(pk)", {"body": body, "n": 120}))
    with pytest.raises(OversizeError, match="409,601 bytes"):
        bed.table.write_batch([(bed.pk, "2", {}), (bed.pk, "1", {"body": body, "n": 120})])
    assert not bed.client.requests
    with pytest.raises(ClientError, match="Item size has exceeded"):
        bed.put_raw(bed.pk, "1", body)


def test_texts_cut_to_fit_do_fit(bed: Bed) -> None:
    cut = shortened({"reason": OWL * 200_000, "n": 1}, ("reason",))
    bed.table.put(bed.pk, "s" * MAX_SORT_KEY, cut)
    assert len(str(cut["reason"])) > 100_000


def test_an_item_that_an_update_would_make_too_large_is_refused_by_its_class(bed: Bed) -> None:
    bed.table.put(bed.pk, "1", {"body": "x" * 300_000})
    with pytest.raises(OversizeError, match="maximum allowed size"):
        bed.table.update(bed.pk, "1", Update("attribute_exists(pk)", {"more": "x" * 200_000}))


@pytest.mark.parametrize("over", [-1, 0, 1])
@pytest.mark.parametrize(("key", "most"), [("pk", MAX_PARTITION_KEY), ("sk", MAX_SORT_KEY)])
def test_keys_are_taken_up_to_their_limits(bed: Bed, key: str, most: int, over: int) -> None:
    # In front of each partition its number: text of one letter would be one partition for all cases.
    start = bed.pk if key == "pk" else ""
    keys = {"pk": bed.pk, "sk": "1"} | {key: start + text_of(most + over - len(start))}
    if over <= 0:
        bed.table.put(keys["pk"], keys["sk"], {})
        assert bed.table.get(keys["pk"], keys["sk"]) is not None
        return
    with pytest.raises(OversizeError, match="key"):
        bed.table.put(keys["pk"], keys["sk"], {})
    assert not bed.client.requests
    with pytest.raises(ClientError, match="primary key values must be under"):
        bed.put_raw(keys["pk"], keys["sk"], "")


@pytest.mark.parametrize(("items", "requests"), [(0, 0), (24, 1), (25, 1), (26, 2), (50, 2), (51, 3)])
def test_a_batch_of_writes_is_split_by_count(bed: Bed, items: int, requests: int) -> None:
    bed.table.write_batch([(bed.pk, f"{n:02d}", {}) for n in range(items)])
    assert bed.client.requests["batch_write_item"] == requests
    assert bed.client.largest <= 25
    assert len(list(bed.table.query(bed.pk, "0", "9"))) == items


def put_requests(bed: Bed, number: int, body: str) -> list[Any]:
    return [
        {"PutRequest": {"Item": {"pk": {"S": bed.pk}, "sk": {"S": f"{n:02d}"}, "body": {"S": body}}}}
        for n in range(number)
    ]


@pytest.mark.parametrize(
    ("owls", "items", "requests"), [(102_000, 13, 1), (102_000, 14, 2), (102_000, 25, 2)]
)
def test_a_batch_of_writes_is_split_by_what_goes_over_the_wire(
    bed: Bed, owls: int, items: int, requests: int
) -> None:
    # An owl is 4 bytes in an item and 12 in JSON, as the client writes it.
    body = OWL * owls
    bed.table.write_batch([(bed.pk, f"{n:02d}", {"body": body}) for n in range(items)])
    assert bed.client.requests["batch_write_item"] == requests
    assert len(bed.table.get_batch([(bed.pk, f"{n:02d}") for n in range(items)])) == items
    if requests > 1:
        with pytest.raises(ClientError, match="413"):
            bed.raw.batch_write_item(RequestItems={bed.name: put_requests(bed, items, body)})


@pytest.mark.parametrize(("keys", "requests"), [(0, 0), (1, 1), (99, 1), (100, 1), (101, 2), (250, 3)])
def test_a_batch_of_reads_is_split_by_count(bed: Bed, keys: int, requests: int) -> None:
    bed.table.write_batch([(bed.pk, f"{n:04d}", {"n": n}) for n in range(0, keys, 2)])
    bed.client.largest = 0
    found = bed.table.get_batch([(bed.pk, f"{n:04d}") for n in range(keys)] * 2)
    assert {int(str(item["n"])) for item in found.values()} == set(range(0, keys, 2))
    assert bed.client.requests["batch_get_item"] == requests
    assert bed.client.largest <= 100


def test_a_hundred_and_one_keys_would_be_refused(bed: Bed) -> None:
    keys: list[Any] = [{"pk": {"S": bed.pk}, "sk": {"S": f"{n}"}} for n in range(101)]
    with pytest.raises(ClientError, match="Too many items"):
        bed.raw.batch_get_item(RequestItems={bed.name: {"Keys": keys}})


def test_more_than_one_answer_can_hold_is_read_in_several(bed: Bed) -> None:
    keys = [(bed.pk, f"{n:02d}") for n in range(50)]
    bed.table.write_batch([(*key, {"body": "x" * 400_000}) for key in keys])
    assert len(bed.table.get_batch(keys)) == 50
    assert bed.client.requests["batch_get_item"] == 2
