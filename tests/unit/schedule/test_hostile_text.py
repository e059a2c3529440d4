"""Whatever text is given, it is translated or refused; nothing else is ever raised."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nightshift_tools.schedule import (
    ScheduleError,
    alias,
    daily,
    from_aws,
    from_quartz,
    from_unix,
    monthly,
    rate,
    to_expressions,
    weekly,
)
from nightshift_tools.schedule.batch import translate_line
from nightshift_tools.schedule.dialects import guess
from nightshift_tools.schedule.grammar import check_expression

SIGNS = "0123456789*?/,-LW#CH @()_+ \t\n\u00a0\u2003٣²１JANMONFRIcron"
TEXTS = (
    st.text(max_size=60)
    | st.text(SIGNS, max_size=40)
    | st.lists(st.text("0123456789*?/,-LW#", min_size=1, max_size=6), min_size=4, max_size=8).map(" ".join)
)


@pytest.mark.parametrize("wrapped", ["{}", "cron({})", "rate({})", "at({})"])
@settings(max_examples=100, deadline=None)
@given(text=TEXTS, zone=st.sampled_from(["UTC", "Europe/Berlin"]) | st.text(max_size=10))
def test_a_text_is_translated_or_refused(wrapped: str, text: str, zone: str) -> None:
    expression = wrapped.format(text)
    for read in (from_unix, from_quartz, from_aws, alias):
        with contextlib.suppress(ScheduleError):
            for printed in to_expressions(read(expression, zone)):
                check_expression(printed)
    guess(expression)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=20))
def test_helpers_translate_or_refuse(text: str) -> None:
    for read in (daily, rate, lambda day: weekly(day, "02:00"), lambda day: monthly(day, "02:00")):
        with contextlib.suppress(ScheduleError):
            read(text)


@settings(max_examples=100, deadline=None)
@given(line=st.binary(max_size=80))
def test_a_line_gets_an_answer(line: bytes) -> None:
    assert "error" in json.loads(translate_line(line))


FOREIGN = [
    "1_0",
    "٣",
    "²",
    "１",
    "+5",
    "-5",
    "5\u00a0",
    "0x5",
    "5.0",
    "1e1",
    "9" * 5000,
    "0" * 5000,
    "",
    "\x00",
]


@pytest.mark.parametrize("value", FOREIGN, ids=range(len(FOREIGN)))
@pytest.mark.parametrize(
    "expression", ["{} * * * *", "0 {} * * *", "0 0 {} * *", "0 0 * {} *", "0 0 * * {}", "*/{} * * * *"]
)
def test_numbers_that_python_would_take_are_refused(expression: str, value: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        from_unix(expression.format(value))
    assert len(str(caught.value)) < 300
    with pytest.raises(ScheduleError):
        from_quartz(f"0 {said(expression, value)}")
    with pytest.raises(ScheduleError):
        from_aws(f"cron({said(expression, value)} *)")


def said(expression: str, value: str) -> str:
    """The five fields with a '?', and with the value in the one that has a place for it."""
    fields = expression.split(" ")
    fields[2 if "{}" in fields[4] else 4] = "?"
    return " ".join(fields).format(value)
