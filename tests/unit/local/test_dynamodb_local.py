"""DynamoDB Local where it cannot run: the reason is told, and is a failure only where it is required."""

from __future__ import annotations

from pathlib import Path

import pytest

from nightshift_tools.testing import dynamodb_local
from support.dynamodb import REQUIRED, go_without


@pytest.mark.parametrize(("present", "missing"), [((), "no java"), (("java",), "no npm")])
def test_what_is_missing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, present: tuple[str, ...], missing: str
) -> None:
    for name in present:
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(dynamodb_local.UnavailableError, match=missing),
        dynamodb_local.running(tmp_path / "cache"),
    ):
        pass


def test_without_it_tests_are_skipped_with_the_reason() -> None:
    with pytest.raises(pytest.skip.Exception, match="no java"):
        go_without("there is no java", {})


def test_where_it_is_required_its_absence_is_a_failure() -> None:
    with pytest.raises(pytest.fail.Exception, match="no java"):
        go_without("there is no java", {REQUIRED: "1"})


def test_the_tests_of_every_change_require_it() -> None:
    script = Path(__file__).resolve().parents[3] / ".ci" / "run"
    assert f"export {REQUIRED}=1" in script.read_text()
