"""Names of a managed package: what it brings into an org has its namespace before the name."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAMESPACE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,14}")


@dataclass(frozen=True, slots=True)
class Package:
    """The package as it is installed; ValueError for a namespace that is none."""

    namespace: str

    def __post_init__(self) -> None:
        if not _NAMESPACE.fullmatch(self.namespace):
            raise ValueError(f"namespace = {self.namespace!r}: expected that of a package, as digitalriverv3")

    def __call__(self, name: str) -> str:
        """An object or a field of the package: `digitalriverv3__DR_ECCN__c`."""
        return f"{self.namespace}__{name}__c"

    def parent(self, name: str, field: str) -> str:
        """A field of the record that a look-up leads to: `digitalriverv3__DR_ECCN__r.Name`."""
        return f"{self.namespace}__{name}__r.{field}"
