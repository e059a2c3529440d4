"""The normal form of a schedule: every dialect is read into it, and every expression is printed from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nightshift.schedule import firings, ranges, specials
from nightshift.schedule.zones import UTC_ZONE, zone_of

Values = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NormalForm:
    """Value sets, ascending; a minute fires when it is in all of them. None means that a field says nothing.

    Weekdays are numbered as EventBridge and Quartz do, 1 = Sunday to 7 = Saturday. At most one of `days`,
    `weekdays` and `special` is given, as EventBridge has it: cron's "either of the two" is two normal forms.
    `special` is one of `L`, `LW`, `15W` for days of the month, `6L` and `3#2` for weekdays.
    """

    minutes: Values
    hours: Values
    days: Values | None = None
    months: Values = tuple(range(1, 13))
    weekdays: Values | None = None
    years: Values | None = None
    special: str | None = None

    def __post_init__(self) -> None:
        if [self.days, self.weekdays, self.special].count(None) < 2:
            raise ValueError("a normal form has days of the month, weekdays or a special, not both")
        if self.special is not None:
            specials.check(self.special)

    def to_json(self) -> dict[str, str]:
        """`{"minutes": "0,30", "hours": "0-23", "months": "1-12"}`: what says nothing is left out."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {
            name: found if name == "special" else ranges.to_text(found)
            for name, found in values.items()
            if found is not None
        }

    @classmethod
    def from_json(cls, document: Mapping[str, str]) -> NormalForm:
        """ValueError where a field is unknown: a newer version wrote it, and it must not be misread."""
        unknown = sorted(set(document) - set(cls.__slots__))
        if unknown:
            raise ValueError(f"a schedule has the unknown field {unknown[0]!r}: run `nightshift generate`")
        values = {name: ranges.from_text(text) for name, text in document.items() if name != "special"}
        return cls(**values, special=document.get("special"))


@dataclass(frozen=True, slots=True)
class Schedule:
    """One or more normal forms in one zone; it fires whenever one of them does, and once where several do.

    At clock changes it follows EventBridge Scheduler: a wall time that does not exist is skipped, one that
    comes twice fires once, the first time. ValueError for a zone that is not known here.
    """

    forms: tuple[NormalForm, ...]
    zone: str = UTC_ZONE

    def __post_init__(self) -> None:
        zone_of(self.zone)

    def firings(self, after: datetime) -> Iterator[datetime]:
        """The minutes at which it fires strictly after an instant, ascending, aware, in UTC.

        It ends where no firing comes up to the year 2199, EventBridge's last. ValueError for a naive instant.
        """
        zone = zone_of(self.zone)
        return firings.merged([firings.ascending(form, after, zone) for form in self.forms])

    def previous(self, at: datetime) -> datetime | None:
        """The last firing at or before an instant; None where there was none since 1970."""
        zone = zone_of(self.zone)
        found = (firings.latest(form, at, zone) for form in self.forms)
        return max((instant for instant in found if instant is not None), default=None)

    def to_json(self) -> list[dict[str, str]]:
        """The list that the compiled manifest keeps under `normal`; the zone stands beside it."""
        return [form.to_json() for form in self.forms]

    @classmethod
    def from_json(cls, document: Sequence[Mapping[str, str]], zone: str = UTC_ZONE) -> Schedule:
        """The schedule that `to_json` was made from."""
        return cls(tuple(NormalForm.from_json(form) for form in document), zone)
