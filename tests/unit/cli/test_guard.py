"""Errors end as one line and an exit code, whatever raised them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from nightshift.errors import ConfigurationError, RunError, SlotHeldError, TriggerError, TryLaterError
from nightshift_tools.cli import options
from nightshift_tools.cli.guard import Guarded


def app_that_raises(error: BaseException) -> typer.Typer:
    app = typer.Typer(cls=Guarded, rich_markup_mode=None)

    @app.command()
    def work(as_json: options.Json = False) -> None:
        raise error

    @app.command()
    def other() -> None:
        """A second command, so that the first one has a name."""

    return app


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError("set it"), 2),
        (TriggerError("no event"), 2),
        (RunError("broken"), 1),
        (TryLaterError("down"), 1),
        (SlotHeldError("held"), 1),
        (typer.Exit(7), 7),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: BaseException, code: int) -> None:
    result = CliRunner().invoke(app_that_raises(error), ["work"])
    assert result.exit_code == code
    assert "Traceback" not in result.output
    if str(error) and not isinstance(error, typer.Exit):
        assert result.stderr == f"error: {error}\n"


def test_with_json_the_error_is_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(app_that_raises(RunError("broken")), ["work", "--json"])
    assert json.loads(result.stdout) == {"error": {"kind": "RunError", "message": "broken"}}
    assert result.stderr == ""


@pytest.mark.parametrize("has_project", [True, False])
def test_a_fault_of_our_own_is_one_line_that_names_the_file_with_the_details(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_project: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("NIGHTSHIFT_HOME", raising=False)
    if has_project:
        (tmp_path / "schedules.yaml").touch()
    result = CliRunner().invoke(app_that_raises(KeyError("nowhere")), ["work"])
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "KeyError: 'nowhere'" in result.stderr
    path = Path(result.stderr.split("details are in ")[1].strip())
    assert path.is_relative_to(tmp_path / ".nightshift") is has_project
    assert "Traceback" in path.read_text()
