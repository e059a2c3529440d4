"""Medusa's scheduled jobs: the `config` that a file in `src/jobs` exports, with its spellings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from nightshift_tools.importers.intervals import COUNTED_ANEW, rate_of
from nightshift_tools.importers.literals import Variable, closing, number_of, properties, text_of
from nightshift_tools.importers.model import Findings, Found
from nightshift_tools.importers.tokens import Kind, Token, tokens
from nightshift_tools.manifest.values import Plain

WHOSE_TIME = (
    "Medusa fired in the time zone of its server; without `timezone`, these schedules are in UTC "
    "(--timezone ZONE sets it)"
)
_COUNTS = "numberOfExecutions began anew with each start of Medusa; max_executions survives deployments"
_LONGEST_TYPE = 500
"""Tokens."""
_MADE = "is made when the program runs; write it out, or translate by hand"
_Constants = Mapping[str, Sequence[Token]]


def read(text: str, file: str) -> Findings:
    """The one job of a file, translated or with the reason why not. ImportFileError for what is no code."""
    return Findings([_found(text, file)], [WHOSE_TIME])


def _found(text: str, file: str) -> Found:
    stream = tokens(text, file, "\"'`")
    words = PurePath(file).name.split(".")[0]
    config = _config(stream)
    if config is None:
        reason = "the file exports no `config = {name, schedule}` that stands in it"
        return Found(file, 1, words, file, reason=reason)
    begin, end = config
    constants = _constants(stream)
    source = text[stream[begin].begin : stream[end].end]
    values = properties(stream[begin + 1 : end])
    line = stream[begin].line
    name = text_of(values.get("name", ()), constants)
    if isinstance(name, str) and name:
        words = name
    schedule, reason, notes = _schedule(values, constants)
    limit, lost = _limit(values, constants)
    known = ("name", "schedule", "numberOfExecutions", "concurrency")
    lost += tuple(f"without counterpart: {key}" for key in values if key not in known)
    has_variable = isinstance(text_of(values.get("schedule", ()), constants), Variable)
    whole = {**schedule, **limit} if schedule else {}
    return Found(file, line, words, source, whole, None, reason, (*notes, *lost), has_variable=has_variable)


def _config(stream: Sequence[Token]) -> tuple[int, int] | None:
    """The braces of what is exported as `config`; the type that may stand behind its name is passed over."""
    for place, token in enumerate(stream[:-1]):
        if token.text != "config" or token.kind is not Kind.NAME or not place:
            continue
        if stream[place - 1].text not in ("const", "let", "var", "."):
            continue
        at = place + 1
        if stream[at].text == ":":
            last = place + _LONGEST_TYPE
            while (
                at < last and stream[at].text not in ("=", ";", "const") and stream[at].kind is not Kind.END
            ):
                at = closing(stream, at) + 1 if stream[at].text in ("{", "(", "[") else at + 1
        if stream[at].text == "=":
            while stream[at + 1].text == "(":
                at += 1
            if stream[at + 1].text == "{":
                return at + 1, closing(stream, at + 1)
    return None


def _constants(stream: Sequence[Token]) -> dict[str, Sequence[Token]]:
    """`const EVERY = 5 * 60` of the file: the tokens up to the end of the line or a semicolon."""
    found: dict[str, Sequence[Token]] = {}
    for place, token in enumerate(stream[:-3]):
        if token.text == "const" and stream[place + 2].text == "=":
            first = stream[place + 3]
            value = [first]
            for follows in stream[place + 4 :]:
                is_over = follows.text == ";" or (follows.line != value[-1].line and follows.text not in "*|")
                if is_over or follows.kind is Kind.END or len(value) > 20:
                    break
                value.append(follows)
            if first.text not in ("{", "["):
                found[stream[place + 1].text] = value
    return found


def _schedule(
    values: Mapping[str, Sequence[Token]], constants: _Constants
) -> tuple[dict[str, Plain], str, tuple[str, ...]]:
    given = values.get("schedule")
    if given is None:
        return {}, "the config has no schedule", ()
    if given[0].text == "{":
        return _interval(properties(given[1 : closing(given, 0)]), constants)
    text = text_of(given, constants)
    if isinstance(text, str):
        expression, notes = _five_fields(text)
        return {"cron": expression}, "", notes
    if isinstance(text, Variable):
        return _variable(text)
    return {}, f"the schedule {_MADE}", ()


def _interval(
    values: Mapping[str, Sequence[Token]], constants: _Constants
) -> tuple[dict[str, Plain], str, tuple[str, ...]]:
    if "cron" in values and "interval" not in values:
        text = text_of(values["cron"], constants)
        if isinstance(text, str):
            expression, notes = _five_fields(text)
            return {"cron": expression}, "", notes
    milliseconds = number_of(values.get("interval", ()), constants)
    if milliseconds is None:
        return {}, f"the interval {_MADE}", ()
    schedule, reason = rate_of(milliseconds / 1000)
    return schedule, reason, (COUNTED_ANEW,)


def _variable(variable: Variable) -> tuple[dict[str, Plain], str, tuple[str, ...]]:
    """The manifest takes variables too, but when it is generated, not when the job runs."""
    if variable.default is None:
        return {}, f"the schedule is in the variable {variable.name} alone; give it a default", ()
    if not variable.default.strip() or set("{}$") & set(variable.default):
        return {}, f"the schedule {_MADE}", ()
    expression, notes = _five_fields(variable.default)
    note = f"{variable.name} is read when the template is generated, not when the job runs"
    return {"cron": f"${{{variable.name}:-{expression}}}"}, "", (note, *notes)


def _five_fields(text: str) -> tuple[str, tuple[str, ...]]:
    """Medusa takes six fields as well, seconds first: a 0 there says nothing."""
    fields = text.split()
    if len(fields) == 6 and fields[0] in ("0", "00"):
        return " ".join(fields[1:]), ("the first of six fields was the second, 0",)
    return " ".join(fields), ()


def _limit(
    values: Mapping[str, Sequence[Token]], constants: _Constants
) -> tuple[dict[str, Plain], tuple[str, ...]]:
    if "numberOfExecutions" not in values:
        return {}, ()
    number = number_of(values["numberOfExecutions"], constants)
    if number is None or number < 1 or number % 1 or number > 1e15:
        return {}, (f"without counterpart: numberOfExecutions, which {_MADE}",)
    return {"max_executions": int(number)}, (_COUNTS,)
