"""The params of report-products, as the manifest may give them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Params:
    """What belongs to this job alone. ValueError for a length that makes no list.

    `shop_name` stands at the top of the page. `longest_list`: so many products are named in a list of the
    page; the table and the JSON have them all.
    """

    shop_name: str = "The shop"
    longest_list: int = 50

    def __post_init__(self) -> None:
        if not 1 <= self.longest_list <= 1000:
            raise ValueError(f"param longest_list = {self.longest_list}: expected 1 to 1000")
