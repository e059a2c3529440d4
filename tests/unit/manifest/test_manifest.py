"""What a manifest means: defaults, variables, overrides, and what is compiled of it."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from nightshift.manifest import parse_manifest
from nightshift.schedule import Schedule
from nightshift_tools.manifest import Manifest, compile_manifest, load, parse
from nightshift_tools.schedule import from_unix

ROOT = Path(__file__).parents[3]


def read(text: str, environment: dict[str, str] | None = None) -> Manifest:
    return parse(dedent(text), environment or {}, "schedules.yaml")


FULL = """\
version: 1
defaults: {timezone: UTC, max_retries: 3, retention_days: 14}
jobs:
  fulfill-line-items:
    description: Fulfil what is paid
    batch_size: {default: 100, max: 100}
    storefronts: [main, outlet]
    params: {type: RECURR_INSTALL, limits: {rows: 5, share: 0.5, note: null}}
    schedules:
      - {name: often, every_minutes: 5, batch_size: 50, params: {collect: 30}}
      - {name: Friday the 13th, cron: "0 0 13 * 5", storefronts: [outlet], enabled: false, max_executions: 3}
  by-hand:
    batch_size: {max: 50}
    max_executions: 2
    retention_days: 7
    timeout: 60
    memory: 256
    log_level: DEBUG
    max_failed_ratio: 0
    enabled: false
"""

COMPILED = {
    "version": 1,
    "jobs": {
        "by-hand": {
            "description": "",
            "handler": "by_hand.app.lambda_handler",
            "function": "by-hand",
            "enabled": False,
            "batch_size": {"default": 50, "max": 50},
            "max_retries": 3,
            "max_executions": 2,
            "retention_days": 7,
            "log_level": "DEBUG",
            "max_failed_ratio": 0.0,
            "storefronts": [],
            "timeout": 60,
            "memory": 256,
            "alarms": True,
            "params": {},
            "schedules": [],
        },
        "fulfill-line-items": {
            "description": "Fulfil what is paid",
            "handler": "fulfill_line_items.app.lambda_handler",
            "function": "fulfill-line-items",
            "enabled": True,
            "batch_size": {"default": 100, "max": 100},
            "max_retries": 3,
            "max_executions": None,
            "retention_days": 14,
            "log_level": "INFO",
            "max_failed_ratio": 0.5,
            "storefronts": ["main", "outlet"],
            "timeout": 300,
            "memory": 512,
            "alarms": True,
            "params": {"type": "RECURR_INSTALL", "limits": {"rows": 5, "share": 0.5, "note": None}},
            "schedules": [
                {
                    "name": "often",
                    "source": "every_minutes: 5",
                    "timezone": "UTC",
                    "enabled": True,
                    "batch_size": 50,
                    "max_retries": None,
                    "max_executions": None,
                    "params": {"collect": 30},
                    "storefronts": ["main", "outlet"],
                    "aws": ["cron(*/5 * * * ? *)"],
                    "normal": [
                        {"minutes": "0,5,10,15,20,25,30,35,40,45,50,55", "hours": "0-23", "months": "1-12"}
                    ],
                    "rules": [
                        "fulfill-line-items.often-main-0d5bd75c",
                        "fulfill-line-items.often-outle-5a73f550",
                    ],
                },
                {
                    "name": "Friday the 13th",
                    "source": "0 0 13 * 5",
                    "timezone": "UTC",
                    "enabled": False,
                    "batch_size": None,
                    "max_retries": None,
                    "max_executions": 3,
                    "params": {},
                    "storefronts": ["outlet"],
                    "aws": ["cron(0 0 13 * ? *)", "cron(0 0 ? * FRI *)"],
                    "normal": [
                        {"minutes": "0", "hours": "0", "days": "13", "months": "1-12"},
                        {"minutes": "0", "hours": "0", "months": "1-12", "weekdays": "6"},
                    ],
                    "rules": [
                        "fulfill-line-items.friday-the-db4af87e",
                        "fulfill-line-items.friday-the-1498bb4e",
                    ],
                },
            ],
        },
    },
}


def test_a_manifest_compiles_to_this() -> None:
    assert compile_manifest(read(FULL)) == COMPILED


def test_compiling_is_stable_down_to_the_bytes() -> None:
    assert json.dumps(compile_manifest(read(FULL))) == json.dumps(COMPILED)


def test_the_runtime_reads_what_is_compiled() -> None:
    job = parse_manifest(json.loads(json.dumps(compile_manifest(read(FULL)))), "manifest.json").job(
        "fulfill-line-items"
    )
    often, friday = job.schedules
    assert (job.batch_size, job.max_batch_size, job.storefronts) == (100, 100, ("main", "outlet"))
    assert (often.batch_size, often.params) == (50, {"collect": 30})
    assert friday.storefronts == ("outlet",)
    assert Schedule.from_json(friday.normal) == from_unix("0 0 13 * 5")  # type: ignore[arg-type]


VARIABLES = """\
version: 1
jobs:
  sync-products:
    schedule: "${SYNC_PRODUCTS_SCHEDULE:-*/2 * * * *}"
    batch_size: {default: "${SYNC_PRODUCTS_BATCH_SIZE:-15}", max: 100}
    max_retries: ${SYNC_PRODUCTS_MAX_RETRIES:-2}
    enabled: "${ON:-true}"
    max_failed_ratio: ${RATIO:-0.25}
    log_level: "${LEVEL:-DEBUG}"
    description: "to ${WHERE:-Medusa}${NOTHING:-}"
    params: {text: "${TEXT:-5}", page: "x${PAGE:-1}", number_of: {a: 1}}
"""


@pytest.mark.parametrize(
    ("environment", "schedule", "size", "retries", "enabled"),
    [
        ({}, "*/2 * * * *", 15, 2, True),
        ({"SYNC_PRODUCTS_SCHEDULE": "0 1 * * *", "SYNC_PRODUCTS_BATCH_SIZE": "50"}, "0 1 * * *", 50, 2, True),
        (
            {"SYNC_PRODUCTS_SCHEDULE": "", "SYNC_PRODUCTS_MAX_RETRIES": "0", "ON": "false"},
            "*/2 * * * *",
            15,
            0,
            False,
        ),
    ],
)
def test_variables_are_filled_in_before_types_are_told(
    environment: dict[str, str], schedule: str, size: int, retries: int, enabled: bool
) -> None:
    job = read(VARIABLES, environment).jobs["sync-products"]
    assert job.schedules[0].source == schedule
    assert (job.batch_size, job.max_retries, job.enabled) == (size, retries, enabled)
    assert (job.max_failed_ratio, job.log_level, job.description) == (0.25, "DEBUG", "to Medusa")
    assert job.params == {"text": "5", "page": "x1", "number_of": {"a": 1}}
    assert type(job.params["text"]) is str


def test_a_single_schedule_is_called_default() -> None:
    jobs = read(
        """\
        version: 1
        jobs:
          one: {schedule: {hourly: 0}}
          two: {schedules: [{hourly: 0}]}
          three: {schedule: {name: kept, hourly: 0}}
        """
    ).jobs
    assert [[entry.name for entry in job.schedules] for job in jobs.values()] == [
        ["default"],
        ["default"],
        ["kept"],
    ]


@pytest.mark.parametrize(
    ("batch_size", "expected"), [("", 100), ("batch_size: {max: 20}", 20), ("batch_size: 7", 7)]
)
def test_the_batch_size_where_it_is_not_given(batch_size: str, expected: int) -> None:
    manifest = read(f"version: 1\njobs:\n  sync:\n    description: x\n    {batch_size}\n")
    assert manifest.jobs["sync"].batch_size == expected


def test_what_may_surprise_is_noted_with_its_place() -> None:
    (note,) = read("version: 1\njobs:\n  sync:\n    schedule: '*/7 * * * *'\n").notes
    assert (note.line, note.column) == (4, 15)
    assert "every 7 minutes" in note.message


def test_the_shipped_manifest_is_as_the_product_documents_say() -> None:
    job = load(ROOT / "schedules.yaml", {}).jobs["sync-products"]
    assert [entry.source for entry in job.schedules] == ["*/2 * * * *"]
    assert (job.batch_size, job.max_batch_size, job.max_retries) == (15, 100, 2)
    assert job.params == {"on_missing": "keep", "min_seen_ratio": 0.8, "full_compare": "24h"}
