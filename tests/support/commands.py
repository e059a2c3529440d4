"""The command line as processes of their own, each with a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.sync import ROOT

RUN = (sys.executable, "-m", "nightshift_tools", "run", "sync-products", "--json")


def environment(home: Path, shop: Mapping[str, str]) -> dict[str, str]:
    """The environment of a person who tries the job against a shop."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MEDUSA_"))}
    kept.pop("STATE_TABLE", None)
    return {**kept, **shop, "NIGHTSHIFT_HOME": str(home)}


def start(command: tuple[str, ...], env: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, cwd=ROOT, env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run(env: Mapping[str, str], *options: str) -> tuple[int, dict[str, Any]]:
    """Run the job to its end: the exit code and the run record."""
    done = subprocess.run(
        (*RUN, *options), cwd=ROOT, env=dict(env), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout, done.stderr
    record: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, record
