"""What EventBridge has beside cron: a rate, and one instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from nightshift.schedule.firings import LAST_YEAR, aware
from nightshift.schedule.zones import UTC_ZONE, to_utc, zone_of

Unit = Literal["minutes", "hours", "days"]
UNITS: tuple[Unit, ...] = ("minutes", "hours", "days")


@dataclass(frozen=True, slots=True)
class Rate:
    """Every so often, counted from the moment at which the rule was made, which nobody here knows.

    A day is 24 hours. ValueError for a value below 1.
    """

    value: int
    unit: Unit
    zone: str = UTC_ZONE

    def __post_init__(self) -> None:
        if self.value < 1 or self.unit not in UNITS:
            raise ValueError(f"{self.value} {self.unit} is no rate; write as in 5 minutes")
        zone_of(self.zone)

    @property
    def period(self) -> timedelta:
        return timedelta(**{self.unit: self.value})

    def firings(self, after: datetime) -> Iterator[datetime]:
        """The firings of a rule that is made at an instant: the first comes one period after its minute."""
        instant = aware(after).replace(second=0, microsecond=0)
        while instant.year <= LAST_YEAR:
            instant += self.period
            if instant.year <= LAST_YEAR:
                yield instant

    def previous(self, at: datetime) -> datetime | None:
        """The minute one period before an instant: a rule older than that has fired at it or after it."""
        return (aware(at) - self.period).replace(second=0, microsecond=0)

    def to_json(self) -> dict[str, str]:
        return {"rate": f"{self.value} {self.unit}"}


@dataclass(frozen=True, slots=True)
class At:
    """Once, at a naive wall time in a zone. By Scheduler's rules it never fires if the clock skips it."""

    instant: datetime
    zone: str = UTC_ZONE

    def __post_init__(self) -> None:
        if self.instant.tzinfo is not None:
            raise ValueError(f"{self.instant} has a zone of its own; it is told beside it")
        zone_of(self.zone)

    def firings(self, after: datetime) -> Iterator[datetime]:
        """The one instant, if it comes after this one."""
        instant = self._utc()
        if instant is not None and instant > aware(after):
            yield instant

    def previous(self, at: datetime) -> datetime | None:
        """The one instant, if it has passed."""
        instant = self._utc()
        return instant if instant is not None and instant <= aware(at) else None

    def to_json(self) -> dict[str, str]:
        return {"at": self.instant.isoformat(timespec="seconds")}

    def _utc(self) -> datetime | None:
        return to_utc(self.instant, zone_of(self.zone))


def from_mapping(document: Mapping[str, str], zone: str) -> Rate | At:
    """What `to_json` of a rate or an instant was made from; ValueError where it is neither."""
    if set(document) == {"rate"}:
        value, _, unit = document["rate"].partition(" ")
        return Rate(int(value), cast(Unit, unit), zone)
    if set(document) == {"at"}:
        return At(datetime.fromisoformat(document["at"]), zone)
    raise ValueError(f"a schedule has the unknown form {sorted(document)}: run `nightshift generate`")
