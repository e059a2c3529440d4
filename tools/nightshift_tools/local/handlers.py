"""A job's handler, loaded from the project's `functions/` as Lambda loads it from its root."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from nightshift.errors import ConfigurationError
from nightshift.handler import Handler
from nightshift.manifest import JobEntry


def load_handler(functions: Path, entry: JobEntry) -> Handler[Any]:
    """The handler that the manifest names; ConfigurationError where there is none that can be imported."""
    if not entry.handler:
        raise ConfigurationError(f"{entry.name}: its function is external, so there is no code here to run")
    module_name, _, name = entry.handler.rpartition(".")
    module = _import(functions, module_name, entry.name)
    found = getattr(module, name, None)
    if not isinstance(found, Handler):
        raise ConfigurationError(
            f"{entry.name}: {module_name} has no handler {name!r}: decorate a function of that name "
            f'with @job("{entry.name}")'
        )
    if found.spec.name != entry.name:
        raise ConfigurationError(
            f"{entry.name}: the handler {entry.handler} says that it is the job {found.spec.name!r}: "
            "give both the same name"
        )
    return found


def _import(functions: Path, name: str, job: str) -> object:
    if str(functions) not in sys.path:
        sys.path.insert(0, str(functions))
    importlib.invalidate_caches()  # the folder may have been made since its parent was last listed
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            path = functions.joinpath(*name.split(".")).with_suffix(".py")
            raise ConfigurationError(f"{job}: its code is missing: make {path}") from error
        raise ConfigurationError(f"{job}: {name} imports {error.name!r}, which is not installed") from error
    except Exception as error:
        where = _last_line(error, functions)
        raise ConfigurationError(
            f"{job}: {name} cannot be imported{where}: {type(error).__name__}: {error}"
        ) from error


def _last_line(error: BaseException, functions: Path) -> str:
    """` (functions/sync_products/app.py:12)`: the innermost line of the project that raised."""
    if isinstance(error, SyntaxError):
        return ""  # its own text names file and line
    found, trace = "", error.__traceback__
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.is_relative_to(functions):
            found = f" ({path.relative_to(functions.parent)}:{trace.tb_lineno})"
        trace = trace.tb_next
    return found
