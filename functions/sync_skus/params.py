"""The params of sync-skus, as the manifest may give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nightshift.connectors.salesforce import Package


@dataclass(frozen=True, slots=True)
class Params:
    """What belongs to this job alone. ValueError names a value that cannot be used.

    `mode`: `flagged` sends what is marked to be synchronised, `all` every active product that is complete.
    `query_limit`: how many products one run sends in the mode `flagged`. `namespace`: the one under which
    Digital River's package is installed.
    """

    mode: Literal["flagged", "all"] = "flagged"
    query_limit: int = 100
    namespace: str = "digitalriverv3"

    def __post_init__(self) -> None:
        if not 1 <= self.query_limit <= 10_000:
            raise ValueError(f"param query_limit = {self.query_limit}: expected 1 to 10000")
        self.package  # noqa: B018 - a namespace that is none is refused here

    @property
    def package(self) -> Package:
        return Package(self.namespace)
