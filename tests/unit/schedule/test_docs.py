"""docs/schedules.md is true: what it says is printed is printed, what it says is refused is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nightshift_tools.schedule import ScheduleError, to_expressions
from nightshift_tools.schedule.dialects import DIALECTS, read

TEXT = (Path(__file__).parents[3] / "docs" / "schedules.md").read_text("utf-8")
ROW = re.compile(r"^\| (unix|quartz|aws) \| `([^`]+)` \| (.+) \|$", re.MULTILINE)


def rows(heading: str) -> list[tuple[str, str, str]]:
    found = ROW.findall(TEXT.partition(f"## {heading}\n")[2].partition("\n## ")[0])
    assert {dialect for dialect, _, _ in found} == set(DIALECTS)
    return found


@pytest.mark.parametrize(("dialect", "written", "printed"), rows("What it is printed as"))
def test_what_the_page_says_is_printed(dialect: str, written: str, printed: str) -> None:
    assert list(to_expressions(read(dialect, written))) == re.findall(r"`([^`]+)`", printed)


@pytest.mark.parametrize(("dialect", "written", "rest"), rows("What is refused"))
def test_what_the_page_says_is_refused_has_its_cure(dialect: str, written: str, rest: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        read(dialect, written)
    _, _, cure = rest.rpartition(" | ")
    for part in re.findall(r"`([^`]+)`", cure):
        assert part in str(caught.value)
