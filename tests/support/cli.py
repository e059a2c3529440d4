"""The command line in tests: a project in a folder, and `nightshift` called in this process or as its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from nightshift.clock import SystemClock
from nightshift.state.models import ClaimRequest, Granted, JobKey, RunId
from nightshift_tools.cli.app import build
from nightshift_tools.embedded import SqliteState
from support.processes import heed_ctrl_c

ROOT = Path(__file__).resolve().parents[2]
APP = build()

SYNC = """\
version: 1
jobs:
  sync-products:
    schedule: "*/2 * * * *"
    batch_size: {default: 15, max: 100}
    max_retries: 0
    params: {full_compare: never}
"""


@dataclass
class Cli:
    """`nightshift` in a project's folder, with an environment of its own."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / ".nightshift"

    def __call__(self, *arguments: object) -> Result:
        """Run a command in this process."""
        return CliRunner().invoke(APP, [str(argument) for argument in arguments], env=self.environment)

    def ok(self, *arguments: object) -> str:
        """What a command prints that must succeed."""
        result = self(*arguments)
        assert result.exit_code == 0, result.output
        return str(result.stdout)

    def json(self, *arguments: object, code: int = 0) -> Any:
        """The one JSON document that a command prints."""
        result = self(*arguments, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def refused(self, *arguments: object, code: int = 2) -> str:
        """The error of a command that must end with this code; it is never a traceback."""
        result = self(*arguments)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return str(result.stderr)

    def process(self, *arguments: object) -> subprocess.Popen[str]:
        """Start a command as a process of its own, with pipes."""
        return subprocess.Popen(
            [sys.executable, "-m", "nightshift_tools", *map(str, arguments)],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=heed_ctrl_c,
        )

    def add_job(self, name: str, body: str, manifest: str = "") -> None:
        """A job whose handler has this body, a function of `run`; `manifest` is more of its entry."""
        package = self.folder / "functions" / name.replace("-", "_")
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        (package / "app.py").write_text(
            f'from nightshift import job\n\n\n@job("{name}")\ndef lambda_handler(run):\n{lines}\n'
        )
        entry = "\n".join(f"    {line}" for line in (manifest or "batch_size: 10").splitlines())
        path = self.folder / "schedules.yaml"
        text = path.read_text() if path.exists() else "version: 1\njobs:\n"
        path.write_text(f"{text}  {name}:\n{entry}\n")


class OtherWorker:
    """A run of somebody else that is alive: it holds the lease and the lock until it is let go."""

    def __init__(self, cli: Cli, key: JobKey) -> None:
        self.run = RunId("20261120T220400123Z-otherone")
        self._state = SqliteState.open(cli.home / "state.db")
        now = SystemClock().now()
        claim = ClaimRequest(key, self.run, now, now + timedelta(minutes=5))
        assert isinstance(self._state.control.claim(claim), Granted)

    def die(self) -> None:
        """Let go of the lock, as a process that is killed: the lease stays in the record."""
        self._state.close()
