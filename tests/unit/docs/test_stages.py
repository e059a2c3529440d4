"""A stage of samconfig.toml is right before anything is built, or its error says which line is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nightshift.errors import ConfigurationError
from nightshift_tools.stages import overrides

ROOT = Path(__file__).resolve().parents[3]
TEMPLATE = """\
Parameters:
  SchedulesState: {Type: String, Default: ENABLED, AllowedValues: [ENABLED, DISABLED]}
  MedusaUrl: {Type: String, AllowedPattern: ^https?://.+}
"""
CONFIG = """\
version = 0.1
[default.validate.parameters]
lint = true
[dev.deploy.parameters]
stack_name = "%s"
parameter_overrides = [%s]
"""


def project(root: Path, *values: str, stack: str = "shop-dev") -> Path:
    (root / "template.yaml").write_text(TEMPLATE)
    (root / "samconfig.toml").write_text(CONFIG % (stack, ", ".join(f'"{value}"' for value in values)))
    return root


def test_what_is_asked_for_is_laid_over_the_file(tmp_path: Path) -> None:
    root = project(tmp_path, "SchedulesState=DISABLED", "MedusaUrl=https://m.example/?a=b")
    assert overrides(root, "dev", None)["SchedulesState"] == "DISABLED"
    assert overrides(root, "dev", "ENABLED") == {
        "SchedulesState": "ENABLED",
        "MedusaUrl": "https://m.example/?a=b",
    }


@pytest.mark.parametrize(
    ("values", "stack", "stage", "words"),
    [
        (["MedusaUrl=https://m"], "shop-dev", "default", "no stage 'default'; it has: dev"),
        ([], "shop-dev", "dev", 'says nothing of MedusaUrl.*"MedusaUrl=…"'),
        (["MedusaUrl=m.example"], "shop-dev", "dev", "MedusaUrl=m.example is not allowed"),
        (["MedusaUrl=https://m", "MedusaURL=x"], "shop-dev", "dev", "MedusaURL, which template.yaml has not"),
        (["MedusaUrl=https://m", "SchedulesState=on"], "shop-dev", "dev", "ENABLED, DISABLED"),
        (["MedusaUrl=https://m"], "a-stack-with-a-long-name-", "dev", "more than 24 characters"),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, values: list[str], stack: str, stage: str, words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        overrides(project(tmp_path, *values, stack=stack), stage, None)


def test_the_shipped_stages_lack_the_addresses_and_nothing_else() -> None:
    for stage in ("dev", "staging", "prod"):
        with pytest.raises(ConfigurationError, match="says nothing of MedusaUrl, SalesforceUrl,"):
            overrides(ROOT, stage, None)


def test_it_prints_words_for_the_shell(tmp_path: Path) -> None:
    project(tmp_path, "MedusaUrl=https://m.example/?a=b&c='d e'")
    command = [sys.executable, "-m", "nightshift_tools.stages", "dev", "--schedules", "DISABLED"]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    shell = subprocess.run(
        ["/bin/sh", "-c", f"printf '%s|' {printed}"],
        capture_output=True,
        text=True,
        env=os.environ,
        check=True,
    )
    assert shell.stdout == "MedusaUrl=https://m.example/?a=b&c='d e'|SchedulesState=DISABLED|"
