"""One admitted run, from its claim to its release."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from nightshift.admission import settings_of
from nightshift.deadline import Deadline
from nightshift.errors import (
    ConfigurationError,
    DeadlineError,
    LostLeaseError,
    NightshiftError,
    RunError,
    TriggerError,
)
from nightshift.journal import Journal
from nightshift.logs.retention import run_expiry
from nightshift.manifest import JobEntry
from nightshift.redact import Redactor
from nightshift.redacted import clean_error
from nightshift.run import Run
from nightshift.services import Services
from nightshift.settings import Settings, type_params
from nightshift.state.models import Control, Lease, RunFailure, RunRecord, Status
from nightshift.trigger import Kind, Trigger

P = TypeVar("P")

_LOOK_BACK = 20


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class JobSpec(Generic[P]):
    """A job as its module declares it: name, the dataclass of its params, and what it does.

    `is_purge` says that it may reach the records of all jobs, `needs_reason` that a person who runs it by
    hand must say why.
    """

    name: str
    params: type[P]
    body: Callable[[Run[P]], None]
    is_purge: bool = False
    needs_reason: bool = False


def check_reason(spec: JobSpec[Any], trigger: Trigger, *, dry_run: bool) -> None:
    """TriggerError where a person runs a job that needs a reason, and gives none."""
    if spec.needs_reason and trigger.kind is Kind.BY_HAND and not (trigger.reason or dry_run):
        raise TriggerError(
            f"a run of {spec.name} by hand needs a reason, which its run record keeps: give it with "
            '--reason, or as "reason" in the event'
        )


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended. `error` is what stopped it; the handler raises it, so that Lambda sees a failure."""

    record: RunRecord
    error: BaseException | None = None


class Execution:
    """One admitted run, or one dry run, from the claim on."""

    def __init__(
        self,
        spec: JobSpec[Any],
        entry: JobEntry,
        trigger: Trigger,
        services: Services,
        deadline: Deadline,
        record: RunRecord,
        settings: Settings,
        lease: Lease | None,
        control: Control,
        redactor: Redactor,
    ) -> None:
        self._spec = spec
        self._entry = entry
        self._trigger = trigger
        self._services = services
        self._deadline = deadline
        self._record = record
        self._settings = settings
        self._lease = lease
        self._control = control
        self._redactor = redactor

    def run(self) -> Ended:
        """Run to the end. What cannot be written at the end is raised, and the lease is let go."""
        try:
            return self._run()
        except BaseException:
            self._abandon()
            raise

    def _run(self) -> Ended:
        settings, wrong = self._current_settings()
        params = type_params(self._spec.name, self._spec.params, settings.params)
        taken_over = self._lease is not None and self._control.previous_run is not None
        if taken_over:
            self._mark_interrupted()
        self._record = replace(
            self._record,
            fence=self._control.fence if self._lease else 0,
            batch_size=settings.batch_size,
            dry_run=settings.dry_run,
            cursor_before=self._control.cursor,
            cursor_after=self._control.cursor,
            expires_at=run_expiry(self._record.started_at, self._entry),
        )
        renews = self._deadline.at is None
        journal = Journal(
            self._record,
            self._lease,
            self._control,
            self._entry,
            settings,
            self._services,
            self._redactor,
            renews=renews,
        )
        run = Run(
            self._record.key,
            self._record.slot,
            settings,
            params,
            self._control,
            journal,
            self._services,
            self._deadline,
            taken_over=taken_over,
            is_purge=self._spec.is_purge,
        )
        self._services.observer.started(self._record.key, self._record.id)
        self._services.logger.setLevel(settings.log_level)
        self._services.logger.addHandler(journal.buffer)
        try:
            error = wrong or self._work(run)
            return self._end(run, journal, settings, error and clean_error(error, self._redactor))
        finally:
            run.close()
            self._services.logger.removeHandler(journal.buffer)

    def _current_settings(self) -> tuple[Settings, ConfigurationError | None]:
        """The settings with what an operator has set at run time; those without it where that is wrong."""
        try:
            settings = settings_of(self._entry, self._trigger, self._services, self._control)
            type_params(self._spec.name, self._spec.params, settings.params)
        except ConfigurationError as error:
            return self._settings, error
        return settings, None

    def _work(self, run: Run[Any]) -> BaseException | None:
        """Run the job until all of it is written down; what stopped it, or None."""
        error = self._stopped_by(lambda: self._spec.body(run), run)
        late = self._stopped_by(run.settle, run)
        return late if error is None or isinstance(late, LostLeaseError) else error

    def _stopped_by(self, work: Callable[[], None], run: Run[Any]) -> BaseException | None:
        try:
            work()
        except DeadlineError:
            run.is_stopped = True
        except Exception as error:
            return error
        except (KeyboardInterrupt, SystemExit) as error:
            return error
        return None

    def _end(self, run: Run[Any], journal: Journal, settings: Settings, error: BaseException | None) -> Ended:
        if isinstance(error, LostLeaseError):
            return self._give_way(run, journal, error)
        run.collect()
        error = error or _too_many_failed(journal, settings)
        status = _status(run, error)
        in_flight = () if run.dry_run else run.in_flight
        fingerprints = run.work.wind_up(status, in_flight) if run.work is not None else []
        if error is not None:
            self._log_failure(error)
        record = self._ended(run, journal, status, error)
        is_tick = self._trigger.kind is Kind.SCHEDULE
        is_idle = status is Status.SUCCEEDED and is_tick and journal.is_untouched
        record = replace(record, idle=is_idle)
        try:
            journal.end(record, fingerprints, is_idle=is_idle, recheck=status is not Status.SUCCEEDED)
        except LostLeaseError as lost:
            return self._give_way(run, journal, lost)
        record = replace(record, state=self._services.meter.usage())
        self._log_end(record, journal)
        self._services.observer.ended(record)
        return Ended(record, error)

    def _give_way(self, run: Run[Any], journal: Journal, error: LostLeaseError) -> Ended:
        """The job is another run's now: nothing but this one's own record, which is its alone, is written."""
        self._abandon()
        record = self._ended(run, journal, Status.INTERRUPTED, error)
        if journal.is_begun:
            self._services.state.runs.put(record)
        self._services.logger.error(f"the run gave way: {error}")
        self._services.observer.ended(record)
        return Ended(record, error)

    def _ended(
        self, run: Run[Any], journal: Journal, status: Status, error: BaseException | None
    ) -> RunRecord:
        return replace(
            journal.record,
            status=status,
            ended_at=self._services.clock.now(),
            counts=journal.counts,
            cursor_after=run.cursor,
            full=run.work is not None and run.work.full,
            results=journal.results,
            requests=dict(sorted(run.requests.items())),
            state=self._services.meter.usage(),
            failure=_failure(error) if error is not None else None,
            reason=_reason(status, error),
        )

    def _mark_interrupted(self) -> None:
        """The run that held the lease never ended: say so in its record, and in those it left unmarked.

        One may have written that it succeeded and not have come to its release. This run has been given the
        very slot again, so that one is taken back: a slot succeeds once.
        """
        state, me = self._services.state, self._record
        for earlier in state.runs.latest(me.key, _LOOK_BACK, me.started_at):
            if earlier.status is Status.RUNNING and earlier.id != me.id:
                reason = f"it ended without a word; run {me.id} took over"
                came_to = self._control.previous_progress
                is_last = earlier.id == self._control.previous_run
                counts = came_to if is_last and came_to.batches > earlier.counts.batches else None
                state.runs.interrupt(me.key, earlier.id, me.started_at, reason, counts)
            elif earlier.status is Status.SUCCEEDED and me.slot is not None and earlier.slot == me.slot:
                reason = f"it ended before its release; run {me.id} took over"
                state.runs.put(replace(earlier, status=Status.INTERRUPTED, reason=reason))

    def _abandon(self) -> None:
        if self._lease is not None:
            self._services.state.abandon(self._lease)

    def _log_failure(self, error: BaseException) -> None:
        if isinstance(error, NightshiftError):
            self._services.logger.error(f"the run failed: {error}")
        elif isinstance(error, Exception):
            self._services.logger.error(
                f"the run failed with {type(error).__name__}: {error}", exc_info=error
            )

    def _log_end(self, record: RunRecord, journal: Journal) -> None:
        self._services.logger.info(
            f"run {record.status}",
            extra={
                "run": record.id,
                "job": str(record.key),
                "duration_ms": record.duration_ms,
                "counts": record.counts.as_dict(),
                **({"state": record.state.as_dict()} if record.state else {}),
            },
        )
        if journal.buffer.lost:
            self._services.logger.warning(f"{journal.buffer.lost} log records did not reach the Log table")


def _status(run: Run[Any], error: BaseException | None) -> Status:
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return Status.INTERRUPTED
    if error is not None:
        return Status.FAILED
    return Status.INCOMPLETE if run.is_stopped else Status.SUCCEEDED


def _too_many_failed(journal: Journal, settings: Settings) -> RunError | None:
    failed, read = journal.failed, journal.counts.read
    if not read or failed <= settings.max_failed_ratio * read:
        return None
    return RunError(
        f"{failed} of {read} records were set aside, more than max_failed_ratio = "
        f"{settings.max_failed_ratio}; `nightshift quarantine list` shows why"
    )


def _failure(error: BaseException) -> RunFailure:
    if isinstance(error, NightshiftError):
        return RunFailure(type(error).__name__, str(error))
    return RunFailure(type(error).__name__, str(error) or type(error).__name__)


def _reason(status: Status, error: BaseException | None) -> str | None:
    if status is Status.INCOMPLETE:
        return "its time was used up; the next run goes on from its cursor"
    if status is Status.INTERRUPTED:
        return str(error) or "stopped by hand"
    return None
