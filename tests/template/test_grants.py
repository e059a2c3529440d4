"""What a job declares in needs.toml is what its role gets, and nothing wide can be declared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nightshift_tools.template import TemplateError, plan, write
from support.security import violations
from support.templates import make_project, read_project, statements

INTENTS = """\
[[grants]]
sid = "Intents"
actions = ["dynamodb:GetItem", "dynamodb:PutItem"]
resource = "${State.Arn}"
keys = ["INTENT#fulfil*"]

[[grants]]
sid = "Reports"
actions = ["s3:PutObject"]
resource = "arn:${AWS::Partition}:s3:::reports/${AWS::StackName}/*"
"""


def declare(root: Path, needs: str) -> None:
    make_project(root, "version: 1\njobs: {sync-products: {}, other: {}}")
    (root / "functions/sync_products/needs.toml").write_text(needs, "utf-8")
    write(root, plan(root, {}))


def test_what_is_declared_is_granted_to_that_job_alone(tmp_path: Path) -> None:
    declare(tmp_path, INTENTS)
    project = read_project(tmp_path)
    roles = project.of_type("AWS::IAM::Role")
    found: dict[str, Any] = {each["Sid"]: each for each in statements(roles["SyncProductsRole"])}
    assert found["Intents"] == {
        "Sid": "Intents",
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
        "Resource": {"Fn::Sub": "${State.Arn}"},
        "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["INTENT#fulfil*"]}},
    }
    assert found["Reports"]["Resource"] == {
        "Fn::Sub": "arn:${AWS::Partition}:s3:::reports/${AWS::StackName}/*"
    }
    assert {"Intents", "Reports"}.isdisjoint(each["Sid"] for each in statements(roles["OtherRole"]))
    assert violations(project.resources) == []


def test_attributes_are_all_that_a_request_may_name(tmp_path: Path) -> None:
    declare(tmp_path, INTENTS.replace('["INTENT#fulfil*"]', '["INTENT#fulfil*"]\nattributes = ["pk", "sk"]'))
    role = read_project(tmp_path).of_type("AWS::IAM::Role")["SyncProductsRole"]
    (found,) = [each for each in statements(role) if each["Sid"] == "Intents"]
    assert found["Condition"] == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["INTENT#fulfil*"]},
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["pk", "sk"]},
    }


@pytest.mark.parametrize(
    ("needs", "words"),
    [
        ("alarms = 1", "alarms is a table"),
        ('[alarms]\nunpaid = "x"', "'unpaid' is no metric of its own"),
        ('[alarms]\nFailedRuns = "x"', "'FailedRuns' is no metric of its own"),
        ('[alarms]\nUnpaid = " "', "say what the alarm Unpaid means"),
    ],
)
def test_an_alarm_that_cannot_be_is_refused(tmp_path: Path, needs: str, words: str) -> None:
    with pytest.raises(TemplateError, match=words):
        declare(tmp_path, needs)


def test_a_job_without_alarms_has_none_of_its_own_either(tmp_path: Path) -> None:
    declare(tmp_path, '[alarms]\nUnpaid = "look"')
    alarms = read_project(tmp_path).of_type("AWS::CloudWatch::Alarm")
    assert "SyncProductsUnpaidAlarm" in alarms
    text = (
        (tmp_path / "schedules.yaml")
        .read_text()
        .replace("sync-products: {}", "sync-products: {alarms: false}")
    )
    (tmp_path / "schedules.yaml").write_text(text)
    write(tmp_path, plan(tmp_path, {}))
    assert not [
        name for name in read_project(tmp_path).of_type("AWS::CloudWatch::Alarm") if "Products" in name
    ]


def grant(**changes: str) -> str:
    """A grant in TOML with some values replaced; an empty one leaves the key out."""
    parts = {
        "sid": '"Intents"',
        "actions": '["dynamodb:GetItem"]',
        "resource": '"${State.Arn}"',
        "keys": '["INTENT#*"]',
    } | changes
    return "[[grants]]\n" + "".join(f"{key} = {value}\n" for key, value in parts.items() if value)


@pytest.mark.parametrize(
    ("needs", "reason"),
    [
        (grant(actions='["dynamodb:*"]'), "grant 1: 'dynamodb:\\*' is no single action"),
        (grant(actions='["*"]'), "no single action"),
        (grant(actions="[]"), "actions = \\[\\] is no list"),
        (grant(resource='"*"'), "resource = '\\*' is none"),
        (grant(resource='"State"'), "resource = 'State' is none"),
        (grant(resource='"arn:aws:s3:::*"'), "is every resource of its kind"),
        (grant(keys=""), "actions on a table need keys"),
        (grant(keys='["*"]'), "is every key"),
        (grant(actions='["dynamodb:Scan"]'), "reads the whole table"),
        (grant(actions='["dynamodb:Scan", "dynamodb:Query"]', keys=""), "reads the whole table"),
        (
            grant(actions='["s3:GetObject"]', resource='"arn:aws:s3:::in/*"'),
            "keys are for actions on a table",
        ),
        (
            grant(actions='["s3:GetObject"]', resource='"arn:aws:s3:::in/*"', keys="", attributes='["pk"]'),
            "they need keys",
        ),
        (grant(attributes="5"), "attributes = 5 is no list"),
        (grant(sid='"OwnState"'), "the sid 'OwnState' is taken"),
        (grant() + grant(), "grant 2: the sid 'Intents' is taken"),
        (grant(sid="5"), "sid = 5 is no name"),
        (grant(effect='"Deny"'), "the key 'effect' is unknown"),
        ("grants = 5", "grants are tables"),
    ],
)
def test_a_grant_that_is_too_wide_is_refused(tmp_path: Path, needs: str, reason: str) -> None:
    with pytest.raises(TemplateError, match=f"^functions/sync_products/needs.toml: .*{reason}"):
        declare(tmp_path, needs)


def test_a_scan_stands_by_itself(tmp_path: Path) -> None:
    declare(tmp_path, grant(actions='["dynamodb:Scan"]', resource='"${Log.Arn}"', keys=""))
    role = read_project(tmp_path).of_type("AWS::IAM::Role")["SyncProductsRole"]
    (found,) = [each for each in statements(role) if each["Sid"] == "Intents"]
    assert found["Action"] == ["dynamodb:Scan"]
    assert "Condition" not in found
