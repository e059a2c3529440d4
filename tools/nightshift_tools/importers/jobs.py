"""From what was found to jobs of the manifest: named, checked, and with comments on what is lost."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from nightshift_tools.importers.model import Found
from nightshift_tools.manifest.editing import name_of_form
from nightshift_tools.manifest.errors import ManifestError
from nightshift_tools.manifest.load import parse
from nightshift_tools.manifest.names import MAX_SCHEDULE, free_name, job_name
from nightshift_tools.manifest.values import Plain
from nightshift_tools.manifest.written import comment, flow, scalar

_MAX_DESCRIPTION = 256
_SHOWN = 160


@dataclass(frozen=True, slots=True)
class ImportedJob:
    """A job with the schedules that could be translated, and those that could not."""

    name: str
    description: str
    schedules: tuple[tuple[dict[str, Plain], Found], ...]
    refused: tuple[Found, ...]

    def lines(self) -> list[str]:
        """The YAML below the job's name, without indentation; empty where no schedule was translated."""
        if not self.schedules:
            return []
        described = [f"description: {scalar(self.description)}"] if self.description else []
        refused = [line for found in self.refused for line in refusal(found)]
        if len(self.schedules) > 1:
            items = [
                f"  {line}"
                for schedule, found in self.schedules
                for line in (*remarks(found), f"- {flow(schedule)}")
            ]
            return [*described, "schedules:", *items, *refused]
        ((schedule, found),) = self.schedules
        short = schedule["cron"] if set(schedule) == {"cron"} else schedule
        return [*described, *remarks(found), f"schedule: {flow(short)}", *refused]


def to_jobs(found: Sequence[Found], zone: str | None, taken: Container[str] = ()) -> list[ImportedJob]:
    """The jobs in the order found. `zone` is the one of schedules that say none; None leaves it open."""
    by_words: dict[str, list[Found]] = {}
    for each in found:
        by_words.setdefault(each.job, []).append(_checked(_in_zone(each, zone)))
    names: set[str] = set()
    jobs = []
    for words, group in by_words.items():
        name = job_name(words, names)
        names.add(name)
        jobs.append(_job(name, group))
    return jobs


def remarks(found: Found) -> list[str]:
    """Comments above a schedule: where it is from, and what had no counterpart."""
    return [comment(line) for line in (f"{found.where}: {_cut(found.source)}", *found.notes)]


def refusal(found: Found) -> list[str]:
    """What could not be translated, as comments."""
    return [*remarks(found), comment(f"NOT TRANSLATED: {found.reason}")]


def _in_zone(found: Found, zone: str | None) -> Found:
    if zone is None or not found.schedule or {"timezone", "rate"} & set(found.schedule):
        return found
    if str(found.schedule.get("aws", "")).startswith("rate("):
        return found
    return replace(found, schedule={**found.schedule, "timezone": zone})


def _checked(found: Found) -> Found:
    """Without its schedule where the manifest would refuse it."""
    if not found.schedule:
        return found
    if "${" in str(found.schedule) and not found.has_variable:
        return replace(found, schedule={}, reason="it has a variable in it; write its value out first")
    try:
        parse(f"version: 1\njobs:\n  imported:\n    schedule: {flow(dict(found.schedule))}\n", {}, "")
    except ManifestError as error:
        reasons = (re.sub(r"^jobs\.imported\.\S*?: ", "", problem.message) for problem in error.problems)
        return replace(found, schedule={}, reason="; ".join(reasons))
    return found


def _job(name: str, group: Sequence[Found]) -> ImportedJob:
    translated = [found for found in group if found.schedule]
    names: set[str] = set()
    schedules = []
    for found in translated:
        schedule = dict(found.schedule)
        if len(translated) > 1:
            own = free_name(_clean(found.name) or name_of_form(schedule), names)
            names.add(own)
            schedule = {"name": own, **schedule}
        elif _clean(found.name):
            schedule = {"name": _clean(found.name), **schedule}
        schedules.append((schedule, found))
    description = next((found.description for found in group if found.description), "")
    printable = "".join(char if char.isprintable() else " " for char in description)
    refused = tuple(found for found in group if not found.schedule)
    return ImportedJob(
        name, printable.strip()[:_MAX_DESCRIPTION].replace("${", "$ {"), tuple(schedules), refused
    )


def _clean(name: str | None) -> str:
    """A schedule's name without what a name may not have."""
    printable = "".join(char for char in name or "" if char.isprintable() and char not in '<>"\\')
    return printable.replace("${", "")[:MAX_SCHEDULE].strip()


def _cut(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _SHOWN else f"{one_line[:_SHOWN]}..."
