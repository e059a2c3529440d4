"""Reading request bodies."""

from typing import Any

from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.medusa.errors import invalid
from nightshift_tools.sandbox.medusa.schema import Check, validated
from nightshift_tools.sandbox.medusa.text import storable
from nightshift_tools.sandbox.message import Request

# Only in escapes can a body carry what PostgreSQL cannot store; bodies without them need no walk.
_SUSPECT = (b"\\u0000", b"\\ud", b"\\uD")


def parsed(request: Request) -> Any:
    """The body as Medusa's routes see it; raises MedusaError, 400, where it is not JSON."""
    try:
        body = request.json_body()
    except ValueError as error:
        raise invalid(f"Invalid request: the body is not JSON: {error}") from error
    return storable(body) if any(mark in request.body for mark in _SUSPECT) else body


def checked(request: Request, check: Check) -> JsonObject:
    """The body, if it has the shape of the route."""
    return validated(parsed(request), check)
