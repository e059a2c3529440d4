"""clean-expired-carts: delete the carts that nobody has touched for a day and that became no order."""

from __future__ import annotations

from clean_expired_carts.params import Params
from nightshift import Run, job
from nightshift.connectors import medusa


@job("clean-expired-carts", params=Params)
def lambda_handler(run: Run[Params]) -> None:
    carts = medusa.Carts.connect(run)
    expired = carts.untouched_since(run.now() - run.params.untouched_for, run.batch_size)
    for batch in run.batches(expired, lambda cart: cart.id):
        run.commit(batch, carts.delete(batch.records))
