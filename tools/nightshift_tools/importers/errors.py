"""What cannot be imported at all."""

from __future__ import annotations

from nightshift.errors import ConfigurationError


class ImportFileError(ConfigurationError):
    """The file cannot be read as what it is said to be. The text names the file and the line."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
