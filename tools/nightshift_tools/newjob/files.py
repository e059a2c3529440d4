"""The files of a new job, from the skeletons beside this module."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from string import Template

from nightshift.state.models import JobKey, Slot
from nightshift.trigger import scheduled_event
from nightshift_tools.newjob.model import NewJob

_SKELETONS = Path(__file__).parent / "skeletons"
_WIDTH = 110
_IMPORTS = re.compile(r"(?:^from (?!__future__)\S+ import .*\n)+", re.MULTILINE)


def job_files(job: NewJob, slot: datetime) -> dict[str, str]:
    """The text of each file, by its path within the project; `slot` is one at which its schedule fires."""
    found = {f"functions/{job.package}/__init__.py": ""}
    for path in sorted((_SKELETONS / job.kind).glob("*.tmpl")):
        found[_place(path.stem, job)] = _filled(path, job)
    return found | _events(job, slot)


def _place(name: str, job: NewJob) -> str:
    if name.startswith("test_"):
        return f"tests/functional/{job.package}/{name}"
    return f"docs/jobs/{job.name}.md" if name == "page.md" else f"functions/{job.package}/{name}"


def _filled(path: Path, job: NewJob) -> str:
    text = Template(path.read_text("utf-8")).substitute(
        job=job.name,
        package=job.package,
        variable=job.variable,
        batch_size=job.batch_size,
        description=textwrap.fill(f"{job.told}.", _WIDTH, break_long_words=False, break_on_hyphens=False),
        headline=_headline(job),
    )
    return _IMPORTS.sub(_sorted, text) if path.stem.endswith(".py") else text


def _headline(job: NewJob) -> str:
    """The first docstring: on one line where it fits."""
    told = job.told.replace("\\", "\\\\").replace('"', "'")
    lines = textwrap.wrap(f"{job.name}: {told}.", _WIDTH - len('""""""'), break_on_hyphens=False)
    return "\n".join(lines) if len(lines) == 1 else "\n".join([*lines, ""])


def _sorted(imports: re.Match[str]) -> str:
    """A block of imports in the formatter's order, wherever the job's own name stands in the alphabet."""
    return "".join(sorted(imports[0].splitlines(keepends=True), key=lambda line: line.split()[1]))


def _events(job: NewJob, slot: datetime) -> dict[str, str]:
    events: Mapping[str, Mapping[str, object]] = {
        "scheduled": scheduled_event(JobKey(job.name), Slot("default", slot)),
        "by-hand": {"job": job.name},
        "dry-run": {"job": job.name, "dry_run": True},
    }
    return {
        f"events/{job.name}-{kind}.json": json.dumps(event, indent=2) + "\n" for kind, event in events.items()
    }
