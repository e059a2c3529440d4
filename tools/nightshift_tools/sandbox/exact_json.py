"""JSON in and out without touching a number: 9.90 stays 9.90, and 1e40 stays what it was.

Python's floats would turn prices into noise, so numbers with a fraction are `Decimal` on the way in and are
written as they were read. Lone surrogates, which UTF-8 cannot carry, leave as `\\udXXX` escapes, the way
JavaScript's `JSON.stringify` writes them.
"""

import json
from decimal import Decimal
from typing import Any, NoReturn

import orjson

# The sandbox stores and serves documents as they came; what it has to know of them, the surfaces check.
JsonObject = dict[str, Any]

_LONGEST_EXACT_INTEGER = 18  # digits; orjson writes 64 bits


def loads(text: bytes) -> Any:
    """Parse `text`; raises ValueError for what JavaScript's `JSON.parse` would refuse."""
    try:
        return _DECODER.decode(text.decode("utf-8", "replace"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def dumps(value: object) -> bytes:
    """Write `value` as UTF-8; dataclasses are written as objects."""
    try:
        return orjson.dumps(value, default=_number)
    except orjson.JSONEncodeError:
        return orjson.dumps(_escaped(value), default=_number)


def kept(value: object) -> bytes:
    """`dumps` for what stays in memory: orjson's own bytes hold on to the room in which they were written."""
    return bytes(memoryview(dumps(value)))


def copy(value: object) -> Any:
    """The same document as JSON would carry it: what is given by a caller in Python becomes exact."""
    return loads(dumps(value))


def _number(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(str(value))
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _escaped(value: object) -> object:
    if isinstance(value, str):
        return value if _encodable(value) else orjson.Fragment(json.dumps(value))
    if isinstance(value, (list, tuple)):
        return [_escaped(item) for item in value]
    if not isinstance(value, dict):
        return value
    if all(_encodable(key) for key in value):
        return {key: _escaped(item) for key, item in value.items()}
    members = [json.dumps(key).encode() + b":" + dumps(item) for key, item in value.items()]
    return orjson.Fragment(b"{" + b",".join(members) + b"}")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _whole(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= _LONGEST_EXACT_INTEGER else Decimal(digits)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_int=_whole, parse_constant=_refuse)
