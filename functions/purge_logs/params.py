"""The params of purge-logs, as the manifest may give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nightshift.archive import Level

MOST_DAYS = 3653


@dataclass(frozen=True, slots=True)
class Params:
    """What belongs to this job alone. ValueError names a value that cannot be used.

    `retention_days_<level>`: how long log records of that level are kept, of all jobs; what is not set is as
    each job's own. `log_segments`: each run looks through one of so many parts of all log items for what no
    run record leads to.
    """

    retention_days_debug: int | None = None
    retention_days_info: int | None = None
    retention_days_warning: int | None = None
    retention_days_error: int | None = None
    log_segments: int = 7

    def __post_init__(self) -> None:
        for name, most in {**dict.fromkeys(_LEVELS.values(), MOST_DAYS), "log_segments": 1000}.items():
            value = getattr(self, name)
            if value is not None and not 1 <= value <= most:
                raise ValueError(f"param {name} = {value}: expected 1 to {most}")

    @property
    def levels(self) -> Mapping[Level, int]:
        """Days of the levels that have their own."""
        days = {level: getattr(self, name) for level, name in _LEVELS.items()}
        return {level: value for level, value in days.items() if value is not None}


_LEVELS = {level: f"retention_days_{level.name.lower()}" for level in Level}
