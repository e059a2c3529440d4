"""What is printed: nothing from outside can spoil a terminal, and what is piped is whole."""

from __future__ import annotations

import json

import pytest

from nightshift_tools.cli.output import plain, print_error, print_json, print_table


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Größe 5 µm, 日本", "Größe 5 µm, 日本"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("lone \ud800 surrogate", "lone \\ud800 surrogate"),
        ("right\u202eto left", "right\\u202eto left"),
    ],
)
def test_text_from_outside_is_made_harmless(text: str, printed: str) -> None:
    assert plain(text) == printed


def test_json_is_valid_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    document = {"text": "ö\x1b \ud800", "none": None}
    print_json(document)
    printed = capsys.readouterr().out
    assert "ö" in printed
    assert "\x1b" not in printed
    assert json.loads(printed) == document


def test_a_table_that_is_piped_is_neither_cut_nor_folded_nor_coloured(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reason = "why " * 100 + "[bold]not markup[/bold] :smile:"
    print_table(
        ("status", "tries", "reason"), [("failed", "7", reason), ("running", "12", "")], right=("tries",)
    )
    header, first, second = capsys.readouterr().out.splitlines()
    assert header == "status   tries  reason"
    assert first == f"failed       7  {reason}"
    assert second == "running     12"


def test_an_error_is_one_line_on_stderr_and_its_further_lines_follow(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_error("schedules.yaml:1:1: this\nschedules.yaml:2:1: \x1b[1mthat")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "error: schedules.yaml:1:1: this\nschedules.yaml:2:1: \\x1b[1mthat\n"
