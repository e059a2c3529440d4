"""Where a project is, and where its state is kept on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nightshift.errors import ConfigurationError

MANIFEST = "schedules.yaml"


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a manifest. `home` holds what one machine knows: state, locks, secrets, files, mails."""

    root: Path
    home: Path

    @classmethod
    def find(cls, start: Path, environment: Mapping[str, str]) -> Project:
        """The project that `start` is in; ConfigurationError where there is none.

        `NIGHTSHIFT_HOME` puts the home elsewhere; a relative one counts from `start`.
        """
        start = start.resolve()
        root = next((folder for folder in (start, *start.parents) if (folder / MANIFEST).is_file()), None)
        if root is None:
            raise ConfigurationError(
                f"there is no {MANIFEST} in {start} or in a folder above it: change to your project's folder"
            )
        home = environment.get("NIGHTSHIFT_HOME")
        return cls(root, start / Path(home).expanduser() if home else root / ".nightshift")

    @property
    def manifest(self) -> Path:
        return self.root / MANIFEST

    @property
    def functions(self) -> Path:
        """The folder of the jobs' packages."""
        return self.root / "functions"

    @property
    def state(self) -> Path:
        """The embedded database."""
        return self.home / "state.db"

    @property
    def secrets(self) -> Path:
        return self.home / "secrets"
