"""fulfill-orders: fulfil or cancel all that is open of orders that were set to be fulfilled or cancelled."""

from __future__ import annotations

from fulfill_orders.requests import Requests
from fulfill_orders.whole import fulfil_whole
from fulfillment.desk import Desk
from fulfillment.params import Params
from nightshift import Run, job
from nightshift.connectors import digital_river, salesforce


@job("fulfill-orders", params=Params)
def lambda_handler(run: Run[Params]) -> None:
    org, account = salesforce.Org.connect(run), digital_river.Account.connect(run)
    desk, requests = Desk(org, account, run), Requests(org, run.params.package, account.orders)
    desk.work_off(desk.orders.due_by_key())  # what an earlier run has asked for and could not finish
    whole = run.batches(requests.whole_orders(), lambda order: order.id, digest=lambda order: order.digest)
    for batch in whole:
        run.commit(batch, fulfil_whole(desk, requests, batch.records, dry_run=run.dry_run))
