"""clean-expired-carts keeps the contract of every job."""

from __future__ import annotations

from collections.abc import Mapping

from clean_expired_carts.app import lambda_handler
from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing import JobContract, JobWorld, entry_of
from support.sync import ROOT


class OldCarts(JobWorld):
    """Carts of which some are old; nothing is poisoned, for nothing is written into a cart."""

    handler = lambda_handler
    entry = entry_of("clean-expired-carts", ROOT, batch_size=2)

    def prepare(self) -> None:
        self.sandbox = Sandbox(products=1, clock=lambda: self.clock.now().timestamp())
        self.sandbox.__enter__()
        self.environment = self.sandbox.environment()
        self.sandbox.medusa.clear()
        self.old: set[str] = set()
        self.change()

    def close(self) -> None:
        self.sandbox.__exit__(None, None, None)

    def change(self) -> None:
        made = self.sandbox.medusa.seed(carts=[{"age_hours": hours} for hours in (25, 1, 40, 50, 2, 60)])
        self.old |= {cart["id"] for place, cart in enumerate(made["carts"]) if place not in (1, 4)}

    def differences(self) -> Mapping[str, str]:
        there = {cart["id"] for cart in self.sandbox.medusa.carts()}
        fresh = self.fresh() - there
        return {
            **dict.fromkeys(self.old & there, "is old, and there"),
            **dict.fromkeys(fresh, "was fresh, and is gone"),
        }

    def fresh(self) -> set[str]:
        return set(self.sandbox.medusa.deletions()) - self.old

    def effects(self) -> Mapping[str, int]:
        return self.sandbox.medusa.deletions()


class TestCleanExpiredCarts(JobContract):
    world = OldCarts
