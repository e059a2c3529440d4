"""Reading request bodies: every check raises RiverError, 400."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from nightshift_tools.sandbox.digital_river.errors import RiverError, invalid, missing
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.message import Request

_MAX_PAIRS, _MAX_KEY, _MAX_VALUE = 20, 40, 500


def parsed(request: Request, known: Collection[str]) -> JsonObject:
    """The body, if it is an object with none but these fields, and metadata within its limits."""
    try:
        body = request.json_body()
    except ValueError as error:
        raise RiverError(400, "invalid_parameter", "The request body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise RiverError(400, "invalid_parameter", "The request body is not a JSON object.")
    refuse_unknown(body, known)
    _check_metadata(body.get("metadata"))
    return body


def refuse_unknown(document: JsonObject, known: Collection[str], place: str = "") -> None:
    """Refuse fields that the route does not have."""
    for name in document:
        if name not in known:
            raise RiverError(400, "unknown_parameter", f"'{place}{name}' is not known.", f"{place}{name}")


def text(document: JsonObject, name: str, place: str = "") -> str:
    """A text that must be there."""
    value = document.get(name)
    if value is None or value == "":
        raise missing(f"{place}{name}")
    if not isinstance(value, str):
        raise invalid(f"{place}{name}", f"'{value}' is not a text.")
    return value


def count(document: JsonObject, name: str, place: str = "", least: int = 0) -> int:
    """A whole number; the least where it is not there."""
    value = document.get(name)
    if value is None:
        return least
    if type(value) is not int or value < least:
        raise invalid(f"{place}{name}", f"'{value}' is not a valid quantity.")
    return value


def amount(document: JsonObject, name: str, place: str = "") -> Decimal:
    """An amount of money that must be there, and not below nothing."""
    value = document.get(name)
    if value is None:
        raise missing(f"{place}{name}")
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value < 0:
        raise invalid(f"{place}{name}", f"'{value}' is not a valid amount.")
    return Decimal(value)


def objects(document: JsonObject, name: str) -> list[JsonObject]:
    """A list of objects with at least one in it."""
    value = document.get(name)
    if not value:
        raise missing(name)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise invalid(name, f"'{name}' is not a list of objects.")
    return value


def _check_metadata(metadata: Any) -> None:
    if metadata is None:
        return
    if not isinstance(metadata, dict):
        raise invalid("metadata", "'metadata' is not an object.")
    if len(metadata) > _MAX_PAIRS:
        raise RiverError(
            400, "too_many_metadata_pairs", f"Metadata has at most {_MAX_PAIRS} pairs.", "metadata"
        )
    for key, value in metadata.items():
        if len(key) > _MAX_KEY or not isinstance(value, str | int) or len(str(value)) > _MAX_VALUE:
            raise invalid(f"metadata.{key[:_MAX_KEY]}", "The pair is too long or no text, number or boolean.")
