"""fulfill-line-items: send an org's pending fulfilment rows to Digital River, one request an order."""

from __future__ import annotations

from fulfillment.desk import Desk
from fulfillment.params import Params
from nightshift import Run, job
from nightshift.connectors import digital_river, salesforce


@job("fulfill-line-items", params=Params)
def lambda_handler(run: Run[Params]) -> None:
    desk = Desk(salesforce.Org.connect(run), digital_river.Account.connect(run), run)
    desk.work_off(desk.orders.due())
