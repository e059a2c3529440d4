"""process-subscriptions: write what subscriptions owe into the payment ledger, each installment once."""

from __future__ import annotations

from nightshift import Run, job
from nightshift.connectors import salesforce
from process_subscriptions.params import Params
from process_subscriptions.raising import Raising


@job("process-subscriptions", params=Params, needs_reason=True)
def lambda_handler(run: Run[Params]) -> None:
    raising = Raising(salesforce.Org.connect(run), run)
    due = run.batches(
        raising.due(), lambda record: record.id, digest=lambda record: record.text("SystemModstamp") or ""
    )
    for batch in due:
        run.commit(batch, raising.raise_all(batch.records))
