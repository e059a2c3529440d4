"""`nightshift dead-letters` on queues that failed runs, lost ticks and strangers have filled."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nightshift_tools.aws import queues
from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing.deployed.stack import Deployment
from support.cli import Cli

JOB = "sync-products"
SLOT = "2026-11-20T22:04:00.000Z"
EVENT = {"job": JOB, "schedule": "default", "storefront": None, "scheduled_time": SLOT}
pytestmark = pytest.mark.xdist_group("deployment")


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto has no servers that could be left out."""
    monkeypatch.setattr(queues, "WAIT_SECONDS", 0)


def send(stack: Deployment, queue: str, body: object, **attributes: str) -> None:
    stack.client("sqs").send_message(
        QueueUrl=stack.outputs[f"{queue}Url"],
        MessageBody=body if isinstance(body, str) else json.dumps(body),
        MessageAttributes={k: {"DataType": "String", "StringValue": v} for k, v in attributes.items()},
    )


def waiting(stack: Deployment) -> dict[str, int]:
    """How many messages everybody can see, by queue."""
    found = {}
    for queue in ("DeliveryFailures", "ExecutionFailures", "DeadLetters"):
        answer = stack.client("sqs").get_queue_attributes(
            QueueUrl=stack.outputs[f"{queue}Url"], AttributeNames=["ApproximateNumberOfMessages"]
        )
        found[queue] = int(answer["Attributes"]["ApproximateNumberOfMessages"])
    return found


def test_a_run_that_failed_three_times_is_listed_shown_and_sent_again_with_its_slot(
    cli: Cli, deployment: Deployment, deployment_sandbox: Sandbox
) -> None:
    deployment_sandbox.fault("dummyjson", "status", status=503, times=None)
    cli("run", JOB, "--slot", SLOT, "--aws")
    deployment.functions.wait()
    (letter,) = cli.json("dead-letters", "list", "--aws")
    assert (letter["failed_in"], letter["job"], letter["slot"]) == ("execution", JOB, SLOT)
    assert letter["why"].startswith("TryLaterError: ")
    assert "503" in cli.ok("dead-letters", "list", "--aws")
    shown = cli.json("dead-letters", "show", letter["id"][:6], "--aws")
    assert [run["status"] for run in shown["runs"]] == ["failed"] * 3
    assert waiting(deployment) == {"DeliveryFailures": 0, "ExecutionFailures": 1, "DeadLetters": 1}
    deployment_sandbox.reset()
    (done,) = cli.json("dead-letters", "redrive", letter["id"], "--aws")
    assert done["outcome"] == "sent again"
    deployment.functions.wait()
    (latest, *_) = cli.json("runs", JOB, "--aws")
    assert (latest["status"], latest["slot"]) == ("succeeded", SLOT)
    assert set(waiting(deployment).values()) == {0}


def test_a_tick_that_was_not_delivered_is_sent_once_and_then_is_over(
    cli: Cli, deployment: Deployment
) -> None:
    lost = {"ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "not allowed"}
    send(deployment, "DeliveryFailures", EVENT, **lost)
    (letter,) = cli.json("dead-letters", "list", "--aws")
    assert (letter["failed_in"], letter["why"]) == ("delivery", "NO_PERMISSIONS: not allowed")
    assert "sent again" in cli.ok("dead-letters", "redrive", "--all", "--aws")
    deployment.functions.wait()
    send(deployment, "DeliveryFailures", EVENT, **lost)
    assert "its slot is over" in cli.ok("dead-letters", "redrive", "--all", "--aws")
    deployment.functions.wait()
    assert len(cli.json("runs", JOB, "--aws")) == 1
    assert set(waiting(deployment).values()) == {0}


def test_foreign_messages_are_shown_as_such_and_stay(cli: Cli, deployment: Deployment) -> None:
    strangers: list[Any] = ["not JSON", {"order": 5}, {"job": "other"}, {**EVENT, "storefront": "main"}]
    for body in strangers:
        send(deployment, "DeadLetters", body)
    send(deployment, "ExecutionFailures", {"hello": "you"})
    letters = cli.json("dead-letters", "list", "--aws")
    assert [letter["failed_in"] for letter in letters] == ["foreign"] * 5
    assert cli.json("dead-letters", "redrive", "--all", "--aws") == []
    assert letters[0]["body"] in cli.ok("dead-letters", "show", letters[0]["id"], "--aws")
    for letter in letters:
        assert "is foreign" in cli.refused("dead-letters", "redrive", letter["id"], "--aws")
    assert waiting(deployment) == {"DeliveryFailures": 0, "ExecutionFailures": 1, "DeadLetters": 4}


def test_looking_takes_nothing_away_and_hides_nothing(cli: Cli, deployment: Deployment) -> None:
    for minute in range(12):
        send(deployment, "DeadLetters", {**EVENT, "scheduled_time": f"2026-11-20T22:{minute:02}:00Z"})
    for _ in range(2):
        assert len(cli.json("dead-letters", "list", "--aws")) == 12
    assert waiting(deployment)["DeadLetters"] == 12


def test_what_somebody_else_looks_at_is_told(cli: Cli, deployment: Deployment) -> None:
    send(deployment, "DeadLetters", EVENT)
    deployment.client("sqs").receive_message(
        QueueUrl=deployment.outputs["DeadLettersUrl"], VisibilityTimeout=3
    )
    assert "1 more are hidden" in cli("dead-letters", "list", "--aws").stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["list"], "add --aws"),
        (["redrive", "--aws"], "--all"),
        (["redrive", "x", "--all", "--aws"], "--all"),
        (["redrive", "nobody", "--aws"], "no letter 'nobody'"),
        (["show", "nobody", "--aws"], "no letter 'nobody'"),
    ],
)
def test_wrong_use(cli: Cli, arguments: list[str], words: str) -> None:
    assert words in cli.refused("dead-letters", *arguments)


def test_a_letter_whose_event_cannot_be_sent_stays(
    cli: Cli, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(deployment, "DeadLetters", EVENT)
    monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:9")
    assert "cannot be reached" in cli.refused("dead-letters", "redrive", "--all", "--aws", code=1)
    assert waiting(deployment)["DeadLetters"] == 1
