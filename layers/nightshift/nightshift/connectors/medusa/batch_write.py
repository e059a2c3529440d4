"""Writing a batch of products: what is refused is narrowed down, what is unknown is looked at again.

Medusa takes a batch as a whole or not at all, names only the first culprit, and answers in an order of its
own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, NamedTuple, TypeAlias

from nightshift.background import Pending
from nightshift.connectors.medusa.found import documents
from nightshift.connectors.medusa.session import Session
from nightshift.http import Response, UnknownOutcomeError

MAX_BODY_BYTES = 2_000_000
"""Of one request; Medusa takes 2 MiB."""

MAX_ITEMS = 50
"""Of one request: Medusa works one off as a whole, and takes longer the more there are. A larger batch goes
as several, two of them side by side."""

_PATH = "/admin/products/batch"
_REFUSED = frozenset({400, 404, 413, 422})
_MAX_REASON = 500

Kind: TypeAlias = Literal["create", "update", "delete"]
_ANSWERED: Mapping[Kind, str] = {"create": "created", "update": "updated", "delete": "deleted"}


class Change(NamedTuple):
    """One item of a batch, as JSON. `target` is Medusa's id; empty for what is to be created."""

    key: str
    kind: Kind
    target: str
    item: bytes


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be written now, and what cannot be, with the reason. Other keys need nothing."""

    changes: Sequence[Change]
    failed: Mapping[str, str] = field(default_factory=dict)


Planner: TypeAlias = Callable[[Sequence[str], bool], Plan]
"""Looks at the target and plans for these keys; the flag says that they were planned before, and that
something came in between."""


@dataclass(slots=True)
class Written:
    """What became of the keys of a batch."""

    done: dict[str, Kind] = field(default_factory=dict)
    needless: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Refused:
    """Medusa refused a request as a whole; nothing of it was done."""

    reason: str


_Answer: TypeAlias = Response | _Refused | UnknownOutcomeError


class BatchWrite:
    """One batch on its way to Medusa."""

    def __init__(
        self,
        session: Session,
        planner: Planner,
        identity: str = "external_id",
        *,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        """`identity` is the field by which what was created is known again: its value is the key. With
        `meanwhile` two requests may be on their way at once, and it is called while they are; without it
        they go one after the other."""
        self._session = session
        self._planner = planner
        self._identity = identity
        self._meanwhile = meanwhile
        self._written = Written()
        self._intents: dict[str, Kind] = {}

    def run(self, keys: Sequence[str], *, dry_run: bool) -> Written:
        """Write what the planner says; every key ends in one place of the result.

        A key counts by what was first intended for it. Raises what `Session.request` raises, UpstreamError
        for an answer that is none, and UnknownOutcomeError (try later) where outcomes stay unknown.
        """
        plan = self._planner(keys, False)
        self._written.failed.update(plan.failed)
        self._intents = {change.key: change.kind for change in plan.changes}
        self._written.needless = [k for k in keys if k not in self._intents and k not in plan.failed]
        if dry_run:
            self._written.done.update(self._intents)
        else:
            parts = _parts(plan.changes)
            for first in parts:
                if self._meanwhile is None:
                    self._settle(first, self._send(first))
                else:
                    self._settle_together([first, *islice(parts, 1)], self._meanwhile)
        return self._written

    def _settle_together(self, some: Sequence[Sequence[Change]], meanwhile: Callable[[], None]) -> None:
        """All are answered before any is settled: a second look at one must not meet another on its way. And
        whatever comes in between, nothing is on its way when this ends."""
        on_their_way: list[Pending[_Answer]] = []
        try:
            for part in some:
                on_their_way.append(Pending(self._begin(part)))  # noqa: PERF401 - one may be sent and one not
            meanwhile()
        finally:
            for pending in on_their_way:
                pending.run(None)
        for part, pending in zip(some, on_their_way, strict=True):
            self._settle(part, pending.result())

    def _settle(self, part: Sequence[Change], answer: _Answer, *, is_fresh: bool = True) -> None:
        """Send on after the first answer until everything in `part` is done or failed.

        A refusal is first met with a second look (`is_fresh`): somebody, or a request whose answer was lost,
        may have done the work. After that the part is halved until the product that is refused is alone.
        """
        attempt = 0
        while not isinstance(answer, Response):
            if isinstance(answer, UnknownOutcomeError):
                if attempt >= self._session.client.max_retries:
                    raise answer
                self._session.client.wait(attempt, answer)
                attempt += 1
                part = self._look_again(part)
            else:
                before, part = part, self._look_again(part) if is_fresh else part
                if is_fresh and part != before:
                    is_fresh = False
                elif len(part) == 1:
                    self._written.failed[part[0].key] = answer.reason
                    return
                else:
                    middle = len(part) // 2
                    for half in (part[:middle], part[middle:]):
                        self._settle(half, self._send(half), is_fresh=False)
                    return
            if not part:
                return
            answer = self._send(part)
        self._take(part, answer)

    def _look_again(self, part: Sequence[Change]) -> Sequence[Change]:
        """What of these changes is still to be done; the rest has been."""
        plan = self._planner([change.key for change in part], True)
        self._written.failed.update(plan.failed)
        open_keys = {change.key for change in plan.changes}
        for change in part:
            if change.key not in open_keys and change.key not in plan.failed:
                self._written.done[change.key] = self._intents[change.key]
        return plan.changes

    def _send(self, part: Sequence[Change]) -> _Answer:
        return self._begin(part)()

    def _begin(self, part: Sequence[Change]) -> Callable[[], _Answer]:
        """Send; what this returns hears the answer."""
        query = [("fields", f"id,{self._identity}")]
        hear = self._session.begin("POST", _PATH, query=query, body=_join(part), idempotent=False)

        def answer() -> _Answer:
            try:
                answer = hear()
            except UnknownOutcomeError as unknown:
                return unknown
            if answer.status in _REFUSED:
                return _Refused(answer.message()[:_MAX_REASON])
            if answer.status != 200:
                raise answer.refusal()
            return answer

        return answer

    def _take(self, part: Sequence[Change], answer: Response) -> None:
        """Note what an answer says was done."""
        named = _named_in(answer, self._identity)
        for change in part:
            if (change.target or change.key) in named[change.kind]:
                self._written.done[change.key] = self._intents[change.key]
            else:
                reason = f"Medusa's answer does not say that it was {_ANSWERED[change.kind]}"
                self._written.failed[change.key] = reason


def _named_in(answer: Response, identity: str) -> dict[Kind, set[object]]:
    """What an answer says was done: the identities created, the ids updated and deleted."""
    envelope: object = answer.json()
    if not isinstance(envelope, dict):
        raise answer.error("no result of the batch")
    deleted = envelope.get("deleted")
    return {
        "create": {product.get(identity) for product in documents(envelope.get("created"))},
        "update": {product.get("id") for product in documents(envelope.get("updated"))},
        "delete": set(deleted.get("ids") or ()) if isinstance(deleted, dict) else set(),
    }


def _join(part: Sequence[Change]) -> bytes:
    lists = []
    for kind in _ANSWERED:
        items = [change.item for change in part if change.kind == kind]
        if items:
            lists.append(b'"%b":[%b]' % (kind.encode(), b",".join(items)))
    return b"{%b}" % b",".join(lists)


def _parts(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    """The changes in parts, each of which fits into a request; one that fits into none is sent alone, for
    Medusa to refuse."""
    part: list[Change] = []
    size = 0
    for change in changes:
        if part and (len(part) == MAX_ITEMS or size + len(change.item) > MAX_BODY_BYTES):
            yield part
            part, size = [], 0
        part.append(change)
        size += len(change.item) + 1
    if part:
        yield part
