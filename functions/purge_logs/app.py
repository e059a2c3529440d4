"""purge-logs: remove run and log records that are older than their retention."""

from __future__ import annotations

from nightshift import Outcome, Run, job
from purge_logs.params import Params
from purge_logs.purge import Purge
from purge_logs.tally import lines


@job("purge-logs", params=Params, is_purge=True)
def lambda_handler(run: Run[Params]) -> None:
    purge = Purge(run)
    if run.dry_run:
        tell(run, purge)
        return
    for due in purge.lists():
        for batch in run.batches(due, lambda due: due.key, cursor=lambda due: due.place):
            run.commit(batch, purge.carry_out(batch.records))
    purge.report()


def tell(run: Run[Params], purge: Purge) -> None:
    """Say what a run would remove, by day and level: items have no names that a person knows."""
    for batch in run.batches(lines(purge.all()), str):
        run.commit(batch, Outcome(removed=batch.keys))
