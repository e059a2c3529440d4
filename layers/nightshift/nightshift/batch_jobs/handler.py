"""The handler of run-batch-job: works off the batch jobs that messages name, and, woken by a schedule,
creates the one that the schedule asks for. By hand it tells the worker of all that are open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeGuard

import orjson

from nightshift.batch import Outcome
from nightshift.batch_jobs.desk import Caller, Desk, NewBatchJob, id_of
from nightshift.batch_jobs.model import JOB, BatchJobId
from nightshift.batch_jobs.ports import BatchJobQueue
from nightshift.batch_jobs.recording import work_recorded
from nightshift.batch_jobs.strategy import Strategies
from nightshift.engine import execute
from nightshift.errors import ConfigurationError
from nightshift.execution import Ended, JobSpec
from nightshift.handler import Handler, NoParams
from nightshift.run import Run
from nightshift.services import Services
from nightshift.times import to_text
from nightshift.trigger import parse_trigger

LEAST_SECONDS = 20.0
"""With less time left no batch job is begun: the watchdog asks again."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a schedule asks for at one slot."""

    id: BatchJobId
    request: NewBatchJob


class BatchJobHandler(Handler[NoParams]):
    """What Lambda calls for messages of the queue, for ticks and by hand."""

    def __init__(self, strategies: Strategies) -> None:
        super().__init__(JobSpec(JOB, NoParams, _without_services))
        self.strategies = strategies

    def __call__(self, event: object, context: Any) -> dict[str, object]:
        """Lambda's entry. For messages the answer names those that could not be dealt with (partial batch
        responses)."""
        if not is_of_queue(event):
            return super().__call__(event, context)
        from nightshift.runtime import lambda_services  # imported with the first call: AWS's clients weigh

        def seconds_left() -> float:
            return float(context.get_remaining_time_in_millis()) / 1000

        return self.work_messages(event, lambda_services(JOB), seconds_left)

    def handle(
        self, event: object, services: Services, seconds_left: float | None, invocation: str | None = None
    ) -> Ended:
        trigger = parse_trigger(event, services.manifest.job(JOB))
        spec = JobSpec(JOB, NoParams, partial(self._send, services))
        return execute(spec, replace(trigger, invocation=invocation), services, seconds_left)

    def work_messages(
        self, event: Mapping[str, Any], services: Services, seconds_left: Callable[[], float]
    ) -> dict[str, object]:
        """Work off every batch job that is named, one after the other.

        A message that is none, or whose batch job cannot be reached now, fails alone and comes again. What
        has failed or wants time is in the batch job's record: its message is done with.
        """
        failures = []
        for message in event["Records"]:
            left = seconds_left()
            if left < LEAST_SECONDS:
                services.logger.info("no time is left for another batch job: the watchdog asks again")
                continue
            try:
                services.meter.begin(seconds_left)
                work_recorded(_named_in(message), services, self.strategies, left)
            except Exception as error:
                services.logger.error(f"a message could not be dealt with: {error}", exc_info=error)
                failures.append({"itemIdentifier": message["messageId"]})
        return {"batchItemFailures": failures}

    def _send(self, services: Services, run: Run[NoParams]) -> None:
        queue = services.queue
        if queue is None:
            raise ConfigurationError(
                "BATCH_QUEUE_URL is not set: the template gives run-batch-job the address of its queue"
            )
        if run.slot is not None:
            self._create(services, queue, run)
        else:
            _send_unfinished(services, queue, run)

    def _create(self, services: Services, queue: BatchJobQueue, run: Run[NoParams]) -> None:
        entry = services.manifest.job(JOB)
        assert run.slot is not None
        schedule = entry.schedule(run.slot.schedule)
        if schedule is None or schedule.batch is None:
            raise ConfigurationError(
                f"the schedule {run.slot.schedule} of {JOB} says nothing of a batch job: give it a `batch` "
                "with a type"
            )
        wanted = schedule.batch
        slot = (run.storefront or "", run.slot.schedule, to_text(run.slot.minute))
        request = NewBatchJob(wanted.type, wanted.context, dry_run=wanted.review)
        caller = Caller(f"schedule:{run.slot.schedule}", is_operator=True)
        desk = Desk(services.state.batch_jobs, self.strategies, queue, services.clock, entry, services.logger)
        for batch in run.batches([_Asked(id_of("slot", *slot), request)], lambda asked: asked.id):
            (asked,) = batch.records
            if not run.dry_run:
                desk.create(asked.request, caller, asked.id)
            run.report(batch_job=asked.id)
            run.commit(batch, Outcome(created=[asked.id]))


def batch_job_handler(strategies: Strategies) -> BatchJobHandler:
    """The handler of run-batch-job for these types."""
    return BatchJobHandler(strategies)


def is_of_queue(event: object) -> TypeGuard[Mapping[str, Any]]:
    """SQS has called, and no schedule or person."""
    records = event.get("Records") if isinstance(event, Mapping) else None
    return isinstance(records, list) and all(
        isinstance(record, Mapping) and record.get("eventSource") == "aws:sqs" for record in records
    )


def _named_in(message: Mapping[str, Any]) -> BatchJobId:
    """The batch job that a message names; ValueError where it names none."""
    try:
        body = orjson.loads(message["body"])
    except orjson.JSONDecodeError:
        body = None
    named = body.get("batch_job") if isinstance(body, dict) else None
    if not isinstance(named, str):
        raise ValueError('it is no {"batch_job": "batch_…"}')
    return BatchJobId(named)


def _send_unfinished(services: Services, queue: BatchJobQueue, run: Run[NoParams]) -> None:
    # Of all that are open: a person who asks need not wait, and a worker finds out which it can have.
    found = list(services.state.batch_jobs.unfinished(run.now()))
    for batch in run.batches(found, lambda job: job.id):
        for job in batch.records:
            if not run.dry_run:
                queue.send(job.id)
        run.commit(batch, Outcome(updated=batch.keys))
    if not found:
        run.log.info("no batch job waits for a worker")


def _without_services(run: Run[NoParams]) -> None:
    raise AssertionError("unreachable: `handle` gives the body its services")
