"""Translating many expressions: a line of JSON in, a line of JSON out, whatever was in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from nightshift_tools.schedule.dialects import DIALECTS, read
from nightshift_tools.schedule.errors import ScheduleError
from nightshift_tools.schedule.eventbridge import to_expressions

_SHAPE = 'write {"id": 1, "dialect": "unix", "expr": "*/5 * * * *"}'


def translate_line(line: bytes, dialect: str | None = None, zone: str = "UTC") -> str:
    """`{"id", "dialect", "expr"}` to `{"id", "aws": [...]}` or `{"id", "error": "..."}`; never raises.

    A line may have a `zone`. What a line lacks is taken from the arguments; the id comes back as it was, null
    where there is none or the line is no JSON.
    """
    try:
        document = json.loads(line.decode("utf-8-sig"))
        identity = document.get("id") if isinstance(document, dict) else None
        head = json.dumps(identity, allow_nan=False)
    except UnicodeDecodeError:
        return _answer("null", "error", f"the line is no UTF-8; {_SHAPE}")
    except (ValueError, RecursionError):
        return _answer("null", "error", f"the line is no JSON; {_SHAPE}")
    if not isinstance(document, dict):
        return _answer("null", "error", f"the line is no JSON object; {_SHAPE}")
    try:
        expressions = _translate({"dialect": dialect, "zone": zone} | document)
    except ScheduleError as error:
        return _answer(head, "error", str(error))
    return _answer(head, "aws", list(expressions))


def _translate(document: Mapping[str, object]) -> tuple[str, ...]:
    if "expr" not in document:
        raise ScheduleError("expr", "it is missing", _SHAPE)
    if document["dialect"] is None:
        raise ScheduleError("dialect", "it is missing", f"write {', '.join(DIALECTS)}")
    for name in ("dialect", "expr", "zone"):
        if not isinstance(document[name], str):
            raise ScheduleError(name, f"it is {type(document[name]).__name__}, not text", _SHAPE)
    texts = cast(Mapping[str, str], document)
    return to_expressions(read(texts["dialect"], texts["expr"], texts["zone"]))


def _answer(identity: str, name: str, value: object) -> str:
    return f'{{"id": {identity}, "{name}": {json.dumps(value)}}}'
