"""How long log and run records are kept and shown.

TTL is written at twice the retention, so that a longer retention can be set later without touching records;
readers hide what is older than the setting at once, whether or not TTL has removed it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

_CAP_FACTOR = 2


def expiry(now: datetime, retention_days: int) -> datetime:
    """When a record written now may be removed."""
    return now + timedelta(days=retention_days * _CAP_FACTOR)


def visible_since(now: datetime, retention_days: int) -> datetime:
    """The oldest instant whose records are still shown."""
    return now - timedelta(days=retention_days)


def run_expiry(now: datetime, retention_days: int) -> datetime:
    """Run records outlive their logs, so that a purge finds the logs by them."""
    return expiry(now, retention_days) + timedelta(days=30)
