"""The engine: claim -> job -> finish. The only orchestrator; everything it touches is handed in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nightshift.admission import (
    DISABLED,
    claim_request,
    first_record,
    is_enabled,
    refused_record,
    settings_of,
    skipped_record,
)
from nightshift.deadline import Deadline
from nightshift.execution import Ended, Execution, JobSpec, check_reason
from nightshift.redact import Redactor
from nightshift.redacted import clean_error, redacting
from nightshift.services import Services
from nightshift.settings import type_params
from nightshift.state.models import Control, Lease, Refused
from nightshift.trigger import Trigger


def execute(spec: JobSpec[Any], trigger: Trigger, services: Services, seconds_left: float | None) -> Ended:
    """Run a job once for a trigger. `seconds_left` is what the invocation has; None on a laptop.

    ConfigurationError before anything is claimed where settings are wrong; SlotHeldError where a live run
    holds this very slot. Everything else is in what is returned. What leaves the run as text is redacted.
    """
    redactor = Redactor(services.environment)
    with redacting(services.logger, redactor):
        try:
            return _execute(spec, trigger, services, seconds_left, redactor)
        except Exception as error:
            leaving = clean_error(error, redactor)
            if leaving is error:
                raise
    raise leaving


def _execute(
    spec: JobSpec[Any], trigger: Trigger, services: Services, seconds_left: float | None, redactor: Redactor
) -> Ended:
    entry = services.manifest.job(spec.name)
    settings = settings_of(entry, trigger, services, Control())
    type_params(spec.name, spec.params, settings.params)
    check_reason(spec, trigger, dry_run=settings.dry_run)
    deadline = Deadline.after(services.clock, seconds_left)
    services.meter.begin(deadline.remaining)
    record = first_record(trigger, services)
    if trigger.reason is not None:
        record = replace(record, trigger_reason=redactor.text(trigger.reason))
    if not is_enabled(entry, trigger):
        return Ended(skipped_record(record, services, DISABLED))

    def begin(lease: Lease | None, control: Control) -> Ended:
        args = (spec, entry, trigger, services, deadline, record, settings, lease, control, redactor)
        return Execution(*args).run()

    if settings.dry_run:
        control = services.state.control.read(trigger.key) or Control()
        return begin(None, control)
    request = claim_request(record, settings, services, seconds_left)
    verdict = services.state.control.claim(request)
    if isinstance(verdict, Refused):
        return Ended(
            replace(refused_record(verdict, trigger, record, services), state=services.meter.usage())
        )
    return begin(verdict.lease, verdict.control)
