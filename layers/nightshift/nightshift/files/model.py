"""A file as the store knows it, and what a name may look like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nightshift.errors import ConfigurationError

LONGEST_NAME = 512
_PART = r"[A-Za-z0-9_+=@-][A-Za-z0-9_+=.@-]*"
_NAME = re.compile(rf"{_PART}(/{_PART})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is there whole. `bytes` is its size; `link` says where a person finds it."""

    name: str
    bytes: int
    link: str


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A form by which somebody without rights of his own uploads one file: POST `fields`, then the file."""

    url: str
    fields: Mapping[str, str]


def check_name(name: str) -> str:
    """The name, if it is one: parts divided by `/`, none of which begins with a dot. ConfigurationError else.

    What passes is the same file in a bucket and in a folder, and leads out of neither.
    """
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name[:LONGEST_NAME]!r} is no name of a file: letters, digits and _+=.@- in parts divided by "
            f"/, none of which begins with a dot, {LONGEST_NAME} characters at most"
        )
    return name
