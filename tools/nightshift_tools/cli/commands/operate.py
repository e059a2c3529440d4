"""`nightshift pause`, `resume` and `set`: what an operator changes between two ticks, without a deploy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightshift_tools.cli import options
from nightshift_tools.cli.aws import command, with_aws

if TYPE_CHECKING:
    from nightshift.state.models import Control, JobKey


@with_aws
def pause(
    job: options.Job,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; every skipped run names it.")],
    storefront: options.Storefront = None,
    as_json: options.Json = False,
) -> None:
    """Let a job skip its runs.

    It does so until it is resumed; a run that is alive goes on to its end.
    """
    from nightshift.errors import ConfigurationError
    from nightshift.state.models import Pause
    from nightshift_tools.cli.session import find_job, find_key, open_local

    if not reason.strip():
        raise ConfigurationError("--reason is empty: say why the job is paused, for whoever finds it so")
    with open_local() as local:
        key = find_key(find_job(local.manifest, job), storefront)
        local.stores.state.control.pause(key, Pause(reason.strip(), local.clock.now()))
        control = local.stores.state.control.read(key)
    _tell(key, control, f"is paused; {command(f'resume {job}')} ends it", as_json=as_json)


@with_aws
def resume(job: options.Job, storefront: options.Storefront = None, as_json: options.Json = False) -> None:
    """End a job's pause."""
    from nightshift.state.models import Control
    from nightshift_tools.cli.session import find_job, find_key, open_local

    with open_local() as local:
        key = find_key(find_job(local.manifest, job), storefront)
        before = local.stores.state.control.read(key) or Control()
        if before.pause is not None:
            local.stores.state.control.resume(key, local.clock.now())
        control = local.stores.state.control.read(key)
    what = "runs again from its next tick" if before.pause else "was not paused"
    _tell(key, control, what, as_json=as_json)


@with_aws
def set_(
    job: options.Job,
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME=VALUE]...", help="Settings; `NAME=` goes back to the manifest's."),
    ] = None,
    storefront: options.Storefront = None,
    as_json: options.Json = False,
) -> None:
    """Change settings of a job.

    They hold from its next tick on, without a deploy. Without any, what is set is shown.
    """
    from nightshift.state.models import Control
    from nightshift_tools.cli.session import find_job, find_key, open_local, parse_assignments
    from nightshift_tools.local.overrides import check_overrides

    with open_local() as local:
        entry = find_job(local.manifest, job)
        key = find_key(entry, storefront)
        changes = {name: value or None for name, value in parse_assignments(values or []).items()}
        control = local.stores.state.control.read(key) or Control()
        check_overrides(local, key, control.overrides, changes)
        for name, value in changes.items():
            local.stores.state.control.override(key, name, value)
        after = local.stores.state.control.read(key)
    _tell(key, after, _settings(after), as_json=as_json)


def _settings(control: Control | None) -> str:
    from nightshift_tools.cli.output import plain

    found = sorted(control.overrides.items()) if control else []
    if not found:
        return "goes by the manifest; nothing is set at run time"
    return f"has set at run time: {', '.join(f'{name}={plain(value)}' for name, value in found)}"


def _tell(key: JobKey, control: Control | None, what: str, *, as_json: bool) -> None:
    from nightshift_tools.cli.documents import text
    from nightshift_tools.cli.output import print_json, print_line

    if not as_json:
        print_line(f"{key} {what}")
        return
    pause = control.pause if control else None
    document = {
        "job": key.job,
        "storefront": key.storefront,
        "pause": {"reason": pause.reason, "since": text(pause.since)} if pause else None,
        "set": dict(sorted(control.overrides.items())) if control else {},
    }
    print_json(document)
