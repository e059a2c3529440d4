"""Digital River's errors: a type that the status implies, and a list of one error."""

from nightshift_tools.sandbox.message import Response, json_response

_TYPES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "request_timeout",
    409: "conflict",
    429: "too_many_requests",
    500: "internal_server_error",
    502: "bad_gateway",
    503: "service_unavailable",
    504: "gateway_timeout",
}


class RiverError(Exception):
    """A refusal, as an answer; `parameter` is where in the request it is."""

    def __init__(self, status: int, code: str, message: str, parameter: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.parameter = parameter

    def response(self) -> Response:
        """The answer; without `parameter` where there is none."""
        error = {"code": self.code, "parameter": self.parameter, "message": self.message}
        shown = {name: value for name, value in error.items() if value is not None}
        return json_response(self.status, {"type": _TYPES.get(self.status, "bad_request"), "errors": [shown]})


def of_status(status: int) -> Response:
    """An error of that status in Digital River's words."""
    return RiverError(
        status, _TYPES.get(status, "bad_request"), f"the sandbox fails with {status}"
    ).response()


def invalid(parameter: str, message: str) -> RiverError:
    """400 for a value that cannot be."""
    return RiverError(400, "invalid_parameter", message, parameter)


def missing(parameter: str) -> RiverError:
    """400 for a value that must be there."""
    return RiverError(400, "missing_parameter", f"'{parameter}' is required.", parameter)


def absent(what: str, document_id: str, parameter: str | None = None) -> RiverError:
    """404 for a document that is not there."""
    return RiverError(404, "not_found", f"{what} '{document_id}' not found.", parameter)


def conflict(code: str, parameter: str, message: str) -> RiverError:
    """409: things stand otherwise."""
    return RiverError(409, code, message, parameter)
