"""The worker: plans a batch job, carries it out batch by batch, and ends it, whatever comes in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from nightshift.admission import LEASE_MARGIN
from nightshift.batch_jobs import life_cycle
from nightshift.batch_jobs.error_file import write_error_file
from nightshift.batch_jobs.errors import FileError, UnknownTypeError
from nightshift.batch_jobs.holding import Held, Move
from nightshift.batch_jobs.model import JOB, MAX_ROW_ERRORS, BatchJob, BatchJobId, Status
from nightshift.batch_jobs.strategy import Step, Strategies, Strategy
from nightshift.batch_jobs.work import Work
from nightshift.deadline import Deadline
from nightshift.errors import DeadlineError, LostLeaseError, NightshiftError, TryLaterError
from nightshift.redact import Redactor
from nightshift.redacted import redacting
from nightshift.services import Services

LEASE_WITHOUT_DEADLINE = timedelta(minutes=5)
"""Renewed with each batch, where no deadline ends the worker."""

MAX_ATTEMPTS = 10
"""Workers in a row that may come to nothing; with the waits in between that is some hours."""


class End(StrEnum):
    """What came of one message."""

    OVER = "over"  # completed, canceled, failed, or waiting for a person
    LATER = "later"  # time is up, or something must pass: the watchdog asks again
    NOTHING = "nothing to do"  # no such batch job, over before, or somebody is on it


class Hold(Protocol):
    """What tells a dead worker from a live one, where something can: a lock of the operating system."""

    def take(self, batch_job: BatchJobId, worker: str) -> bool | None:
        """True: whoever had it is dead. False: somebody alive has it. None: nobody can tell."""
        ...

    def drop(self, batch_job: BatchJobId, worker: str) -> None: ...


class NoHold:
    """Only the lease tells, as on AWS."""

    def take(self, batch_job: BatchJobId, worker: str) -> bool | None:
        return None

    def drop(self, batch_job: BatchJobId, worker: str) -> None: ...


def nobody_watches(job: BatchJob) -> None:
    """The observer of a batch job that nobody watches."""


@dataclass(frozen=True)
class Worker:
    """Works on one batch job at a time. `name` is its own: another with the same would pass for it."""

    name: str
    services: Services
    strategies: Strategies
    hold: Hold = field(default_factory=NoHold)
    observe: Callable[[BatchJob], None] = nobody_watches

    def work(self, batch_job: BatchJobId, seconds_left: float | None) -> End:
        """Bring a batch job as far as the time allows. Raises only what keeps its record from being written.

        What fails a batch job is in its record. The lease outlives the process that holds it.
        """
        deadline = Deadline.after(self.services.clock, seconds_left)
        is_owner_dead = self.hold.take(batch_job, self.name)
        if is_owner_dead is False:
            return End.NOTHING
        try:
            held = Held.take(
                self.services.state.batch_jobs,
                batch_job,
                self.name,
                self.services.clock,
                LEASE_WITHOUT_DEADLINE
                if seconds_left is None
                else timedelta(seconds=seconds_left) + LEASE_MARGIN,
                renews=seconds_left is None,
                is_owner_dead=bool(is_owner_dead),
            )
            return End.NOTHING if held is None else self._work(held, deadline)
        finally:
            self.hold.drop(batch_job, self.name)

    def _work(self, held: Held, deadline: Deadline) -> End:
        redactor = Redactor(self.services.environment)
        work = Work(held.job, self.services, deadline, redactor, JOB)
        with redacting(self.services.logger, redactor):
            try:
                if held.job.attempts > MAX_ATTEMPTS:
                    raise TooManyAttemptsError(held.job)
                return self._phases(held, work, _Pacer(self.services, deadline))
            except LostLeaseError as lost:
                self.services.logger.warning(str(lost))
                return End.NOTHING
            except (TryLaterError, DeadlineError) as error:
                self.services.logger.warning(f"the batch job {held.job.id} goes on later: {error}")
                held.move(life_cycle.let_go)
                return End.LATER
            except Exception as error:
                self._fail(held, work, error, redactor)
                return End.OVER
            except BaseException:  # stopped by hand: the next worker need not wait for the lease
                held.move(life_cycle.let_go)
                raise
            finally:
                work.close()

    def _phases(self, held: Held, work: Work, pacer: _Pacer) -> End:
        strategy = self.strategies.find(held.job.type)
        if held.job.status is Status.CREATED:
            if not self._run(held, work, strategy, strategy.pre_process, 1, pacer):
                return self._stop(held, work, strategy)
            if held.job.dry_run:
                self._attach_errors(held, work)
            strategy.after(work, held.job)
            self._step(held, life_cycle.pre_processed)
            if not held.job.is_open:  # it waits for a person, or somebody has cancelled it
                return self._end(held)
        if held.job.status is Status.CONFIRMED:
            self._step(held, life_cycle.processing)
        work.result, work.place = held.job.result, held.job.place
        if not self._run(held, work, strategy, strategy.process, 2, pacer):
            return self._stop(held, work, strategy)
        self._attach_errors(held, work)
        strategy.after(work, held.job)
        self._step(held, life_cycle.completed)
        return self._end(held)

    def _step(self, held: Held, step: Move) -> None:
        """A step of the life cycle, unless somebody has cancelled the batch job just now."""
        held.move(lambda job, now: job if job.canceled_at is not None else step(job, now))
        self.observe(held.job)

    def _run(
        self,
        held: Held,
        work: Work,
        strategy: Strategy,
        steps: Callable[[Work], Iterator[Step]],
        phase: int,
        pacer: _Pacer,
    ) -> bool:
        """Run a phase to its end. False where it was stopped in between: no time, or cancelled."""
        self.services.state.batch_jobs.drop_errors(held.job, phase, _row(work))
        strategy.before(work)
        pacer.begin()
        for step in steps(work):
            self._commit(held, work, step, phase)
            if held.is_canceled or not pacer.has_time():
                return False
        return not held.is_canceled

    def _commit(self, held: Held, work: Work, step: Step, phase: int) -> None:
        """Errors first, then progress: what is told to be done has its errors beside it."""
        if step.errors:
            self.services.state.batch_jobs.put_errors(held.job, phase, _row(work), step.errors)
        work.result, work.place = step.result, step.place
        held.move(lambda job, now: life_cycle.advanced(job, step.result, step.place, now, held.until()))
        self.observe(held.job)
        if step.result.row_errors > MAX_ROW_ERRORS:
            raise FileError(
                f"more than {MAX_ROW_ERRORS:,} rows failed, so the file is not what it should be; the error "
                "file has those, each with its reason"
            )

    def _stop(self, held: Held, work: Work, strategy: Strategy) -> End:
        if not held.is_canceled:
            held.move(life_cycle.let_go)
            return End.LATER
        self._attach_errors(held, work)
        strategy.after(work, held.job)
        return self._end(held)

    def _end(self, held: Held) -> End:
        held.move(life_cycle.let_go)
        self.observe(held.job)
        result = held.job.result
        self.services.logger.info(
            f"batch job {held.job.status}",
            extra={
                "batch_job": held.job.id,
                "type": held.job.type,
                "done": result.advancement_count,
                "row_errors": result.row_errors,
            },
        )
        return End.OVER

    def _attach_errors(self, held: Held, work: Work) -> None:
        """Write the error file, where there are errors, and link it from the record."""
        if not work.result.row_errors:
            return
        key = write_error_file(work, self.services.state.batch_jobs.errors(held.job.id))
        work.result = replace(work.result, error_file_key=key)
        held.move(lambda job, now: life_cycle.advanced(job, work.result, work.place, now, held.until()))

    def _fail(self, held: Held, work: Work, error: Exception, redactor: Redactor) -> None:
        is_ours = isinstance(error, NightshiftError)
        text = str(error) if is_ours else f"{type(error).__name__}: {error}"
        message = redactor.text(text)
        self.services.logger.error(
            f"batch job {held.job.id} of type {held.job.type} failed: {message}",
            exc_info=None if is_ours else error,
            extra={"batch_job": held.job.id},
        )
        try:
            self._attach_errors(held, work)
            self.strategies.find(held.job.type).on_failure(work, error)
        except UnknownTypeError:
            pass  # that is what it fails of
        except LostLeaseError:
            raise
        except NightshiftError as second:
            self.services.logger.error(f"batch job {held.job.id}: its error file cannot be written: {second}")
        held.move(lambda job, now: life_cycle.failed(job, now, message))
        self._end(held)


class TooManyAttemptsError(NightshiftError):
    """A batch job that nobody gets on with."""

    def __init__(self, job: BatchJob) -> None:
        of = "" if job.result.count is None else f" of {job.result.count:,}"
        super().__init__(
            f"{MAX_ATTEMPTS} workers in a row came to nothing, at {job.result.advancement_count:,}{of}; the "
            "log says what stopped them"
        )


class _Pacer:
    """Whether there is time for one more batch, as far as the slowest so far tells."""

    def __init__(self, services: Services, deadline: Deadline) -> None:
        self._clock = services.clock
        self._deadline = deadline
        self._slowest = 0.0
        self._began = 0.0

    def begin(self) -> None:
        self._began = self._clock.monotonic()

    def has_time(self) -> bool:
        now = self._clock.monotonic()
        self._slowest = max(self._slowest, now - self._began)
        self._began = now
        return self._deadline.usable() > self._slowest


def _row(work: Work) -> int:
    row = work.place.get("row", 0)
    return row if isinstance(row, int) else 0
