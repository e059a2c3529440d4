"""The scripts with which Salesforce jobs are scheduled: `System.schedule`, loops, the facade."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nightshift_tools.importers.apex_facade import facade_call
from nightshift_tools.importers.apex_merge import merged
from nightshift_tools.importers.apex_values import Instance, Value, turns, value_of
from nightshift_tools.importers.errors import ImportFileError
from nightshift_tools.importers.literals import closing, split
from nightshift_tools.importers.model import Findings, Found
from nightshift_tools.importers.tokens import Kind, Token, tokens

WHOSE_TIME = (
    "Salesforce fired in the time zone of the user who scheduled; without `timezone`, these schedules are "
    "in UTC (--timezone ZONE sets it)"
)
_IN_A_LOOP = "it stands in a loop or a branch whose turns cannot be told from the script; write them out"
_MADE = "its expression is made when the script runs; write it out, or translate by hand"
_MAX_DEPTH = 20
_LONGEST = 200
"""Tokens of one statement."""
MAX_ALL_TURNS = 1000


def read(text: str, file: str) -> Findings:
    """Every schedule that a script makes. ImportFileError for what is no code."""
    stream = tokens(text, file, "'")
    script = _Script(text, file)
    script.names.update(_set_once(stream))
    return Findings(merged(list(script.statements(stream, 0))), [WHOSE_TIME])


class _Script:
    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.names: dict[str, Value] = {}
        self._turns = 0

    def statements(self, stream: Sequence[Token], depth: int, *, is_certain: bool = True) -> Iterator[Found]:
        """The schedules made by these tokens, one after the other."""
        at = 0
        while at < len(stream):
            word = stream[at].text.lower() if stream[at].kind is Kind.NAME else ""
            follows = stream[at + 1].text if at + 1 < len(stream) else ""
            if word in ("for", "while", "if", "do") and depth < _MAX_DEPTH and follows in ("(", "{"):
                header, body, at = _compound(stream, at)
                yield from self._body(word, header, body, depth + 1)
                continue
            if follows == "=":
                end = _statement_end(stream, at + 2)
                is_whole = end < len(stream) and stream[end].text == ";"
                self.names[word] = value_of(stream[at + 2 : end], self.names) if is_whole else None
            call = self._call(stream, at)
            if call is not None:
                yield call if is_certain else replace(call, schedule={}, reason=_IN_A_LOOP)
            at += 1

    def _body(self, word: str, header: Sequence[Token], body: Sequence[Token], depth: int) -> Iterator[Found]:
        known = turns(header, self.names) if word == "for" else None
        if known is None:
            yield from self.statements(body, depth, is_certain=False)
            return
        name, values = known
        self._turns += len(values)
        if self._turns > MAX_ALL_TURNS:
            raise ImportFileError(self.file, body[0].line, f"its loops have more than {MAX_ALL_TURNS} turns")
        for value in values:
            self.names[name] = value
            yield from self.statements(body, depth)

    def _call(self, stream: Sequence[Token], at: int) -> Found | None:
        words = [token.text.lower() for token in stream[at : at + 4]]
        before = stream[at - 1].text if at else ""
        if words[:2] == ["system", "."] and words[3:] == ["("] and words[2] in ("schedule", "schedulebatch"):
            end = closing(stream, at + 3)
            source = self.text[stream[at].begin : stream[min(end, len(stream) - 1)].end]
            arguments = split(stream[at + 4 : end], ",")
            return self._system(stream[at], words[2], arguments, source)
        if words[0].endswith("scheduler") and words[1:2] == ["."] and before != "new":
            return facade_call(self.text, self.file, stream, at, self.names)
        return None

    def _system(self, token: Token, verb: str, arguments: Sequence[Sequence[Token]], source: str) -> Found:
        values = [value_of(argument, self.names) for argument in arguments]
        found = Found(self.file, token.line, "scheduled job", source, reason=_MADE)
        if verb == "schedulebatch":
            title = next((value for value in values if isinstance(value, str)), "scheduled job")
            once = "it runs once, some minutes from now; run the job by hand, or give it an at() of `aws`"
            return replace(found, job=_type(values[:1]) or title, reason=once)
        if len(values) != 3:
            return replace(found, reason="System.schedule takes a name, an expression and an instance")
        name, expression, _ = values
        words = _type(values[2:]) or (name if isinstance(name, str) else "scheduled job")
        found = replace(found, job=words, name=name if isinstance(name, str) else None)
        if not isinstance(expression, str):
            return found
        return replace(found, schedule={"quartz": " ".join(expression.split())}, reason="")


def _set_once(stream: Sequence[Token]) -> dict[str, Value]:
    """`static final String EVERY_NIGHT = '...'`: constants may stand behind what uses them."""
    found: dict[str, Value] = {}
    for place, token in enumerate(stream[:-1]):
        if token.kind is Kind.NAME and stream[place + 1].text == "=":
            end = _statement_end(stream, place + 2)
            is_whole = end < len(stream) and stream[end].text == ";"
            value = value_of(stream[place + 2 : end], {}) if is_whole else None
            found[token.text.lower()] = None if token.text.lower() in found else value
    return found


def _type(values: Sequence[Value]) -> str | None:
    return next((value.type for value in values if isinstance(value, Instance)), None)


def _statement_end(stream: Sequence[Token], at: int) -> int:
    last = min(at + _LONGEST, len(stream))
    while at < last and stream[at].text not in (";", "}", "=") and stream[at].kind is not Kind.END:
        at = closing(stream, at) + 1 if stream[at].text in ("(", "{", "[") else at + 1
    return min(at, len(stream))


def _compound(stream: Sequence[Token], at: int) -> tuple[Sequence[Token], Sequence[Token], int]:
    """What is between the parentheses, the body, and where it is over."""
    header: Sequence[Token] = ()
    begin = at + 1
    if stream[begin].text == "(":
        end = closing(stream, begin)
        header, begin = stream[begin + 1 : end], end + 1
    if begin < len(stream) and stream[begin].text == "{":
        end = closing(stream, begin)
        return header, stream[begin + 1 : end], end + 1
    end = _statement_end(stream, begin)
    return header, stream[begin:end], end
