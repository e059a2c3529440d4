"""`${NAME}` and `${NAME:-default}`: environment variables in the values of a manifest.

Types are told after they are filled in: `batch_size: ${SYNC_PRODUCTS_BATCH_SIZE:-15}` is a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_VARIABLE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<given>:-(?P<default>[^{}]*))?\}")


class FilledIn(str):
    """A quoted text that a variable was filled into: where a number is expected, its text may be one.

    In a flow mapping, `{default: "${SIZE:-15}"}`, YAML leaves no way but the quotes.
    """

    __slots__ = ()


def fill_in(text: str, environment: Mapping[str, str]) -> str:
    """The text with each variable replaced; a default stands in for one that is unset or empty.

    ValueError where a variable is unset and has no default, or where `${` begins what is none.
    """
    missing: list[str] = []

    def value(found: re.Match[str]) -> str:
        name, default = found["name"], found["default"]
        if found["given"]:
            return environment.get(name) or default
        if name not in environment:
            missing.append(name)
        return environment.get(name, "")

    filled = _VARIABLE.sub(value, text)
    if missing:
        name = missing[0]
        raise ValueError(f"the variable {name} is not set; set it, or give a default: ${{{name}:-value}}")
    if "${" in _VARIABLE.sub("", text):
        raise ValueError(f"{text!r} has a ${{ that names no variable; write ${{NAME}} or ${{NAME:-default}}")
    return filled
