"""The params of process-subscriptions, as the manifest may give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nightshift.connectors.salesforce import Package


@dataclass(frozen=True, slots=True)
class Params:
    """ValueError names a value that cannot be used.

    `type`: which subscriptions; recurring installments are all there are. `query_limit`: how many one run
    raises. `namespace`: the one of Digital River's package in the org.
    """

    type: Literal["RECURR_INSTALL"] = "RECURR_INSTALL"
    query_limit: int = 2000
    namespace: str = "digitalriverv3"

    def __post_init__(self) -> None:
        if not 1 <= self.query_limit <= 50_000:
            raise ValueError(f"param query_limit = {self.query_limit}: expected 1 to 50000")
        self.package  # noqa: B018 - a namespace that is none is refused here

    @property
    def package(self) -> Package:
        return Package(self.namespace)
