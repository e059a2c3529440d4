"""The decorator that makes a function a job, and what it makes of it a Lambda handler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar, overload

from nightshift.answer import Planner, answer_of
from nightshift.engine import execute
from nightshift.execution import Ended, JobSpec
from nightshift.run import Run
from nightshift.services import Services
from nightshift.trigger import parse_trigger

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class NoParams:
    """The params of a job that has none."""


class Handler(Generic[P]):
    """A job that Lambda can call as it is, and everybody else with services of their own."""

    def __init__(self, spec: JobSpec[P]) -> None:
        self.spec = spec

    def __call__(self, event: object, context: Any) -> dict[str, object]:
        """Lambda's entry: raises what stopped the run, so that the invocation fails and is tried again."""
        from nightshift.runtime import lambda_services  # imported with the first call: AWS's clients weigh

        services = lambda_services(self.spec.name, is_purge=self.spec.is_purge)
        planner = Planner(services.observer)
        ended = self.handle(
            event,
            replace(services, observer=planner),
            context.get_remaining_time_in_millis() / 1000,
            context.aws_request_id,
        )
        if ended.error is not None:
            raise ended.error
        return answer_of(ended.record, planner)

    def handle(
        self, event: object, services: Services, seconds_left: float | None, invocation: str | None = None
    ) -> Ended:
        """Run the job for an event. TriggerError where the event is none of this job's."""
        trigger = parse_trigger(event, services.manifest.job(self.spec.name))
        return execute(self.spec, replace(trigger, invocation=invocation), services, seconds_left)


@overload
def job(
    name: str, *, is_purge: bool = False, needs_reason: bool = False
) -> Callable[[Callable[[Run[NoParams]], None]], Handler[NoParams]]: ...


@overload
def job(
    name: str, *, params: type[P], is_purge: bool = False, needs_reason: bool = False
) -> Callable[[Callable[[Run[P]], None]], Handler[P]]: ...


def job(
    name: str, *, params: type[Any] = NoParams, is_purge: bool = False, needs_reason: bool = False
) -> Callable[[Callable[[Run[Any]], None]], Handler[Any]]:
    """Make a function of a Run the handler of the job `name`.

    `params` is a frozen dataclass of what belongs to this job alone; the manifest fills it, by type.
    `is_purge` is said by the one job that removes records of all the others; only it has `Run.archive`.
    With `needs_reason` a run by hand is refused without a reason, which is kept in its run record.
    """

    def decorate(body: Callable[[Run[Any]], None]) -> Handler[Any]:
        return Handler(JobSpec(name, params, body, is_purge, needs_reason))

    return decorate
