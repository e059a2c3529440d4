"""Medusa's errors: a type, a message, and the status and code that the type implies."""

from nightshift_tools.sandbox.message import Response, json_response

# The statuses and codes of Medusa's error handler; every other type is 500.
_STATUS = {
    "invalid_data": 400,
    "not_allowed": 400,
    "unauthorized": 401,
    "not_found": 404,
    "conflict": 409,
    "payload_too_large": 413,
    "duplicate_error": 422,
}
_CODE = {
    "conflict": "invalid_state_error",
    "duplicate_error": "invalid_request_error",
    "unknown_error": "unknown_error",
}
_UNKNOWN = "An unknown error occurred."
_CONFLICT = (
    "The request conflicted with another request. "
    "You may retry the request with the provided Idempotency-Key."
)


class MedusaError(Exception):
    """A refusal; `kind` is the `type` of the answer."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message

    def response(self) -> Response:
        """The answer that Medusa's error handler would give."""
        code = {"code": _CODE[self.kind]} if self.kind in _CODE else {}
        return json_response(_STATUS.get(self.kind, 500), code | {"type": self.kind, "message": self.message})


def invalid(message: str) -> MedusaError:
    """400, the type of validation and unique violations."""
    return MedusaError("invalid_data", message)


def not_found(message: str) -> MedusaError:
    """404."""
    return MedusaError("not_found", message)


def unknown() -> MedusaError:
    """500, what Medusa makes of an error that it does not know, such as one of PostgreSQL's."""
    return MedusaError("unknown_error", _UNKNOWN)


def unauthorized() -> Response:
    """401 for a missing or bad credential: the one error without a type."""
    return json_response(401, {"message": "Unauthorized"})


def of_status(status: int) -> Response:
    """An error of that status in Medusa's words; what a proxy before it would say has no type."""
    if status == 401:
        return unauthorized()
    if status == 409:
        return MedusaError("conflict", _CONFLICT).response()
    if status == 500:
        return unknown().response()
    kind = next((kind for kind, known in _STATUS.items() if known == status), None)
    if kind is None:
        return json_response(status, {"message": f"the sandbox fails with {status}"})
    return MedusaError(kind, f"the sandbox fails with {status}").response()
