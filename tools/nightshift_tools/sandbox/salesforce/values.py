"""Values of fields: how they come in JSON, how they are kept in SQLite, and how they go out again."""

import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from nightshift_tools.sandbox.salesforce.errors import SalesforceError
from nightshift_tools.sandbox.salesforce.ids import full_id
from nightshift_tools.sandbox.salesforce.schema import Field, Kind

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)")
_NAMES = {Kind.NUMBER: "double", Kind.MONEY: "currency", Kind.FLAG: "boolean"}
_LONGEST_NUMBER = 10**18

Stored = str | float | int | None


def stored_instant(instant: datetime) -> str:
    """An instant as Salesforce writes it: whole seconds, UTC. As text it sorts as the time does."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000+0000"


def read_instant(text: str) -> datetime:
    """An instant in one of the forms that Salesforce reads; ValueError."""
    if not _INSTANT.fullmatch(text):
        raise ValueError(f"{text!r} is no instant")
    return datetime.fromisoformat(text).astimezone(UTC)


def stored(field: Field, value: object) -> Stored:
    """The value as it is kept; SalesforceError where the field does not take it."""
    if value is None or value == "":
        if field.kind is Kind.FLAG:
            raise _cannot_deserialize(field, value)
        return None
    return _STORED[field.kind](field, value)


def shown(field: Field, value: Any) -> object:
    """The value as JSON has it."""
    if value is None:
        return None
    return bool(value) if field.kind is Kind.FLAG else value


def _text(field: Field, value: object) -> Stored:
    if not isinstance(value, str):
        raise _cannot_deserialize(field, value)
    if len(value) > field.length:
        limit = f"(max length={field.length})"
        label = f"{field.name}: data value too large: {value[:255]} {limit}"
        raise SalesforceError("STRING_TOO_LONG", label, (field.name,))
    return value.strip() or None


def _choice(field: Field, value: object) -> Stored:
    text = _text(field, value)
    if field.choices and text is not None and text not in field.choices:
        message = f"{field.name}: bad value for restricted picklist field: {text}"
        raise SalesforceError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, (field.name,))
    return text


def _lookup(field: Field, value: object) -> Stored:
    try:
        return full_id(value) if isinstance(value, str) else full_id("")
    except ValueError:
        message = f"{field.name}: id value of incorrect type: {value}"
        raise SalesforceError("MALFORMED_ID", message, (field.name,)) from None


def _number(field: Field, value: object) -> Stored:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _cannot_deserialize(field, value)
    number = Decimal(str(value))
    if abs(number) >= _LONGEST_NUMBER:
        message = f"{field.name}: value outside of valid range on numeric field: {value}"
        raise SalesforceError("NUMBER_OUTSIDE_VALID_RANGE", message, (field.name,))
    return float(number.quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_UP))


def _flag(field: Field, value: object) -> Stored:
    if not isinstance(value, bool):
        raise _cannot_deserialize(field, value)
    return int(value)


def _instant(field: Field, value: object) -> Stored:
    try:
        return stored_instant(read_instant(value if isinstance(value, str) else ""))
    except ValueError:
        raise _cannot_deserialize(field, value) from None


def _day(field: Field, value: object) -> Stored:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "").isoformat()
    except ValueError:
        raise _cannot_deserialize(field, value) from None


def _cannot_deserialize(field: Field, value: object) -> SalesforceError:
    """What the parser says of a value of a wrong type. It ends the whole request."""
    kind = _NAMES.get(field.kind, field.kind.value)
    token = {str: "STRING", bool: "BOOLEAN", type(None): "NULL"}.get(type(value), "NUMBER")
    return SalesforceError(
        "JSON_PARSER_ERROR",
        f"Cannot deserialize instance of {kind} from VALUE_{token} value {str(value)[:100]} "
        f"or request may be missing a required field at {field.name}",
    )


_STORED = {
    Kind.ID: _lookup,
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.LOOKUP: _lookup,
    Kind.NUMBER: _number,
    Kind.MONEY: _number,
    Kind.FLAG: _flag,
    Kind.INSTANT: _instant,
    Kind.DAY: _day,
}
