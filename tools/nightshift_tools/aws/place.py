"""Which stack is meant, and with whose credentials."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "NIGHTSHIFT_STACK"
CONFIG = "samconfig.toml"


@dataclass(frozen=True, slots=True)
class Place:
    """What was said on the command line; None where boto3's own chain decides."""

    stack: str | None = None
    profile: str | None = None
    region: str | None = None

    def name(self, root: Path, environment: Mapping[str, str]) -> str:
        """The stack that is meant. None is ever guessed: ConfigurationError lists those in samconfig.toml."""
        name = self.stack or environment.get(VARIABLE)
        if name:
            return name
        from nightshift.errors import ConfigurationError  # `--help` waits for none of the package

        known = deployed_from(root)
        which = f"it is one of {', '.join(known)}" if known else "it is the one that `sam deploy` was told"
        raise ConfigurationError(f"--aws needs the name of a stack: give --stack or set {VARIABLE}; {which}")


def deployed_from(root: Path) -> list[str]:
    """The stacks that a project's samconfig.toml deploys, in its order."""
    try:
        stages = tomllib.loads((root / CONFIG).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return []
    found = (
        stage.get("deploy", {}).get("parameters", {}).get("stack_name")
        for stage in stages.values()
        if isinstance(stage, dict)
    )
    return [str(name) for name in found if name]
