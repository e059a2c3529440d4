"""Spans, instants and counts as people read and write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nightshift.errors import ConfigurationError
from nightshift.state.models import Counts
from nightshift_tools.cli import texts

NOW = datetime(2026, 11, 20, 22, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (172800, "2 d"),
    ],
)
def test_a_span_is_told_in_its_largest_unit(seconds: float, text: str) -> None:
    assert texts.span(seconds) == text
    assert texts.ago(NOW - timedelta(seconds=seconds), NOW) == f"{text} ago"


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(None, "-"), (41, "41 ms"), (999, "999 ms"), (1000, "1.0 s"), (59_940, "59.9 s"), (61_500, "1 min 1 s")],
)
def test_a_duration_is_told_as_exactly_as_it_matters(milliseconds: int | None, text: str) -> None:
    assert texts.duration(milliseconds) == text


def test_a_firing_ahead_names_its_day_where_it_is_not_today() -> None:
    assert texts.ahead(NOW + timedelta(minutes=2), NOW) == "22:06 UTC, in 2 min"
    assert texts.ahead(NOW + timedelta(hours=4), NOW) == "2026-11-21 02:04 UTC, in 4 h"
    assert texts.ahead(None, NOW) == "-"


def test_outcomes_leave_out_what_is_zero() -> None:
    assert texts.outcomes(Counts(read=9, created=2, quarantined=1)) == "2 created, 1 quarantined"


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("90s", NOW - timedelta(seconds=90)),
        ("30m", NOW - timedelta(minutes=30)),
        ("2h", NOW - timedelta(hours=2)),
        ("7d", NOW - timedelta(days=7)),
        ("2026-11-20T21:00:00Z", NOW - timedelta(minutes=64)),
        ("2026-11-20T22:00:00+01:00", NOW - timedelta(minutes=64)),
    ],
)
def test_since_takes_spans_and_instants(text: str, instant: datetime) -> None:
    assert texts.parse_since(text, NOW) == instant


@pytest.mark.parametrize(
    "text", ["", "2", "h", "2w", "-2h", "²h", "2026-11-20", "2026-11-20T21:00:00", "9999999d"]
)
def test_since_refuses_what_is_no_time(text: str) -> None:
    with pytest.raises(ConfigurationError, match="30m, 2h, 7d"):
        texts.parse_since(text, NOW)
