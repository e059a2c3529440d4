"""checkov passes on the template, and each check that is skipped has its reason beside it in the template."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from support.templates import MANY_JOBS, ROOT, make_project

CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHECKOV.exists(), reason="no checkov: `make test-slow` installs it"),
]


def scan(template: Path) -> subprocess.CompletedProcess[str]:
    options = ("--framework", "cloudformation", "--compact", "--quiet", "--skip-download")
    return subprocess.run(
        [str(CHECKOV), "-f", str(template), *options], capture_output=True, text=True, check=False
    )


def test_the_shipped_template_passes() -> None:
    done = scan(ROOT / "template.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_template_with_many_jobs_passes(tmp_path: Path) -> None:
    make_project(tmp_path, MANY_JOBS)
    done = scan(tmp_path / "template.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_table_without_recovery_does_not_pass(tmp_path: Path) -> None:
    text = (ROOT / "template.yaml").read_text("utf-8")
    broken = text.replace("PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false")
    assert broken != text
    (tmp_path / "template.yaml").write_text(broken, "utf-8")
    done = scan(tmp_path / "template.yaml")
    assert done.returncode == 1
    assert "CKV_AWS_28" in done.stdout
