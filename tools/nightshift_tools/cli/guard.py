"""What becomes of errors: one line for a person, an exit code for a script, and never a traceback.

0 done, 1 failed, 2 wrong use, 130 stopped by hand.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

FAILED, WRONG_USE, STOPPED = 1, 2, 130

_JSON = "nightshift.json"


class Guarded(TyperGroup):
    """A group of commands whose errors are told, not raised."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            if isinstance(error, typer.Abort | BrokenPipeError) or hasattr(error, "exit_code"):
                raise  # Typer's own, which it tells itself
            raise typer.Exit(_tell(error, as_json=bool(ctx.meta.get(_JSON)))) from None


def remember_json(ctx: typer.Context, value: bool) -> bool:
    """The callback of `--json`: an error is to be told in JSON as well."""
    ctx.meta[_JSON] = value
    return value


def exit_code(error: BaseException) -> int:
    """What a person must set right is wrong use; everything else has failed."""
    from nightshift.errors import ConfigurationError

    if isinstance(error, KeyboardInterrupt):
        return STOPPED
    return WRONG_USE if isinstance(error, ConfigurationError) else FAILED


def _tell(error: Exception, *, as_json: bool) -> int:
    from nightshift.errors import NightshiftError
    from nightshift_tools.cli.output import print_error, print_json

    if isinstance(error, NightshiftError):
        message = str(error)
    else:
        details = _keep_details(error)
        message = (
            f"{type(error).__name__}: {error}; this is a fault of Nightshift itself, not of what you gave "
            f"it. The details are in {details}"
        )
    if as_json:
        print_json({"error": {"kind": type(error).__name__, "message": message}})
    else:
        print_error(message)
    return exit_code(error)


def _keep_details(error: Exception) -> Path:
    """The traceback in a file of the user's own, beside the state where there is a project."""
    from nightshift.errors import NightshiftError
    from nightshift_tools.local.project import Project

    try:
        folder = Project.find(Path.cwd(), os.environ).home
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / "last-error.txt"
        path.write_text(_details(error), "utf-8", "backslashreplace")
    except (NightshiftError, OSError):
        path = Path(tempfile.mkdtemp(prefix="nightshift-")) / "last-error.txt"
        path.write_text(_details(error), "utf-8", "backslashreplace")
    return path


def _details(error: Exception) -> str:
    return f"nightshift {' '.join(sys.argv[1:])}\n\n" + "".join(traceback.format_exception(error))
