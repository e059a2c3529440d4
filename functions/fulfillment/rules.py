"""The rules of fulfilment, pure: when an order is sent, what is sent, and what an answer means.

They are those of the connector that these jobs replace, without its defects: docs/jobs/fulfill-line-items.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from fulfillment.model import Item, ItemState, Order, Quantities, Row, RowStatus
from nightshift.connectors.digital_river import Problem

RETRY_LIMIT = 5
"""A row is tried again after five refusals; the sixth is its last."""

_DONE = {"order_complete", "order_cancelled", "order_fulfilled"}
_ITEM_DONE = {"item_fulfilled", "item_cancelled"}
_NOTHING = Quantities()


@dataclass(frozen=True, slots=True)
class Line:
    """What one request asks for one item: all its pending rows added up."""

    item: Item
    asked: Quantities
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class RowChange:
    """What becomes of a row. `done` counts as fulfilled and cancelled; `given_back` is open again."""

    row: Row
    status: RowStatus
    attempts: int
    message: str
    done: Quantities = _NOTHING
    given_back: int = 0


class Verdict(Enum):
    """What a refusal of Digital River (409, one error) means."""

    DONE = "done"  # everything that was asked for had been done before
    ITEM_DONE = "item done"  # one item had; the others were not touched
    REFUSED = "refused"


def is_collecting(order: Order, now: datetime, window: timedelta) -> bool:
    """It waits for more rows: something is open still, and its oldest row is younger than the window."""
    if not order.rows or not any(item.open > 0 for item in order.items):
        return False
    return now - min(row.created_at for row in order.rows) < window


def unsendable(order: Order) -> Iterator[tuple[Row, str]]:
    """Rows that must not be sent, oldest first, each with the reason; rows of one item count together."""
    taken: dict[str, int] = {}
    for row in order.rows:
        why = _complaint(order.item(row.item_id), row, taken.get(row.item_id, 0))
        if why is None:
            taken[row.item_id] = taken.get(row.item_id, 0) + row.asked.total
        else:
            yield row, why


def lines_of(order: Order, rows: Sequence[Row]) -> list[Line]:
    """What to send for these rows: one line an item, in the order of the rows. They must be sendable."""
    lines: dict[str, Line] = {}
    for row in rows:
        item = order.item(row.item_id)
        if item is None:
            raise ValueError(f"row {row.id} names no item of order {order.id}")
        known = lines.get(item.id, Line(item, _NOTHING, ()))
        lines[item.id] = replace(known, asked=known.asked + row.asked, rows=(*known.rows, row))
    return list(lines.values())


def verdict_of(code: str) -> Verdict:
    """What the code of a 409 means. An unknown one is a refusal: nobody has said that anything was done."""
    if code in _DONE:
        return Verdict.DONE
    return Verdict.ITEM_DONE if code in _ITEM_DONE else Verdict.REFUSED


def completed(rows: Sequence[Row], message: str, code: str = "") -> list[RowChange]:
    """Done. By the code of a refusal it had been done before, and maybe as the other of the two."""
    return [
        RowChange(row, RowStatus.COMPLETED, row.attempts, message, done=_done(row.asked, code))
        for row in rows
    ]


def refused(rows: Sequence[Row], message: str) -> list[RowChange]:
    """One more refusal: tried again, until the limit is passed."""
    return [
        _failed(row, message, row.attempts + 1)
        if row.attempts >= RETRY_LIMIT
        else RowChange(row, RowStatus.REPROCESS, row.attempts + 1, message)
        for row in rows
    ]


def failed(row: Row, message: str) -> RowChange:
    """A row that can never be sent as it is."""
    return _failed(row, message, row.attempts)


def untouched(rows: Sequence[Row], message: str) -> list[RowChange]:
    """Rows that were in a refused request without being the reason: sent again, and no try is counted."""
    return [RowChange(row, RowStatus.REPROCESS, row.attempts, message) for row in rows]


def conflicting(lines: Sequence[Line], problem: Problem) -> list[RowChange]:
    """What a conflict makes of the rows of a request. Digital River does all of it or nothing, and names one
    error: rows of items that it does not name have not been tried."""
    rows = [row for line in lines for row in line.rows]
    verdict = verdict_of(problem.code)
    if verdict is Verdict.DONE:
        return completed(rows, str(problem), problem.code)
    meant = _line_meant(lines, problem)
    if meant is None or verdict is Verdict.REFUSED:
        return blamed(lines, problem)
    others = [row for row in rows if row not in meant.rows]
    return [*completed(meant.rows, str(problem), problem.code), *untouched(others, str(problem))]


def blamed(lines: Sequence[Line], problem: Problem) -> list[RowChange]:
    """A refusal counts against the rows of the item that it names, or against all where it names none."""
    rows = [row for line in lines for row in line.rows]
    meant = _line_meant(lines, problem)
    if meant is None:
        return refused(rows, str(problem))
    others = [row for row in rows if row not in meant.rows]
    return [*refused(meant.rows, str(problem)), *untouched(others, str(problem))]


def item_after(item: Item, changes: Sequence[RowChange]) -> Item:
    """The item with these changes of its rows counted: what was done, and what is given back."""
    own = [change for change in changes if change.row.item_id == item.id]
    done = sum((change.done for change in own), _NOTHING)
    return replace(
        item,
        open=min(item.ordered, item.open + sum(change.given_back for change in own)),
        fulfilled=item.fulfilled + done.fulfil,
        cancelled=item.cancelled + done.cancel,
    )


def state_of(item: Item) -> ItemState:
    """An item that is dealt with to its last piece is fulfilled if any piece was: 6 + 4 of 10."""
    if item.fulfilled + item.cancelled >= item.ordered:
        return ItemState.FULFILLED if item.fulfilled else ItemState.CANCELLED
    if item.fulfilled:
        return ItemState.PARTIALLY_FULFILLED
    return ItemState.PARTIALLY_CANCELLED if item.cancelled else ItemState.CREATED


def order_state(items: Sequence[Item]) -> str | None:
    """`fulfilled` or `cancelled` once nothing of the order is left; None before."""
    states = {state_of(item) for item in items}
    if not states or states - {ItemState.FULFILLED, ItemState.CANCELLED}:
        return None
    return "fulfilled" if ItemState.FULFILLED in states else "cancelled"


def record_status(items: Sequence[Item], changes: Sequence[RowChange]) -> str:
    """`DR_Fulfillment_Status`: Completed with all items, Reprocess while rows wait, else Open."""
    if order_state(items) is not None:
        return "Completed"
    return "Reprocess" if any(change.status is RowStatus.REPROCESS for change in changes) else "Open"


def _complaint(item: Item | None, row: Row, taken: int) -> str | None:
    asked = row.asked
    if item is None:
        return f"it names item {row.item_id}, which is none of this order"
    if not item.remote_id:
        return f"item {item.id} has no Digital River id: the order was not submitted with it"
    if asked.fulfil < 0 or asked.cancel < 0:
        return f"quantities below zero: fulfil {asked.fulfil}, cancel {asked.cancel}"
    if not asked.total:
        return "nothing to fulfil and nothing to cancel: give one of them a quantity"
    left = item.ordered - item.fulfilled - item.cancelled - taken
    if asked.total > left:
        asks = f"it asks to fulfil {asked.fulfil} and to cancel {asked.cancel}"
        return f"{asks}; of the {item.ordered} ordered {max(0, left)} are left"
    return None


def _done(asked: Quantities, code: str) -> Quantities:
    if code in ("order_cancelled", "item_cancelled"):
        return Quantities(cancel=asked.total)
    return Quantities(fulfil=asked.total) if code == "item_fulfilled" else asked


def _failed(row: Row, message: str, attempts: int) -> RowChange:
    return RowChange(row, RowStatus.FAILED, attempts, message, given_back=max(0, row.asked.total))


def _line_meant(lines: Sequence[Line], problem: Problem) -> Line | None:
    meant = problem.item([line.item.remote_id for line in lines])
    return next((line for line in lines if line.item.remote_id == meant), None)
