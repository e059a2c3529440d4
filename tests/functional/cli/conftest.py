"""Projects in folders of their own: one with the product sync and a sandbox shop, one that is empty."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nightshift_tools.sandbox.server import Sandbox
from support.cli import ROOT, SYNC, Cli

PRODUCTS = 40


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """A folder without a manifest, entered; modules that are imported from it are forgotten again."""
    kept_elsewhere = ("NIGHTSHIFT_HOME", "STATE_TABLE", "LOG_TABLE", "FILES_BUCKET")
    for name in (*kept_elsewhere, "MEDUSA_API_KEY", "MEDUSA_SECRET", "MAIL_FROM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield Cli(tmp_path)
    for name in set(sys.modules) - before:
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(products=PRODUCTS) as sandbox:
        yield sandbox


@pytest.fixture
def cli(empty: Cli, sandbox: Sandbox) -> Cli:
    """A project with the product sync, pointed at a sandbox of 40 products."""
    (empty.folder / "schedules.yaml").write_text(SYNC)
    (empty.folder / "functions").symlink_to(ROOT / "functions")
    empty.environment |= sandbox.environment()
    return empty
