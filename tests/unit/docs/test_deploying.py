"""docs/deploying.md has every parameter, output and alarm of the template."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from samtranslator.yaml_helper import yaml_parse

from nightshift_tools.manifest.rules import MAX_STACK_NAME

ROOT = Path(__file__).resolve().parents[3]
DEPLOYING = (ROOT / "docs" / "deploying.md").read_text("utf-8")
TEMPLATE = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))


@pytest.mark.parametrize("section", ["Parameters", "Outputs"])
def test_every_parameter_and_output_has_a_row(section: str) -> None:
    rows = re.findall(r"^\| (.+?) \|", DEPLOYING, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert set(TEMPLATE[section]) <= named


def test_every_default_is_told() -> None:
    for name, parameter in TEMPLATE["Parameters"].items():
        default = parameter.get("Default", "")
        (row,) = re.findall(rf"^\| `{name}` \| (.*?) \|", DEPLOYING, re.MULTILINE)
        assert str(default) in row or default == ""


def test_every_kind_of_alarm_is_explained() -> None:
    alarms = [
        name for name, body in TEMPLATE["Resources"].items() if body["Type"] == "AWS::CloudWatch::Alarm"
    ]
    jobs = [name.removesuffix("FailedRunsAlarm") for name in alarms if name.endswith("FailedRunsAlarm")]
    kinds = {name.replace(job, "<Job>") for job in jobs for name in alarms if name.startswith(job)}
    shared = {name for name in alarms if not any(name.startswith(job) for job in jobs)}
    assert {name for name in kinds | shared if f"`{name}`" not in DEPLOYING} == set()
    assert (len(kinds), len(shared)) == (3, 4)


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_an_environment_sets_parameters_that_there_are(environment: str) -> None:
    deploy = tomllib.loads((ROOT / "samconfig.toml").read_text())[environment]["deploy"]["parameters"]
    given = dict(override.split("=", 1) for override in deploy["parameter_overrides"])
    assert set(given) <= set(TEMPLATE["Parameters"])
    assert len(deploy["stack_name"]) <= MAX_STACK_NAME
    for name, value in given.items():
        pattern = TEMPLATE["Parameters"][name].get("AllowedPattern", ".*")
        assert re.fullmatch(pattern, value), name
        assert value in TEMPLATE["Parameters"][name].get("AllowedValues", [value])


def test_schedules_fire_in_prod_alone_unless_they_are_asked_for() -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    off = [
        name
        for name in ("dev", "staging", "prod")
        if "SchedulesState=DISABLED" in config[name]["deploy"]["parameters"]["parameter_overrides"]
    ]
    assert off == ["dev", "staging"]
    assert TEMPLATE["Parameters"]["SchedulesState"]["Default"] == "ENABLED"


def test_environments_share_neither_stack_nor_metrics() -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    found = [config[name]["deploy"]["parameters"] for name in ("dev", "staging", "prod")]
    default = TEMPLATE["Parameters"]["MetricsNamespace"]["Default"]
    given = [dict(override.split("=", 1) for override in each["parameter_overrides"]) for each in found]
    assert len({each["stack_name"] for each in found}) == 3
    assert len({each.get("MetricsNamespace", default) for each in given}) == 3
