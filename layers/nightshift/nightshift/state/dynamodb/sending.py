"""The one place where requests leave for DynamoDB: tried again, metered, and their errors told by class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from nightshift.errors import ConfigurationError, OversizeError, RunError, TryLaterError
from nightshift.state.dynamodb.meter import Meter
from nightshift.state.dynamodb.values import decode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

    from nightshift.state.codec import Attributes

MAX_TRIES = 3
"""Of one request. The client itself must not try again: one layer waits, and counts what is sent."""

_REFUSED_FOR_GOOD = {
    "AccessDeniedException": "the role or user may not do that: grant dynamodb:{operation} on this table",
    "UnrecognizedClientException": "the credentials are not valid",
    "InvalidSignatureException": "the credentials are not valid",
    "ExpiredTokenException": "the credentials have expired",
    "ResourceNotFoundException": "there is no such table; deploy the stack or correct the name",
}


class ConditionFailedError(Exception):
    """A conditional write was refused. `old` is the item as it stands, empty where there is none.

    `was_repeated` says that no answer came to an earlier try, which may have taken effect: the refusal may be
    by what this very write has done.
    """

    def __init__(self, old: Attributes) -> None:
        super().__init__("the condition of a write was not met")
        self.old = old
        self.was_repeated = False


class Sender:
    """Sends the requests of one table, over a client that may be shared."""

    def __init__(self, client: DynamoDBClient, table: str, meter: Meter) -> None:
        self.table = table
        self._client = client
        self._meter = meter

    def send(self, operation: str, request: Mapping[str, Any]) -> Any:
        """The answer to a request, named as the client's method; errors by class.

        What may pass is tried three times, then TryLaterError. ConditionFailedError where a condition is not
        met; ConfigurationError, OversizeError or RunError where trying again would not help.
        """
        name = operation.title().replace("_", "")
        for attempt in range(1, MAX_TRIES + 1):
            self._meter.count(self.table, name, is_retry=attempt > 1)
            try:
                answer = self._send(operation, request)
            except ConditionFailedError as refusal:
                refusal.was_repeated = attempt > 1
                raise
            except TryLaterError as error:
                if attempt == MAX_TRIES:
                    raise
                self.wait(attempt, str(error))
            else:
                consumed = answer.get("ConsumedCapacity", ())
                for table in (consumed,) if isinstance(consumed, dict) else consumed:
                    self._meter.charge(name, table["CapacityUnits"])
                return answer
        raise AssertionError("unreachable: the last try returns or raises")

    def wait(self, attempt: int, cause: str) -> None:
        """As `Meter.wait`, for this table."""
        self._meter.wait(self.table, attempt, cause)

    def charge_refusal(self, operation: str, units: float) -> None:
        """A refused write is charged, and its answer does not say how much."""
        self._meter.charge(operation, units)

    def _send(self, operation: str, request: Mapping[str, Any]) -> Any:
        try:
            return getattr(self._client, operation)(ReturnConsumedCapacity="TOTAL", **request)
        except ClientError as error:
            self._translate(operation, error)
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise ConfigurationError(
                f"no AWS credentials to reach DynamoDB table {self.table}: set AWS_PROFILE, or "
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; without STATE_TABLE the state is kept on this "
                "machine"
            ) from error
        except BotoCoreError as error:
            raise TryLaterError(
                f"DynamoDB table {self.table} cannot be reached ({operation}): {error}"
            ) from error

    def _translate(self, operation: str, error: ClientError) -> NoReturn:
        code = error.response["Error"]["Code"]
        if code == "ConditionalCheckFailedException":
            old: Mapping[str, Any] = error.response.get("Item", {})  # type: ignore[assignment]
            raise ConditionFailedError(decode(old)) from None
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        cure = _REFUSED_FOR_GOOD.get("AccessDeniedException" if status == 403 else code)
        if cure is not None:
            cure = cure.format(operation=operation.title().replace("_", ""))
            raise ConfigurationError(
                f"DynamoDB refused {operation} on {self.table}: {cure} ({code})"
            ) from error
        message = error.response["Error"].get("Message", "")
        kind: type[RunError]
        if status >= 500 or "Throughput" in code or "Throttl" in code or code == "RequestLimitExceeded":
            kind = TryLaterError
        else:
            kind = OversizeError if "maximum allowed size" in message else RunError
        raise kind(f"DynamoDB {operation} on table {self.table} failed with {code}: {message}") from error
