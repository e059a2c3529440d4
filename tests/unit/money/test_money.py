"""Amounts are exact: what comes in as a decimal number goes out as the same one, or is refused."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightshift.money import MAX_MINOR, Money, decimals_of

CURRENCIES = st.sampled_from(["JPY", "KRW", "VND", "EUR", "USD", "HUF", "BHD", "KWD", "TND", "CLF"])
MINOR = st.integers(1 - MAX_MINOR, MAX_MINOR - 1)


@given(MINOR, CURRENCIES)
def test_an_amount_goes_out_and_comes_back_as_it_was(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.parse(money.amount, currency) == money
    assert Money.parse(str(money.amount), currency) == money
    assert str(money) == f"{money.amount} {currency}"


@given(MINOR, CURRENCIES)
def test_an_amount_is_worth_its_minor_units(minor: int, currency: str) -> None:
    amount = Money(minor, currency).amount
    assert Fraction(amount) == Fraction(minor, 10 ** decimals_of(currency))
    assert amount.as_tuple().exponent == -decimals_of(currency)


@given(st.decimals(allow_nan=True, allow_infinity=True), CURRENCIES)
def test_any_decimal_number_is_taken_for_exactly_what_it_is_or_refused(
    amount: Decimal, currency: str
) -> None:
    try:
        money = Money.parse(amount, currency)
    except ValueError:
        return
    assert Fraction(money.minor, 10 ** decimals_of(currency)) == Fraction(amount)


@given(MINOR, CURRENCIES)
def test_nothing_depends_on_the_context_of_decimal_arithmetic(minor: int, currency: str) -> None:
    with decimal.localcontext(decimal.Context(prec=2, rounding=decimal.ROUND_UP)):
        money = Money(minor, currency)
        assert Money.parse(money.amount, currency).minor == minor


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        (Decimal("19.99"), "EUR", 1999),
        ("19.99", "EUR", 1999),
        (19, "EUR", 1900),
        (Decimal("19.9"), "EUR", 1990),
        (Decimal("19.990000"), "EUR", 1999),
        (Decimal("1E+2"), "EUR", 10000),
        (Decimal("0.07"), "EUR", 7),
        (Decimal("-0.07"), "EUR", -7),
        (Decimal("-0"), "EUR", 0),
        (Decimal("1234"), "JPY", 1234),
        (Decimal("1234.000"), "JPY", 1234),
        (Decimal("1.234"), "KWD", 1234),
        (Decimal("1.2345"), "UYW", 12345),
    ],
)
def test_a_currency_has_its_own_decimals(amount: object, currency: str, minor: int) -> None:
    assert Money.parse(amount, currency).minor == minor


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (Decimal("19.999"), "EUR", "EUR has 2 decimals"),
        (Decimal("0.5"), "JPY", "JPY has 0 decimals"),
        (Decimal("1.0001"), "BHD", "BHD has 3 decimals"),
        (19.99, "EUR", "not float"),
        (True, "EUR", "not bool"),
        (None, "EUR", "not NoneType"),
        ("19,99", "EUR", "'19,99' is no decimal number"),
        ("1e3", "EUR", "no decimal number"),
        ("１９", "EUR", "no decimal number"),
        (" 1", "EUR", "no decimal number"),
        ("1_0", "EUR", "no decimal number"),
        ("", "EUR", "no decimal number"),
        (Decimal("NaN"), "EUR", "within reason"),
        (Decimal("Infinity"), "EUR", "within reason"),
        (Decimal("1E+999999"), "EUR", "within reason"),
        (Decimal("1E-999999"), "EUR", "within reason"),
        (Decimal("0E+999999"), "EUR", "within reason"),
        (Decimal("1" * 41), "EUR", "within reason"),
        (10**18, "JPY", "a mistake"),
        (10**17, "EUR", "a mistake"),
        (10**400, "EUR", "a mistake"),
        (1, "eur", "'eur' is no currency"),
        (1, "EURO", "'EURO' is no currency"),
        (1, "XXX", "'XXX' is no currency"),
        (1, "XAU", "'XAU' is no currency"),
        (1, None, "a text of three letters"),
    ],
)
def test_what_is_no_amount_is_refused_with_the_reason(amount: object, currency: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Money.parse(amount, currency)


@pytest.mark.parametrize("minor", [1.0, True, Decimal(1), MAX_MINOR, -MAX_MINOR])
def test_minor_units_are_whole_and_within_reason(minor: object) -> None:
    with pytest.raises(ValueError, match="minor units"):
        Money(minor, "EUR")  # type: ignore[arg-type]


def test_iso_4217_has_so_many_currencies_of_each_kind() -> None:
    from nightshift.money import _DECIMALS

    assert [list(_DECIMALS.values()).count(decimals) for decimals in (0, 2, 3, 4)] == [17, 139, 7, 2]
