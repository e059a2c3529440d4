"""Routes of a surface: a table of method, template and what answers."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from nightshift_tools.sandbox.message import Response

Answer = Callable[..., Response]

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Route:
    """`template` names parameters in braces; `answer` takes them after what its surface hands it."""

    method: str
    template: str
    answer: Answer

    @property
    def pattern(self) -> re.Pattern[str]:
        """The template as an expression for a whole path; a parameter is one segment."""
        return re.compile(re.sub(r"\{\w+\}", "([^/]+)", self.template))


class Router:
    """Finds the first route of the table that fits, so fixed paths stand before templates."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(route, route.pattern) for route in routes]

    def template(self, method: str, path: str) -> str:
        """The template of the route that fits, or `unknown`."""
        found = self._find(method, path)
        return found[0].template if found else UNKNOWN

    def find(self, method: str, path: str) -> tuple[Answer, list[str]] | None:
        """What answers, and the parameters out of the path; None where no route fits."""
        found = self._find(method, path)
        return (found[0].answer, found[1]) if found else None

    def _find(self, method: str, path: str) -> tuple[Route, list[str]] | None:
        for route, pattern in self._routes:
            if route.method == method and (match := pattern.fullmatch(path)):
                return route, [unquote(value) for value in match.groups()]
        return None
