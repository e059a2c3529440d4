"""What each function may do: its own partitions, its own secrets, its own log group."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.templates import ROOT, Project, attribute, listed, matches, resolved, statements

WITHOUT_RESOURCES = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
"""The actions that AWS does not let one restrict to a resource."""


def all_statements(project: Project) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, role in project.of_type("AWS::IAM::Role").items():
        assert "ManagedPolicyArns" not in role, name
        for statement in statements(role):
            yield name, statement
    for policy in project.of_type("AWS::IAM::Policy").values():
        (role,) = policy["Roles"]
        for statement in policy["PolicyDocument"]["Statement"]:
            yield role["Ref"], statement


def statement(project: Project, role: str, sid: str) -> dict[str, Any]:
    (found,) = [found for name, found in all_statements(project) if name == role and found["Sid"] == sid]
    return found


def roles_of_jobs(project: Project) -> list[str]:
    return [
        name
        for name in project.of_type("AWS::IAM::Role")
        if name not in ("SchedulerRole", "WatchdogRole", "BatchApiRole")
    ]


def keys(found: dict[str, Any]) -> list[str]:
    (condition,) = (each for each in found["Condition"].values() if "dynamodb:LeadingKeys" in each)
    return listed(condition["dynamodb:LeadingKeys"])


def test_every_function_has_a_role_of_its_own(project: Project) -> None:
    roles = [attribute(function["Role"])[0] for function in project.of_type("AWS::Lambda::Function").values()]
    others = {"WatchdogRole", "BatchApiRole"} & set(project.of_type("AWS::IAM::Role"))
    assert sorted(roles) == sorted([*roles_of_jobs(project), *others])
    assert len(set(roles)) == len(roles)


def test_no_action_and_no_resource_is_a_wildcard(project: Project) -> None:
    found = list(all_statements(project))
    assert found
    for name, each in found:
        assert each["Effect"] == "Allow"
        assert "NotAction" not in each, name
        assert "NotResource" not in each, name
        for action in listed(each["Action"]):
            assert re.fullmatch(r"[a-z0-9]+:[A-Za-z]+", action), (name, action)
        for resource in listed(each["Resource"]):
            if resource == "*":
                assert set(listed(each["Action"])) <= WITHOUT_RESOURCES, name
            else:
                assert isinstance(resource, dict), (name, resource)


def test_tables_are_reached_by_leading_key_only_and_but_for_the_purge_never_scanned(project: Project) -> None:
    for name, each in all_statements(project):
        actions = [action for action in listed(each["Action"]) if action.startswith("dynamodb:")]
        if actions == ["dynamodb:Scan"]:
            assert (name, attribute(each["Resource"])[0]) == ("PurgeLogsRole", "Log")
        elif actions:
            assert "dynamodb:Scan" not in actions, name
            assert keys(each), name
            assert attribute(each["Resource"])[0] in ("State", "Log")


def test_nobody_deletes_or_changes_single_log_items_but_the_purge(project: Project) -> None:
    for name, each in all_statements(project):
        if {"dynamodb:DeleteItem", "dynamodb:UpdateItem"} & set(listed(each["Action"])):
            assert attribute(each["Resource"])[0] == "State" or name == "PurgeLogsRole", name


def test_the_purge_reaches_run_records_of_all_jobs_and_may_neither_put_nor_get_there(
    shipped: Project,
) -> None:
    found = statement(shipped, "PurgeLogsRole", "RunRecordsOfAllJobs")
    assert listed(found["Action"]) == ["dynamodb:DeleteItem", "dynamodb:Query", "dynamodb:UpdateItem"]
    assert keys(found) == ["JOB#*"]
    for key in ("INSTALLMENT#main:1:1", "INTENT#mail:anna", "BATCH#1", "SETTINGS"):
        assert not any(matches(pattern, key) for pattern in keys(found))


@pytest.mark.parametrize(
    ("role", "own", "foreign"),
    [
        ("SyncRole", ["JOB#sync"], ["JOB#sync-products", "JOB#sync@main", "SETTINGS", "JOB#other"]),
        ("SyncProductsRole", ["JOB#sync-products"], ["JOB#sync", "JOB#sync-products-2"]),
        (
            "ProcessSubscriptionsRole",
            ["JOB#process-subscriptions@main", "JOB#process-subscriptions@outlet"],
            ["JOB#process-subscriptions", "JOB#process-subscriptions-2@main"],
        ),
    ],
)
def test_a_job_reaches_its_own_partitions_and_no_other(
    many: Project, role: str, own: list[str], foreign: list[str]
) -> None:
    patterns = keys(statement(many, role, "OwnState"))
    assert [key for key in own if not any(matches(pattern, key) for pattern in patterns)] == []
    assert [key for key in foreign if any(matches(pattern, key) for pattern in patterns)] == []


def test_settings_of_all_jobs_are_read_by_the_purge_alone_and_written_by_nobody(shipped: Project) -> None:
    reach = [
        (name, listed(each["Action"]))
        for name, each in all_statements(shipped)
        if "Condition" in each
        and "dynamodb:LeadingKeys" in str(each["Condition"])
        and any(matches(pattern, "SETTINGS") for pattern in keys(each))
    ]
    assert reach == [("PurgeLogsRole", ["dynamodb:GetItem"])]


def test_log_records_go_to_the_partitions_of_runs(project: Project) -> None:
    for name in roles_of_jobs(project):
        found = statement(project, name, "LogRecords")
        assert keys(found) == ["RUN#*"]
        assert attribute(found["Resource"])[0] == "Log"


def test_the_engines_requests_are_all_granted() -> None:
    """Read from the one package that sends them; `TransactWriteItems` would need more than its name."""
    files = (ROOT / "layers/nightshift/nightshift/state/dynamodb").glob("*.py")
    source = "".join(path.read_text("utf-8") for path in files)
    sent = set(re.findall(r'(?:send|_pages)\(\s*"([a-z_]+)"', source))
    granted = {"get_item", "put_item", "update_item", "delete_item", "query", "batch_write_item"}
    # Only the watchdog reads in batches, and only the purge scans.
    assert sent == granted | {"batch_get_item", "scan"}


def test_only_a_declared_secret_can_be_read(many: Project) -> None:
    found = {name: each for name, each in all_statements(many) if each["Sid"] == "OwnSecrets"}
    assert list(found) == ["SyncProductsRole"]
    (arn,) = found["SyncProductsRole"]["Resource"]
    own = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:nightshift/medusa"
    assert matches(resolved(arn), f"{own}-AbC123")
    assert not matches(resolved(arn), f"{own}-payments-AbC123")


def test_a_function_logs_to_its_own_group_which_forgets(project: Project) -> None:
    groups = project.of_type("AWS::Logs::LogGroup")
    for name, function in project.of_type("AWS::Lambda::Function").items():
        group = function["LoggingConfig"]["LogGroup"]["Ref"]
        assert group == f"{name.removesuffix('Function')}LogGroup"
        granted = statement(project, attribute(function["Role"])[0], "OwnLogGroup")["Resource"]
        assert attribute(granted) == (group, "Arn")
        assert groups[group]["RetentionInDays"] >= 1


def test_the_log_groups_retention_is_rounded_up_to_one_that_cloudwatch_has(many: Project) -> None:
    assert many.of_type("AWS::Logs::LogGroup")["SyncProductsLogGroup"]["RetentionInDays"] == 60


def test_no_policy_is_hidden_in_sams_short_forms() -> None:
    text = Path(ROOT / "template.yaml").read_text("utf-8")
    assert "Policies:\n        - PolicyName" in text
    assert "PolicyTemplate" not in text


def granted(project: Project, role: str) -> dict[str, tuple[list[str], str]]:
    """What a job's role may do beyond what the engine needs: actions and resource by sid."""
    engine = {
        "OwnState",
        "SharedSettings",
        "LogRecords",
        "OwnLogGroup",
        "FailedRuns",
        "Traces",
        "CustomerKey",
    }
    found = {each["Sid"]: each for name, each in all_statements(project) if name == role}
    return {
        sid: (listed(each["Action"]), resolved(each["Resource"]))
        for sid, each in found.items()
        if sid not in engine | {"OwnSecrets"}
    }


def test_the_newsletter_sends_from_one_identity_and_moves_the_intents_of_mails(shipped: Project) -> None:
    found = granted(shipped, "SendNewsletterRole")
    assert found.pop("Intents")[0] == ["dynamodb:GetItem", "dynamodb:PutItem"]
    assert keys(statement(shipped, "SendNewsletterRole", "Intents")) == ["INTENT#mail:*"]
    ((actions, resource),) = found.values()
    assert actions == ["ses:SendEmail"]
    assert resource == "arn:aws:ses:eu-central-1:123456789012:identity/shop.example"


def test_the_report_reaches_its_own_files_and_removes_none(shipped: Project) -> None:
    found = granted(shipped, "ReportProductsRole")
    files = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
    assert [actions for actions, _ in found.values()] == [files, ["s3:ListBucket"], files]
    resources = [resource for _, resource in found.values()]
    bucket = "arn:aws:s3:::files"
    assert resources == [f"{bucket}/reports/*", bucket, f"{bucket}/unfinished/report-products/*"]


def test_the_carts_need_nothing_but_medusas_secret(shipped: Project) -> None:
    assert granted(shipped, "CleanExpiredCartsRole") == {}
