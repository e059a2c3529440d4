"""Reading request bodies."""

from typing import Any

from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.message import Request
from nightshift_tools.sandbox.salesforce.errors import SalesforceError


def json_object(request: Request) -> JsonObject:
    """The body, which is to be an object; SalesforceError, JSON_PARSER_ERROR."""
    try:
        body = request.json_body()
    except ValueError as error:
        raise SalesforceError("JSON_PARSER_ERROR", f"Unexpected character: {error}") from error
    return an_object(body)


def an_object(value: Any) -> JsonObject:
    """The value, if it is an object."""
    if not isinstance(value, dict):
        raise SalesforceError(
            "JSON_PARSER_ERROR", f"Cannot deserialize instance of object from {value!r:.60}"
        )
    return value
