"""What the API takes and gives: the models behind its OpenAPI description."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from nightshift.batch_jobs.model import Status

BatchType = Annotated[
    str,
    Field(min_length=1, max_length=100, pattern=r"^[a-z][a-z0-9-]*$", description="A type of batch job"),
]


def _storable(value: Any) -> Any:
    """Text that no store takes, half a character or a NUL, is refused wherever it stands."""
    texts = [value]
    while texts:
        found = texts.pop()
        if isinstance(found, dict):
            texts += [*found.keys(), *found.values()]
        elif isinstance(found, list):
            texts += found
        elif isinstance(found, str) and ("\0" in found or any("\ud800" <= c <= "\udfff" for c in found)):
            raise ValueError("a text has a NUL or half a character")
        elif isinstance(found, int) and not -(2**63) <= found < 2**63:
            raise ValueError("a number has more than 64 bits")
    return value


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewBatchJob(_Strict):
    """A batch job to create."""

    type: BatchType
    context: Annotated[
        dict[str, Any], AfterValidator(_storable), Field(description="What it is to do, in its type's words")
    ]
    dry_run: Annotated[
        bool, Field(strict=True, description="Stop after pre-processing and wait for a confirmation")
    ] = False


class Stat(BaseModel):
    """One line of a plan."""

    key: str
    name: str
    message: str


class Result(BaseModel):
    """What has come of a batch job so far."""

    count: int | None = Field(description="Rows or records in all, once that is known")
    advancement_count: int = Field(description="Those that are dealt with")
    progress: float = Field(description="From 0 to 1")
    created: int
    updated: int
    unchanged: int
    row_errors: int = Field(description="Rows that failed; the error file has each with line and reason")
    errors: list[str] = Field(description="What failed the batch job as a whole")
    stat_descriptors: list[Stat] = Field(description="The plan that pre-processing has made")
    file_key: str | None = Field(description="The file that came of it")
    file_size: int | None
    error_file_key: str | None


class Links(BaseModel):
    """Where its files can be downloaded, for fifteen minutes."""

    file: str | None = None
    errors: str | None = None


class BatchJob(BaseModel):
    """A batch job."""

    id: str
    type: str
    status: Status
    created_by: str
    context: dict[str, Any]
    dry_run: bool
    result: Result
    links: Links = Links()
    created_at: datetime
    updated_at: datetime
    pre_processed_at: datetime | None
    confirmed_at: datetime | None
    processing_at: datetime | None
    completed_at: datetime | None
    canceled_at: datetime | None
    failed_at: datetime | None


class OneBatchJob(BaseModel):
    """The envelope of one batch job."""

    batch_job: BatchJob


class BatchJobs(BaseModel):
    """A page of batch jobs, newest first."""

    batch_jobs: list[BatchJob]
    next_token: str | None = Field(description="Asks for the next page; null behind the last")


class TypeOfBatchJob(BaseModel):
    """A type of batch job."""

    type: str
    description: str
    template: str | None = Field(description="The name of its template")


class Types(BaseModel):
    """All types."""

    types: list[TypeOfBatchJob]


class NewUpload(_Strict):
    """A file to upload."""

    name: Annotated[
        str,
        Field(
            max_length=100,
            pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.-]*$",
            description="What the file is called; letters, digits and _.-",
        ),
    ]
    media_type: Literal["text/csv"] = "text/csv"


class Upload(BaseModel):
    """A form for one file: POST the fields, then the file as `file`, within an hour."""

    file_key: str = Field(description="For `context.file_key` of a batch job")
    url: str
    fields: dict[str, str]
    max_bytes: int


class Template(BaseModel):
    """A file to begin with; null where a type has none."""

    type: str
    name: str | None
    media_type: str | None
    content: str | None


class Refusal(BaseModel):
    """What API Gateway says of a request that it does not let through."""

    message: str


class FieldError(BaseModel):
    """What is wrong with one field."""

    field: str
    reason: str


class Problem(BaseModel):
    """Why a request was not done."""

    type: str
    message: str
    status: Status | None = Field(None, description="The state that is in the way, for a 409")
    errors: list[FieldError] = []
