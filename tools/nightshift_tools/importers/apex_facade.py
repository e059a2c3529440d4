"""The connector's scheduler facade: `...Scheduler.OrderFulfillment.withSize(50).scheduleEveryXMinutes(5)`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nightshift_tools.importers.apex_values import Names, Value, value_of
from nightshift_tools.importers.literals import closing, split
from nightshift_tools.importers.model import Found
from nightshift_tools.importers.tokens import Kind, Token
from nightshift_tools.manifest.values import Plain

_LONGEST = 200
"""Tokens of one chain of calls."""
_MADE = "an argument is made when the script runs; write it out, or translate by hand"
_VERBS = {
    "scheduleeveryxminutes": "every",
    "everyminutes": "every",
    "schedulehourly": "hourly",
    "hourly": "hourly",
    "scheduledaily": "daily",
    "daily": "daily",
    "scheduleweekly": "weekly",
    "weekly": "weekly",
    "schedulemonthly": "monthly",
    "monthly": "monthly",
    "schedulecronexpr": "cron",
    "cron": "cron",
    "schedule": "fields",
}
_ARGUMENTS = {"every": 1, "hourly": 1, "daily": 2, "weekly": 1, "monthly": 1, "cron": 2, "fields": 7}


def facade_call(text: str, file: str, stream: Sequence[Token], at: int, names: Names) -> Found | None:
    """The schedule of a chain of calls that begins at a place; None where the chain schedules nothing."""
    job, size, verb, values, end = "", None, "", [], at
    place = at + 1
    while (
        place + 1 < min(len(stream), at + _LONGEST)
        and stream[place].text == "."
        and stream[place + 1].kind is Kind.NAME
    ):
        word = stream[place + 1].text
        arguments: list[Value] = []
        place += 2
        is_call = place < len(stream) and stream[place].text == "("
        if is_call:
            close = closing(stream, place)
            arguments = [value_of(part, names) for part in split(stream[place + 1 : close], ",")]
            place = close + 1
        if is_call and word.lower() == "withsize":
            size = "?" if not arguments or arguments[0] is None else arguments[0]
        elif is_call and word.lower() in _VERBS:
            verb, values, end = _VERBS[word.lower()], arguments, min(place, len(stream)) - 1
            break
        elif not is_call:
            job = word
    if not verb or not job:
        return None
    source = text[stream[at].begin : stream[end].end]
    return _found(Found(file, stream[at].line, job, source), verb, values, size)


def _found(found: Found, verb: str, values: Sequence[Value], size: Value) -> Found:
    if len(values) != _ARGUMENTS[verb]:
        return replace(found, reason=f"the call takes {_ARGUMENTS[verb]} arguments")
    if any(not isinstance(value, str | int) for value in values):
        return replace(found, reason=_MADE)
    if size is not None and not isinstance(size, int):
        return replace(found, reason=f"of withSize: {_MADE}")
    schedule, reason, notes = _schedule(verb, [str(value) for value in values])
    name = str(values[0]) if verb == "cron" else None
    if schedule and size is not None:
        schedule["batch_size"] = size
    return replace(found, schedule=schedule, reason=reason, name=name or None, notes=notes)


def _schedule(verb: str, values: Sequence[str]) -> tuple[dict[str, Plain], str, tuple[str, ...]]:
    if verb == "every":
        return _every(values[0])
    if verb in ("hourly", "daily") and not all(value.isdigit() and int(value) < 60 for value in values):
        return {}, "minutes are 0 to 59, hours 0 to 23", ()
    if verb == "hourly":
        return {"hourly": int(values[0])}, "", ()
    if verb == "daily":
        return {"daily": f"{int(values[0]):02d}:{int(values[1]):02d}"}, "", ()
    if verb == "weekly":
        return {"quartz": f"0 0 0 ? * {values[0]} *"}, "", ()
    if verb == "monthly":
        return {"quartz": f"0 0 0 {values[0]} * ? *"}, "", ()
    return {"quartz": " ".join((values[1] if verb == "cron" else " ".join(values)).split())}, "", ()


def _every(text: str) -> tuple[dict[str, Plain], str, tuple[str, ...]]:
    """Salesforce makes a trigger for each of the minutes 0, x, 2x, ... below 60."""
    step = int(text) if text.isdigit() and len(text) < 6 else 0
    if not step:
        return {}, "every 0 minutes never ends; write 1 or more", ()
    if 60 % step == 0 and step < 60:
        return {"every_minutes": step}, "", ()
    minutes = list(range(0, 60, step))
    listed = ",".join(map(str, minutes))
    note = f"every {step} minutes meant the minutes {listed} of each hour"
    return {"cron": f"{listed} * * * *"}, "", (note,)
