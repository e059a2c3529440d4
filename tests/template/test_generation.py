"""`nightshift generate`: stable, complete, checked before anything is written."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from nightshift_tools.manifest import ManifestError
from nightshift_tools.manifest.names import MAX_JOB
from nightshift_tools.manifest.rules import MAX_STACK_NAME, function_name
from nightshift_tools.template import TemplateError, plan, without_package, write
from support.templates import MANY_JOBS, ROOT, Project, make_project, read_project

FILES = ["template.yaml", "functions/manifest.json", "schedules.schema.json"]


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def rewrite(root: Path, name: str, old: str, new: str) -> None:
    text = (root / name).read_text("utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new, 1), "utf-8")


def jobs(count: int, schedule: str = "{hourly: 0}") -> str:
    return "version: 1\njobs:\n" + "".join(f"  job-{n}: {{schedule: {schedule}}}\n" for n in range(count))


def test_what_is_committed_is_what_the_manifest_generates() -> None:
    assert [change.diff for change in plan(ROOT, {})] == []


def test_generating_twice_changes_nothing(tmp_path: Path) -> None:
    make_project(tmp_path, MANY_JOBS)
    assert plan(tmp_path, {}) == []


def test_the_order_of_jobs_in_the_manifest_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    make_project(tmp_path / "a", "version: 1\njobs: {one: {schedule: {hourly: 0}}, two: {}}")
    make_project(tmp_path / "b", "version: 1\njobs: {two: {}, one: {schedule: {hourly: 0}}}")
    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_planning_writes_nothing(tmp_path: Path) -> None:
    make_project(tmp_path, MANY_JOBS)
    (tmp_path / "schedules.yaml").write_text(jobs(1), "utf-8")
    before = contents(tmp_path)
    assert [change.name for change in plan(tmp_path, {})] == FILES[:2]
    assert contents(tmp_path) == before


def test_an_edited_region_is_told_by_its_diff_and_restored(tmp_path: Path) -> None:
    make_project(tmp_path, MANY_JOBS)
    good = contents(tmp_path)
    rewrite(tmp_path, "template.yaml", "cron(*/2 * * * ? *)", "cron(*/3 * * * ? *)")
    (change,) = plan(tmp_path, {})
    assert change.diff.startswith("--- template.yaml\n+++ template.yaml\n@@")
    assert '-      ScheduleExpression: "cron(*/3 * * * ? *)"\n' in change.diff
    assert '+      ScheduleExpression: "cron(*/2 * * * ? *)"\n' in change.diff
    write(tmp_path, [change])
    assert contents(tmp_path) == good


@pytest.mark.parametrize("name", FILES[1:])
def test_an_edited_or_missing_file_is_told_and_restored(tmp_path: Path, name: str) -> None:
    make_project(tmp_path, MANY_JOBS)
    good = contents(tmp_path)
    for spoiled in (b"{}\n", None):
        (tmp_path / name).unlink() if spoiled is None else (tmp_path / name).write_bytes(spoiled)
        changes = plan(tmp_path, {})
        assert [change.name for change in changes] == [name]
        write(tmp_path, changes)
        assert contents(tmp_path) == good


def test_an_edit_outside_the_region_is_no_matter(tmp_path: Path) -> None:
    make_project(tmp_path, MANY_JOBS)
    rewrite(tmp_path, "template.yaml", "Description: Nightshift", "Description: My shop, Nightshift")
    assert plan(tmp_path, {}) == []


def test_the_environment_is_the_one_handed_in() -> None:
    (template, compiled) = plan(ROOT, {"SYNC_PRODUCTS_SCHEDULE": "0 1 * * *"})
    assert '"cron(0 1 * * ? *)"' in template.after
    assert json.loads(compiled.after)["jobs"]["sync-products"]["schedules"][0]["source"] == "0 1 * * *"


def refusal(root: Path, manifest: str) -> str:
    """The reason why a manifest is refused, and the proof that nothing was written."""
    make_project(root, jobs(1))
    (root / "schedules.yaml").write_text(manifest, "utf-8")
    before = contents(root)
    with pytest.raises((TemplateError, ManifestError)) as caught:
        plan(root, {})
    assert contents(root) == before
    return str(caught.value)


def test_too_many_rules_are_refused_with_the_job(tmp_path: Path) -> None:
    storefronts = ", ".join(f"s{n}" for n in range(100))
    lines = [f"  job-{n}: {{schedule: {{hourly: 0}}, storefronts: [{storefronts}]}}" for n in range(4)]
    reason = refusal(tmp_path, "\n".join(["version: 1", "jobs:", *lines]))
    assert reason == "jobs.job-3: with it there are 400 rules, and an event bus takes 300"


def test_as_many_rules_as_there_may_be(tmp_path: Path) -> None:
    storefronts = ", ".join(f"s{n}" for n in range(100))
    lines = [f"  job-{n}: {{schedule: {{hourly: 0}}, storefronts: [{storefronts}]}}" for n in range(3)]
    make_project(tmp_path, "\n".join(["version: 1", "jobs:", *lines]))


def external(count: int) -> str:
    entry = "{function: external, schedule: {daily: '02:00', timezone: Asia/Kolkata}}"
    return "version: 1\njobs:\n" + "".join(f"  job-{n}: {entry}\n" for n in range(count))


def with_parameters(root: Path, count: int) -> None:
    make_project(root, jobs(1))
    added = "".join(f"  Job{n}FunctionArn: {{Type: String}}\n" for n in range(count))
    rewrite(root, "template.yaml", "Parameters:\n", f"Parameters:\n{added}")


def test_too_many_functions_for_schedulers_role_are_refused_with_the_job(tmp_path: Path) -> None:
    with_parameters(tmp_path, 76)
    (tmp_path / "schedules.yaml").write_text(external(75), "utf-8")
    write(tmp_path, plan(tmp_path, {}))
    role = read_project(tmp_path).of_type("AWS::IAM::Role")["SchedulerRole"]
    arn = "arn:aws-us-gov:lambda:ap-southeast-2:123456789012:function:" + "x" * 64
    policy = role["Policies"][0]["PolicyDocument"]
    policy["Statement"][0]["Resource"] = [arn] * len(policy["Statement"][0]["Resource"])
    assert len(json.dumps(policy, separators=(",", ":"))) < 10_240
    (tmp_path / "schedules.yaml").write_text(external(76), "utf-8")
    with pytest.raises(TemplateError, match=r"^jobs\.job-75: with it there are 76 jobs with a zone"):
        plan(tmp_path, {})


def test_too_many_resources_are_refused_with_the_job(tmp_path: Path) -> None:
    # 20 resources are written by hand, two are made once, and a job with one rule makes eight.
    assert (
        refusal(tmp_path, jobs(60)) == "jobs.job-59: with it there are 502 resources, and a stack takes 500"
    )


def test_as_many_resources_as_there_may_be(tmp_path: Path) -> None:
    make_project(tmp_path, jobs(59))
    assert len(read_project(tmp_path).resources) == 494


def quiet(count: int) -> str:
    """Jobs without alarms, of which a stack could hold more."""
    return jobs(count, "{hourly: 0}, alarms: false")


def test_the_watchdog_may_wake_what_some_schedule_fires_and_nothing_else(tmp_path: Path) -> None:
    make_project(tmp_path, MANY_JOBS.replace("{hourly: 20}", "{hourly: 20, enabled: false}"))
    resumes = read_project(tmp_path).of_type("AWS::IAM::Policy")["WatchdogResumes"]["PolicyDocument"]
    (statement,) = resumes["Statement"]
    named = {resource["Fn::GetAtt"][0] for resource in statement["Resource"]}
    assert {"SyncFunction", "SyncProductsFunction", "PurgeLogsFunction"} <= named
    assert not named & {"OffFunction", "QuietFunction", "ByHandFunction", "ReportFunction"}


def test_too_many_functions_for_the_watchdogs_role_are_refused_with_the_job(tmp_path: Path) -> None:
    make_project(tmp_path, quiet(75))
    project = read_project(tmp_path)
    inline = project.of_type("AWS::IAM::Role")["WatchdogRole"]["Policies"][0]["PolicyDocument"]
    resumes = project.of_type("AWS::IAM::Policy")["WatchdogResumes"]["PolicyDocument"]
    (statement,) = resumes["Statement"]
    longest = "x" * MAX_STACK_NAME + "-" + function_name("x" * MAX_JOB)
    arn = f"arn:aws-us-gov:lambda:ap-southeast-2:123456789012:function:{longest}"
    statement["Resource"] = [arn] * len(statement["Resource"])
    assert len(statement["Resource"]) == 75
    # A role's policies together; what stands in the template for an ARN is as long as that.
    assert len(json.dumps([inline, resumes], separators=(",", ":"))) < 10_240
    (tmp_path / "schedules.yaml").write_text(quiet(76), "utf-8")
    with pytest.raises(TemplateError, match=r"^jobs\.job-75: with it there are 76 jobs with schedules"):
        plan(tmp_path, {})


def test_five_hundred_jobs_are_refused_quickly(tmp_path: Path) -> None:
    make_project(tmp_path, jobs(1))
    (tmp_path / "schedules.yaml").write_text(jobs(500, "'*/5 * * * *'"), "utf-8")
    start = time.process_time()
    with pytest.raises(TemplateError, match="500"):
        plan(tmp_path, {})
    assert time.process_time() - start < 2


def test_two_jobs_whose_resources_would_be_called_the_same(tmp_path: Path) -> None:
    reason = refusal(tmp_path, "version: 1\njobs: {a-1b: {}, a1b: {}}")
    assert reason == "jobs.a1b: its resource A1bFunction is there already, of job a-1b; name it otherwise"


def test_a_job_whose_resource_is_there_by_hand(tmp_path: Path) -> None:
    make_project(tmp_path, jobs(1))
    rewrite(
        tmp_path, "template.yaml", "  ExecutionFailures:\n", "  SyncRole: {Type: X}\n  ExecutionFailures:\n"
    )
    (tmp_path / "schedules.yaml").write_text("version: 1\njobs: {sync: {}}", "utf-8")
    with pytest.raises(TemplateError, match="SyncRole is there already, of a resource written by hand"):
        plan(tmp_path, {})


def test_a_broken_manifest_writes_nothing(tmp_path: Path) -> None:
    assert "schedules.yaml:1:10" in refusal(tmp_path, "version: 2\njobs: {}")


@pytest.mark.parametrize(
    ("needs", "reason"),
    [
        ("[environment]\nSHOP_URL = 'ShopUrl'", "'ShopUrl'.*under Parameters"),
        ("[enviroment]\nSHOP_URL = 'MedusaUrl'", "unknown key 'enviroment'"),
        ("environment = 5", "environment is a table"),
        ("[environment]\nshop-url = 'MedusaUrl'", "'shop-url' is no variable"),
        ("[secrets]\nSHOP = 'a b'", "'a b' names no parameter"),
        ("[secrets]\nSHOP = 5", "5 names no parameter"),
        ("local = 'SHOP'", "local is a list"),
        ("local = [5]", "5 is no variable"),
        ("[environment", "cannot be read"),
    ],
)
def test_needs_that_cannot_be_met_are_refused(tmp_path: Path, needs: str, reason: str) -> None:
    make_project(tmp_path, "version: 1\njobs: {sync-products: {}}")
    (tmp_path / "functions/sync_products/needs.toml").write_text(needs, "utf-8")
    with pytest.raises(TemplateError, match=f"functions/sync_products/needs.toml.*{reason}"):
        plan(tmp_path, {})


@pytest.mark.parametrize(
    ("text", "reason"),
    [(None, "there is no template.yaml"), ("Resources: [", "has no line"), ("a: [\n", "has no line")],
)
def test_a_template_that_is_none_is_refused(tmp_path: Path, text: str | None, reason: str) -> None:
    make_project(tmp_path, jobs(1))
    path = tmp_path / "template.yaml"
    path.unlink() if text is None else path.write_text(text, "utf-8")
    with pytest.raises(TemplateError, match=reason):
        plan(tmp_path, {})


def test_a_template_with_broken_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    make_project(tmp_path, jobs(1))
    rewrite(tmp_path, "template.yaml", "Transform: AWS", "Transform: [AWS")
    with pytest.raises(TemplateError, match=r"template.yaml:\d+: the YAML cannot be read"):
        plan(tmp_path, {})


def test_jobs_without_a_package_are_named(many: Project) -> None:
    assert without_package(ROOT, many.manifest) == [
        name
        for name in many.manifest.jobs
        if name not in ("sync-products", "process-subscriptions", "purge-logs", "report")
    ]
