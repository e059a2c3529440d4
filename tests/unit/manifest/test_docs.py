"""docs/manifest.md has every key, and its examples are true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from nightshift_tools.manifest import parse
from nightshift_tools.manifest.edge import (
    BatchSizeModel,
    BudgetModel,
    DefaultsModel,
    JobModel,
    ManifestModel,
    ScheduleModel,
)
from nightshift_tools.schedule import ScheduleError, from_unix

TEXT = (Path(__file__).parents[3] / "docs" / "manifest.md").read_text("utf-8")


@pytest.mark.parametrize(
    "model", [ManifestModel, DefaultsModel, JobModel, ScheduleModel, BatchSizeModel, BudgetModel]
)
def test_every_key_is_described(model: type[BaseModel]) -> None:
    assert [key for key in model.model_fields if not re.search(rf"\b{key}\b", TEXT)] == []


def test_the_example_is_a_manifest() -> None:
    example, _ = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert list(parse(example, {}, "docs/manifest.md").jobs) == ["sync-products", "process-subscriptions"]


def test_the_example_of_a_budget_is_one_for_the_jobs_it_names() -> None:
    _, example = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    names = re.findall(r"([a-z-]+): 0\.", example)
    jobs = "".join(f"  {name}: {{}}\n" for name in names)
    manifest = parse(f"version: 1\n{example}jobs:\n{jobs}", {}, "docs/manifest.md")
    assert manifest.budgets["digital-river"].shares.keys() == manifest.jobs.keys()


def test_the_table_of_keys_has_the_defaults() -> None:
    job = parse("version: 1\njobs: {sync: {}}", {}, "schedules.yaml").jobs["sync"]
    for key in ("batch_size", "max_retries", "retention_days", "max_failed_ratio", "memory", "timeout"):
        assert f"| `{key}` | {getattr(job, key)} |" in TEXT


def test_what_is_said_to_be_refused_is_refused_and_the_cure_is_not() -> None:
    rows = re.findall(r"^\| (`.*?`) \| (.*?) \| (.*?) \|$", TEXT.partition("| refused |")[2], re.MULTILINE)
    refused = [(values, cure) for values, _, cure in rows if re.search(r"`\S+ \S+ \S+ \S+ \S+`", values)]
    assert len(refused) == 7
    for values, cure in refused:
        for expression in re.findall(r"`([^`]+)`", values):
            with pytest.raises(ScheduleError) as caught:
                from_unix(expression)
            for written in re.findall(r"`([^`]+)`", cure):
                assert written in str(caught.value)
