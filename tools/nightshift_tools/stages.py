"""The stages of samconfig.toml, looked at before anything is built: what `make deploy` hands to `sam deploy`.

    python -m nightshift_tools.stages dev --schedules ENABLED

prints the parameters of a stage, each as a word for the shell. SAM takes the whole list from the command
line, or the whole list from the file; so one parameter is laid over the file by printing them all.
"""

from __future__ import annotations

import argparse
import re
import shlex
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from nightshift.errors import ConfigurationError
from nightshift_tools.manifest.rules import MAX_STACK_NAME

CONFIG, TEMPLATE = "samconfig.toml", "template.yaml"
_STATES = ("ENABLED", "DISABLED")


def read_stage(root: Path, stage: str) -> dict[str, Any]:
    """The parameters of `sam deploy` for a stage; ConfigurationError where there is no such stage."""
    try:
        document = tomllib.loads((root / CONFIG).read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{CONFIG} cannot be read: {error}") from None
    stages = [name for name, section in document.items() if isinstance(section, dict) and "deploy" in section]
    if stage not in stages:
        raise ConfigurationError(f"{CONFIG} has no stage {stage!r}; it has: {', '.join(stages) or 'none'}")
    found: dict[str, Any] = document[stage]["deploy"]["parameters"]
    return found


def overrides(root: Path, stage: str, schedules: str | None) -> dict[str, str]:
    """The template's parameters for a stage, `schedules` laid over them.

    ConfigurationError, naming line and remedy, for a parameter that is missing, unknown or not allowed.
    """
    found = read_stage(root, stage)
    if len(str(found.get("stack_name", ""))) > MAX_STACK_NAME:
        raise ConfigurationError(
            f"{_section(stage)}: stack_name = {found['stack_name']!r} has more than {MAX_STACK_NAME} "
            "characters, and the names of its rules begin with it"
        )
    values = dict(each.split("=", 1) for each in found.get("parameter_overrides", []))
    if schedules is not None:
        values["SchedulesState"] = schedules
    known = _parameters(root)
    for name, value in values.items():
        _check(stage, name, value, known)
    missing = [name for name, entry in known.items() if "Default" not in entry and name not in values]
    if missing:
        lines = ", ".join(f'"{name}=…"' for name in missing)
        raise ConfigurationError(
            f"{_section(stage)} says nothing of {', '.join(missing)}, and the template has no default: add "
            f"{lines} to its parameter_overrides"
        )
    return values


def _check(stage: str, name: str, value: str, known: Mapping[str, Mapping[str, Any]]) -> None:
    if name not in known:
        raise ConfigurationError(f"{_section(stage)} sets {name}, which {TEMPLATE} has not")
    allowed, pattern = known[name].get("AllowedValues"), known[name].get("AllowedPattern", ".*")
    if allowed is not None and value not in allowed:
        raise ConfigurationError(f"{name}={value} is not allowed: {', '.join(map(str, allowed))}")
    if not re.fullmatch(pattern, value):
        raise ConfigurationError(f"{_section(stage)}: {name}={value} is not allowed: it must match {pattern}")


def _section(stage: str) -> str:
    return f"{CONFIG}, [{stage}.deploy.parameters]"


def _parameters(root: Path) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = YAML().load(root / TEMPLATE)["Parameters"]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m nightshift_tools.stages")
    parser.add_argument("stage")
    parser.add_argument("--schedules", choices=_STATES, help="instead of what the stage says")
    given = parser.parse_args()
    try:
        found = overrides(Path.cwd(), given.stage, given.schedules)
    except ConfigurationError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(" ".join(shlex.quote(f"{name}={value}") for name, value in found.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
