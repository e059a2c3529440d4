"""What a schedule means: its normal form and its firings. Pure; reads no clock.

The dialects that people write are read on the tools' side; here there is only what they were translated to.
"""

from nightshift.schedule.model import NormalForm, Schedule

__all__ = ["NormalForm", "Schedule"]
