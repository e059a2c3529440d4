"""The template, translated as CloudFormation would, and deployed to moto's server."""

from __future__ import annotations

import io
import json
import logging
import os
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from moto.server import ThreadedMotoServer
from samtranslator.translator.transform import transform  # type: ignore[import-untyped]
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped]

from nightshift_tools.testing.deployed.functions import Functions, serving
from nightshift_tools.testing.deployed.moto_gaps import mended

ROOT = Path(__file__).resolve().parents[4]
REGION = "eu-central-1"
NOWHERE = "http://127.0.0.1:9"
"""For addresses that a stack must be given and nobody asks."""

_CODE = "nightshift-code"


@dataclass(frozen=True)
class Deployment:
    """A stack that answers at an endpoint. `variables` lead AWS's clients there, boto3's and the CLI's."""

    name: str
    endpoint: str
    functions: Functions
    outputs: Mapping[str, str]

    @property
    def variables(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ENDPOINT_URL_LAMBDA": self.functions.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "NIGHTSHIFT_STACK": self.name,
        }

    def client(self, service: str) -> Any:
        """A client of one of moto's services."""
        return _client(service, self.endpoint)


@contextmanager
def deployed(
    name: str,
    parameters: Mapping[str, str],
    *,
    port: int = 0,
    environment: Mapping[str, str],
    template: Path = ROOT / "template.yaml",
    functions: Path = ROOT / "functions",
) -> Iterator[Deployment]:
    """Deploy a template for the length of the block.

    What the variables `DUMMYJSON_URL`, `MEDUSA_EMAIL` and their like say, as `nightshift sandbox --print-env`
    prints them, reaches the functions as well.
    """
    warnings.filterwarnings("ignore", message="Tried to parse")  # moto: what it leaves out of a template
    for chatty in ("werkzeug", "moto"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    try:
        endpoint = "http://{}:{}".format(*server.get_host_and_port())
        with mended(), serving(endpoint, functions, environment) as served:
            outputs = served.queues = deploy(name, parameters, endpoint, template)
            yield Deployment(name, endpoint, served, outputs)
    finally:
        server.stop()


def deploy(name: str, parameters: Mapping[str, str], endpoint: str, template: Path) -> Mapping[str, str]:
    """Make a stack, or renew it; its outputs."""
    document = yaml_parse(template.read_text("utf-8"))
    document["Globals"]["Function"]["CodeUri"] = f"s3://{_CODE}/code.zip"
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = f"s3://{_CODE}/code.zip"
    needed = {name: NOWHERE for name, entry in document["Parameters"].items() if "Default" not in entry}
    _put_code(endpoint)
    cloudformation = _client("cloudformation", endpoint)
    stack = {
        "StackName": name,
        "TemplateBody": json.dumps(_translated(document)),
        "Capabilities": ["CAPABILITY_IAM"],
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in {**needed, **parameters}.items()
        ],
    }
    try:
        cloudformation.create_stack(**stack)
    except cloudformation.exceptions.AlreadyExistsException:
        cloudformation.update_stack(**stack)
    (found,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}


def _translated(document: dict[str, Any]) -> dict[str, Any]:
    values = {name: entry.get("Default", NOWHERE) for name, entry in document["Parameters"].items()}
    before = os.environ.get("AWS_DEFAULT_REGION")
    os.environ["AWS_DEFAULT_REGION"] = REGION  # from it, the translator tells the partition
    try:
        found: dict[str, Any] = transform(document, values, _NoManagedPolicies())
    finally:
        if before is None:
            del os.environ["AWS_DEFAULT_REGION"]
        else:
            os.environ["AWS_DEFAULT_REGION"] = before
    return found


class _NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


def _put_code(endpoint: str) -> None:
    """An archive for the functions to be made of; their code runs from the project's folder."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("empty.py", "")
    s3 = _client("s3", endpoint)
    s3.create_bucket(Bucket=_CODE, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=_CODE, Key="code.zip", Body=archive.getvalue())


def _client(service: str, endpoint: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - moto accepts any
    )
