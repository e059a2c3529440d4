"""`nightshift dev --simulate`: what becomes of the ticks of a long time, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nightshift.manifest import CompiledManifest
    from nightshift.state.models import JobKey
    from nightshift_tools.local.simulation import Row, Span


def run_simulation(
    jobs: Sequence[str],
    length: str,
    start: str | None,
    pauses: Sequence[str],
    asleep: Sequence[str],
    *,
    as_json: bool,
) -> None:
    """Simulate these jobs, or all that have code here, and print a row for each schedule.

    ConfigurationError where an option makes no sense.
    """
    from nightshift_tools.cli.output import print_note
    from nightshift_tools.cli.session import find_job, open_local
    from nightshift_tools.local.simulation import Script, open_simulated, simulate
    from nightshift_tools.local.timeline import SIMULATED

    def tell(key: JobKey, ticks: int) -> None:
        print_note(f"{key}: {ticks:,} ticks")

    with open_local() as local:
        here = [name for name, entry in local.manifest.jobs.items() if entry.handler]
        names = [find_job(local.manifest, name).name for name in jobs] or here
        script = Script(
            _span(start, length, local.clock.now()),
            [_pause(local.manifest, text) for text in pauses],
            [_interval(text) for text in asleep],
        )
        print_note("no job's code is called: each tick is claimed, and released as a run that found nothing")
        with open_simulated(local) as there:
            rows = simulate(there, names, script, tell)
        (_print_documents if as_json else _print_table)(rows, script.span)
        home = local.project.home / SIMULATED
        print_note(f"`NIGHTSHIFT_HOME={home} nightshift status` shows what simulated time left behind")


def _span(start: str | None, length: str, now: datetime) -> Span:
    from nightshift.times import to_minute
    from nightshift_tools.cli.texts import parse_instant, parse_span
    from nightshift_tools.local.simulation import Span

    begin = to_minute(now) if start is None else parse_instant(start)
    return Span(begin, begin + parse_span(length))


def _pause(manifest: CompiledManifest, text: str) -> tuple[JobKey, Span]:
    """`sync-products=FROM/TO`, with `@storefront` behind the job where it has several."""
    from nightshift.errors import ConfigurationError
    from nightshift_tools.cli.session import find_job, find_key

    who, equals, interval = text.partition("=")
    if not equals:
        raise ConfigurationError(f"--pause {text!r} lacks its job or its time: write JOB=FROM/TO")
    job, _, storefront = who.partition("@")
    entry = find_job(manifest, job)
    if len(entry.keys) > 1 and not storefront:
        known = ", ".join(f"{key}=…" for key in entry.keys)
        raise ConfigurationError(
            f"--pause {text!r} could be any of {entry.name}'s storefronts: write {known}"
        )
    return find_key(entry, storefront or None), _interval(interval)


def _interval(text: str) -> Span:
    from nightshift_tools.cli.texts import parse_interval
    from nightshift_tools.local.simulation import Span

    return Span(*parse_interval(text))


def _print_table(rows: Sequence[Row], span: Span) -> None:
    from nightshift_tools.cli.output import print_line, print_table
    from nightshift_tools.cli.texts import moment

    def told(row: Row) -> str:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(row.skipped.items()))
        return reasons or ("-" if row.is_enabled else "disabled")

    cells = [
        (
            str(row.key),
            row.schedule.name,
            f"{row.ticks:,}",
            f"{row.ran:,}",
            *(moment(slot)[:16] for slot in (row.first, row.last)),
            told(row),
        )
        for row in rows
    ]
    headers = ("job", "schedule", "ticks", "ran", "first run", "last run", "skipped")
    print_table(headers, cells, right=("ticks", "ran"))
    print_line()
    ticks, ran = (sum(getattr(row, name) for row in rows) for name in ("ticks", "ran"))
    print_line(f"{moment(span.begin)} to {moment(span.end)}: {ticks:,} ticks, {ran:,} ran")


def _print_documents(rows: Sequence[Row], span: Span) -> None:
    from nightshift.times import to_text
    from nightshift_tools.cli.output import print_json

    for row in rows:
        document = {
            "job": row.key.job,
            "storefront": row.key.storefront,
            "schedule": row.schedule.name,
            "timezone": row.schedule.timezone,
            "enabled": row.is_enabled,
            "ticks": row.ticks,
            "ran": row.ran,
            "skipped": dict(sorted(row.skipped.items())),
            "first": row.first and to_text(row.first),
            "last": row.last and to_text(row.last),
        }
        print_json(document, indent=None)
