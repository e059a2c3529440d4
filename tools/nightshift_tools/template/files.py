"""What `nightshift generate` writes, and what `nightshift generate --check` compares."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nightshift_tools.manifest import Manifest, compile_manifest, load
from nightshift_tools.manifest.schema import json_schema
from nightshift_tools.template.errors import TemplateError
from nightshift_tools.template.handwritten import read_handwritten
from nightshift_tools.template.needs import needs_of
from nightshift_tools.template.openapi import OPENAPI, describe_api
from nightshift_tools.template.quotas import check_quotas
from nightshift_tools.template.region import apply
from nightshift_tools.template.render import generate

MANIFEST, TEMPLATE = "schedules.yaml", "template.yaml"
COMPILED, SCHEMA = "functions/manifest.json", "schedules.schema.json"


@dataclass(frozen=True, slots=True)
class Change:
    """A generated file that is not as the manifest has it. `name` is relative to the project's folder."""

    name: str
    before: str
    after: str

    @property
    def diff(self) -> str:
        """What generating would change, as a unified diff."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True), self.after.splitlines(keepends=True), self.name, self.name
        )
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def plan(root: Path, environment: Mapping[str, str]) -> list[Change]:
    """What generating would change in a project's folder; nothing is written.

    ManifestError or TemplateError where it cannot be generated, quotas among the reasons.
    """
    manifest = load(root / MANIFEST, environment)
    needs = needs_of(root, manifest)
    template = _read(root / TEMPLATE)
    if template is None:
        raise TemplateError(
            f"there is no {TEMPLATE} in {root.name or root}; run this in the project's folder"
        )
    handwritten = read_handwritten(template)
    handwritten.check_parameters(manifest, needs)
    handwritten.check_variables(manifest)
    check_quotas(manifest, needs, handwritten.resources)
    generated = {
        TEMPLATE: apply(template, generate(manifest, needs)),
        COMPILED: _json(compile_manifest(manifest)),
        SCHEMA: _json(json_schema()),
    }
    description = describe_api(root, manifest)
    if description is not None:
        generated[OPENAPI] = description
    found = {name: _read(root / name) or "" for name in generated}
    return [Change(name, found[name], text) for name, text in generated.items() if found[name] != text]


def write(root: Path, changes: Iterable[Change]) -> None:
    """Write what `plan` found."""
    for change in changes:
        path = root / change.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(change.after.encode())


def without_package(root: Path, manifest: Manifest) -> list[str]:
    """The jobs that have no `app.py` yet: they would be deployed, and fail."""
    return [
        name
        for name, job in manifest.jobs.items()
        if not job.is_external and not (root / "functions" / job.package / "app.py").exists()
    ]


def _read(path: Path) -> str | None:
    """A file's text with its line ends as they are; None where there is none."""
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path.name} cannot be read: {error}") from error


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
