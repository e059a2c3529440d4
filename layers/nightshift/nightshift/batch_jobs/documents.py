"""Batch jobs in the words of Medusa's API, as the HTTP API and the command line show them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from nightshift.batch_jobs.model import BatchJob, Result
from nightshift.batch_jobs.strategy import Strategy, Template
from nightshift.times import to_text


def batch_job_document(job: BatchJob) -> dict[str, object]:
    """Every field of a batch job that is of interest outside, as JSON."""
    instants = {
        name: _text(getattr(job, name))
        for name in (
            "pre_processed_at",
            "confirmed_at",
            "processing_at",
            "completed_at",
            "canceled_at",
            "failed_at",
        )
    }
    return {
        "id": job.id,
        "type": job.type,
        "status": job.status.value,
        "created_by": job.created_by,
        "context": dict(job.context),
        "dry_run": job.dry_run,
        "result": _result(job.result),
        "created_at": to_text(job.created_at),
        "updated_at": to_text(job.updated_at),
        **instants,
    }


def type_document(strategy: Strategy) -> dict[str, object]:
    """A type of batch job."""
    template = strategy.build_template()
    return {
        "type": strategy.batch_type,
        "description": strategy.description,
        "template": template.name if template else None,
    }


def template_document(batch_type: str, template: Template | None) -> dict[str, object]:
    """The template of a type."""
    found = asdict(template) if template else dict.fromkeys(("name", "media_type", "content"))
    return {"type": batch_type, **found}


def _result(result: Result) -> dict[str, object]:
    return {**asdict(result), "progress": round(result.progress, 4), "errors": list(result.errors)}


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else to_text(instant)
