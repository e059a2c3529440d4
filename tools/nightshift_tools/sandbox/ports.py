"""What a surface must offer to stand in the shop; one package per API implements it."""

from typing import Protocol

from nightshift_tools.sandbox.message import Request, Response


class Surface(Protocol):
    """One API of the shop. Called under the shop's lock, so it needs none of its own."""

    name: str

    def route(self, method: str, path: str) -> str:
        """The template of the route that would answer, such as `/products/{id}`, or `unknown`."""

    def answer(self, request: Request) -> Response:
        """Do what the request asks; every refusal of the API is an answer, not an exception."""

    def failure(self, status: int) -> Response:
        """How this API words an error of that status."""

    def empty_list(self, response: Response) -> Response:
        """The same list answer as if nothing were there."""

    def expire_tokens(self) -> None:
        """Refuse from now on every token given out so far."""
