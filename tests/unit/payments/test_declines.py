"""The table of declines: which are tried again, and when."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from charge_installments.declines import DECLINES, Kind, retry_at

NOW = datetime(2026, 11, 20, 22, tzinfo=UTC)
PAGE = (Path(__file__).resolve().parents[3] / "docs" / "payments.md").read_text()


def days(*after: float) -> list[datetime]:
    return [NOW + timedelta(days=day) for day in after]


@pytest.mark.parametrize(
    ("declined", "again"),
    [
        (days(0), 1),
        (days(0, 1), 3),
        (days(0, 1, 3), 7),
        (days(0, 1, 3, 7), None),
        (days(0, 2.5), 3.5),  # late: a day between two tries at least
        (days(0, 9), 10),
        (days(0, 9, 10), 11),
    ],
)
def test_soft_declines_are_tried_again_one_three_and_seven_days_after_the_first(
    declined: list[datetime], again: float | None
) -> None:
    expected = None if again is None else NOW + timedelta(days=again)
    assert retry_at("insufficient_funds", declined) == expected


@pytest.mark.parametrize(
    "code", ["stop_recurring", "account_closed", "lost_stolen_card", "fraud", "order_blocked"]
)
def test_hard_declines_are_never_tried_again(code: str) -> None:
    assert DECLINES[code] is Kind.HARD
    assert retry_at(code, days(0)) is None


@pytest.mark.parametrize("code", ["", "moon_phase"])
def test_of_an_unknown_code_nothing_is_guessed(code: str) -> None:
    assert code not in DECLINES
    assert retry_at(code, days(0)) is None


def test_the_page_has_the_table() -> None:
    rows = dict(re.findall(r"^\| `([\w-]+)` \| (soft|hard) \|", PAGE, re.MULTILINE))
    assert rows == {code: kind.value for code, kind in DECLINES.items()}
