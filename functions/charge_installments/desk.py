"""Where installments are worked off, some at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from threading import RLock

from charge_installments.billing import Subscriptions
from charge_installments.charging import Charging
from charge_installments.params import Params
from charge_installments.settling import Settling
from nightshift import Outcome, Run
from nightshift.connectors.digital_river import Account
from nightshift.connectors.salesforce import Org
from nightshift.ledger import Installment

_SECONDS_PER_CHARGE = 6.0
"""No installment is begun with less: one takes five requests, and its outcome must be written down."""


class Desk:
    """The due installments of one storefront, as one run works them off."""

    def __init__(self, org: Org, account: Account, run: Run[Params]) -> None:
        self._org = org
        self._account = account
        self._run = run
        self._alone = RLock()
        self._tally: Counter[str] = Counter()

    def due(self) -> Iterator[Installment]:
        """Oldest first, as many as one run may have."""
        return islice(self._run.ledger.due(), self._run.params.query_limit)

    def work_off(self, entries: Sequence[Installment]) -> Outcome:
        """Work off installments, so many at a time as the params say. What stops the run in one of them lets
        those that are on their way come to their ends, and takes no other."""
        charging, outcome = self._charging(entries), Outcome()
        running: set[Future[Outcome]] = set()
        with ThreadPoolExecutor(self._run.params.parallel, "charge") as pool:
            for entry in entries:
                if len(running) == self._run.params.parallel:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    outcome = sum((future.result() for future in done), outcome)
                if self._run.has_time(_SECONDS_PER_CHARGE):
                    running.add(pool.submit(charging.work_off, entry))
                else:
                    note = {str(entry.key): "no time is left for it"}
                    outcome += Outcome(unchanged=[str(entry.key)], notes=note)
            outcome = sum((future.result() for future in running), outcome)
        self._run.report(**self._tally)
        return outcome

    def _charging(self, entries: Sequence[Installment]) -> Charging:
        ids = [entry.key.subscription for entry in entries]
        subscriptions = Subscriptions(self._org, self._run.params.package, ids, self._alone)
        settling = Settling(self._run, subscriptions, self._alone, self._tally)
        return Charging(self._account, subscriptions, settling, self._run)
