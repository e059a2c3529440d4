"""Whole orders at the desk: asked for, and sent at once with whatever else is pending for them."""

from __future__ import annotations

from collections.abc import Sequence

from fulfill_orders.requests import Requests, WholeOrder
from fulfillment.desk import Desk
from nightshift import Outcome
from nightshift.errors import RecordError


def fulfil_whole(desk: Desk, requests: Requests, orders: Sequence[WholeOrder], *, dry_run: bool) -> Outcome:
    """Deal with these orders, by their Salesforce ids. A dry run makes no rows, and so says what it would ask
    for."""
    outcome, asked = Outcome(), []
    for order in orders:
        try:
            waits = requests.ask(order)
        except RecordError as error:
            outcome += Outcome(failed={order.id: error.reason})
            continue
        if waits is not None:
            outcome += Outcome(unchanged=[order.id], notes={order.id: waits})
        elif dry_run:
            outcome += Outcome(updated=[order.id], notes={order.id: order.note()})
        else:
            asked.append(order.id)
    return outcome + _send(desk, asked)


def _send(desk: Desk, order_ids: Sequence[str]) -> Outcome:
    records = desk.orders.of_orders(order_ids)
    orders = {record.id: order_id for order_id, record in records.items()}
    sent = desk.fulfil(list(records.values()))
    lost = {order_id: "its fulfilment record is gone" for order_id in order_ids if order_id not in records}
    return Outcome(
        updated=[orders[key] for key in sent.updated],
        unchanged=[orders[key] for key in sent.unchanged],
        failed={**{orders[key]: reason for key, reason in sent.failed.items()}, **lost},
        notes={orders[key]: note for key, note in sent.notes.items()},
    )
