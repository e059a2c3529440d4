"""What a job needs beyond the engine: `needs.toml` in its folder, declared beside the code that uses it.

It becomes the function's environment and the grants of its role (docs/decisions/needs.md).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nightshift_tools.manifest import Manifest
from nightshift_tools.template.alarms import RUN_METRICS
from nightshift_tools.template.errors import TemplateError
from nightshift_tools.template.grants import Grant, read_grants

_KEYS = ("environment", "secrets", "local", "grants", "alarms")


@dataclass(frozen=True, slots=True)
class Needs:
    """Variables of a function, each with the template parameter that it is set to.

    The value of a variable in `secrets` is the name of a secret, which the function may read. Variables in
    `local` are declared empty: `sam local` passes no others. `alarms` are metrics of the job's own that
    raise an alarm, each with what that means.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    local: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    alarms: Mapping[str, str] = field(default_factory=dict)

    @property
    def parameters(self) -> list[str]:
        return [*self.environment.values(), *self.secrets.values()]


def needs_of(root: Path, manifest: Manifest) -> dict[str, Needs]:
    """The needs of every job in a project's folder, by name."""
    return {name: read_needs(root / "functions" / job.package) for name, job in manifest.jobs.items()}


def read_needs(folder: Path) -> Needs:
    """The needs declared in a job's folder; none where there is no needs.toml."""
    path = folder / "needs.toml"
    if not path.exists():
        return Needs()
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TemplateError(f"{_shown(path)} cannot be read: {error}") from error
    for key in document:
        if key not in _KEYS:
            raise TemplateError(f"{_shown(path)} has the unknown key {key!r}; it takes: {', '.join(_KEYS)}")
    try:
        grants = read_grants(document)
    except ValueError as error:
        raise TemplateError(f"{_shown(path)}: {error}") from None
    return Needs(
        grants=grants,
        alarms=_alarms(path, document),
        environment=_table(path, document, "environment"),
        secrets=_table(path, document, "secrets"),
        local=_list(path, document, "local"),
    )


def _table(path: Path, document: dict[str, Any], key: str) -> dict[str, str]:
    table = document.get(key, {})
    if not isinstance(table, dict):
        raise TemplateError(
            f'{_shown(path)}: {key} is a table, as in [{key}] and lines such as NAME = "Parameter"'
        )
    for name, parameter in table.items():
        _variable(path, name)
        if not isinstance(parameter, str) or not re.fullmatch(r"[A-Za-z0-9]+", parameter):
            raise TemplateError(f"{_shown(path)}: {name} = {parameter!r} names no parameter of template.yaml")
    return dict(sorted(table.items()))


def _alarms(path: Path, document: dict[str, Any]) -> dict[str, str]:
    alarms = document.get("alarms", {})
    if not isinstance(alarms, dict):
        raise TemplateError(f"{_shown(path)}: alarms is a table of metrics, each with what its alarm means")
    for metric, meaning in alarms.items():
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", metric) or metric in RUN_METRICS:
            raise TemplateError(
                f"{_shown(path)}: {metric!r} is no metric of its own; write a name as UnpaidInstallments"
            )
        if not isinstance(meaning, str) or not meaning.strip():
            raise TemplateError(f"{_shown(path)}: say what the alarm {metric} means, and what to do")
    return dict(sorted(alarms.items()))


def _list(path: Path, document: dict[str, Any], key: str) -> tuple[str, ...]:
    names = document.get(key, [])
    if not isinstance(names, list):
        raise TemplateError(f'{_shown(path)}: {key} is a list, as in {key} = ["NAME"]')
    return tuple(sorted(_variable(path, name) for name in names))


def _variable(path: Path, name: object) -> str:
    if not isinstance(name, str) or not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
        raise TemplateError(f"{_shown(path)}: {name!r} is no variable; write capitals, as in MEDUSA_URL")
    return name


def _shown(path: Path) -> str:
    return "/".join(path.parts[-3:])
