"""Expressions and loops of Apex whose values stand in the script: texts, whole numbers, `new X()`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from nightshift_tools.importers.literals import closing, split
from nightshift_tools.importers.tokens import Kind, Token

MAX_TURNS = 60
"""A loop over minutes has at most so many; one that goes on is none."""


@dataclass(frozen=True, slots=True)
class Instance:
    """`new X(...)`: of its class only the name is of interest."""

    type: str


Value: TypeAlias = "str | int | Instance | None"
Names: TypeAlias = Mapping[str, Value]


def value_of(tokens: Sequence[Token], names: Names) -> Value:
    """The value of an expression; None where it is made when the script runs."""
    for sign in ("+", "-", "*"):
        parts = split(tokens, sign)
        if len(parts) > 1:
            return _folded(sign, [value_of(part, names) for part in parts])
    return _single(tokens, names)


def _folded(sign: str, values: Sequence[Value]) -> Value:
    found = values[0]
    for value in values[1:]:
        if isinstance(found, int) and isinstance(value, int):
            found = found + value if sign == "+" else found - value if sign == "-" else found * value
        elif sign == "+" and isinstance(found, str | int) and isinstance(value, str | int):
            found = f"{found}{value}"
        else:
            return None
    return found if not isinstance(found, int) or abs(found) < 1_000_000 else None


def _single(tokens: Sequence[Token], names: Names) -> Value:
    if not tokens:
        return None
    words = [token.text.lower() for token in tokens]
    if tokens[0].text == "(" and closing(tokens, 0) == len(tokens) - 1:
        return value_of(tokens[1:-1], names)
    if words[:4] == ["string", ".", "valueof", "("] and closing(tokens, 3) == len(tokens) - 1:
        inner = value_of(tokens[4:-1], names)
        return str(inner) if isinstance(inner, str | int) else None
    if words[0] == "new":
        path = [token.text for token in tokens[1:]]
        return Instance("".join(path[: path.index("(")]).rpartition(".")[2]) if "(" in path else None
    if len(tokens) == 1 and tokens[0].kind is Kind.TEXT:
        return tokens[0].text
    if len(tokens) == 1 and tokens[0].kind is Kind.NUMBER and tokens[0].text.isdigit():
        return int(tokens[0].text[:9])
    return names.get(words[0]) if len(tokens) == 1 else None


def turns(header: Sequence[Token], names: Names) -> tuple[str, Sequence[Value]] | None:
    """The variable of a loop and its values; None where they cannot be told from the script."""
    parts = split(header, ";")
    if len(parts) == 3:
        return _counted(parts, names)
    each = split(header, ":")
    if len(each) != 2 or each[1][-1].text != "}":
        return None
    brace = next(place for place, token in enumerate(each[1]) if token.text == "{")
    return each[0][-1].text.lower(), [value_of(item, names) for item in split(each[1][brace + 1 : -1], ",")]


def _counted(parts: Sequence[Sequence[Token]], names: Names) -> tuple[str, Sequence[Value]] | None:
    """`Integer i = 0; i < 60; i += 5`."""
    first, condition, step = parts
    assigned = split(first, "=")
    if len(assigned) != 2 or len(condition) < 3:
        return None
    name = assigned[0][-1].text.lower()
    value, by = value_of(assigned[1], names), _step(step, name, names)
    bound = value_of(condition[2:], names)
    is_known = condition[0].text.lower() == name and condition[1].text in ("<", "<=")
    if not (isinstance(value, int) and isinstance(bound, int) and by and is_known):
        return None
    last = bound if condition[1].text == "<=" else bound - 1
    values = range(value, last + 1, by)
    return (name, list(values)) if 0 < len(values) <= MAX_TURNS else None


def _step(tokens: Sequence[Token], name: str, names: Names) -> int | None:
    words = [token.text.lower() for token in tokens]
    if words in ([name, "++"], ["++", name]):
        return 1
    if words[:2] == [name, "+="]:
        found = value_of(tokens[2:], names)
    elif words[:4] == [name, "=", name, "+"]:
        found = value_of(tokens[4:], names)
    else:
        return None
    return found if isinstance(found, int) and found > 0 else None
