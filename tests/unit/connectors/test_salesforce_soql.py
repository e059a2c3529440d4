"""SOQL: what a value becomes, that it stays a value, and that the sandbox reads what the connector writes."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightshift.connectors.salesforce import soql
from nightshift_tools.sandbox.salesforce.errors import SalesforceError
from nightshift_tools.sandbox.salesforce.soql.parser import parse
from nightshift_tools.sandbox.salesforce.soql.tree import (
    Comparison,
    Condition,
    Group,
    Literal,
    Not,
    Number,
    Text,
)

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
LITERALS = [
    (None, "null"),
    (True, "true"),
    (False, "false"),
    (7, "7"),
    (-7, "-7"),
    (Decimal("9.90"), "9.90"),
    (Decimal("1E+3"), "1000"),
    (0.1, "0.1"),
    (1e-7, "0.0000001"),
    ("it's", r"'it\'s'"),
    ("a\\b\n\r\t\b\f", r"'a\\b\n\r\t\b\f'"),
    ('say "x"', "'say \"x\"'"),
    ("", "''"),
    (date(2026, 11, 20), "2026-11-20"),
    (datetime(2026, 11, 20, 22, 0, tzinfo=UTC), "2026-11-20T22:00:00.000Z"),
    (datetime(2026, 11, 21, 0, 0, 0, 7000, timezone(timedelta(hours=2))), "2026-11-20T22:00:00.007Z"),
]


def literal_in(query: str) -> Literal:
    condition = parse(query).where
    assert isinstance(condition, Comparison)
    (found,) = condition.values
    return found


@pytest.mark.parametrize(("value", "written"), LITERALS)
def test_a_value_is_written_as_soql_wants_it(value: soql.Value, written: str) -> None:
    assert soql.literal(value) == written


WITHOUT_ZONE = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)


@pytest.mark.parametrize("value", [WITHOUT_ZONE, float("nan"), Decimal("Infinity"), "a\0b", "\ud800"])
def test_what_no_query_can_carry_is_refused(value: soql.Value) -> None:
    with pytest.raises(ValueError):
        soql.literal(value)


@given(TEXTS)
def test_any_text_stays_the_one_value_that_it_was(text: str) -> None:
    found = literal_in(f"SELECT Id FROM Product2 WHERE Name = {soql.literal(text)} LIMIT 7")
    assert isinstance(found, Text)
    assert found.value == text


@given(TEXTS)
def test_a_beginning_matches_its_own_text_and_no_wildcard(text: str) -> None:
    found = literal_in(f"SELECT Id FROM Product2 WHERE Name LIKE {soql.beginning(text)}")
    assert isinstance(found, Text)
    pattern = found.pattern
    assert pattern.endswith("%")
    plain, place = "", 0
    while place < len(pattern) - 1:
        assert pattern[place] not in "%_"
        place += pattern[place] == "\\"
        plain += pattern[place]
        place += 1
    assert plain == text


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4))
def test_any_number_stays_what_it_was(number: Decimal) -> None:
    found = literal_in(f"SELECT Id FROM Product2 WHERE Weight > {soql.literal(number)}")
    assert isinstance(found, Number)
    assert Decimal(found.value) == number


@given(st.lists(TEXTS, max_size=40), st.integers(min_value=1, max_value=400))
def test_lists_have_every_value_once_and_fit(values: list[str], longest: int) -> None:
    read: list[str] = []
    for written in soql.lists(values, longest):
        found = parse(f"SELECT Id FROM Product2 WHERE Name IN {written}").where
        assert isinstance(found, Comparison)
        texts = [value.value for value in found.values if isinstance(value, Text)]
        assert len(quote(written, safe="")) <= longest + 6 or len(texts) == 1
        read += texts
    assert read == values


def test_a_list_of_nothing_is_no_list() -> None:
    assert list(soql.lists([])) == []


def test_the_next_page_begins_after_the_last_record() -> None:
    assert soql.after(("SystemModstamp", datetime(2026, 1, 1, tzinfo=UTC)), ("Id", "01t")) == (
        "(SystemModstamp > 2026-01-01T00:00:00.000Z OR "
        "(SystemModstamp = 2026-01-01T00:00:00.000Z AND Id > '01t'))"
    )


def test_a_query_is_put_together() -> None:
    query = soql.select(
        "Product2", ["Id", "A__r.Name"], where="IsActive = true", order_by=["SystemModstamp", "Id"], limit=5
    )
    assert (
        query
        == "SELECT Id, A__r.Name FROM Product2 WHERE IsActive = true ORDER BY SystemModstamp, Id LIMIT 5"
    )


@pytest.mark.parametrize(
    "name", ["", "a b", "Id FROM User--", "a'", "1a", "a.", ".a", "a..b", "Ä", "a_", "Id\n"]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not the name"):
        soql.select(name, ["Id"])
    with pytest.raises(ValueError, match="is not the name"):
        soql.select("Product2", [name])


# The other way round: trees of conditions, written and read again.

NAMES = st.sampled_from(["Name", "Id", "Order.Name", "a__r.b__c"])
COMPARISONS = st.builds(
    lambda name, operator, text: (
        f"{name} {operator} {soql.literal(text)}",
        Comparison(tuple(name.split(".")), operator, (text,)),  # type: ignore[arg-type]
    ),
    NAMES,
    st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
    TEXTS,
)


def joined(operator: str, parts: list[tuple[str, object]]) -> tuple[str, object]:
    return f" {operator} ".join(f"({text})" for text, _ in parts), (operator, [tree for _, tree in parts])


CONDITIONS = st.recursive(
    COMPARISONS,
    lambda inner: (
        st.builds(joined, st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3))
        | st.builds(lambda part: (f"NOT ({part[0]})", ("NOT", part[1])), inner)
    ),
    max_leaves=8,
)


def plain(condition: Condition) -> object:
    """The tree as the strategy writes it."""
    if isinstance(condition, Group):
        return (condition.operator, [plain(part) for part in condition.parts])
    if isinstance(condition, Not):
        return ("NOT", plain(condition.inner))
    (value,) = condition.values
    assert isinstance(value, Text)
    return Comparison(condition.path, condition.operator, (value.value,))  # type: ignore[arg-type]


@given(CONDITIONS)
def test_conditions_are_read_as_they_are_nested(condition: tuple[str, object]) -> None:
    text, tree = condition
    found = parse(f"SELECT Id FROM Product2 WHERE {text}").where
    assert found is not None
    assert plain(found) == tree


@given(st.text(max_size=60) | st.text("SELECTFROMWHEREid ()',\\=<>.0Z-T:", max_size=60))
def test_any_text_is_a_query_or_refused_as_one(text: str) -> None:
    with suppress(SalesforceError):
        parse(text)
