"""The schedules of one job: which there are, what each is called, when it fires, what it sets otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from nightshift.schedule import UTC_ZONE, AnySchedule, Rate
from nightshift_tools.manifest import names
from nightshift_tools.manifest.batch import read_batch
from nightshift_tools.manifest.bounds import check_bounds, read_bounds
from nightshift_tools.manifest.checking import Checking
from nightshift_tools.manifest.edge import JobModel, ScheduleModel
from nightshift_tools.manifest.forms import FORMS, forms_of, read_form, source_of
from nightshift_tools.manifest.model import Entry
from nightshift_tools.manifest.validate import shown
from nightshift_tools.manifest.values import Path
from nightshift_tools.schedule import ScheduleError, notes, to_expressions

DEFAULT_NAME = "default"


def read_entries(path: Path, job: JobModel, zone: str, checking: Checking) -> tuple[Entry, ...]:
    """The schedules of the job at a path, in this zone but where one says otherwise.

    What is wrong is told, and left out.
    """
    if job.schedule is not None and job.schedules is not None:
        checking.wrong_key((*path, "schedules"), "the job has `schedule` too; put both under `schedules`")
    several = len(job.schedules or ()) > 1
    found: list[Entry] = []
    taken: set[str] = set()
    for place, entry in _placed(path, job):
        checking.size((*place, "batch_size"), entry.batch_size, job.batch_size.max)
        _check_storefronts(place, entry, job, checking)
        _check_name(place, entry, several, taken, checking)
        taken.add(entry.name or DEFAULT_NAME)
        made = _entry(place, entry, job, checking.zone(place, entry.timezone) or zone, checking)
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


def _entry(path: Path, entry: ScheduleModel, job: JobModel, zone: str, checking: Checking) -> Entry | None:
    forms = forms_of(entry)
    bounds = read_bounds(path, entry, job, zone, checking)
    if not forms and checking.was_refused(path):
        return None
    if len(forms) != 1:
        given = f"has {' and '.join(forms)}" if forms else "says nothing of when"
        checking.wrong(path, f"the schedule {given}; write one of {', '.join(FORMS)}")
        return None
    schedule = _read(path, forms[0], entry, zone, checking)
    if schedule is None:
        return None
    check_bounds(path, entry, schedule, bounds, checking)
    return Entry(
        name=entry.name or DEFAULT_NAME,
        source=source_of(entry),
        schedule=schedule,
        zone=UTC_ZONE if isinstance(schedule, Rate) else schedule.zone,
        expressions=to_expressions(schedule),
        enabled=entry.enabled,
        batch_size=entry.batch_size,
        max_retries=entry.max_retries,
        max_executions=entry.max_executions,
        storefronts=tuple(job.storefronts if entry.storefronts is None else entry.storefronts),
        params=entry.params,
        start=bounds.start,
        end=bounds.end,
        window_minutes=bounds.window_minutes,
        batch=read_batch(path, entry, checking),
    )


def _read(path: Path, form: str, entry: ScheduleModel, zone: str, checking: Checking) -> AnySchedule | None:
    """What the form of a schedule means; what surprises is noted, and what is wrong is told."""
    try:
        schedule = read_form(entry, zone)
        to_expressions(schedule)
    except ScheduleError as error:
        inner = (error.field,) if form in ("weekly", "monthly") and error.field else ()
        checking.wrong((*path, form, *inner), f"{error.reason}; {error.cure}" if inner else str(error))
        return None
    if isinstance(schedule, Rate) and entry.timezone is not None:
        message = (
            "a rate counts from the deployment on and knows no zone; take it away, or write a time of day"
        )
        checking.wrong((*path, "timezone"), message)
    for note in notes(schedule):
        checking.note((*path, form), note)
    return schedule
