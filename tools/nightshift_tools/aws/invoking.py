"""Handing events to the functions of a stack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson
from botocore.exceptions import ClientError

from nightshift import errors
from nightshift.errors import ConfigurationError, NightshiftError, RunError
from nightshift.manifest import JobEntry
from nightshift_tools.aws.calls import asking, client, error_code
from nightshift_tools.aws.stack import Stack

_SECONDS_BESIDE = 30
"""What a synchronous call takes beside the function's own time: a cold start, and the way there and back."""


def hand_over(stack: Stack, entry: JobEntry, event: object) -> str:
    """Hand an event to a job's function, without waiting for its run; Lambda's id of the request."""
    answer = _invoke(stack, entry, event, "Event", {})
    return str(answer["ResponseMetadata"]["RequestId"])


def call(stack: Stack, entry: JobEntry, event: object) -> Mapping[str, Any]:
    """A job's answer to an event, waited for. What the function raised is raised, by its class and text.

    It is sent once: a call whose answer is lost may have been carried out.
    """
    once = {"mode": "standard", "total_max_attempts": 1}
    options = {"read_timeout": entry.timeout + _SECONDS_BESIDE, "retries": once}
    answer = _invoke(stack, entry, event, "RequestResponse", options)
    body = json.loads(answer["Payload"].read() or b"{}")
    if "FunctionError" in answer:
        raise _raised(body if isinstance(body, dict) else {})
    found: Mapping[str, Any] = body
    return found


def _invoke(stack: Stack, entry: JobEntry, event: object, kind: str, options: Mapping[str, Any]) -> Any:
    name = stack.function_of(entry)
    with asking("lambda:InvokeFunction", f"the function {name}"):
        try:
            return client(stack.session, "lambda", **options).invoke(
                FunctionName=name, InvocationType=kind, Payload=orjson.dumps(event)
            )
        except ClientError as error:
            if error_code(error) != "ResourceNotFoundException":
                raise
            raise ConfigurationError(
                f"the stack {stack.name} has no function {name}: deploy it again with `make deploy`"
            ) from None


def error_of(kind: str, message: str) -> Exception:
    """The error of that class, where it is one of ours; any other is a fault of the code."""
    found = getattr(errors, kind, None)
    if isinstance(found, type) and issubclass(found, NightshiftError) and found is not errors.RecordError:
        return found(message)
    return Exception(f"{kind}: {message}")


def _raised(body: Mapping[str, Any]) -> NightshiftError:
    kind, message = str(body.get("errorType", "Error")), str(body.get("errorMessage", "it says nothing"))
    error = error_of(kind, message)
    return error if isinstance(error, NightshiftError) else RunError(f"the function failed with {error}")
