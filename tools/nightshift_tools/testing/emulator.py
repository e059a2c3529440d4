"""A built function under AWS's own runtime client and Runtime Interface Emulator, without Docker.

What `sam build` has left in `.aws-sam/build` runs as it would in Lambda: the layer's packages, its bytecode,
the handler's name from the template, one warm process for all events. The emulator comes with the SAM CLI,
the runtime client from `requirements/emulator.txt`; both need a Python of the function's runtime.
"""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import urllib3

ROOT = Path(__file__).resolve().parents[3]
RUNTIME = "3.13"
_CLIENT = ROOT / ".cache" / f"runtime-client-{RUNTIME}"
_REQUIREMENTS = ROOT / "requirements" / "emulator.txt"
_START_SECONDS = 20.0


class UnavailableError(Exception):
    """The emulator cannot run here; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an invocation answered: its value, or the error that Lambda would see, and how long it took."""

    value: object
    error: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Emulated:
    """A function that runs under the emulator. `log` is the file that its output goes to."""

    url: str
    log: Path

    def invoke(self, event: object, timeout: float = 120) -> Answer:
        """Invoke the function and wait for its answer."""
        began = time.perf_counter()
        answer = urllib3.request("POST", self.url, body=orjson.dumps(event), timeout=timeout, retries=False)
        value = orjson.loads(answer.data)
        failed = isinstance(value, dict) and "errorType" in value
        error = f"{value['errorType']}: {value.get('errorMessage')}" if failed else None
        return Answer(None if failed else value, error, time.perf_counter() - began)


def find_python() -> str:
    """A Python of the runtime's version that really runs; shims that do not are passed over."""
    shim = shutil.which(f"python{RUNTIME}")
    roots = [Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))]
    if shim:
        roots.append(Path(shim).parents[1])  # a pyenv's shim is on the path even where the version is off
    places = [os.environ.get("NIGHTSHIFT_RUNTIME_PYTHON"), shim]
    for root in roots:
        places += sorted(map(str, root.glob(f"versions/{RUNTIME}.*/bin/python{RUNTIME}")))
    for place in places:
        if place and subprocess.run([place, "-c", ""], capture_output=True, check=False).returncode == 0:
            return place
    raise UnavailableError(f"no working Python {RUNTIME}: set NIGHTSHIFT_RUNTIME_PYTHON to one")


def find_emulator() -> Path:
    """The emulator that the SAM CLI carries."""
    machine = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    found = sorted(
        ROOT.glob(f".venv-sam/lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-{machine}")
    )
    if not found:
        raise UnavailableError("no runtime emulator: `make test-slow` installs the SAM CLI that carries it")
    return found[0]


@contextmanager
def emulated(
    function: Path, layers: list[Path], handler: str, environment: Mapping[str, str], *, timeout: int = 60
) -> Iterator[Emulated]:
    """Run a built function for the length of the block. UnavailableError says what is missing."""
    python, emulator = find_python(), _executable(find_emulator())
    client = _runtime_client(python)
    port, api = _free_port(), _free_port()
    paths = [function, *(layer / "python" for layer in layers), client]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [
                    *(str(emulator), "--log-level", "error"),
                    *("--runtime-api-address", f"127.0.0.1:{api}"),
                    *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
                    *(python, "-m", "awslambdaric", handler),
                ],
                cwd=function,
                env=_environment(function, handler, paths, environment, timeout),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _wait_for(port, process, log)
            url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
            yield Emulated(url, log)
        finally:
            _end(process)


def _environment(
    function: Path, handler: str, paths: list[Path], environment: Mapping[str, str], timeout: int
) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return {
        **kept,
        "AWS_LAMBDA_FUNCTION_NAME": handler.partition(".")[0],
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{RUNTIME}",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "LAMBDA_TASK_ROOT": str(function),
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TZ": "UTC",
        **environment,
    }


def _runtime_client(python: str) -> Path:
    if not (_CLIENT / "awslambdaric").is_dir():
        _CLIENT.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=_CLIENT.parent))
        command = [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
        ]
        command += ["--only-binary=:all:", "--requirement", str(_REQUIREMENTS), "--target", str(scratch)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise UnavailableError(f"the runtime client cannot be installed: {done.stderr.strip()[-300:]}")
        shutil.rmtree(_CLIENT, ignore_errors=True)
        scratch.rename(_CLIENT)
    return _CLIENT


def _executable(emulator: Path) -> Path:
    if not os.access(emulator, os.X_OK):
        emulator.chmod(0o755)
    return emulator


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise UnavailableError(f"the emulator did not start: {log.read_text(errors='replace')[-300:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the emulator and the runtime client that it started: they share a process group of their own."""
    for end in (15, 9):
        try:
            os.killpg(process.pid, end)
            process.wait(3)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
        return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
