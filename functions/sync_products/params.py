"""The params of sync-products, as the manifest may give them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

_INTERVAL = re.compile(r"([1-9][0-9]{0,3})([hd])", re.ASCII)
_UNITS = {"h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Params:
    """What belongs to this job alone. ValueError names a value that cannot be used.

    `on_missing`: what becomes of a product that the source has lost. `min_seen_ratio`: a scan that finds a
    smaller share of what was there fails the run; 0 switches the guard off. `full_compare`: how often every
    product is compared with Medusa itself, as `24h` or `7d`, or `never`. `page_size`: products per request.
    """

    on_missing: Literal["keep", "draft", "delete"] = "keep"
    min_seen_ratio: float = 0.8
    full_compare: str = "24h"
    page_size: int = 100

    def __post_init__(self) -> None:
        if not 0 <= self.min_seen_ratio <= 1:
            raise ValueError(f"param min_seen_ratio = {self.min_seen_ratio}: expected a ratio from 0 to 1")
        if self.full_compare != "never" and not _INTERVAL.fullmatch(self.full_compare):
            raise ValueError(f"param full_compare = {self.full_compare!r}: write it as 24h, 7d or never")
        if not 1 <= self.page_size <= 1000:
            raise ValueError(f"param page_size = {self.page_size}: expected 1 to 1000")

    @property
    def full_every(self) -> timedelta | None:
        """`full_compare` as an interval; None for never."""
        found = _INTERVAL.fullmatch(self.full_compare)
        return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None
