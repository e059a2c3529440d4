"""Salesforce's errors: a list of code, message and fields, and the status that goes with the code."""

from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.message import Response, json_response

# Codes with another status than 400.
_STATUS = {
    "INVALID_SESSION_ID": 401,
    "REQUEST_LIMIT_EXCEEDED": 403,
    "NOT_FOUND": 404,
    "ENTITY_IS_DELETED": 404,
    "PRECONDITION_FAILED": 412,
    "UNKNOWN_EXCEPTION": 500,
    "SERVER_UNAVAILABLE": 503,
}
_CODE_OF_STATUS = {status: code for code, status in _STATUS.items() if code != "ENTITY_IS_DELETED"}
_MESSAGES = {
    "INVALID_SESSION_ID": "Session expired or invalid",
    "REQUEST_LIMIT_EXCEEDED": "TotalRequests Limit exceeded.",
    "NOT_FOUND": "The requested resource does not exist",
    "SERVER_UNAVAILABLE": "System is temporarily unavailable",
}


class SalesforceError(Exception):
    """A refusal, of a request or of one record in it."""

    def __init__(self, code: str, message: str | None = None, fields: tuple[str, ...] = ()) -> None:
        super().__init__(message or _MESSAGES.get(code, code))
        self.code = code
        self.message = message or _MESSAGES.get(code, code)
        self.fields = fields

    @property
    def status(self) -> int:
        """The status of an answer that refuses the whole request for this."""
        return _STATUS.get(self.code, 400)

    def response(self) -> Response:
        """The answer to a request that is refused for this."""
        return json_response(self.status, self.body())

    def body(self) -> list[JsonObject]:
        """The list of errors of an answer, with `fields` where there are some."""
        named = {"fields": list(self.fields)} if self.fields else {}
        return [{"message": self.message, "errorCode": self.code} | named]

    def result(self) -> JsonObject:
        """The result of one record in a collection."""
        error = {"statusCode": self.code, "message": self.message, "fields": list(self.fields)}
        return {"success": False, "errors": [error]}


def of_status(status: int) -> Response:
    """An error of that status in Salesforce's words."""
    code = _CODE_OF_STATUS.get(status, "BAD_REQUEST" if status < 500 else "UNKNOWN_EXCEPTION")
    error = SalesforceError(code, _MESSAGES.get(code, f"the sandbox fails with {status}"))
    return json_response(status, error.body())


def malformed(message: str) -> SalesforceError:
    """A query that cannot be read."""
    return SalesforceError("MALFORMED_QUERY", message)
