"""The JSON Schema for editors: it takes what the loader takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from nightshift_tools.manifest.schema import json_schema

ROOT = Path(__file__).parents[3]


def errors(text: str) -> list[Any]:
    return list(Draft202012Validator(json_schema()).iter_errors(YAML(typ="safe").load(text)))


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema())


def test_the_shipped_manifest_passes_and_names_it() -> None:
    text = (ROOT / "schedules.yaml").read_text("utf-8")
    assert errors(text) == []
    assert text.startswith("# yaml-language-server: $schema=./schedules.schema.json\n")


@pytest.mark.parametrize(
    "job",
    [
        "{schedule: '*/5 * * * *', batch_size: 15}",
        "{schedule: {every_minutes: 5}, batch_size: {default: 15, max: 100}}",
        "{schedules: [{name: a, daily: '02:00', batch_size: 5}], storefronts: [main]}",
        "{batch_size: '${SIZE:-15}', enabled: '${ON:-true}', log_level: '${LEVEL:-INFO}'}",
        "{schedule: {quartz: '0 0 0 ? * *'}, timezone: Europe/Berlin}",
        "{schedule: {aws: 'rate(5 minutes)', not_before: '2026-12-24', not_after: '2026-12-31T08:00Z'}}",
        "{schedule: {rate: 5 minutes}, window_minutes: 15}",
        "{schedule: {weekly: {day: MON, at: '02:00'}}}",
        "{schedule: {monthly: {day: 1, at: '02:00'}}}",
        "{schedules: [{name: a, monthly: {day: last, at: '02:00'}}]}",
        "{schedule: {monthly: {day: '${DAY:-1}', at: '02:00'}, window_minutes: '${WINDOW:-5}'}}",
        "{schedule: '@daily'}",
        "{function: external}",
        "{properties: {Architectures: [arm64]}}",
        "{params: {anything: {goes: [1, 2]}}}",
    ],
)
def test_what_the_loader_takes_passes(job: str) -> None:
    assert errors(f"{{version: 1, jobs: {{sync: {job}}}}}") == []


@pytest.mark.parametrize(
    "job",
    [
        "{shedule: '*/5 * * * *'}",
        "{batch_size: 0}",
        "{batch_size: {default: 5, maks: 10}}",
        "{schedule: 5}",
        "{schedule: {quartz: 5}}",
        "{schedule: {weekly: {day: MON}}}",
        "{schedule: {weekly: {dya: MON, at: '02:00'}}}",
        "{schedule: {monthly: {day: first, at: '02:00'}}}",
        "{schedule: {hourly: 0, window_minutes: 0}}",
        "{function: mine}",
        "{enabled: maybe}",
        "{log_level: LOUD}",
        "{timeout: 901}",
        "{storefronts: main}",
    ],
)
def test_what_the_loader_refuses_is_marked(job: str) -> None:
    assert errors(f"{{version: 1, jobs: {{sync: {job}}}}}") != []


def test_the_version_and_the_jobs_must_be_there() -> None:
    assert errors("{}") != []
