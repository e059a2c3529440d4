"""croniter is asked about five fields in UTC, and a difference is told with both instants."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nightshift_tools.schedule import from_quartz, from_unix
from nightshift_tools.schedule.second_opinion import disagreement

NOW = datetime(2026, 11, 20, 22, 4, tzinfo=UTC)


@pytest.mark.parametrize("expression", ["*/2 * * * *", "0 0 29 2 *", "0 0 1 * 1", "15 3 * * MON-FRI"])
def test_where_the_two_agree_nothing_is_said(expression: str) -> None:
    assert disagreement(expression, from_unix(expression), NOW) is None


def test_a_difference_names_both_instants() -> None:
    told = disagreement("0 1 * * *", from_unix("0 2 * * *"), NOW)
    assert told is not None
    assert "2026-11-21 02:00" in told
    assert "2026-11-21 01:00" in told


def test_what_is_not_five_fields_in_utc_is_not_compared() -> None:
    assert disagreement("0 0 1 * * ?", from_quartz("0 0 2 * * ?"), NOW) is None
    assert disagreement("0 1 * * *", from_unix("0 2 * * *", "Europe/Berlin"), NOW) is None
