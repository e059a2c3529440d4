"""The dialects by name, and which of them an expression looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nightshift.schedule import AnySchedule
from nightshift_tools.schedule.aws import from_aws
from nightshift_tools.schedule.errors import ScheduleError, shown
from nightshift_tools.schedule.quartz import from_quartz
from nightshift_tools.schedule.unix import from_unix

_READERS: dict[str, Callable[[str, str], AnySchedule]] = {
    "unix": from_unix,
    "quartz": from_quartz,
    "aws": from_aws,
}
DIALECTS = tuple(_READERS)

SALESFORCE_ZONE = (
    "Salesforce runs a schedule in the time zone of the user who scheduled it; this was read as UTC, "
    "so name that zone if it is another"
)


@dataclass(frozen=True, slots=True)
class Guess:
    """A dialect and what told it; `expression` is what to read, which may be more than what was written."""

    dialect: str
    reason: str
    expression: str


def read(dialect: str, expression: str, zone: str = "UTC") -> AnySchedule:
    """The schedule of an expression in a dialect. ScheduleError names what is wrong and what to write."""
    reader = _READERS.get(dialect)
    if reader is None:
        raise ScheduleError("dialect", f"{shown(dialect)} is none", f"write {', '.join(DIALECTS)}")
    return reader(expression, zone)


def guess(expression: str) -> Guess:
    """By the form alone: AWS has brackets, Unix cron five fields, Quartz six or seven.

    AWS's six fields without `cron()` have their '?' where Quartz never has one.
    """
    fields = expression.split()
    if expression.lstrip().startswith(("cron(", "rate(", "at(")):
        return Guess("aws", "it has the form of an AWS expression", expression)
    if fields and fields[0].startswith("@"):
        return Guess("unix", "it is an alias of cron", expression)
    if len(fields) == 6 and "?" in (fields[2], fields[4]) and "?" not in (fields[3], fields[5]):
        return Guess("aws", "six fields with '?' where AWS has it", f"cron({' '.join(fields)})")
    if len(fields) in (6, 7):
        return Guess("quartz", f"{len(fields)} fields, seconds first", expression)
    return Guess("unix", "five fields" if len(fields) == 5 else "no other form fits", expression)
