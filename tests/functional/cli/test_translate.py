"""`nightshift translate`: many expressions as a filter, one by hand."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time

import pytest

from support.cli import Cli
from support.expressions import random_quartz, random_unix


def filtered(text: bytes, *arguments: str) -> list[dict[str, object]]:
    """The answers of a process of its own, which must end well and say nothing beside them."""
    command = [sys.executable, "-m", "nightshift_tools", "translate", *arguments]
    run = subprocess.run(command, input=text, capture_output=True, check=False, timeout=60)
    assert run.returncode == 0, run.stderr
    assert run.stderr == b""
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_lines_are_answered_in_their_order_and_a_broken_one_ends_nothing() -> None:
    lines = [
        b'{"id": "a", "dialect": "unix", "expr": "*/5 * * * *"}',
        b"junk",
        b"",
        b'{"id": "b", "dialect": "quartz", "expr": "5 0 12 * * ?"}',
        b"\xff",
        b'{"id": "c", "dialect": "aws", "expr": "rate(5 minutes)"}',
    ]
    found = filtered(b"\r\n".join(lines))
    assert [answer["id"] for answer in found] == ["a", None, "b", None, "c"]
    assert ["aws" in answer for answer in found] == [True, False, False, False, True]
    assert str(found[2]["error"]).startswith("second: '5'")


def test_options_say_what_lines_lack() -> None:
    assert filtered(b'{"id": 1, "expr": "0 0 0 ? * 2"}', "--dialect", "quartz") == [
        {"id": 1, "aws": ["cron(0 0 ? * MON *)"]}
    ]


def test_five_thousand_expressions_take_one_process_and_few_seconds() -> None:
    chance = random.Random(5)
    lines = [
        {"id": number, "dialect": "quartz", "expr": random_quartz(chance)}
        if number % 2
        else {"id": number, "dialect": "unix", "expr": random_unix(chance)}
        for number in range(5000)
    ]
    began = time.monotonic()
    found = filtered("\n".join(map(json.dumps, lines)).encode())
    assert time.monotonic() - began < 20  # 5 s are promised; this machine may do other work too
    assert [answer["id"] for answer in found] == list(range(5000))
    assert sum("aws" in answer for answer in found) > 3000


def test_one_expression_is_explained(empty: Cli) -> None:
    result = empty("translate", "0 0 0,4,8 ? * *")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:3] == [
        "quartz: 6 fields, seconds first",
        "At 00:00, 04:00 and 08:00, UTC",
        "cron(0 0,4,8 * * ? *)",
    ]
    assert len(lines) == 3 + 1 + 1 + 5
    assert "time zone of the user" in result.stderr


@pytest.mark.parametrize(
    ("expression", "dialect", "aws"),
    [
        ("*/5 * * * *", "unix", ["cron(*/5 * * * ? *)"]),
        ("@daily", "unix", ["cron(0 0 * * ? *)"]),
        ("0 0 13 * 5", "unix", ["cron(0 0 13 * ? *)", "cron(0 0 ? * FRI *)"]),
        ("0 0 0,4,8 ? * *", "quartz", ["cron(0 0,4,8 * * ? *)"]),
        ("0 0 12 1 * ? *", "quartz", ["cron(0 12 1 * ? *)"]),
        ("0 10 * * ? *", "aws", ["cron(0 10 * * ? *)"]),
        ("0 10 ? * MON-FRI *", "aws", ["cron(0 10 ? * MON-FRI *)"]),
        ("cron(0 10 ? * MON-FRI *)", "aws", ["cron(0 10 ? * MON-FRI *)"]),
        ("rate(5 minutes)", "aws", ["rate(5 minutes)"]),
    ],
)
def test_the_dialect_is_told_by_the_form(empty: Cli, expression: str, dialect: str, aws: list[str]) -> None:
    found = empty.json("translate", expression)
    assert (found["dialect"], found["aws"]) == (dialect, aws)
    assert len(found["next"]) == 5


def test_a_zone_shows_its_own_times_and_what_its_clocks_skip(empty: Cli) -> None:
    result = empty("translate", "30 2 * * *", "--zone", "Europe/Berlin")
    assert "02:30" in result.stdout
    assert "Europe/Berlin skip" in result.stderr
    found = empty.json("translate", "30 2 * * *", "--zone", "Europe/Berlin")
    assert found["zone"] == "Europe/Berlin"
    assert all(instant.endswith(("T00:30:00.000Z", "T01:30:00.000Z")) for instant in found["next"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["61 * * * *"], "read as unix (five fields): minute: '61' is out of range"),
        (["0 0 12 * * *"], "read as quartz"),
        (["* * * * *", "--dialect", "vixie"], "unix, quartz, aws"),
        (["* * * * *", "--zone", "Nowhere"], "Europe/Berlin"),
        ([""], "the expression is empty"),
    ],
)
def test_what_cannot_be_translated_is_told_in_a_line(empty: Cli, arguments: list[str], says: str) -> None:
    error = empty.refused("translate", *arguments)
    assert says in error
    assert len(error.splitlines()) == 1
