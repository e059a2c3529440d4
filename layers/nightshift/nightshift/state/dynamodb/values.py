"""Flat attributes in DynamoDB's typed form, and back."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from nightshift.state.codec import Attributes

Value: TypeAlias = "str | int | bytes"


def encode(attributes: Mapping[str, Value]) -> dict[str, Any]:
    """Flat attributes in DynamoDB's typed form."""
    return {name: _typed(value) for name, value in attributes.items()}


def decode(item: Mapping[str, Any]) -> Attributes:
    """DynamoDB's typed form as flat attributes; the keys `pk` and `sk` are among them."""
    found: Attributes = {}
    for name, typed in item.items():
        ((kind, value),) = typed.items()
        found[name] = int(value) if kind == "N" else value
    return found


def encode_key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def placeholders(values: Mapping[str, Value]) -> dict[str, Any]:
    return {f":{name}": _typed(value) for name, value in values.items()}


def bytes_on_the_wire(typed: object) -> int:
    """The length of a part of a request as the client sends it: JSON in ASCII, with bytes in base64."""
    return len(json.dumps(typed, default=lambda value: b64encode(value).decode()))


def _typed(value: Value) -> dict[str, Any]:
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, int):
        return {"N": str(value)}
    return {"S": value}
