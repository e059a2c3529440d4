"""The demo's cast: a sandbox shop and `nightshift` itself, each as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from nightshift.errors import RunError

ANSWER_SECONDS = 20

_NOT_INHERITED = ("STATE_TABLE", "LOG_TABLE", "MEDUSA_API_KEY", "MEDUSA_SECRET")


class Shop:
    """A sandbox shop that runs. `variables` point the jobs at it."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self._url = variables["DUMMYJSON_URL"].removesuffix("/dummyjson")

    def change(self, catalogue: Mapping[str, object]) -> None:
        """Edit and add products of the source."""
        self._ask("POST", "catalogue", catalogue)

    def refuse(self, title: str) -> None:
        """Have Medusa refuse the product of that title."""
        self._ask("POST", "refuse", {"title": title})

    def forget_requests(self) -> None:
        self._ask("DELETE", "requests")

    def medusa_requests(self) -> int:
        """Requests to Medusa since then, without those that log in."""
        counts = self._ask("GET", "requests")["counts"]
        asked = [count for count in counts if count["surface"] == "medusa"]
        return sum(count["count"] for count in asked if not count["route"].startswith("/auth"))

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self._url}/_sandbox/{path}", data, method=method)  # noqa: S310 - on loopback
        with urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            return json.load(answer)


@contextmanager
def open_shop(products: int) -> Iterator[Shop]:
    """A sandbox with so many generated products, on a port that was free, until the end of the `with`."""
    command = [sys.executable, "-m", "nightshift_tools.sandbox", "--port", "0", "--products", str(products)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Shop(_variables(process))
        finally:
            process.terminate()


def _variables(process: subprocess.Popen[str]) -> dict[str, str]:
    """What a sandbox prints once it answers: its variables, one a line, MEDUSA_PASSWORD last."""
    assert process.stdout is not None
    found: dict[str, str] = {}
    while "MEDUSA_PASSWORD" not in found:
        line = process.stdout.readline()
        if not line:
            raise RunError("the sandbox ended before it answered; `nightshift sandbox` says why")
        name, equals, value = line.strip().partition("=")
        if equals:
            found[name] = value
    return found


class Nightshift:
    """The command line in a project, with an environment that leads nowhere but to the shop."""

    def __init__(self, project: Path, home: Path, shop: Shop) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
        own = {name for name in kept if name.startswith("SYNC_PRODUCTS_")}
        self._environment = {name: value for name, value in kept.items() if name not in own}
        self._environment |= {**shop.variables, "NIGHTSHIFT_HOME": str(home)}
        self._project = project

    def __call__(self, *arguments: str) -> Any:
        """What a command prints with `--json`; RunError with what it said where that is no result."""
        command = [sys.executable, "-m", "nightshift_tools", *arguments, "--json"]
        done = subprocess.run(
            command, cwd=self._project, env=self._environment, capture_output=True, text=True
        )
        try:
            found = json.loads(done.stdout)
        except json.JSONDecodeError:
            found = {"error": {"message": done.stderr or done.stdout}}
        if isinstance(found, dict) and "error" in found:
            raise RunError(f"`nightshift {' '.join(arguments)}`: {found['error']['message']}")
        return found
