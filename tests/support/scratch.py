"""A copy of the project to change, with Nightshift itself as it is installed here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from support.cli import ROOT

_LEFT_OUT = ("node_modules", "build", "__pycache__", "*.egg-info")


def copy_project(folder: Path) -> Path:
    """All but what is installed, built or kept on one machine."""
    hidden = [path.name for path in ROOT.iterdir() if path.name.startswith(".")]
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*_LEFT_OUT, *hidden), symlinks=True)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a copy, by its path in it, but for caches."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def run_in(
    folder: Path, *module_and_arguments: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """`python -m …` in a copy, with its own jobs and nobody else's settings."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return subprocess.run(
        (sys.executable, "-m", *module_and_arguments),
        cwd=folder,
        env=kept | {"MYPYPATH": "functions", "PYTHONDONTWRITEBYTECODE": "1", **(env or {})},
        capture_output=True,
        text=True,
    )
