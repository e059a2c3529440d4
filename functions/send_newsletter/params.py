"""The params of send-newsletter, as the manifest may give them."""

from __future__ import annotations

import re
from dataclasses import dataclass

CUSTOMER = "{customer}"
_LINK = re.compile(r"(https://|mailto:)[\x21-\x7e]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Params:
    """What belongs to this job alone. ValueError names a value that cannot be used.

    `shop_name` signs the letter. `unsubscribe`: where a customer opts out, as an https or a mailto link in
    which `{customer}` is the customer's id; without one, a mail to the sender asks for it.
    """

    shop_name: str = "The shop"
    unsubscribe: str = ""

    def __post_init__(self) -> None:
        if self.unsubscribe and not _LINK.fullmatch(self.unsubscribe):
            raise ValueError(
                f"param unsubscribe = {self.unsubscribe!r}: write an https:// or a mailto: link, as in "
                "https://shop.example/unsubscribe?customer={customer}"
            )
