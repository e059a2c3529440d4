"""Five-field cron: translated exactly, or refused with the field, the value and what to write."""

from __future__ import annotations

import pytest

from nightshift_tools.schedule import ScheduleError, from_unix, notes, to_expressions


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("*/2 * * * *", ["cron(*/2 * * * ? *)"]),
        ("*/5 * * * *", ["cron(*/5 * * * ? *)"]),
        ("0 */6 * * *", ["cron(0 */6 * * ? *)"]),
        ("30 2 * * *", ["cron(30 2 * * ? *)"]),
        ("0\t2  * * * ", ["cron(0 2 * * ? *)"]),
        ("07 03 01 * *", ["cron(7 3 1 * ? *)"]),
        ("0 18 * * 1-5", ["cron(0 18 ? * MON-FRI *)"]),
        ("0 0 * * sun", ["cron(0 0 ? * SUN *)"]),
        ("0 0 * * 0,7", ["cron(0 0 ? * SUN *)"]),
        ("0 0 * * 5-7", ["cron(0 0 ? * SUN,FRI,SAT *)"]),
        ("0 0 * * */2", ["cron(0 0 ? * SUN,TUE,THU,SAT *)"]),
        ("0 0 1 jan-JUN *", ["cron(0 0 1 1-6 ? *)"]),
        ("0 0 29 2 *", ["cron(0 0 29 2 ? *)"]),
        ("0 0 1-31 * *", ["cron(0 0 * * ? *)"]),
        ("0 0 * * 0-6", ["cron(0 0 * * ? *)"]),
        ("5,10-30/10,55 * * * *", ["cron(5,10,20,30,55 * * * ? *)"]),
        ("0 0 13 * 5", ["cron(0 0 13 * ? *)", "cron(0 0 ? * FRI *)"]),
        ("0 0 30 2 1", ["cron(0 0 ? 2 MON *)"]),
        ("0 0 1 */12 *", ["cron(0 0 1 1 ? *)"]),
        ("@hourly", ["cron(0 * * * ? *)"]),
        ("@daily", ["cron(0 0 * * ? *)"]),
        ("@midnight", ["cron(0 0 * * ? *)"]),
        ("@weekly", ["cron(0 0 ? * SUN *)"]),
        ("@monthly", ["cron(0 0 1 * ? *)"]),
        ("@Yearly", ["cron(0 0 1 1 ? *)"]),
    ],
)
def test_what_it_prints_to(expression: str, expected: list[str]) -> None:
    assert list(to_expressions(from_unix(expression))) == expected


@pytest.mark.parametrize(
    ("expression", "names_field", "names_value", "cure"),
    [
        ("61 * * * *", "minute", "'61'", "0 to 59"),
        ("0 24 * * *", "hour", "'24'", "0 to 23"),
        ("0 0 0 * *", "day of month", "'0'", "1 to 31"),
        ("0 0 1 13 *", "month", "'13'", "1 to 12"),
        ("0 0 * * 8", "day of week", "'8'", "0 to 7"),
        ("0 0 31 2 *", "day of month", "'31'", "a day that these months have"),
        ("*/0 * * * *", "minute", "'*/0'", "1 or more"),
        ("*/60 * * * *", "minute", "'*/60'", "from 1 to 59"),
        ("0 0 * * */7", "day of week", "'*/7'", "from 1 to 6"),
        ("5-5 * * * *", "minute", "'5-5'", "write 5"),
        ("5-5/1 * * * *", "minute", "'5-5/1'", "write 5"),
        ("0 0 * * 1-5/5", "day of week", "'1-5/5'", "from 1 to 4"),
        ("5/15 * * * *", "minute", "'5/15'", "5-59/15"),
        ("0 0 * * MON-FRI/2", "day of week", "'MON-FRI/2'", "1-5/2"),
        ("0 22-2 * * *", "hour", "'22-2'", "22-23,0-2"),
        ("0 0 * * FRI-SUN", "day of week", "'FRI-SUN'", "5-7"),
        ("1,,2 * * * *", "minute", "'1,,2'", "comma"),
        ("0 0 ? * *", "day of month", "'?'", "'*'"),
        ("0 0 L * *", "day of month", "'L'", "as quartz or aws"),
        ("0 0 * * 6#3", "day of week", "'6#3'", "as quartz or aws"),
        ("H * * * *", "minute", "'H'", "the value"),
        ("0 0 * * MONDAY", "day of week", "'MONDAY'", "SUN to SAT"),
        ("٣ * * * *", "beyond ASCII", "'\\u0663 * * * *'", "write five"),
        ("0\u00a00 * * *", "beyond ASCII", "'0\\xa00 * * *'", "write five"),
        ("@every 5m", "alias", "'@every 5m'", "every_minutes"),
        ("@reboot", "alias", "'@reboot'", "write when it is to run"),
        ("@fortnightly", "alias", "'@fortnightly'", "@weekly"),
        ("rate(5 minutes)", "AWS", "'rate(5 minutes)'", "say that it is aws"),
        ("0 0 0,4 ? * *", "6 fields", "'0 0 0,4 ? * *'", "say that it is quartz"),
        ("0 0 1 */13 *", "month", "'*/13'", "from 1 to 12"),
        ("* * * *", "4 field", "'* * * *'", "write five"),
        ("", "empty", "", "write five"),
    ],
)
def test_a_refusal_names_field_value_and_cure(
    expression: str, names_field: str, names_value: str, cure: str
) -> None:
    with pytest.raises(ScheduleError) as caught:
        from_unix(expression)
    message = str(caught.value)
    assert names_field in message
    assert names_value in message
    assert cure in message


@pytest.mark.parametrize("expression", ["0 0 */2 * 1", "0 0 1-31 * 1", "0 0 1 * */2", "0 0 1 * 0-6"])
def test_an_ambiguous_pair_of_days_is_refused_with_the_two_ways_to_say_it(expression: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        from_unix(expression)
    minute, hour, day, month, weekday = expression.split()
    message = str(caught.value)
    assert f"'{minute} {hour} {day} {month} *'" in message
    assert f"'{minute} {hour} * {month} {weekday}'" in message


def test_a_long_value_is_shown_short() -> None:
    with pytest.raises(ScheduleError) as caught:
        from_unix("9" * 5000 + " * * * *")
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("*/5 * * * *", []),
        ("*/7 * * * *", ["every 7 minutes, but 4 at the end of each hour, where cron begins anew"]),
        ("0 */5 * * *", ["every 5 hours, but 4 at the end of each day, where cron begins anew"]),
    ],
)
def test_a_step_that_does_not_divide_its_range_is_noted(expression: str, expected: list[str]) -> None:
    assert notes(from_unix(expression)) == expected
