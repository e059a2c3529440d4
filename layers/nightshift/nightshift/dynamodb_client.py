"""A client of DynamoDB for Lambda: our own signature and connections, and nothing of botocore but its errors.

It answers as botocore's own client does and raises what that raises, for the operations that `Table` sends.
docs/decisions/dynamodb-client.md says why it is there.
"""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from json import dumps as to_ascii
from typing import Any, NoReturn
from urllib.parse import urlsplit

import orjson
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from nightshift.clock import SystemClock
from nightshift.http.address import parse_address
from nightshift.http.connections import Answer, Connections
from nightshift.http.failures import TRANSPORT_ERRORS
from nightshift.signing import Keys, Signer

_VERSION = "DynamoDB_20120810"
CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 5.0

_ELSEWHERE = {
    "cn-": "amazonaws.com.cn",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "eu-isoe-": "cloud.adc-e.uk",
    "us-isof-": "csp.hci.ic.gov",
    "eusc-": "amazonaws.eu",
}
_FOR_BOTOCORE = {
    "": ("AWS_PROFILE", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"),
    "http": ("HTTP_PROXY", "http_proxy"),
    "https": ("HTTPS_PROXY", "https_proxy", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"),
}
"""What only botocore follows, by the scheme of the endpoint."""


class LambdaClient:
    """DynamoDB at one endpoint, from any thread. Its methods are named as botocore's, such as `put_item`.

    A request is tried once. ClientError for what DynamoDB refuses, BotoCoreError where no answer came that
    can be read.
    """

    def __init__(
        self,
        endpoint: str,
        region: str,
        access_key: str,
        secret_key: str,
        token: str | None = None,
    ) -> None:
        self._clock = SystemClock()
        host, path = urlsplit(endpoint).netloc, urlsplit(endpoint).path or "/"
        self._signer = Signer(Keys(access_key, secret_key, token or ""), host, path, "dynamodb", region)
        self._endpoint = endpoint
        self._path = path
        self._connections = Connections(
            parse_address(endpoint, "AWS_ENDPOINT_URL_DYNAMODB"),
            self._clock.monotonic,
            CONNECT_SECONDS,
            ANSWER_SECONDS,
        )

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> LambdaClient | None:
        """The client of a function with this environment; None where it is not Lambda's, or says something of
        the way to AWS that only botocore knows how to follow."""
        region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
        access_key = environment.get("AWS_ACCESS_KEY_ID")
        secret_key = environment.get("AWS_SECRET_ACCESS_KEY")
        if not (environment.get("AWS_LAMBDA_FUNCTION_NAME") and region and access_key and secret_key):
            return None
        named = environment.get("AWS_ENDPOINT_URL_DYNAMODB") or environment.get("AWS_ENDPOINT_URL")
        endpoint = named or endpoint_of(region)
        unusual = (*_FOR_BOTOCORE[""], *_FOR_BOTOCORE.get(urlsplit(endpoint).scheme, ()))
        if any(environment.get(name) for name in unusual):
            return None
        return cls(endpoint, region, access_key, secret_key, environment.get("AWS_SESSION_TOKEN") or None)

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        if operation.startswith("_"):
            raise AttributeError(operation)
        return lambda **request: self._call(operation.title().replace("_", ""), request)

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._connections.close()

    def exchange(self, operation: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request as it goes over the wire, and its answer; one of TRANSPORT_ERRORS where none came."""
        return self._connections.exchange("POST", self._path, body, headers, CONNECT_SECONDS + ANSWER_SECONDS)

    def _call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        body = _written(request)
        asked = {"content-type": "application/x-amz-json-1.0", "x-amz-target": f"{_VERSION}.{operation}"}
        headers = {"user-agent": "nightshift", **self._signer.sign(asked, body, self._clock.now())}
        try:
            status, said, content = self.exchange(operation, headers, body)
        except TRANSPORT_ERRORS as error:
            self._translate(error)
        checksum = said.get("x-amz-crc32")
        if checksum is not None and checksum != str(zlib.crc32(content)):
            raise ConnectionClosedError(endpoint_url=self._endpoint)
        try:
            answer = orjson.loads(content)
        except orjson.JSONDecodeError:
            if status == 200:
                raise ConnectionClosedError(endpoint_url=self._endpoint) from None
            answer = {}
        if b'"B"' in content:
            answer = _read(answer)
        if status != 200:
            raise _refusal(status, said, answer, operation)
        return answer  # type: ignore[no-any-return]

    def _translate(self, error: Exception) -> NoReturn:
        if isinstance(error, NewConnectionError | ConnectTimeoutError):
            raise EndpointConnectionError(endpoint_url=self._endpoint, error=error) from error
        if isinstance(error, TimeoutError):
            raise ReadTimeoutError(endpoint_url=self._endpoint, error=error) from error
        raise ConnectionClosedError(endpoint_url=self._endpoint, error=error) from error


def endpoint_of(region: str) -> str:
    """DynamoDB's endpoint in a region of any partition."""
    suffix = next((end for start, end in _ELSEWHERE.items() if region.startswith(start)), "amazonaws.com")
    return f"https://dynamodb.{region}.{suffix}"


def _written(request: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(request, default=_as_text)
    except orjson.JSONEncodeError:  # lone surrogates, which DynamoDB refuses by itself
        return to_ascii(request, default=_as_text).encode()


def _as_text(value: bytes) -> str:
    return b64encode(value).decode()


def _read(node: Any) -> Any:
    """An answer with its bytes."""
    if isinstance(node, list):
        return [_read(member) for member in node]
    if not isinstance(node, dict):
        return node
    if len(node) == 1 and isinstance(node.get("B"), str):
        return {"B": b64decode(node["B"])}
    return {name: _read(member) for name, member in node.items()}


def _refusal(status: int, headers: Mapping[str, str], answer: Any, operation: str) -> ClientError:
    said = answer if isinstance(answer, dict) else {}
    code = str(said.get("__type") or status).rpartition("#")[2]
    message = str(said.get("message") or said.get("Message") or "")
    metadata = {"HTTPStatusCode": status, "RequestId": headers.get("x-amzn-requestid", "")}
    item = {"Item": said["Item"]} if "Item" in said else {}
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata, **item}
    return ClientError(response, operation)
