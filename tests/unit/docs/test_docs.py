"""The pages hold together: links lead somewhere, every job is described, nothing foreign is named."""

from __future__ import annotations

import json
import re
import subprocess
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
JOBS = sorted(json.loads((ROOT / "functions" / "manifest.json").read_text())["jobs"])

LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
FOREIGN = re.compile(
    r"/(root|home/\w+|work)/|pypi\.org|pythonhosted|npmjs\.(org|com)|\bissue #?\d|--index-url", re.IGNORECASE
)
MAY_NAME_WHAT_IS_FORBIDDEN = {"tests/unit/docs/test_docs.py"}


def tracked() -> list[Path]:
    done = subprocess.run(
        ("git", "ls-files", "-co", "--exclude-standard"), cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode != 0:
        pytest.skip("not a git checkout: there is no list of the project's files")
    return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).is_file()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert not broken


@pytest.mark.parametrize("job", JOBS)
def test_every_job_has_a_page_and_events(job: str) -> None:
    page = (ROOT / "docs" / "jobs" / f"{job}.md").read_text()
    assert f"nightshift run {job}" in page
    events = {path.stem for path in (ROOT / "events").glob(f"{job}-*.json")}
    assert {f"{job}-scheduled", f"{job}-by-hand", f"{job}-dry-run"} <= events


@pytest.mark.parametrize("job", JOBS)
def test_a_job_page_names_every_param(job: str) -> None:
    package = job.replace("-", "_")
    if not (ROOT / "functions" / package / "params.py").exists():
        pytest.skip("the job has no params")
    params = import_module(f"{package}.params").Params
    page = (ROOT / "docs" / "jobs" / f"{job}.md").read_text()
    assert all(f"`{name}`" in page for name in params.__slots__)


def test_no_file_names_a_machine_a_registry_or_how_the_project_is_made() -> None:
    found = []
    for path in tracked():
        name = str(path.relative_to(ROOT))
        if path.suffix in (".svg", ".png") or name in MAY_NAME_WHAT_IS_FORBIDDEN:
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if FOREIGN.search(line):
                found.append(f"{name}:{number}: {line.strip()[:100]}")
    assert not found, "\n".join(found)
