"""Names of a package whose modules are imported when the name is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def late_names(package: dict[str, Any], homes: Mapping[str, Sequence[str]]) -> Callable[[str], object]:
    """The `__getattr__` of a package (its `globals()`); `homes` has the names of each of its modules.

    No name may be that of a module of the package: importing the module would stand in its place.
    """
    where = {name: f"{package['__name__']}.{home}" for home, names in homes.items() for name in names}

    def find(name: str) -> object:
        if name not in where:
            raise AttributeError(f"module {package['__name__']!r} has no attribute {name!r}")
        found = package[name] = getattr(import_module(where[name]), name)
        return found

    return find
