"""`properties` are added to a job's function; `function: external` leaves only what wakes one."""

from __future__ import annotations

from pathlib import Path

import pytest

from nightshift_tools.manifest import ManifestError
from nightshift_tools.template import TemplateError, plan
from support.templates import Project, make_project, read_project


def generated(root: Path, job: str) -> Project:
    make_project(root, f"version: 1\njobs: {{sync: {{{job}}}}}")
    return read_project(root)


def test_properties_arrive_beside_those_of_the_template(many: Project) -> None:
    function = many.of_type("AWS::Lambda::Function")["ByHandFunction"]
    assert function["EphemeralStorage"] == {"Size": 1024}
    variables = function["Environment"]["Variables"]
    assert variables["FONTS"] == 'it\'s "here": 1'
    assert (variables["LOG_LEVEL"], variables["STATE_TABLE"]) == ("INFO", {"Ref": "State"})
    assert function["TracingConfig"] == {"Mode": "Active"}


def test_a_second_layer_comes_after_the_shared_one(tmp_path: Path) -> None:
    found = generated(
        tmp_path, "properties: {Layers: [arn:aws:lambda:eu-central-1:123456789012:layer:charts:1]}"
    )
    shared, second = found.of_type("AWS::Lambda::Function")["SyncFunction"]["Layers"]
    assert "NightshiftLayer" in shared["Ref"]
    assert second.endswith(":charts:1")


def test_reserved_concurrency_may_be_one_jobs_own(tmp_path: Path) -> None:
    found = generated(tmp_path, "properties: {ReservedConcurrentExecutions: 2}")
    assert found.of_type("AWS::Lambda::Function")["SyncFunction"]["ReservedConcurrentExecutions"] == 2


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ("{MemorySize: 128}", r"MemorySize: the template sets it; it comes from `memory`"),
        ("{Timeout: 5}", "Timeout: .* `timeout`"),
        ("{Role: arn:aws:iam::123456789012:role/admin}", "Role: the template sets it"),
        ("{DeadLetterQueue: {}}", "DeadLetterQueue: the template sets it"),
        ("{EventInvokeConfig: {MaximumRetryAttempts: 0}}", "EventInvokeConfig: the template sets it"),
        ("{LoggingConfig: {}}", "LoggingConfig: the template sets it"),
        ("{Tracing: PassThrough}", "Tracing: the template sets it"),
        ("{KmsKeyArn: x}", "KmsKeyArn: the template sets it"),
        ("{Environment: {Variables: {LOG_LEVEL: DEBUG}}}", "Environment.Variables.LOG_LEVEL: .*already"),
        ("{Environment: {Variables: {STATE_TABLE: other}}}", "Environment.Variables.STATE_TABLE: .*already"),
        ("{Environment: {Vars: {}}}", "Environment: it takes Variables"),
        ("{Environment: {Variables: [A]}}", "Environment.Variables: it takes names with values"),
        ("{Environment: {Variables: {a-b: 1}}}", "Environment.Variables.a-b: a variable is"),
        ("{memory: 128}", "memory: properties are named as CloudFormation does"),
    ],
)
def test_what_would_replace_a_property_is_refused(tmp_path: Path, properties: str, reason: str) -> None:
    with pytest.raises(TemplateError, match=rf"^jobs\.sync\.properties\.{reason}"):
        generated(tmp_path, f"properties: {properties}")


def test_an_external_function_needs_its_parameter(tmp_path: Path) -> None:
    make_project(tmp_path, "version: 1\njobs: {sync: {}}")
    (tmp_path / "schedules.yaml").write_text(
        "version: 1\njobs: {sync: {function: external, schedule: {hourly: 0}}}", "utf-8"
    )
    with pytest.raises(TemplateError, match=r"jobs\.sync: .*\n  SyncFunctionArn:\n    Type: String"):
        plan(tmp_path, {})


@pytest.mark.parametrize(
    ("job", "reason"),
    [
        ("function: external, properties: {Layers: []}", "jobs.sync.properties: the function is external"),
        ("function: internal", "jobs.sync.function"),
        ("properties: 5", "jobs.sync.properties"),
    ],
)
def test_what_the_manifest_does_not_mean_is_refused(tmp_path: Path, job: str, reason: str) -> None:
    with pytest.raises(ManifestError, match=reason):
        generated(tmp_path, job)
