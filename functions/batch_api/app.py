"""The HTTP API of batch jobs: its routes. What they promise is in openapi.json."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query

from batch_api import models
from batch_api import refusals as refused
from batch_api.caller import caller_of
from batch_api.creation import Creation
from batch_api.described import CONFLICT, NO_JSON, NOT_FOUND, answers
from batch_strategies import STRATEGIES
from nightshift.batch_jobs import documents
from nightshift.batch_jobs.desk import MAX_PAGE, Caller, Filters, NewBatchJob
from nightshift.batch_jobs.errors import ContextError
from nightshift.batch_jobs.model import BatchJob, Status
from nightshift.batch_jobs.runtime import Front, lambda_front

MAX_UPLOAD = 1024 * 1024 * 1024
UPLOAD_SECONDS, DOWNLOAD_SECONDS = 3600, 900
_WITH_BODY = ("/batch-jobs", "/uploads")

app = APIGatewayHttpResolver(enable_validation=True)

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="Makes a repetition within 48 hours mean the same batch job",
    ),
]
Id = Annotated[str, Path(max_length=100, description="The id of a batch job")]
TypeName = Annotated[str, Path(max_length=100, description="A type of batch job")]
SomeTypes = Annotated[list[models.BatchType] | None, Query(alias="type", description="Of these types only")]
Statuses = Annotated[list[Status] | None, Query(alias="status", description="In these states only")]
Since = Annotated[datetime | None, Query(description="Created at this instant or later")]
Until = Annotated[datetime | None, Query(description="Created at this instant or before")]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="How many at most")]
Token = Annotated[
    str | None, Query(max_length=200, description="From the page before, with the same filters")
]


@lru_cache(maxsize=1)
def front() -> Front:
    """What the API stands before, made with the first request."""
    return lambda_front(STRATEGIES)


@lru_cache(maxsize=1)
def creation() -> Creation:
    return Creation(front().desk, front().state_table)


@app.post(
    "/batch-jobs",
    status_code=201,
    summary="Create a batch job",
    responses=answers(
        models.OneBatchJob, "Created, now or before with this key", NOT_FOUND, CONFLICT, status=201
    ),
)
def create(request: models.NewBatchJob, key: Key) -> models.OneBatchJob:
    asked = NewBatchJob(request.type, request.context, request.dry_run)
    document = creation().create(_caller(), key, asked, app.lambda_context)
    return models.OneBatchJob.model_validate({"batch_job": document})


@app.get(
    "/batch-jobs",
    summary="List batch jobs, newest first",
    responses=answers(models.BatchJobs, "A page of those that the caller may see"),
)
def list_(
    types: SomeTypes = None,
    statuses: Statuses = None,
    created_since: Since = None,
    created_until: Until = None,
    limit: Limit = 10,
    next_token: Token = None,
) -> models.BatchJobs:
    filters = Filters(types or (), statuses or (), _aware(created_since), _aware(created_until))
    page = front().desk.page(filters, _caller(), limit, next_token)
    found = [documents.batch_job_document(job) for job in page.jobs]
    return models.BatchJobs.model_validate({"batch_jobs": found, "next_token": page.next_token})


@app.get("/batch-jobs/types", summary="List the types", responses=answers(models.Types, "All types"))
def types_() -> models.Types:
    _caller()
    return models.Types.model_validate({"types": [documents.type_document(each) for each in STRATEGIES]})


@app.get(
    "/batch-jobs/templates/<batch_type>",
    summary="Read the template of a type",
    responses=answers(models.Template, "A file to begin with", NOT_FOUND),
)
def template(batch_type: TypeName) -> models.Template:
    _caller()
    found = STRATEGIES.find(batch_type).build_template()
    return models.Template.model_validate(documents.template_document(batch_type, found))


@app.get(
    "/batch-jobs/<batch_job>",
    summary="Read a batch job",
    responses=answers(models.OneBatchJob, "The batch job, with links to its files", NOT_FOUND),
)
def read(batch_job: Id) -> models.OneBatchJob:
    return _shown(front().desk.get(batch_job, _caller()))


@app.post(
    "/batch-jobs/<batch_job>/confirm",
    summary="Have the plan carried out",
    responses=answers(models.OneBatchJob, "It is confirmed", NOT_FOUND, CONFLICT),
)
def confirm(batch_job: Id) -> models.OneBatchJob:
    return _shown(front().desk.confirm(batch_job, _caller()))


@app.post(
    "/batch-jobs/<batch_job>/cancel",
    summary="Have no more of it done",
    responses=answers(models.OneBatchJob, "It is cancelled", NOT_FOUND, CONFLICT),
)
def cancel(batch_job: Id) -> models.OneBatchJob:
    return _shown(front().desk.cancel(batch_job, _caller()))


@app.post(
    "/uploads",
    status_code=201,
    summary="Ask for a form to upload a file with",
    responses=answers(models.Upload, "The form, good for an hour", NO_JSON, status=201),
)
def upload(request: models.NewUpload) -> models.Upload:
    key = f"{_caller().folder}{front().token()}-{request.name}"
    form = front().files.upload_form(key, request.media_type, MAX_UPLOAD, UPLOAD_SECONDS)
    return models.Upload(file_key=key, url=form.url, fields=dict(form.fields), max_bytes=MAX_UPLOAD)


def _broken(error: Exception) -> Response[str]:
    front().desk.logger.error(f"{app.current_event.path}: {error}", exc_info=error)
    return refused.broken(error)


@app.not_found
def _no_route(error: Exception) -> Response[str]:
    return refused.no_route()


app.exception_handler(RequestValidationError)(refused.wrong_request)
app.exception_handler(ContextError)(refused.wrong_context)
app.exception_handler([*refused.STATUSES])(refused.refusal)
app.exception_handler(Exception)(_broken)


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry. Of a body only the routes that take one hear, and only where it is sent as JSON."""
    if event.get("rawPath") not in _WITH_BODY:
        event = {**event, "body": None}
    elif event.get("body") and not _is_json(event):
        return refused.not_json()
    return app.resolve(event, context)


def _is_json(event: dict[str, Any]) -> bool:
    kind = str((event.get("headers") or {}).get("content-type", "application/json"))
    return kind.partition(";")[0].strip().lower() == "application/json"


def _caller() -> Caller:
    context = app.current_event.raw_event.get("requestContext") or {}
    return caller_of(context, front().operators)


def _shown(job: BatchJob) -> models.OneBatchJob:
    def link(key: str | None) -> str | None:
        return None if key is None else front().files.download_link(key, DOWNLOAD_SECONDS)

    links = {"file": link(job.result.file_key), "errors": link(job.result.error_file_key)}
    document = {**documents.batch_job_document(job), "links": links}
    return models.OneBatchJob.model_validate({"batch_job": document})


def _aware(instant: datetime | None) -> datetime | None:
    """In UTC. An instant without an offset is refused, because nobody knows which it would be."""
    try:
        if instant is None or instant.tzinfo is not None:
            return instant and instant.astimezone(UTC)
    except OverflowError:
        pass
    raise ContextError(refused.no_instant())
