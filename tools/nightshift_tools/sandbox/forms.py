"""What people send to the control routes, checked."""

from typing import Any

from nightshift_tools.sandbox import exact_json
from nightshift_tools.sandbox.errors import ControlError
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.message import Request


def given_in(request: Request, known: dict[str, Any], *, required: tuple[str, ...] = ()) -> JsonObject:
    """The body, whatever its content type, if it has these fields and types."""
    try:
        body = exact_json.loads(request.body or b"{}")
    except ValueError as error:
        raise ControlError(f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise ControlError("the body is not a JSON object")
    for name in required:
        if name not in body:
            raise ControlError(f"{name} is missing")
    for name, value in body.items():
        if name not in known:
            raise ControlError(f"{name} is not known; there are: {', '.join(known)}")
        if not isinstance(value, known[name]):
            raise ControlError(f"{name} is {value!r}, which is no value for it")
    return body
