"""The params of charge-installments, as the manifest may give them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from charge_installments.rules import Patience
from nightshift.connectors.salesforce import Package


@dataclass(frozen=True, slots=True)
class Params:
    """ValueError names a value that cannot be used.

    `query_limit`: how many installments one run deals with. `parallel`: how many at a time. `settle_minutes`:
    how long an outcome stays unknown before Digital River is believed not to know the request; never shorter
    than a function can live. `wait_days`: how long an order may be on its way before a person looks at it.
    `namespace`: the one of Digital River's package in the org.
    """

    query_limit: int = 1000
    parallel: int = 4
    settle_minutes: int = 20
    wait_days: int = 14
    namespace: str = "digitalriverv3"

    def __post_init__(self) -> None:
        for name, least, most in (
            ("query_limit", 1, 100_000),
            ("parallel", 1, 16),
            ("settle_minutes", 16, 1440),
            ("wait_days", 1, 90),
        ):
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"param {name} = {getattr(self, name)}: expected {least} to {most}")
        self.package  # noqa: B018 - a namespace that is none is refused here

    @property
    def package(self) -> Package:
        return Package(self.namespace)

    @property
    def patience(self) -> Patience:
        return Patience(timedelta(minutes=self.settle_minutes), timedelta(days=self.wait_days))
