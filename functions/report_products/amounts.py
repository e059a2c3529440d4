"""Amounts as people read them, and the ranges that a chart of prices counts them in."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from nightshift.money import decimals_of

_STEPS = (1, 2, 5)


def shown(amount: Decimal, currency: str) -> str:
    """`36999.9` as `36,999.90`: thousands apart, as many decimals as the currency has, and none cut off."""
    try:
        least = decimals_of(currency.upper())
    except ValueError:
        least = 2
    return f"{amount:,.{max(-_exponent(amount), least)}f}"


def _exponent(amount: Decimal) -> int:
    """The exponent of a finite number without zeros at its end, at most 0."""
    exponent = amount.normalize().as_tuple().exponent
    return min(exponent, 0) if isinstance(exponent, int) else 0


def edges(lowest: Decimal, highest: Decimal) -> Sequence[Decimal]:
    """The bounds of ranges that hold all prices from the lowest to the highest: 1, 2, 5, 10, 20, 50, …

    Prices spread over magnitudes; ranges of one width would put nearly all of them into the first.
    """
    found = [Decimal(0)]
    exponent = max(lowest, Decimal("0.01")).adjusted()
    while True:
        for step in _STEPS:
            bound = Decimal(step).scaleb(exponent)
            if bound <= lowest:
                found = [bound]
            else:
                found.append(bound)
            if bound > highest:
                return found
        exponent += 1
