"""Sending an order's rows once, whoever sends them: two jobs, a retry, or a run that was overtaken.

The order of steps is the promise. Before anything is sent, an intent with the request is written, by one
conditional write; its token goes into the request's metadata. After the answer is written back, the intent
is closed, with the rows that are dealt with. In between lies what nobody knows: whoever finds an intent that
is not closed waits for a while and then asks Digital River for a fulfilment with that token. Only where there
is none is anything sent again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from fulfillment import rules
from fulfillment.model import Order, Quantities, Row, RowStatus
from fulfillment.rules import RowChange
from nightshift import Intent, Run
from nightshift.connectors.digital_river import (
    Conflict,
    Done,
    FulfillmentItem,
    Fulfillments,
    Planned,
    Refused,
    Unknown,
)

KIND = "fulfil"
TOKEN = "nightshift"  # noqa: S105 - the name of a metadata field
_SENDING, _UNKNOWN, _CLOSED = "sending", "unknown", "closed"
_REMEMBERED = 500
"""How many rows of an order are remembered as dealt with, newest last."""


@dataclass(frozen=True, slots=True)
class Dealt:
    """What one order came to: row changes to write back, then the intent to close.

    `waits` says why it is left for a later run, with nothing sent.
    """

    changes: tuple[RowChange, ...] = ()
    intent: Intent | None = None
    waits: str = ""


@dataclass(frozen=True, slots=True)
class Patience:
    """`window`: how long an order collects rows. `settle`: how long an outcome may stay unknown before
    Digital River is believed not to know the request."""

    window: timedelta
    settle: timedelta


class Sending:
    """Sends what is pending of orders, in one run."""

    def __init__(self, fulfillments: Fulfillments, run: Run[Any], patience: Patience) -> None:
        self._fulfillments = fulfillments
        self._intents = run.intents
        self._run = run.id
        self._now = run.now
        self._patience = patience

    def deal_with(self, order: Order) -> Dealt:
        """Send the order's rows where they are due, or find out what became of those that were sent."""
        intent = self._intents.find(KIND, order.remote_id)
        if intent is not None and intent.state != _CLOSED:
            return self._resolve(order, intent)
        answered = _dealt_with(intent)
        pending = [row for row in order.rows if row.id not in answered]
        bad = {row: why for row, why in rules.unsendable(order) if row in pending}
        refused = tuple(rules.failed(row, why) for row, why in bad.items())
        good = [row for row in pending if row not in bad]
        if not good:
            return Dealt(refused, waits="" if refused else "its rows were dealt with just now")
        if rules.is_collecting(order, self._now(), self._patience.window):
            return Dealt(refused, waits="it collects rows")
        return self._claim_and_send(order, good, intent, refused)

    def close(self, dealt: Dealt) -> None:
        """The changes are written back: what they settled is never sent again."""
        if dealt.intent is None:
            return
        settled = [change.row.id for change in dealt.changes if change.status is not RowStatus.REPROCESS]
        known = [*_dealt_with(dealt.intent), *settled]
        body = {**dealt.intent.body, "done": list(dict.fromkeys(known))[-_REMEMBERED:]}
        self._intents.move(dealt.intent, _CLOSED, body)

    def _claim_and_send(
        self,
        order: Order,
        rows: Sequence[Row],
        intent: Intent | None,
        refused: tuple[RowChange, ...] = (),
    ) -> Dealt:
        lines = rules.lines_of(order, rows)
        number = 1 if intent is None else intent.revision + 1
        body: dict[str, object] = {
            # With the run's id: a state restored from a backup must not give an old token to a new request.
            "token": f"{self._run}/{order.id}/{number}",
            "rows": {row.id: [row.asked.fulfil, row.asked.cancel] for row in rows},
            "done": list(_dealt_with(intent)),
        }
        claimed = (
            self._intents.begin(KIND, order.remote_id, _SENDING, body)
            if intent is None
            else self._intents.move(intent, _SENDING, body)
        )
        if claimed is None:
            return Dealt(refused, waits="another run is sending for this order")
        items = [FulfillmentItem(line.item.remote_id, line.asked.fulfil, line.asked.cancel) for line in lines]
        result = self._fulfillments.create(order.remote_id, items, {TOKEN: str(body["token"])})
        if isinstance(result, Unknown):
            self._intents.move(claimed, _UNKNOWN)
            return Dealt(refused, waits=f"nobody knows whether it took effect: {result.reason}")
        return Dealt((*refused, *_changes(lines, result)), claimed)

    def _resolve(self, order: Order, intent: Intent) -> Dealt:
        """Find out what became of a request whose end nobody has written down."""
        if self._now() - intent.at < self._patience.settle:
            return Dealt(waits="what became of its last request is not known yet")
        token = intent.body.get("token")
        for found in self._fulfillments.of_order(order.remote_id):
            if found.metadata.get(TOKEN) == token:
                return Dealt(tuple(_sent(order, intent, found.id)), intent)
        answered = _dealt_with(intent)
        bad = [row for row, _ in rules.unsendable(order)]
        rows = [row for row in order.rows if row.id not in answered and row not in bad]
        if not rows:  # nothing took effect, and nothing is asked for any more
            return Dealt(intent=intent, waits="nothing of its last request took effect")
        return self._claim_and_send(order, rows, intent)


def _changes(
    lines: Sequence[rules.Line], result: Done[object] | Planned | Refused | Conflict
) -> list[RowChange]:
    rows = [row for line in lines for row in line.rows]
    if isinstance(result, Conflict):
        return rules.conflicting(lines, result.problem)
    if isinstance(result, Refused):
        return rules.blamed(lines, result.problem)
    return rules.completed(rows, "done by Digital River")


def _sent(order: Order, intent: Intent, fulfillment: str) -> list[RowChange]:
    """The rows of a request that turned out to have taken effect, with the quantities that were sent."""
    sent = cast(Mapping[str, Sequence[int]], intent.body.get("rows", {}))
    rows = [row for row in order.rows if row.id in sent]
    return [
        RowChange(
            row,
            RowStatus.COMPLETED,
            row.attempts,
            f"done by Digital River, as fulfilment {fulfillment} shows",
            done=Quantities(*sent[row.id]),
        )
        for row in rows
    ]


def _dealt_with(intent: Intent | None) -> tuple[str, ...]:
    if intent is None:
        return ()
    return tuple(cast(Sequence[str], intent.body.get("done", ())))
