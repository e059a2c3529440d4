"""Cells by kind: what is taken, what is not, and that nothing is lost both ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_strategies import cells
from batch_strategies.cells import CellError


@pytest.mark.parametrize(
    ("parse", "cell", "value"),
    [
        (cells.amount, " 9.90 ", 9.9),
        (cells.amount, "12", 12),
        (cells.amount, "0.000001", 0.000001),
        (cells.flag, "YES", True),
        (cells.flag, "0", False),
        (cells.handle, " mug-1 ", "mug-1"),
        (cells.status, "Published", "published"),
        (cells.url, "HTTPS://shop.example/a b".replace(" ", ""), "HTTPS://shop.example/ab"),
        (cells.text, "  as it is ", "  as it is "),
    ],
)
def test_a_cell_is_read_as_its_kind(parse: cells.Parse, cell: str, value: object) -> None:
    assert parse(cell) == value


@pytest.mark.parametrize(
    ("parse", "cell", "reason"),
    [
        (cells.amount, "-1", "no amount"),
        (cells.amount, "1e3", "no amount"),
        (cells.amount, "NaN", "no amount"),
        (cells.amount, "٣", "no amount"),
        (cells.amount, "9,90", "write 9.99, with a point"),
        (cells.amount, "1234567890.1234567", "no amount"),
        (cells.flag, "perhaps", "neither true nor false"),
        (cells.handle, "Mug", "a-z"),
        (cells.identity, "prod 1", "no id"),
        (cells.url, "javascript:alert(1)", "no address"),
        (cells.text, "a\0b", "NUL"),
        (cells.text, "x" * 100_001, "100,001 characters"),
        (cells.code, "a\nb", "cannot be seen"),
    ],
)
def test_what_a_cell_may_not_hold_is_said(parse: cells.Parse, cell: str, reason: str) -> None:
    with pytest.raises(CellError, match=reason):
        parse(cell)


@given(st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False))
def test_an_amount_comes_back_as_it_was_written(amount: object) -> None:
    value = float(str(amount))
    assert cells.amount(cells.written(value)) == value


@pytest.mark.parametrize(
    ("value", "cell"), [(None, ""), (True, "true"), (1e-6, "0.000001"), (1e16, "10000000000000000"), (5, "5")]
)
def test_values_are_written_without_exponents(value: object, cell: str) -> None:
    assert cells.written(value) == cell
