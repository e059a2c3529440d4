"""The schedules of one job: which there are, what each is called, when it fires, what it sets otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from nightshift_tools.manifest import names
from nightshift_tools.manifest.checking import Checking
from nightshift_tools.manifest.edge import JobModel, ScheduleModel
from nightshift_tools.manifest.forms import FORMS, forms_of, read_form
from nightshift_tools.manifest.model import Entry
from nightshift_tools.manifest.validate import shown
from nightshift_tools.manifest.values import Path
from nightshift_tools.schedule import ScheduleError, notes, to_expressions

DEFAULT_NAME = "default"


def read_entries(path: Path, job: JobModel, checking: Checking) -> tuple[Entry, ...]:
    """The schedules of the job at a path; what is wrong is told, and left out."""
    if job.schedule is not None and job.schedules is not None:
        checking.wrong_key((*path, "schedules"), "the job has `schedule` too; put both under `schedules`")
    several = len(job.schedules or ()) > 1
    found: list[Entry] = []
    taken: set[str] = set()
    for place, entry in _placed(path, job):
        checking.zone(place, entry.timezone)
        checking.size((*place, "batch_size"), entry.batch_size, job.batch_size.max)
        _check_storefronts(place, entry, job, checking)
        _check_name(place, entry, several, taken, checking)
        taken.add(entry.name or DEFAULT_NAME)
        made = _entry(place, entry, job, checking)
        if made is not None:
            found.append(made)
    return tuple(found)


def _placed(path: Path, job: JobModel) -> Iterator[tuple[Path, ScheduleModel]]:
    if job.schedule is not None:
        yield (*path, "schedule"), job.schedule
    for number, entry in enumerate(job.schedules or ()):
        if entry is not None:
            yield (*path, "schedules", number), entry


def _check_name(path: Path, entry: ScheduleModel, several: bool, taken: set[str], checking: Checking) -> None:
    place = (*path, "name")
    if entry.name is not None:
        checking.name(place, entry.name, names.check_schedule)
        if entry.name in taken:
            checking.wrong(place, f"the job has a schedule {shown(entry.name)} already; name it otherwise")
    elif several and not checking.was_refused(place):
        checking.wrong(path, "of several schedules each needs a name that stays; add one, as in name: often")


def _check_storefronts(path: Path, entry: ScheduleModel, job: JobModel, checking: Checking) -> None:
    if entry.storefronts is None or checking.was_refused((*path[:2], "storefronts")):
        return
    place = (*path, "storefronts")
    if not entry.storefronts:
        checking.wrong(place, "an empty list wakes no storefront; name some, or write enabled: false")
    for number, name in enumerate(entry.storefronts):
        if name not in job.storefronts:
            known = ", ".join(job.storefronts) or "none"
            checking.wrong((*place, number), f"the job has no storefront {shown(name)}; it has: {known}")


def _entry(path: Path, entry: ScheduleModel, job: JobModel, checking: Checking) -> Entry | None:
    forms = forms_of(entry)
    if not forms and checking.was_refused(path):
        return None
    if len(forms) != 1:
        given = f"has {' and '.join(forms)}" if forms else "says nothing of when"
        checking.wrong(path, f"the schedule {given}; write one of {', '.join(FORMS)}")
        return None
    place = (*path, forms[0])
    try:
        source, schedule = read_form(entry)
        expressions = to_expressions(schedule)
    except ScheduleError as error:
        checking.wrong(place, str(error))
        return None
    for note in notes(schedule):
        checking.note(place, note)
    return Entry(
        name=entry.name or DEFAULT_NAME,
        source=source,
        schedule=schedule,
        expressions=expressions,
        enabled=entry.enabled,
        batch_size=entry.batch_size,
        max_retries=entry.max_retries,
        max_executions=entry.max_executions,
        storefronts=tuple(job.storefronts if entry.storefronts is None else entry.storefronts),
        params=entry.params,
    )
