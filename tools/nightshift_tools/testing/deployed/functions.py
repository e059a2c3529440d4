"""Lambda's side of a stack: calls of its functions, waited for or not, each in a process of its own.

An event whose call fails is tried again twice, at once, and then told to both queues as Lambda tells it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import boto3

from nightshift_tools.testing.deployed.letters import failure_record, letter_attributes

TRIES = 3
_PATH = "/2015-03-31/functions/"
_OURS = ("AWS_", "NIGHTSHIFT_", "STATE_", "LOG_")


@dataclass
class Functions:
    """Runs the functions that moto knows by name. `queues` are those of failures, by the stack's outputs."""

    endpoint: str
    moto: str
    folder: Path
    environment: Mapping[str, str]
    queues: Mapping[str, str] = field(default_factory=dict)
    _at_work: list[threading.Thread] = field(default_factory=list)

    def later(self, name: str, request: str, event: bytes) -> None:
        """Take an event, as Lambda's queue does."""
        thread = threading.Thread(target=self._try, args=(name, request, event), daemon=True)
        self._at_work.append(thread)
        thread.start()

    def wait(self) -> None:
        """Until all that was taken has been tried to its end."""
        while self._at_work:
            self._at_work.pop().join()

    def knows(self, name: str) -> bool:
        return name in {each["FunctionName"] for each in self._client("lambda").list_functions()["Functions"]}

    def run(self, name: str, request: str, event: bytes) -> tuple[bool, bytes]:
        """One try of a function: whether it came to its end, and its answer or its error, as JSON."""
        configuration = self._client("lambda").get_function_configuration(FunctionName=name)
        deployed = configuration.get("Environment", {}).get("Variables", {})
        done = subprocess.run(
            [
                *(sys.executable, "-m", "nightshift_tools.testing.deployed.process"),
                *(configuration["Handler"], str(configuration["Timeout"]), request),
            ],
            input=event,
            cwd=self.folder,
            env=self._variables(deployed),
            capture_output=True,
            check=False,
        )
        answer = done.stdout.rpartition(b"\n")[2]
        if done.returncode not in (0, 1):
            error = {"errorType": "Runtime.ExitError", "errorMessage": done.stderr.decode()[-500:]}
            return False, json.dumps(error).encode()
        return done.returncode == 0, answer

    def _variables(self, deployed: Mapping[str, str]) -> dict[str, str]:
        """What the stack says, what a local trial says of the upstreams, and where AWS is."""
        local = {name: value for name, value in self.environment.items() if not name.startswith(_OURS)}
        return {
            **local,
            **{name: value for name, value in deployed.items() if value and local.get(name) is None},
            "AWS_ENDPOINT_URL": self.moto,
            "AWS_ENDPOINT_URL_DYNAMODB": self.environment.get("AWS_ENDPOINT_URL_DYNAMODB") or self.moto,
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "LAMBDA_TASK_ROOT": str(self.folder),
            "PYTHONPATH": os.pathsep.join([str(self.folder), *sys.path]),
        }

    def _try(self, name: str, request: str, event: bytes) -> None:
        for _ in range(TRIES):
            succeeded, answer = self.run(name, request, event)
            if succeeded:
                return
        self._tell(name, request, event, json.loads(answer))

    def _tell(self, name: str, request: str, event: bytes, error: Mapping[str, Any]) -> None:
        sqs = self._client("sqs")
        record = failure_record(name, request, json.loads(event), error, TRIES)
        sqs.send_message(QueueUrl=self.queues["ExecutionFailuresUrl"], MessageBody=json.dumps(record))
        attributes = letter_attributes(request, error)
        sqs.send_message(
            QueueUrl=self.queues["DeadLettersUrl"], MessageBody=event.decode(), MessageAttributes=attributes
        )

    def _client(self, service: str) -> Any:
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.moto,
            region_name="eu-central-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",  # noqa: S106 - moto accepts any
        )


@contextmanager
def serving(moto: str, folder: Path, environment: Mapping[str, str]) -> Iterator[Functions]:
    """Serve Lambda's `Invoke` on loopback for the length of the block."""
    functions = Functions("", moto, folder, environment)

    class Server(_Invocations):
        served = functions

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    functions.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield functions
    finally:
        server.shutdown()
        server.server_close()
        functions.wait()


class _Invocations(BaseHTTPRequestHandler):
    """`POST /2015-03-31/functions/NAME/invocations`."""

    served: Functions
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        event = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        name = unquote(self.path.removeprefix(_PATH).partition("/")[0])
        request = str(uuid4())
        if not self.path.startswith(_PATH) or not self.served.knows(name):
            error = {"Type": "User", "Message": f"Function not found: {name}"}
            self._answer(
                404, request, json.dumps(error).encode(), "X-Amzn-ErrorType", "ResourceNotFoundException"
            )
        elif self.headers.get("X-Amz-Invocation-Type") == "Event":
            self.served.later(name, request, event)
            self._answer(202, request, b"")
        else:
            succeeded, answer = self.served.run(name, request, event)
            self._answer(200, request, answer, *(() if succeeded else ("X-Amz-Function-Error", "Unhandled")))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Say nothing."""

    def _answer(self, status: int, request: str, body: bytes, *header: str) -> None:
        self.send_response(status)
        self.send_header("x-amzn-RequestId", request)
        self.send_header("Content-Length", str(len(body)))
        if header:
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(body)
