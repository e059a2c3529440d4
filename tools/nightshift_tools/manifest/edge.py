"""The manifest as it is written: keys, types and bounds. What they mean together is in `checks`.

The JSON Schema for editors is made from these models.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from nightshift_tools.manifest.environment import FilledIn
from nightshift_tools.manifest.values import plain_scalar

DEFAULT_BATCH_SIZE = 100


def _typed(value: Any) -> Any:
    return plain_scalar(value) if isinstance(value, FilledIn) else value


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, FilledIn) else value


def _texts(value: Any) -> Any:
    """A job's own parameters: what was quoted is text, whatever was filled in."""
    if isinstance(value, dict):
        return {key: _texts(item) for key, item in value.items()}
    return [_texts(item) for item in value] if isinstance(value, list) else _text(value)


def _short(value: Any) -> Any:
    """`15` for `{default: 15}`."""
    return value if isinstance(value, dict) else {"default": value}


def _spoken(value: Any) -> Any:
    """`"*/2 * * * *"` for `{cron: "*/2 * * * *"}`."""
    return {"cron": _text(value)} if isinstance(value, str) else value


Typed = BeforeValidator(_typed)
Words = BeforeValidator(_text)

Whole = Annotated[int, Field(strict=True), Typed]
Flag = Annotated[bool, Field(strict=True), Typed]
Text = Annotated[str, Field(strict=True, max_length=512), Words]

Size = Annotated[int, Field(strict=True, ge=1, description="Records in one batch", examples=[15]), Typed]
Retries = Annotated[
    int,
    Field(strict=True, ge=0, le=10, description="Tries of a request, of a quarantined record", examples=[2]),
    Typed,
]
Executions = Annotated[
    int, Field(strict=True, ge=1, description="Firings after which a schedule ends", examples=[10]), Typed
]
Days = Annotated[
    int,
    Field(strict=True, ge=1, le=3653, description="Days that run and log records are kept", examples=[30]),
    Typed,
]
LogLevel = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR"],
    Field(description="From which level on log records are kept", examples=["INFO"]),
    Words,
]
Failed = Annotated[
    float,
    Field(strict=True, ge=0, le=1, description="The part of records that may fail", examples=[0.5]),
    Typed,
]
Memory = Annotated[
    int,
    Field(strict=True, ge=128, le=10240, description="The function's memory, MB", examples=[512]),
    Typed,
]
Timeout = Annotated[
    int,
    Field(strict=True, ge=10, le=900, description="The function's timeout, seconds", examples=[300]),
    Typed,
]
Zone = Annotated[
    str, Field(strict=True, description="The time zone of schedules", examples=["Europe/Berlin"]), Words
]
Moment = Annotated[
    str,
    Field(
        strict=True,
        max_length=40,
        description="A day, or an instant; without an offset in the schedule's zone",
        examples=["2026-12-24"],
    ),
    Words,
]
Window = Annotated[
    int,
    Field(strict=True, ge=1, le=1440, description="Minutes that a firing may come later", examples=[15]),
    Typed,
]
Params = Annotated[
    dict[str, Any],
    Field(description="What belongs to this job alone", examples=[{"on_missing": "keep"}]),
    BeforeValidator(_texts),
]
Storefronts = Annotated[
    list[Text], Field(description="The tenants it runs for, each by itself", examples=[["main"]])
]

Rate = Annotated[
    float,
    Field(
        strict=True, gt=0, le=100_000, description="Requests a second that one key may send", examples=[25]
    ),
    Typed,
]
Share = Annotated[
    float, Field(strict=True, gt=0, le=1, description="A job's part of the budget", examples=[0.5]), Typed
]

External = Annotated[
    Literal["external"],
    Field(description="A function from elsewhere: a parameter has its ARN", examples=["external"]),
    Words,
]
Properties = Annotated[
    dict[str, Any],
    Field(
        description="More properties of the function, as CloudFormation has them",
        examples=[{"EphemeralStorage": {"Size": 1024}}],
    ),
    BeforeValidator(_texts),
]


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class DefaultsModel(_Keys):
    """What holds for every job that does not say otherwise."""

    timezone: Zone | None = None
    max_retries: Retries = 2
    retention_days: Days = 30
    log_level: LogLevel = "INFO"
    max_failed_ratio: Failed = 0.5
    memory: Memory = 512
    timeout: Timeout = 300


class BatchSizeModel(_Keys):
    """How many records a batch has, and how many it may have."""

    default: Size | None = None
    max: Size | None = None


class WeeklyModel(_Keys):
    """Once a week."""

    day: Text = Field(description="SUN, MON, ... SAT", examples=["MON"])
    at: Text = Field(description="The time of day", examples=["02:00"])


class MonthlyModel(_Keys):
    """Once a month."""

    day: Annotated[
        Annotated[int, Field(strict=True)] | Literal["last"], Field(union_mode="left_to_right"), Typed
    ] = Field(description="1 to 31, or last", examples=[1])
    at: Text = Field(description="The time of day", examples=["02:00"])


class BatchModel(_Keys):
    """The batch job that a schedule creates, once per slot."""

    type: Text = Field(description="The type of the batch job", examples=["product-export"])
    context: Annotated[dict[str, Any], BeforeValidator(_texts)] = Field(
        {}, description="What it is to do", examples=[{"filterable_fields": {"status": ["published"]}}]
    )
    review: Flag = Field(False, description="Stop before anything is changed, and wait for a person")


class ScheduleModel(_Keys):
    """One schedule: a form, and what it sets otherwise than its job. A text is `cron`."""

    name: Text | None = Field(None, description="Stays when the expression changes", examples=["nightly"])
    cron: Text | None = Field(
        None, description="Unix cron, five fields; or @daily and the like", examples=["*/2 * * * *"]
    )
    quartz: Text | None = Field(None, description="Quartz, six or seven fields", examples=["0 0 2 ? * *"])
    aws: Text | None = Field(
        None, description="EventBridge's cron(), rate() or at()", examples=["cron(0 2 * * ? *)"]
    )
    rate: Text | None = Field(None, description="A distance, from the deployment on", examples=["5 minutes"])
    every_minutes: Whole | None = Field(None, description="Equal distances, from midnight", examples=[5])
    hourly: Whole | None = Field(None, description="Once an hour, at this minute", examples=[0])
    daily: Text | None = Field(None, description="Once a day, at this time", examples=["02:00"])
    weekly: WeeklyModel | None = Field(
        None, description="Once a week", examples=[{"day": "MON", "at": "02:00"}]
    )
    monthly: MonthlyModel | None = Field(
        None, description="Once a month", examples=[{"day": 1, "at": "02:00"}]
    )
    timezone: Zone | None = None
    not_before: Moment | None = None
    not_after: Moment | None = None
    window_minutes: Window | None = None
    enabled: Flag = True
    batch_size: Size | None = None
    max_retries: Retries | None = None
    max_executions: Executions | None = None
    storefronts: Storefronts | None = None
    params: Params = {}
    batch: BatchModel | None = Field(
        None,
        description="The batch job that each slot creates, of run-batch-job",
        examples=[{"type": "product-export"}],
    )


class JobModel(_Keys):
    """One job."""

    description: Text = Field(
        "", max_length=256, description="What the job does", examples=["Copy the catalogue"]
    )
    schedule: Annotated[ScheduleModel, BeforeValidator(_spoken)] | None = Field(
        None, description="When it runs; leave it out for a job that runs by hand", examples=["*/2 * * * *"]
    )
    schedules: list[ScheduleModel | None] | None = Field(
        None,
        description="Several schedules, each with a name",
        examples=[[{"name": "often", "every_minutes": 5}]],
    )
    timezone: Zone | None = None
    not_before: Moment | None = None
    not_after: Moment | None = None
    window_minutes: Window | None = None
    batch_size: Annotated[BatchSizeModel, BeforeValidator(_short)] = Field(
        BatchSizeModel(), description="Records in one batch: a number, or default and max", examples=[15]
    )
    max_retries: Retries | None = None
    max_executions: Executions | None = None
    enabled: Flag = True
    storefronts: Storefronts = []
    retention_days: Days | None = None
    log_level: LogLevel | None = None
    max_failed_ratio: Failed | None = None
    params: Params = {}
    memory: Memory | None = None
    timeout: Timeout | None = None
    alarms: Flag = Field(True, description="Alarms for failed and for missing runs")
    function: External | None = None
    properties: Properties = {}


class BudgetModel(_Keys):
    """How often one API key may be asked, and which part of it each job has."""

    requests_per_second: Rate = Field(description="What the service allows one API key", examples=[25])
    shares: dict[str, Share] = Field(
        description="The part of each job that uses the key; at most 1 in all", examples=[{"sync-skus": 0.5}]
    )


class ApiModel(_Keys):
    """Who may use the HTTP API of batch jobs."""

    auth: Annotated[Literal["iam", "jwt"], Words] = Field(
        "iam", description="iam: roles of this account; jwt: tokens of an issuer", examples=["iam"]
    )
    issuer: Text | None = Field(
        None,
        description="Who issues the tokens, an https:// address",
        examples=["https://login.example/shop"],
    )
    audience: list[Text] = Field([], description="Whom the tokens are for", examples=[["nightshift"]])


class ManifestModel(_Keys):
    """schedules.yaml: what runs, and when."""

    version: Literal[1] = Field(description="The version of this format", examples=[1])
    defaults: DefaultsModel = DefaultsModel()
    budgets: dict[str, BudgetModel] = Field(
        {},
        description="Request budgets of API keys that several jobs use",
        examples=[{"digital-river": {"requests_per_second": 25, "shares": {"sync-skus": 0.5}}}],
    )
    api: ApiModel = Field(
        ApiModel(), description="Who may use the HTTP API of batch jobs", examples=[{"auth": "iam"}]
    )
    jobs: dict[str, JobModel] = Field(
        description="The jobs by name, in kebab-case",
        examples=[{"sync-products": {"schedule": "*/2 * * * *"}}],
    )
