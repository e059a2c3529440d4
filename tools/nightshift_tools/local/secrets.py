"""Secrets on a laptop: one JSON file each, which nobody else may read."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import orjson

from nightshift.errors import ConfigurationError

_NAME = re.compile(r"[A-Za-z0-9_+=@-][A-Za-z0-9_+=.@-]*(/[A-Za-z0-9_+=@-][A-Za-z0-9_+=.@-]*)*", re.ASCII)
_FOR_OTHERS = 0o077


class FileSecrets:
    """The secret `shop/medusa` is the file `shop/medusa.json` in a folder: what Secrets Manager is on AWS."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str, *, fresh: bool = False) -> Mapping[str, str]:
        """The secret's fields, read anew each time.

        ConfigurationError where the file is missing, is open to others, or is no JSON object of texts. No
        message repeats anything of what the file holds.
        """
        path = self._path(name)
        try:
            with path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                if os.name == "posix" and mode & _FOR_OTHERS:
                    raise ConfigurationError(
                        f"the secret {name!r} can be read by others: run `chmod 600 {path}`"
                    )
                body = file.read()
        except OSError as error:
            raise ConfigurationError(
                f"the secret {name!r} cannot be read ({error.strerror}): put it into {path} as a JSON "
                "object, with mode 600"
            ) from None
        return _fields(body, name, path)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ConfigurationError(
                f"{name!r} is no name of a secret: letters, digits and _+=.@- in parts divided by /"
            )
        return self._folder / f"{name}.json"


def _fields(body: bytes, name: str, path: Path) -> Mapping[str, str]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise ConfigurationError(
            f'the secret {name!r} in {path} must be a JSON object of texts, as {{"email": "…"}}'
        )
    return found
