"""Schedule dialects: from what people write to the normal form, and from there to EventBridge."""

from nightshift_tools.schedule.aws import from_aws, rate
from nightshift_tools.schedule.errors import ScheduleError
from nightshift_tools.schedule.eventbridge import to_expressions
from nightshift_tools.schedule.helpers import alias, daily, every_minutes, hourly, monthly, weekly
from nightshift_tools.schedule.notes import notes
from nightshift_tools.schedule.quartz import from_quartz
from nightshift_tools.schedule.unix import from_unix
from nightshift_tools.schedule.words import describe

__all__ = [
    "ScheduleError",
    "alias",
    "daily",
    "describe",
    "every_minutes",
    "from_aws",
    "from_quartz",
    "from_unix",
    "hourly",
    "monthly",
    "notes",
    "rate",
    "to_expressions",
    "weekly",
]
