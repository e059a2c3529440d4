"""The expressions that people use, and those that must be refused, each with its verdict."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from nightshift.schedule import Schedule
from nightshift_tools.schedule import ScheduleError, from_quartz, from_unix, to_expressions
from nightshift_tools.schedule.grammar import check_cron

DATA = Path(__file__).parents[4] / "shared" / "data" / "schedules"


READERS: dict[str, Callable[[str], Schedule]] = {
    "unix": from_unix,
    "quartz": partial(from_quartz, this_year=2026),
}


def lines_of_the_data_files() -> Iterator[Any]:
    if not DATA.is_dir():
        yield pytest.param({}, marks=pytest.mark.skip("needs ../shared/data/schedules beside the repository"))
        return
    for path in sorted(DATA.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            entry = json.loads(line)
            yield pytest.param(entry, id=entry["id"])


@pytest.mark.parametrize("entry", list(lines_of_the_data_files()))
def test_the_data_files_get_their_verdict(entry: dict[str, str]) -> None:
    read = READERS[entry["dialect"]]
    if entry.get("expect") == "error" or entry["cls"].startswith("ambiguous"):
        with pytest.raises(ScheduleError):
            read(entry["expr"])
    elif entry["cls"] == "core":
        for expression in to_expressions(read(entry["expr"])):
            check_cron(expression)
    else:
        # Tolerated by some and so ours to decide; only an error of another kind would be wrong.
        with contextlib.suppress(ScheduleError):
            assert to_expressions(read(entry["expr"]))
