"""The command line in a copy of this project, with a deployed stack to work on."""

from __future__ import annotations

from pathlib import Path

import pytest

from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing.deployed.stack import Deployment
from support.cli import ROOT, Cli


@pytest.fixture
def cli(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deployment: Deployment, deployment_sandbox: Sandbox
) -> Cli:
    """The shipped manifest and jobs; `--aws` reaches the deployed stack, without it this machine is meant."""
    monkeypatch.delenv("NIGHTSHIFT_HOME", raising=False)
    for name in ("schedules.yaml", "samconfig.toml", "functions"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    deployment_sandbox.reset()
    return Cli(tmp_path, dict(deployment_sandbox.environment()))
