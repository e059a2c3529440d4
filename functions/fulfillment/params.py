"""The params that both fulfilment jobs take, as the manifest may give them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from fulfillment.sending import Patience
from nightshift.connectors.salesforce import Package


@dataclass(frozen=True, slots=True)
class Params:
    """ValueError names a value that cannot be used.

    `query_limit`: how many orders one run deals with. `collect_minutes`: how long an order with something
    open collects rows before they are sent together; 0 sends at once. `settle_minutes`: how long an outcome
    stays unknown before Digital River is asked. `namespace`: the one of Digital River's package in the org.
    """

    query_limit: int = 200
    collect_minutes: int = 30
    settle_minutes: int = 10
    namespace: str = "digitalriverv3"

    def __post_init__(self) -> None:
        for name, least, most in (
            ("query_limit", 1, 10_000),
            ("collect_minutes", 0, 1440),
            ("settle_minutes", 1, 1440),
        ):
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"param {name} = {getattr(self, name)}: expected {least} to {most}")
        self.package  # noqa: B018 - a namespace that is none is refused here

    @property
    def package(self) -> Package:
        return Package(self.namespace)

    @property
    def patience(self) -> Patience:
        return Patience(timedelta(minutes=self.collect_minutes), timedelta(minutes=self.settle_minutes))
