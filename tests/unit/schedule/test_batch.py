"""The filter: a line of JSON in, a line of JSON out, whatever was in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nightshift_tools.schedule.batch import translate_line


def answer(line: object, **defaults: Any) -> Any:
    raw = line if isinstance(line, bytes) else json.dumps(line).encode()
    text = translate_line(raw, **defaults)
    assert "\n" not in text
    return json.loads(text)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"id": "a", "dialect": "unix", "expr": "*/5 * * * *"}, ["cron(*/5 * * * ? *)"]),
        ({"id": 7, "dialect": "unix", "expr": "0 0 13 * 5"}, ["cron(0 0 13 * ? *)", "cron(0 0 ? * FRI *)"]),
        ({"id": "b", "dialect": "quartz", "expr": "0 0 0 L * ?"}, ["cron(0 0 L * ? *)"]),
        ({"id": None, "dialect": "aws", "expr": "rate(1 hour)"}, ["rate(1 hour)"]),
        ({"dialect": "unix", "expr": "@daily", "zone": "Europe/Berlin"}, ["cron(0 0 * * ? *)"]),
    ],
)
def test_a_line_is_translated(line: dict[str, object], expected: list[str]) -> None:
    assert answer(line) == {"id": line.get("id"), "aws": expected}


@pytest.mark.parametrize(
    ("line", "identity", "names"),
    [
        ({"id": "a", "dialect": "unix", "expr": "61 * * * *"}, "a", "minute: '61'"),
        ({"id": "a", "dialect": "vixie", "expr": "* * * * *"}, "a", "dialect: 'vixie'"),
        ({"id": "a", "expr": "* * * * *"}, "a", "dialect: it is missing"),
        ({"id": "a", "dialect": "unix"}, "a", "expr: it is missing"),
        ({"id": "a", "dialect": "unix", "expr": 5}, "a", "expr: it is int"),
        ({"id": "a", "dialect": ["unix"], "expr": "* * * * *"}, "a", "dialect: it is list"),
        ({"id": "a", "dialect": "unix", "expr": "* * * * *", "zone": "Nowhere"}, "a", "timezone: "),
        ({"id": {"n": [1]}, "dialect": "unix", "expr": "\ud800 * * * *"}, {"n": [1]}, "beyond ASCII"),
        ([], None, "no JSON object"),
        (b"not json", None, "no JSON"),
        (b"", None, "no JSON"),
        (b'{"id": 1, "dialect"', None, "no JSON"),
        (b"\xff\xfe", None, "no UTF-8"),
        (b"[" * 100_000, None, "no JSON"),
        (b'{"id": ' + b"9" * 5000 + b"}", None, "no JSON"),
        (b'{"id": NaN}', None, "no JSON"),
    ],
    ids=range(16),
)
def test_a_line_that_cannot_be_translated_is_answered(line: object, identity: object, names: str) -> None:
    found = answer(line)
    assert found["id"] == identity
    assert names in found["error"]


def test_what_a_line_lacks_comes_from_the_command_line() -> None:
    line = {"id": 1, "expr": "0 0 0 ? * 2"}
    assert answer(line, dialect="quartz") == {"id": 1, "aws": ["cron(0 0 ? * MON *)"]}
