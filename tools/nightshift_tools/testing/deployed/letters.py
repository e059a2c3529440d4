"""What Lambda tells of an event whose tries have failed: the record of its destination, the dead letter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from nightshift.times import to_text

_ARN = "arn:aws:lambda:eu-central-1:123456789012:function"


def failure_record(
    function: str, request: str, event: object, error: Mapping[str, Any], tries: int
) -> dict[str, object]:
    """The body of a message in a function's on-failure destination."""
    return {
        "version": "1.0",
        "timestamp": to_text(datetime.now(UTC)),
        "requestContext": {
            "requestId": request,
            "functionArn": f"{_ARN}:{function}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": tries,
        },
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": dict(error),
    }


def letter_attributes(request: str, error: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The attributes of a message in a function's dead-letter queue, whose body is the bare event."""
    message = str(error.get("errorMessage") or error.get("errorType") or "unknown")[:1024]
    return {
        "RequestID": {"DataType": "String", "StringValue": request},
        "ErrorCode": {"DataType": "Number", "StringValue": "200"},
        "ErrorMessage": {"DataType": "String", "StringValue": message},
    }
