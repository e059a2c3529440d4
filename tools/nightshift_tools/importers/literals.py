"""Object literals of TypeScript: their properties, and the values that stand in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nightshift_tools.importers.tokens import Kind, Token

_OPEN, _CLOSE = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class Variable:
    """`process.env.NAME || default`; `default` None where there is none."""

    name: str
    default: str | None


def closing(tokens: Sequence[Token], at: int) -> int:
    """The place of the bracket that closes the one at a place; the END where there is none."""
    depth = 0
    for place in range(at, len(tokens)):
        if tokens[place].kind is Kind.SIGN:
            depth += tokens[place].text in _OPEN
            depth -= tokens[place].text in _CLOSE
            if not depth:
                return place
    return len(tokens) - 1


def properties(tokens: Sequence[Token]) -> dict[str, Sequence[Token]]:
    """The tokens of each value of an object literal, given what is between its braces."""
    found: dict[str, Sequence[Token]] = {}
    for item in split(tokens, ","):
        if len(item) > 2 and item[0].kind in (Kind.NAME, Kind.TEXT) and item[1].text == ":":
            found[item[0].text] = item[2:]
        elif len(item) == 1 and item[0].kind is Kind.NAME:
            found[item[0].text] = item  # `{ schedule }`
    return found


def split(tokens: Sequence[Token], sign: str) -> list[Sequence[Token]]:
    """The parts between signs that stand in no bracket."""
    parts: list[Sequence[Token]] = []
    depth = begin = 0
    for place, token in enumerate(tokens):
        if token.kind is not Kind.SIGN:
            continue
        depth += token.text in _OPEN
        depth -= token.text in _CLOSE
        if token.text == sign and not depth:
            parts.append(tokens[begin:place])
            begin = place + 1
    return [part for part in [*parts, tokens[begin:]] if part]


def text_of(tokens: Sequence[Token], constants: Mapping[str, Sequence[Token]]) -> str | Variable | None:
    """A text that stands in the file; None where it is made when the program runs."""
    tokens = _plain(tokens, constants)
    if len(tokens) == 1 and tokens[0].kind is Kind.TEXT:
        return tokens[0].text
    if [token.text for token in tokens[:4]] == ["process", ".", "env", "."] and len(tokens) in (5, 7):
        name = tokens[4].text
        if len(tokens) == 5:
            return Variable(name, None)
        if tokens[5].text in ("||", "??") and tokens[6].kind is Kind.TEXT:
            return Variable(name, tokens[6].text)
    return None


def number_of(tokens: Sequence[Token], constants: Mapping[str, Sequence[Token]]) -> float | None:
    """A number, or a product of numbers; None where it is made when the program runs."""
    product = 1.0
    for factor in split(_plain(tokens, constants), "*"):
        factor = _plain(factor, constants)
        if len(factor) != 1:
            inner = number_of(factor, {}) if any(token.text == "*" for token in factor) else None
        else:
            is_number = factor[0].kind is Kind.NUMBER
            inner = float(factor[0].text.replace("_", "")) if is_number else None
        if inner is None:
            return None
        product *= inner
    return product if tokens else None


def _plain(tokens: Sequence[Token], constants: Mapping[str, Sequence[Token]]) -> Sequence[Token]:
    """Without parentheses and `as const` around, and the value of a constant for its name."""
    for _ in range(20):
        if len(tokens) > 2 and tokens[-2].text in ("as", "satisfies"):
            tokens = tokens[:-2]
        elif len(tokens) > 1 and tokens[0].text == "(" and closing(tokens, 0) == len(tokens) - 1:
            tokens = tokens[1:-1]
        elif len(tokens) == 1 and tokens[0].kind is Kind.NAME and tokens[0].text in constants:
            tokens = constants[tokens[0].text]
        else:
            break
    return tokens
