"""TypeScript and Apex as tokens: enough to find literals, and to take no comment or string for code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from nightshift_tools.importers.errors import ImportFileError


class Kind(Enum):
    """What a token is. A MADE text is a template string with substitutions: nobody here knows its value."""

    NAME = "name"
    NUMBER = "number"
    TEXT = "text"
    MADE = "made"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is the value of a TEXT, without quotes and escapes, and the spelling of everything else."""

    kind: Kind
    text: str
    line: int
    begin: int
    end: int


_PIECE = re.compile(
    r"(?P<blank>\s+)|(?P<comment>//[^\n]*|/\*.*?\*/)"
    r"|(?P<name>[A-Za-z_$][A-Za-z0-9_$]*)|(?P<number>[0-9][0-9_]*(\.[0-9]+)?([eE][0-9]+)?)"
    r"|(?P<sign>=>|===?|!==?|<=|>=|\+\+|--|\+=|\?\?|\|\||&&|\?\.|.)",
    re.DOTALL,
)
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_MAX_DEPTH = 60
_REGEX = re.compile(r"/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_CODE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(\n)|(.))", re.DOTALL)


def tokens(text: str, file: str, quotes: str) -> Sequence[Token]:
    """The tokens of a text, an END last. ImportFileError where a string or a comment does not end."""
    found: list[Token] = []
    at, line = 0, 1
    while at < len(text):
        char = text[at]
        if char in quotes:
            token, stop = _string(text, at, line, file)
            found.append(token)
        elif char == "/" and "`" in quotes and _may_be_regex(found) and (regex := _REGEX.match(text, at)):
            stop = regex.end()
            found.append(Token(Kind.MADE, regex[0], line, at, stop))
        else:
            stop = _piece(text, at, line, file, found)
        line += text.count("\n", at, stop)
        at = stop
    _check_brackets(found, file)
    return [*found, Token(Kind.END, "", line, at, at)]


def _check_brackets(found: Sequence[Token], file: str) -> None:
    """Every bracket has its counterpart, and none stands too deep for what calls itself."""
    is_open: list[Token] = []
    for token in found:
        if token.kind is not Kind.SIGN:
            continue
        if token.text in _PAIRS:
            is_open.append(token)
        elif token.text in _PAIRS.values() and (not is_open or _PAIRS[is_open.pop().text] != token.text):
            raise ImportFileError(file, token.line, f"a {token.text} closes here what is not open")
        if len(is_open) > _MAX_DEPTH:
            raise ImportFileError(file, token.line, f"brackets stand more than {_MAX_DEPTH} deep here")
    if is_open:
        raise ImportFileError(file, is_open[-1].line, f"a {is_open[-1].text} opens here that is not closed")


def _piece(text: str, at: int, line: int, file: str, found: list[Token]) -> int:
    if text.startswith("/*", at) and text.find("*/", at + 2) < 0:
        raise ImportFileError(file, line, "a comment begins here that does not end")
    matched = _PIECE.match(text, at)
    assert matched is not None  # any character is a sign at least
    kind = {"name": Kind.NAME, "number": Kind.NUMBER, "sign": Kind.SIGN}.get(_group(matched))
    if kind is not None:
        found.append(Token(kind, matched[0], line, at, matched.end()))
    return matched.end()


def _group(matched: re.Match[str]) -> str:
    return next(name for name, value in matched.groupdict().items() if value is not None)


def _may_be_regex(before: Sequence[Token]) -> bool:
    """After a value a slash divides; anywhere else it begins a regular expression."""
    if not before:
        return True
    last = before[-1]
    return (last.kind is Kind.SIGN and last.text not in (")", "]", "}")) or last.text in ("return", "typeof")


def _string(text: str, at: int, line: int, file: str) -> tuple[Token, int]:
    quote, stop, is_made, depth = text[at], at + 1, False, 0
    while stop < len(text) and (text[stop] != quote or depth):
        if text[stop] == "\\":
            stop += 1
        elif quote == "`" and text.startswith("${", stop):
            is_made, depth = True, depth + 1
        elif depth and text[stop] == "}":
            depth -= 1
        elif text[stop] == "\n" and quote != "`":
            break
        stop += 1
    if text[stop : stop + 1] != quote:
        raise ImportFileError(file, line, f"a string begins here with {quote} that does not end")
    inner = text[at + 1 : stop]
    kind = Kind.MADE if is_made else Kind.TEXT
    return Token(kind, inner if is_made else _CODE.sub(_escape, inner), line, at, stop + 1), stop + 1


def _escape(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    return "" if found[4] else _ESCAPES.get(found[5], found[5])
