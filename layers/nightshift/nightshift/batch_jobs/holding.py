"""One batch job in the hands of one worker: taken, moved on under its fence, let go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random, SystemRandom

from nightshift.batch_jobs import life_cycle
from nightshift.batch_jobs.life_cycle import Tenure, holds
from nightshift.batch_jobs.model import BatchJob, BatchJobId
from nightshift.batch_jobs.ports import BatchJobStore
from nightshift.errors import LostLeaseError, TryLaterError
from nightshift.times import Clock

_TRIES = 10
"""Of one move against others who move the same batch job."""

_FIRST_WAIT = 0.02
_LONGEST_WAIT = 1.0
"""Seconds: full jitter up to the one, doubled with each try, up to the other. A worker that commits batch
upon batch is nearly always faster than somebody who reads first: the waits outlast a run of small batches."""

Move = Callable[[BatchJob, datetime], BatchJob]


def move(
    store: BatchJobStore, batch_job: BatchJobId, step: Move, clock: Clock, randomness: Random | None = None
) -> BatchJob | None:
    """Make a step of the life cycle from wherever the batch job stands; None where there is none.

    Raises what the step raises, and TryLaterError where others were faster for some seconds.
    """
    chance = randomness or SystemRandom()
    for attempt in range(_TRIES):
        if attempt:
            clock.sleep(chance.uniform(0, min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (attempt - 1))))
        now = clock.now()
        before = store.get(batch_job, now)
        if before is None:
            return None
        after = step(before, now)
        if after is before or store.move(after, now):
            return after
    raise TryLaterError(
        f"the batch job {batch_job} was changed by others all the time for some seconds; try again"
    )


class Held:
    """A batch job that this worker has. `job` is as it was last seen, with what people have decided."""

    def __init__(
        self, store: BatchJobStore, clock: Clock, job: BatchJob, tenure: Tenure, length: timedelta | None
    ) -> None:
        self.job = job
        self._store = store
        self._clock = clock
        self._tenure = tenure
        self._length = length

    @classmethod
    def take(
        cls,
        store: BatchJobStore,
        batch_job: BatchJobId,
        worker: str,
        clock: Clock,
        lease: timedelta,
        *,
        renews: bool,
        is_owner_dead: bool = False,
    ) -> Held | None:
        """Take a batch job for `lease`; None where there is none, nothing to do, or somebody is on it.

        With `renews`, each move makes the lease as long again: a worker without a deadline.
        """
        for _ in range(_TRIES):
            now = clock.now()
            found = store.get(batch_job, now)
            if found is None:
                return None
            taken = life_cycle.taken(found, worker, now, now + lease, is_owner_dead=is_owner_dead)
            if taken is None:
                return None
            if store.move(taken, now):
                tenure = Tenure(worker, taken.fence)
                return cls(store, clock, taken, tenure, lease if renews else None)
        return None

    @property
    def is_canceled(self) -> bool:
        return self.job.canceled_at is not None

    def until(self) -> datetime:
        """When the lease is over, if it is renewed now."""
        assert self.job.lease_until is not None
        return self._clock.now() + self._length if self._length else self.job.lease_until

    def move(self, step: Move) -> None:
        """Make a step under the fence; LostLeaseError where another worker has the batch job now.

        Somebody may have cancelled it in between: the step is then made of that.
        """
        for _ in range(_TRIES):
            now = self._clock.now()
            after = step(self.job, now)
            if after is self.job:
                return
            if self._store.move(after, now):
                self.job = after
                return
            standing = self._store.get(self.job.id, now)
            if standing is None or not holds(standing, self._tenure):
                raise LostLeaseError(f"another worker has taken over the batch job {self.job.id}")
            self.job = standing
        raise TryLaterError(f"the batch job {self.job.id} was changed {_TRIES} times at once")
