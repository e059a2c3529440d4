"""With `--aws` a person imports and exports on a stack: its bucket has the file, its workers do the work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nightshift.batch_jobs.model import QUEUE
from nightshift_tools.testing.deployed.stack import Deployment
from support.cli import Cli

pytestmark = pytest.mark.xdist_group("deployment")

MUGS = "Product Handle;Product Title;Variant SKU;Price EUR\nmug;Mug;MUG;9.90\n"


def test_a_batch_job_is_created_listed_and_cancelled_on_the_stack(
    cli: Cli, deployment: Deployment, tmp_path: Path
) -> None:
    (tmp_path / "mugs.csv").write_text(MUGS)
    functions, sqs = deployment.client("lambda"), deployment.client("sqs")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        # moto would want Docker for the worker.
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    queue = sqs.get_queue_url(QueueName=f"{deployment.name}-{QUEUE}")["QueueUrl"]
    sqs.purge_queue(QueueUrl=queue)
    job = cli.json("batch", "create", "product-import", "--file", "mugs.csv", "--aws")
    assert job["status"] == "created"
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(message["Body"]) == {"batch_job": job["id"]}
    kept = deployment.client("s3").get_object(
        Bucket=deployment.outputs["FilesBucket"], Key=job["context"]["file_key"]
    )
    assert kept["Body"].read().decode() == MUGS
    assert job["id"] in [each["id"] for each in cli.json("batch", "status", "--aws")]
    assert "canceled" in cli.ok("batch", "cancel", job["id"], "--aws")
    assert not cli.home.exists()
    assert cli.json("batch", "status") == []


def test_a_stack_that_is_not_there_is_told_as_for_every_command(cli: Cli) -> None:
    assert "there is no stack 'other'" in cli.refused("batch", "status", "--aws", "--stack", "other")
