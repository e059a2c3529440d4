"""Money: whole minor units with a currency inside, decimal numbers only at the edge, never a float.

How many decimals a currency has is from ISO 4217, List One, as published on 2026-01-01. Funds codes and
currencies are in it, precious metals and the codes for tests and for no currency are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

MAX_MINOR = 10**18
"""Minor units: more than any order has, and no more than 64 bits hold."""

_MAX_DIGITS = 40
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")

_WITHOUT_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_WITH_THREE = "BHD IQD JOD KWD LYD OMR TND"
_WITH_FOUR = "CLF UYW"
_WITH_TWO = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE
    CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD
    HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK
    MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD
    RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH
    USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
"""
_DECIMALS = {
    code: decimals
    for decimals, codes in ((0, _WITHOUT_DECIMALS), (2, _WITH_TWO), (3, _WITH_THREE), (4, _WITH_FOUR))
    for code in codes.split()
}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units of a currency (ISO 4217, upper case): 1999 EUR is 19.99 €.

    ValueError for a currency that ISO does not know, for an amount that is no whole number, and for one of
    `MAX_MINOR` or more to either side.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        decimals_of(self.currency)
        if type(self.minor) is not int:
            raise ValueError(f"an amount is in whole minor units, not {self.minor!r}")
        if abs(self.minor) >= MAX_MINOR:
            raise ValueError("an amount of 10^18 minor units or more is a mistake")

    @classmethod
    def parse(cls, amount: object, currency: object) -> Money:
        """Money from an API's decimal number: an int, a Decimal, or a text such as "19.99".

        Nothing is rounded: ValueError for more decimals than the currency has, for a float, which has lost
        what it was, and for what is no number.
        """
        if not isinstance(currency, str):
            raise ValueError(f"a currency is a text of three letters, not {type(currency).__name__}")
        decimals, exact = decimals_of(currency), _decimal(amount)
        minor = _scaled(exact, decimals)
        if minor is None:
            raise ValueError(f"{exact} {currency} cannot be: {currency} has {decimals} decimals")
        return cls(minor, currency)

    @property
    def amount(self) -> Decimal:
        """The decimal number, with all the decimals that the currency has."""
        digits = tuple(map(int, str(abs(self.minor))))
        return Decimal((int(self.minor < 0), digits, -decimals_of(self.currency)))

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"


def decimals_of(currency: str) -> int:
    """The decimals of a currency; ValueError for a code that is not in the list."""
    found = _DECIMALS.get(currency)
    if found is None:
        raise ValueError(f"{currency[:10]!a} is no currency of ISO 4217 in upper case, such as EUR")
    return found


def _decimal(amount: object) -> Decimal:
    """The number, with so few digits and so small an exponent that arithmetic on it is nothing to fear."""
    if isinstance(amount, bool) or not isinstance(amount, int | str | Decimal):
        raise ValueError(f"an amount is a decimal number, not {type(amount).__name__}")
    if isinstance(amount, str) and not _NUMBER.fullmatch(amount):
        raise ValueError(f"{amount[:20]!a} is no decimal number such as 19.99")
    if isinstance(amount, int) and abs(amount) >= MAX_MINOR:
        raise ValueError("an amount of 10^18 or more is a mistake")
    exact = Decimal(amount)
    if (
        not exact.is_finite()
        or len(exact.as_tuple().digits) > _MAX_DIGITS
        or abs(exact.adjusted()) > _MAX_DIGITS
    ):
        raise ValueError("an amount is a decimal number within reason")
    return exact


def _scaled(number: Decimal, decimals: int) -> int | None:
    """The number in units of its last decimal, or None where there is something left behind it.

    In integers: what Decimal computes depends on a context that anybody may have changed.
    """
    sign, digits, exponent = number.as_tuple()
    shift = cast(int, exponent) + decimals  # a number that is finite has one
    coefficient = int("".join(map(str, digits)))
    whole, rest = divmod(coefficient * _power_of_ten(shift), _power_of_ten(-shift))
    if rest:
        return None
    return -whole if sign else whole


def _power_of_ten(exponent: int) -> int:
    return int("1" + "0" * exponent)
