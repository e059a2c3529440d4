"""Secrets that must never be seen again, a shop that repeats them whenever it can, and all places to look."""

from __future__ import annotations

import io
import json
import random
import traceback
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import quote
from uuid import uuid4

from aws_lambda_powertools import Logger

from nightshift.execution import Ended
from nightshift.handler import Handler
from nightshift.manifest import CompiledManifest, JobEntry
from nightshift.services import NobodyWatches, RunLogger, Services
from nightshift_tools.embedded import SqliteLogs, SqliteState
from nightshift_tools.sandbox.message import Request, Response
from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing.clock import FakeClock

E_MAIL = "canary-e-mail@canary.example"
PASSWORD = "CANARY-password/+ 4f1c9a72"
API_KEY = "CANARY-api-key-9b2e61d0"
TOKEN = "CANARY-token-77c3e5aa10"
IN_URL = "CANARY-in-url-51d0"
PAYLOAD = "CANARY-payload: what a customer has written and nobody else may read, line after line"
CREDENTIALS = (E_MAIL, PASSWORD, API_KEY, TOKEN)


@dataclass(frozen=True)
class Fault:
    """What the shop does to one request: `answer` gets the request and what it would have answered."""

    name: str
    answer: Callable[[Request, Response], Response]


def _everything(request: Request) -> str:
    headers = " ".join(f"{name}: {value}" for name, value in request.headers.items())
    return f"{headers} {request.target} {request.body.decode(errors='replace')}"


def _says(status: int) -> Callable[[Request, Response], Response]:
    """An error whose message repeats headers and body of the request."""

    def answer(request: Request, _: Response) -> Response:
        return Response(status, json.dumps({"message": _everything(request)}).encode())

    return answer


def _page(status: int) -> Callable[[Request, Response], Response]:
    """A page of HTML that does."""

    def answer(request: Request, _: Response) -> Response:
        return Response(status, f"<html>{_everything(request)}".encode(), content_type="text/html")

    return answer


def _redirects(_: Request, __: Response) -> Response:
    place = f"https://admin:{IN_URL}@other.example/login?token={TOKEN}"
    return Response(302, headers=(("Location", place),))


def _forgets_its_json(request: Request, _: Response) -> Response:
    """Valid JSON that is not what was asked for, with all of it in names and values."""
    return Response(200, json.dumps({_everything(request): [_everything(request)]}).encode())


FAULTS = [
    *(Fault(f"{status} with a message", _says(status)) for status in (400, 401, 403, 404, 500)),
    *(Fault(f"{status} with a page", _page(status)) for status in (200, 403, 500)),
    Fault("a redirect", _redirects),
    Fault("other JSON", _forgets_its_json),
    Fault(
        "half an answer", lambda _, response: replace(response, body=response.body[: len(response.body) // 2])
    ),
]


class Shop:
    """A sandbox with canaries for credentials, which lets a fault befall the n-th request to a surface."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.seen = 0
        sandbox.reset()
        for number in sandbox.shop.catalogue.ids:
            sandbox.edit(number, description=f"{PAYLOAD} {number}", images=[f"https://x.example/{PAYLOAD}"])
        sandbox.edit(2, description={"text": PAYLOAD})
        sandbox.edit(3, title="Refused", reviews=[{"reviewerEmail": E_MAIL, "comment": PAYLOAD}])
        sandbox.refuse(title="Refused")
        credentials: Any = sandbox.shop.medusa.credentials
        credentials.api_key = API_KEY
        credentials.log_in = lambda _: TOKEN
        accepts = credentials.accepts
        credentials.accepts = lambda sent: TOKEN in sent or accepts(sent)

    def strike(self, surface: str, nth: int, fault: Fault) -> None:
        """Let it befall the n-th request, from 1, and those after it: retries find no better one."""
        target: Any = getattr(self.sandbox.shop, surface)
        answer = target.answer

        def struck(request: Request) -> Response:
            self.seen += 1
            response: Response = answer(request)
            return fault.answer(request, response) if self.seen >= nth else response

        target.answer = struck


class Secrets:
    """What Secrets Manager holds."""

    def __init__(self, **fields: str) -> None:
        self._fields = fields

    def get(self, name: str, *, fresh: bool = False) -> Mapping[str, str]:
        return self._fields


class Planned(NobodyWatches):
    def __init__(self) -> None:
        self.said: list[str] = []

    def planned(self, action: str, record: str, reason: str | None) -> None:
        self.said.append(f"{action} {record} {reason}")


class Traces:
    """One run with Powertools' logger, and every text that it left."""

    def __init__(
        self, handler: Handler[Any], entry: JobEntry, environment: Mapping[str, str], secrets: Any
    ) -> None:
        self.output = io.StringIO()
        self.state = SqliteState.in_memory()
        self.observer = Planned()
        self._handler = handler
        self._services = Services(
            clock=FakeClock(),
            random=random.Random(3),
            state=self.state,
            logs=SqliteLogs(self.state.database),
            manifest=CompiledManifest({entry.name: entry}),
            environment=environment,
            secrets=secrets,
            # Powertools keeps the logger of a name, with its stream: no two may share one, as ids do in time.
            logger=cast(RunLogger, Logger(service=f"canary {uuid4()}", stream=self.output, level="DEBUG")),
            observer=self.observer,
        )
        self._job = entry.name
        self._raised: list[str] = []
        self.ended: Ended | None = None

    def run(self, **settings: object) -> None:
        """As Lambda runs it, and prints what it raises."""
        try:
            self.ended = self._handler.handle({"job": self._job, **settings}, self._services, 300)
            if self.ended.error is not None:
                raise self.ended.error
        except Exception as error:
            self._raised += [str(error), repr(error), *traceback.format_exception(error)]

    def texts(self) -> str:
        rows = self.state.database.rows
        stored = [
            f"{key} {body}"
            for table in ("state", "log")
            for key, body in rows(f"SELECT sk, body FROM {table}")
        ]
        record = repr(self.ended.record) if self.ended is not None else ""
        return "\n".join([self.output.getvalue(), *stored, *self._raised, *self.observer.said, record])


def found_in(text: str, *canaries: str) -> list[str]:
    """Which canaries are in a text, as they are or in another form."""
    forms = {
        canary: (
            canary,
            quote(canary, safe=""),
            json.dumps(canary)[1:-1],
            b64encode(canary.encode()).decode()[:-4],
            b64encode(f"{canary}:".encode()).decode()[:-4],
        )
        for canary in canaries
    }
    return [f"{form} at {text.index(form)}" for all_ in forms.values() for form in all_ if form in text]
