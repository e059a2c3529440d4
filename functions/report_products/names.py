"""Names of reports: by the minute of their slot, in UTC, so that they sort by time."""

from __future__ import annotations

from datetime import UTC, datetime

_STEM, _MINUTE = "reports/products-", "%Y-%m-%d-%H%M"


def name_of(instant: datetime) -> str:
    """`reports/products-2026-11-21-0000`, to which each of its files adds what it is."""
    return f"{_STEM}{instant:{_MINUTE}}"


def instant_of(name: str) -> datetime:
    """The minute that a report is named by."""
    return datetime.strptime(name.removeprefix(_STEM), _MINUTE).replace(tzinfo=UTC)
