"""`nightshift check` and `nightshift generate`: the manifest, and what is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightshift_tools.cli import options
from nightshift_tools.cli.guard import FAILED

if TYPE_CHECKING:
    from nightshift_tools.manifest import Manifest, Problem


def check(as_json: options.Json = False) -> None:
    """Check the manifest; show its schedules.

    The params of a job are checked against its code, five-field schedules against croniter's reading of them.
    Exit code 1 where there is something to correct.
    """
    import os
    from pathlib import Path

    from nightshift.clock import SystemClock
    from nightshift_tools.cli.output import plain, print_json, print_line, print_note
    from nightshift_tools.local import Project
    from nightshift_tools.local.opinions import opinion_problems
    from nightshift_tools.local.params import param_problems
    from nightshift_tools.manifest import ManifestError, load

    project = Project.find(Path.cwd(), os.environ)
    manifest: Manifest | None = None
    problems: list[Problem] = []
    try:
        manifest = load(project.manifest, dict(os.environ))
        problems = param_problems(project, manifest) + opinion_problems(manifest, SystemClock().now())
    except ManifestError as error:
        problems = list(error.problems)
    notes = list(manifest.notes) if manifest else []
    if as_json:
        document = {
            "problems": [_document(item) for item in problems],
            "notes": [_document(item) for item in notes],
        }
        print_json(document | {"jobs": _jobs(manifest) if manifest else {}})
    else:
        for problem in problems:
            print_line(plain(problem))
        if manifest and not problems:
            _print_schedules(manifest)
        for note in notes:
            print_note(f"note: {plain(note)}")
        print_line(_verdict(project.manifest.name, manifest, len(problems)))
    if problems:
        raise typer.Exit(FAILED)


def generate(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 where something would change.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Write what is made of the manifest.

    That is functions/manifest.json and the region of template.yaml; what changes is shown.
    """
    import os
    from pathlib import Path

    from nightshift_tools.cli.output import print_json, print_line
    from nightshift_tools.local import Project
    from nightshift_tools.template import plan, write

    root = Project.find(Path.cwd(), os.environ).root
    changes = plan(root, dict(os.environ))
    if not check:
        write(root, changes)
    if as_json:
        print_json({"written": not check, "changes": [{"file": c.name, "diff": c.diff} for c in changes]})
    else:
        for change in changes:
            _print_diff(change.diff)
        names = ", ".join(change.name for change in changes)
        if not changes:
            print_line("everything that is generated is as the manifest has it")
        elif check:
            print_line(f"out of date: {names}; run `nightshift generate`")
        else:
            print_line(f"written: {names}")
    if check and changes:
        raise typer.Exit(FAILED)


def _print_diff(diff: str) -> None:
    """A unified diff, what goes in red and what comes in green."""
    from rich.text import Text

    from nightshift_tools.cli.output import console, plain, print_line

    styles = {"+": "green", "-": "red", "@": "cyan"}
    lines = [plain(line) for line in diff.splitlines()]
    out = console()
    if not out.is_terminal:
        print_line("\n".join(lines))  # a manifest of many jobs has thousands
        return
    for line in lines:
        out.print(Text(line, styles.get(line[:1], "")), soft_wrap=True)


def _print_schedules(manifest: Manifest) -> None:
    from nightshift_tools.cli.output import print_line, print_table

    rows = []
    for job in manifest.jobs.values():
        size = (
            f"{job.batch_size}" if job.max_batch_size is None else f"{job.batch_size} / {job.max_batch_size}"
        )
        if not job.schedules:
            rows.append((job.name, "-", "by hand only", "", size, "-"))
        for entry in job.schedules:
            own = size if entry.batch_size is None else f"{entry.batch_size} / {job.max_batch_size or '-'}"
            is_on = "yes" if job.enabled and entry.enabled else "no"
            rows.append((job.name, entry.name, entry.source, " ".join(entry.expressions), own, is_on))
    print_table(("job", "schedule", "written", "EventBridge (UTC)", "batch / max", "enabled"), rows)
    print_line()


def _verdict(file: str, manifest: Manifest | None, problems: int) -> str:
    if problems:
        return f"{file}: {problems} {'problem' if problems == 1 else 'problems'} to correct"
    jobs = manifest.jobs.values() if manifest else ()
    schedules = sum(len(job.schedules) for job in jobs)
    return f"{file} is right: jobs: {len(jobs)}, schedules: {schedules}"


def _jobs(manifest: Manifest) -> dict[str, object]:
    return {
        job.name: [
            {"schedule": entry.name, "source": entry.source, "aws": list(entry.expressions)}
            for entry in job.schedules
        ]
        for job in manifest.jobs.values()
    }


def _document(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
    }
