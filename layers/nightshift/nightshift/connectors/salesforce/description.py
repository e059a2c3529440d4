"""What the org has: objects and fields, as the integration user may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nightshift.connectors.salesforce import soql
from nightshift.connectors.salesforce.answers import error_of
from nightshift.connectors.salesforce.session import DATA, Session
from nightshift.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field: Salesforce's name for its type, its length where it is a text, and what we may do with it."""

    name: str
    type: str
    length: int
    is_updateable: bool
    is_createable: bool


def describe(session: Session, name: str) -> Mapping[str, FieldInfo]:
    """The fields of an object by name; ConfigurationError where the org does not show us the object."""
    answer = session.request("GET", f"{DATA}/sobjects/{soql.name(name)}/describe")
    if answer.status == 404:
        raise ConfigurationError(
            f"Salesforce has no object {name}, or the integration user may not see it: install the package "
            "or add it, give the user's permission set access, or correct the name (NOT_FOUND)"
        )
    if answer.status != 200:
        raise error_of(answer)
    value: object = answer.json()
    fields = value.get("fields") if isinstance(value, Mapping) else None
    if not isinstance(fields, list):
        raise answer.error(f"no description of {name}")
    described = [_field(field) for field in fields]
    return {field.name: field for field in described if field is not None}


def _field(value: object) -> FieldInfo | None:
    if not isinstance(value, Mapping) or not isinstance(value.get("name"), str):
        return None
    length = value.get("length")
    return FieldInfo(
        name=value["name"],
        type=str(value.get("type", "")),
        length=length if isinstance(length, int) else 0,
        is_updateable=value.get("updateable") is True,
        is_createable=value.get("createable") is True,
    )
