"""charge-installments: charge what the payment ledger has as due, each installment once."""

from __future__ import annotations

from charge_installments.desk import Desk
from charge_installments.params import Params
from nightshift import Run, job
from nightshift.connectors import digital_river, salesforce

BUDGET = "payments"
"""The manifest's name for the limit of the key, which is this job's own."""


@job("charge-installments", params=Params, needs_reason=True)
def lambda_handler(run: Run[Params]) -> None:
    account = digital_river.Account.connect(run, budget=BUDGET)
    desk = Desk(salesforce.Org.connect(run), account, run)
    due = run.batches(desk.due(), lambda entry: str(entry.key), digest=lambda entry: str(entry.revision))
    for batch in due:
        run.commit(batch, desk.work_off(batch.records))
