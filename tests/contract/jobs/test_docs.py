"""The page on testing a job: its job keeps the contract, and it names all that a world may say."""

from __future__ import annotations

import re
from pathlib import Path

from nightshift_tools.testing import JobWorld, check_job
from nightshift_tools.testing.contract import promises as promise
from nightshift_tools.testing.contract.suite import CHECKS

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "testing-a-job.md").read_text()


def test_the_job_of_the_page_keeps_its_contract() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, type[JobWorld]] = {}
    exec(compile(code, "docs/testing-a-job.md", "exec"), names)
    report = check_job(names["Prices"])
    assert report.is_kept, str(report)
    checked = [each.promise.name for each in report.findings if each.cases]
    assert {promise.KILLS.name, promise.DEADLINES.name} <= set(checked)


def test_the_page_names_all_that_a_world_may_say() -> None:
    given = {"clock", "state", "logs", "worker", "key", "reach"}
    names = {*vars(JobWorld), *JobWorld.__annotations__} - given
    assert not [name for name in names if not name.startswith("_") and f"`{name}`" not in PAGE]


def test_the_failure_that_the_page_shows_is_one_of_the_contract() -> None:
    shown = re.findall(r"```\n(.*?): broken", PAGE)
    assert shown
    assert set(shown) <= {each.name for each in CHECKS}
