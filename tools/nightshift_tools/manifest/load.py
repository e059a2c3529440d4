"""From `schedules.yaml` to a manifest, or to everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nightshift_tools.manifest.api import read_api
from nightshift_tools.manifest.budgets import read_budgets
from nightshift_tools.manifest.checking import Checking
from nightshift_tools.manifest.document import read_document
from nightshift_tools.manifest.errors import Findings, ManifestError, Position
from nightshift_tools.manifest.jobs import read_jobs
from nightshift_tools.manifest.model import Manifest
from nightshift_tools.manifest.validate import validate
from nightshift_tools.manifest.values import Places, to_plain

_START = Position(1, 1)


def load(path: Path, environment: Mapping[str, str]) -> Manifest:
    """The manifest in a file, `${NAME}` filled in from the environment. ManifestError has all problems."""
    findings = Findings(path.name)
    text = _text(path, findings)
    findings.raise_if_any()
    return parse(text, environment, path.name)


def parse(text: str, environment: Mapping[str, str], file: str) -> Manifest:
    """The manifest in a text; `file` is what problems call it."""
    findings, notes, places = Findings(file), Findings(file), Places()
    root = read_document(text, findings)
    if root is None:
        if not findings.problems:
            findings.add(_START, "the manifest is empty; begin with the lines `version: 1` and `jobs:`")
        raise ManifestError(findings.problems)
    values = to_plain(root, environment, findings, places)
    model, refused = validate(values, findings, places)
    if model is None:
        raise ManifestError(findings.problems)
    checking = Checking(findings, notes, places, frozenset(refused | places.emptied))
    jobs = read_jobs(model, checking)
    budgets = read_budgets(model, checking)
    api = read_api(model, checking)
    findings.raise_if_any()
    return Manifest(file, jobs, budgets, api, tuple(notes.problems), places)


def _text(path: Path, findings: Findings) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        findings.add(_START, f"it cannot be read ({error.strerror}); create it, or name another")
        return ""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line_start = before.rfind(b"\n") + 1
        column = len(before[line_start:].decode("utf-8", "replace")) + 1
        findings.add(Position(before.count(b"\n") + 1, column), "this is not UTF-8; save the file as UTF-8")
        return ""
