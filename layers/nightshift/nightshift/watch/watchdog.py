"""One look of the watchdog: read everything at once, judge, tell, resume."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from nightshift.batch_jobs.looking_after import send_due
from nightshift.batch_jobs.model import BatchJobId
from nightshift.batch_jobs.ports import BatchJobQueue
from nightshift.errors import NightshiftError, RunError, StateVersionError, TryLaterError
from nightshift.manifest import CompiledManifest
from nightshift.services import RunLogger
from nightshift.state.models import Control, JobKey, Slot
from nightshift.state.ports import State
from nightshift.state.watches import Watched, Watches
from nightshift.times import Clock, to_text
from nightshift.trigger import scheduled_event
from nightshift.watch.keys import firing, remembered, watched_keys
from nightshift.watch.missing import LOOK_BACK, seen_until, suspects
from nightshift.watch.open import due_slots
from nightshift.watch.ports import Gauge, Resumer


@dataclass(frozen=True, slots=True)
class Findings:
    """What one look came to."""

    resumed: tuple[tuple[JobKey, Slot], ...]
    missing: tuple[tuple[JobKey, Slot], ...]
    batch_jobs: tuple[BatchJobId, ...] = ()


@dataclass(frozen=True, slots=True)
class Watchdog:
    """Looks after the jobs of a manifest. With `is_on` False no schedule fires, and nothing is expected.

    When all is well a look is one request per 100 records, and nothing is written. Two looks at once do no
    harm: a slot is claimed once, and what they remember differs by the time between them.
    """

    manifest: CompiledManifest
    state: State
    resumer: Resumer
    gauge: Gauge
    logger: RunLogger
    clock: Clock
    is_on: bool = True
    queue: BatchJobQueue | None = None

    def look(self) -> Findings:
        """Tell what is missing, resume what is due. RunError, at the end, for what could not be resumed."""
        now = self.clock.now()
        seen = self.state.watch.look(watched_keys(self.manifest))
        watches = remembered(self.manifest, seen.watches, now) if self.is_on else {}
        missing: list[tuple[JobKey, Slot]] = []
        unknown = {key.job: "its control record is of another version" for key in seen.unreadable}
        for key, control in seen.controls.items():
            try:
                watches, found = self._missing(key, control, watches, now)
            except (StateVersionError, ValueError) as error:
                unknown[key.job] = str(error)
            else:
                missing += found
        if watches != seen.watches:
            self.state.watch.remember(watches)
        self._tell(missing, unknown)
        due = list(due_slots(self.manifest, seen, now)) if self.is_on else []
        resumed = tuple(open_ for open_ in due if self._resume(*open_))
        batch_jobs = self._send_batch_jobs(now)
        if len(resumed) < len(due):
            raise RunError(f"{len(due) - len(resumed)} of {len(due)} open slots could not be resumed")
        return Findings(resumed, tuple(missing), batch_jobs)

    def _send_batch_jobs(self, now: datetime) -> tuple[BatchJobId, ...]:
        """Tell a worker of the batch jobs that nobody works on; the next look, of what could not be told."""
        if self.queue is None or not self.is_on:
            return ()
        try:
            sent = send_due(self.state.batch_jobs, self.queue, now)
        except TryLaterError as error:
            self.logger.error(f"a worker could not be told of the batch jobs that wait: {error}")
            return ()
        for job in sent:
            self.logger.info(
                f"the batch job {job.id} waits: a worker is told again", extra={"batch_job": job.id}
            )
        return tuple(job.id for job in sent)

    def _missing(
        self, key: JobKey, control: Control, watches: Watches, now: datetime
    ) -> tuple[Watches, list[tuple[JobKey, Slot]]]:
        """The slots of one job and storefront that are missing.

        For what its run records answer, the watch begins anew, so that they are not read again for it.
        """
        own = watches.get(key, {})
        found = list(suspects(self.manifest.job(key.job), key, control, own, now))
        if not found:
            return watches, []
        records = self.state.runs.latest(key, LOOK_BACK, now)
        seen = {slot: seen_until(slot, records) for slot in found}
        anew = {
            slot.schedule: Watched(own[slot.schedule].meaning, until) for slot, until in seen.items() if until
        }
        return {**watches, key: {**own, **anew}}, [(key, slot) for slot, until in seen.items() if not until]

    def _tell(self, missing: list[tuple[JobKey, Slot]], unknown: dict[str, str]) -> None:
        """A number for each job that is watched with an alarm, 0 too: its alarm takes silence for ours."""
        for job, reason in unknown.items():
            self.logger.error(f"{job} is not watched: {reason}", extra={"job": job})
        for key, slot in missing:
            self.logger.warning(
                f"{key}: the slot {to_text(slot.minute)} of {slot.schedule} passed and was never claimed",
                extra=_extra(key, slot),
            )
        counts = Counter(key.job for key, _ in missing)
        keys = watched_keys(self.manifest)
        for job in dict.fromkeys(key.job for key in keys if any(firing(self.manifest.job(key.job), key))):
            if self.manifest.job(job).alarms and job not in unknown:
                self.gauge.missing_runs(job, counts[job])

    def _resume(self, key: JobKey, slot: Slot) -> bool:
        """Each by itself: one that cannot be woken keeps no other from it."""
        try:
            self.resumer.resume(self.manifest.job(key.job), scheduled_event(key, slot, resumed=True))
        except NightshiftError as error:
            self.logger.error(f"{key}: its open slot cannot be resumed: {error}", extra=_extra(key, slot))
            return False
        self.logger.info(f"{key}: its open slot is resumed", extra=_extra(key, slot))
        return True


def _extra(key: JobKey, slot: Slot) -> dict[str, object]:
    return {"job": str(key), "schedule": slot.schedule, "slot": to_text(slot.minute)}
