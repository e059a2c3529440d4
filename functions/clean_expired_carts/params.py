"""The params of clean-expired-carts, as the manifest may give them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Params:
    """`untouched_hours`: so long nobody has touched a cart that is deleted. ValueError for less than one."""

    untouched_hours: int = 24

    def __post_init__(self) -> None:
        if self.untouched_hours < 1:
            raise ValueError(f"param untouched_hours = {self.untouched_hours}: expected 1 or more")

    @property
    def untouched_for(self) -> timedelta:
        return timedelta(hours=self.untouched_hours)
