"""Quartz, as Salesforce has it: translated exactly, or refused with field, value and what to write."""

from __future__ import annotations

import pytest

from nightshift_tools.schedule import ScheduleError, from_quartz, to_expressions
from nightshift_tools.schedule.grammar import check_cron


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 0 0,4,8,12,16,20 ? * *", "cron(0 */4 * * ? *)"),
        ("0 0 0 ? * * *", "cron(0 0 * * ? *)"),
        ("00 55\t* * * ?  ", "cron(55 * * * ? *)"),
        ("0 0/5 14 * * ?", "cron(*/5 14 * * ? *)"),
        ("0 0 3/8 * * ?", "cron(0 3,11,19 * * ? *)"),
        ("0 15 10 ? * MON-FRI", "cron(15 10 ? * MON-FRI *)"),
        ("0 0 0 ? * 1", "cron(0 0 ? * SUN *)"),
        ("0 0 0 ? * fri-mon", "cron(0 0 ? * SUN,MON,FRI,SAT *)"),
        ("0 0 1 ? * 2/2", "cron(0 1 ? * MON,WED,FRI *)"),
        ("0 0 1 ? * 2-6/2", "cron(0 1 ? * MON,WED,FRI *)"),
        ("0 0 22-2 * * ?", "cron(0 0-2,22,23 * * ? *)"),
        ("0 0 22-2/2 * * ?", "cron(0 0,2,22 * * ? *)"),
        ("0 59-5 * * * ?", "cron(0-5,59 * * * ? *)"),
        ("0 0 0 27-3/2 * ?", "cron(0 0 2,27,29,31 * ? *)"),
        ("0 0 0 1 NOV-FEB ?", "cron(0 0 1 1,2,11,12 ? *)"),
        ("0 0 6 1 jan ?", "cron(0 6 1 1 ? *)"),
        ("0 15 10 L * ?", "cron(15 10 L * ? *)"),
        ("0 0 0 lw * ?", "cron(0 0 LW * ? *)"),
        ("0 0 0 15W * ?", "cron(0 0 15W * ? *)"),
        ("0 0 0 01W * ?", "cron(0 0 1W * ? *)"),
        ("0 0 0 31W 1,3 ?", "cron(0 0 31W 1,3 ? *)"),
        ("0 0 22 ? * 6L", "cron(0 22 ? * 6L *)"),
        ("0 0 22 ? * FRIL", "cron(0 22 ? * 6L *)"),
        ("0 0 0 ? * 2#5", "cron(0 0 ? * 2#5 *)"),
        ("0 0 0 ? * fri#2", "cron(0 0 ? * 6#2 *)"),
        ("0 0 0 ? * L", "cron(0 0 ? * SAT *)"),
        ("0 0 0 1 1 ? 2026/2", "cron(0 0 1 1 ? 2026/2)"),
        ("0 15 10 ? * 6L 2026-2029", "cron(15 10 ? * 6L 2026-2029)"),
        ("0 0 12 * * ? 2020-2030", "cron(0 12 * * ? 2020-2030)"),
    ],
)
def test_what_it_prints_to(expression: str, expected: str) -> None:
    assert to_expressions(from_quartz(expression, this_year=2026)) == (expected,)
    check_cron(expected)


@pytest.mark.parametrize(
    ("expression", "names_field", "names_value", "cure"),
    [
        ("5 0 12 * * ?", "second", "'5'", "write 0"),
        ("* * * * * ?", "second", "'*'", "write 0"),
        ("0,30 * * * * ?", "second", "'0,30'", "write 0"),
        ("0-0 * * * * ?", "second", "'0-0'", "write 0"),
        ("* * * * *", "five fields", "'* * * * *'", "write it as cron"),
        ("0 0 * *", "4 field", "'0 0 * *'", "six or seven"),
        ("0 0 * * * ? * *", "8 field", "'0 0 * * * ? * *'", "six or seven"),
        ("", "empty", "", "six or seven"),
        ("0 0 12 * * *", "day of month and day of week", "'*'", "'?' in place of '*'"),
        ("0 0 12 1 * 2", "day of month and day of week", "'1' and '2'", "write '?'"),
        ("0 0 12 ? * ?", "day of month and day of week", "'?' and '?'", "write '*'"),
        ("0 ? 12 * * ?", "minute", "'?'", "write '*'"),
        ("0 60 12 * * ?", "minute", "'60'", "0 to 59"),
        ("0 0 0 0 * ?", "day of month", "'0'", "1 to 31"),
        ("0 0 0 1 13 ?", "month", "'13'", "1 to 12"),
        ("0 0 0 ? * 0", "day of week", "'0'", "1 to 7"),
        ("0 0 0 ? * 8", "day of week", "'8'", "1 to 7"),
        ("0 0 0 ? * 6#6", "day of week", "'6#6'", "1#1 to 7#5"),
        ("0 0 0 ? * 8L", "day of week", "'8L'", "1L to 7L"),
        ("0 0 0 ? * FOOL", "day of week", "'FOOL'", "SUN to SAT"),
        ("0 0 0 ? * FOO#1", "day of week", "'FOO#1'", "SUN to SAT"),
        ("0 0 0 32W * ?", "day of month", "'32W'", "1W to 31W"),
        ("0 0 0 0W * ?", "day of month", "'0W'", "1W to 31W"),
        ("0 0 0 31W * ?", "day of month", "'31W'", "LW"),
        ("0 0 0 29W 2 ?", "day of month", "'29W'", "LW"),
        ("0 0 0 L-3 * ?", "day of month", "'L-3'", "months of 31 days"),
        ("0 0 0 1,15W * ?", "day of month", "'1,15W'", "one schedule for each"),
        ("0 0 0 1,L * ?", "day of month", "'1,L'", "one schedule for each"),
        ("0 0 0 L,LW * ?", "day of month", "'L,LW'", "one schedule for each"),
        ("0 0 0 ? * 2#1,4#3", "day of week", "'2#1,4#3'", "one schedule for each"),
        ("0 0 0 ? * 2,6L", "day of week", "'2,6L'", "one schedule for each"),
        ("0 0 0 1-5W * ?", "day of month", "'1-5W'", "behind one number"),
        ("0 0 0 5C * ?", "day of month", "'5C'", "write the day"),
        ("0 0 0 ? * 1C", "day of week", "'1C'", "write the day"),
        ("0 0 0 1-2-3 * ?", "day of month", "'1-2-3'", "1-5"),
        ("0 0 0 ? * MON-FRI/2", "day of week", "'MON-FRI/2'", "write 2,4,6"),
        ("0 0 0 1 JAN-DEC/3 ?", "month", "'JAN-DEC/3'", "write 1,4,7,10"),
        ("0 0 0 ? * MON/2", "day of week", "'MON/2'", "write 2,4,6"),
        ("0 0 0 ? * MON-6", "day of week", "'MON-6'", "write 2-6"),
        ("0 5/0 * * * ?", "minute", "'5/0'", "1 or more"),
        ("0 */90 * * * ?", "minute", "'*/90'", "from 1 to 59"),
        ("0 50/20 * * * ?", "minute", "'50/20'", "from 1 to 9"),
        ("0 59/1 * * * ?", "minute", "'59/1'", "the one value"),
        ("0 10-20/11 * * * ?", "minute", "'10-20/11'", "from 1 to 10"),
        ("0 1, * * * ?", "minute", "'1,'", "comma"),
        ("0 0 0 30 2 ?", "day of month", "'30'", "these months have"),
        ("0 0 0 29 2 ? 2027", "day of month", "2027", "years have"),
        ("0 0 12 * * ? 2025", "year", "2025", "from 2026 on"),
        ("0 0 12 * * ? 1969", "year", "'1969'", "1970 to 2199"),
        ("0 0 12 * * ? 2100", "year", "2100", "1970 to 2099"),
        ("0 0 12 * * ? 2030-2028", "year", "'2030-2028'", "2028-2030"),
        ("@daily", "alias", "'@daily'", "as cron"),
        ("cron(0 0 * * ? *)", "AWS", "'cron(0 0 * * ? *)'", "as aws"),
        ("0 ٣ 0 * * ?", "beyond ASCII", "\\u0663", "six or seven"),
        ("0 0\u00a00 * * ?", "beyond ASCII", "\\xa0", "six or seven"),
        ("0 0 0 ? \n* *", "lines", "\\n", "six or seven"),
    ],
)
def test_a_refusal_names_field_value_and_cure(
    expression: str, names_field: str, names_value: str, cure: str
) -> None:
    with pytest.raises(ScheduleError) as caught:
        from_quartz(expression, this_year=2026)
    message = str(caught.value)
    assert names_field in message
    assert names_value in message
    assert cure in message


def test_a_zone_that_is_none_is_refused() -> None:
    with pytest.raises(ScheduleError, match=r"timezone: .*'Europe/Bonn'.*Europe/Berlin"):
        from_quartz("0 0 0 * * ?", "Europe/Bonn")


def test_a_time_that_the_zone_never_has_is_refused() -> None:
    """The last Sunday of March at 02:30 is skipped in Berlin each year."""
    with pytest.raises(ScheduleError, match="never come"):
        from_quartz("0 30 2 ? 3 1L", "Europe/Berlin")
