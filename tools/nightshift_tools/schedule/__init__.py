"""Schedule dialects: from what people write to the normal form, and from there to EventBridge."""

from nightshift_tools.schedule.errors import ScheduleError
from nightshift_tools.schedule.eventbridge import to_expressions
from nightshift_tools.schedule.helpers import daily, every_minutes, hourly
from nightshift_tools.schedule.notes import notes
from nightshift_tools.schedule.unix import from_unix

__all__ = ["ScheduleError", "daily", "every_minutes", "from_unix", "hourly", "notes", "to_expressions"]
