"""What travels between the wire and the surfaces: requests, responses, and how a response is sent."""

from dataclasses import dataclass, replace

from nightshift_tools.sandbox import exact_json

JSON_TYPE = "application/json; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"

# What travels with every answer, so that nobody takes the sandbox for the real thing.
SANDBOX_HEADER = ("x-sandbox", "nightshift")


@dataclass(frozen=True, slots=True)
class Request:
    """One request, its path already without the surface's prefix; header names are in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""
    prefix: str = ""

    @property
    def target(self) -> str:
        """Path and query as the client wrote them after the prefix."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def json_body(self) -> object:
        """The body, if its content type says JSON, else an empty object, as Express does.

        Raises ValueError where the body is not JSON.
        """
        if "json" not in self.headers.get("content-type", "") or not self.body:
            return {}
        return exact_json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Pace:
    """How an answer is sent: after a wait, drop by drop, cut in the middle, or never."""

    wait: float = 0.0
    bytes_per_second: int | None = None
    cut: bool = False
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. `close` ends the connection after it."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = JSON_TYPE
    pace: Pace = Pace()
    close: bool = False

    def with_headers(self, *headers: tuple[str, str]) -> "Response":
        """The same answer with more headers."""
        return replace(self, headers=(*self.headers, *headers))


def json_response(status: int, value: object) -> Response:
    """An answer with a JSON body."""
    return Response(status, exact_json.dumps(value))


def html_response(status: int, text: str) -> Response:
    """An answer with an HTML body, as Express gives for routes it does not know."""
    page = (
        f"<!DOCTYPE html>\n<html><head><title>{status}</title></head><body><pre>{text}</pre></body></html>\n"
    )
    return Response(status, page.encode(), content_type=HTML_TYPE)
