"""`[[grants]]` of needs.toml: what a job's role may do beyond what the engine does for every job."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_KEYS = ("sid", "actions", "resource", "keys", "attributes")
_OF_THE_ENGINE = (
    "OwnState",
    "LogRecords",
    "OwnLogGroup",
    "FailedRuns",
    "Traces",
    "CustomerKey",
    "OwnSecrets",
)

_STATEMENT = """\
            - Sid: {sid}
              Effect: Allow
              Action: [{actions}]
              Resource: !Sub {resource}
"""

_CONDITION = """\
              Condition: {{"ForAllValues:StringLike": {{"dynamodb:LeadingKeys": {keys}}}{attributes}}}
"""
_ATTRIBUTES = ', "ForAllValues:StringEquals": {{"dynamodb:Attributes": {names}}}'


@dataclass(frozen=True, slots=True)
class Grant:
    """One statement. `resource` is the text of a `!Sub`; `keys` are the leading keys of a table, `attributes`
    all that a request may name of an item."""

    sid: str
    actions: tuple[str, ...]
    resource: str
    keys: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()

    def render(self) -> str:
        """The statement as text of a role."""
        text = _STATEMENT.format(
            sid=self.sid, actions=", ".join(self.actions), resource=json.dumps(self.resource)
        )
        if not self.keys:
            return text
        names = json.dumps(list(self.attributes))
        attributes = _ATTRIBUTES.format(names=names) if self.attributes else ""
        return text + _CONDITION.format(keys=json.dumps(list(self.keys)), attributes=attributes)


def read_grants(document: Mapping[str, Any]) -> tuple[Grant, ...]:
    """The grants of a needs.toml; ValueError with the number of the first that is too wide, or is none."""
    entries = document.get("grants", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("grants are tables, each below a line [[grants]]")
    found: list[Grant] = []
    for number, entry in enumerate(entries, 1):
        try:
            grant = _grant(entry)
            if grant.sid in (*_OF_THE_ENGINE, *(other.sid for other in found)):
                raise ValueError(f"the sid {grant.sid!r} is taken; choose another")
        except ValueError as error:
            raise ValueError(f"grant {number}: {error}") from None
        found.append(grant)
    return tuple(found)


def _grant(entry: Mapping[str, Any]) -> Grant:
    for key in entry:
        if key not in _KEYS:
            raise ValueError(f"the key {key!r} is unknown; it takes {', '.join(_KEYS)}")
    sid, resource = entry.get("sid"), entry.get("resource")
    if not isinstance(sid, str) or not re.fullmatch(r"[A-Z][A-Za-z0-9]*", sid):
        raise ValueError(f"sid = {sid!r} is no name; write letters and digits, as in Intents")
    actions = _texts(entry, "actions")
    for action in actions:
        if not re.fullmatch(r"[a-z0-9-]+:[A-Za-z]+", action):
            raise ValueError(f"{action!r} is no single action; write each out, as in s3:PutObject")
    if not isinstance(resource, str) or not re.match(r"arn:|\$\{[A-Za-z0-9]+\.Arn\}", resource):
        raise ValueError(f"resource = {resource!r} is none; write an ARN, or as in ${{State.Arn}}")
    if re.search(r":\*?$|^arn:[^:]*\*", resource):
        raise ValueError(f"resource = {resource!r} is every resource of its kind; name yours")
    keys = _texts(entry, "keys") if "keys" in entry else ()
    _check_keys(actions, keys)
    attributes = _texts(entry, "attributes") if "attributes" in entry else ()
    if attributes and not keys:
        raise ValueError("attributes are those of a table's items: they need keys")
    return Grant(sid, actions, resource, keys, attributes)


def _check_keys(actions: Sequence[str], keys: Sequence[str]) -> None:
    on_a_table = any(action.startswith("dynamodb:") for action in actions)
    if "dynamodb:Scan" in actions and (keys or len(actions) > 1):
        # A scan has no leading key, and a condition on none is met by any.
        raise ValueError(
            "dynamodb:Scan reads the whole table, whatever the keys; grant it by itself, without"
        )
    if on_a_table and not keys and "dynamodb:Scan" not in actions:
        raise ValueError('actions on a table need keys, as in keys = ["INTENT#fulfil*"]')
    if keys and not all(action.startswith("dynamodb:") for action in actions):
        raise ValueError("keys are for actions on a table; grant the others by themselves")
    if any(key.startswith("*") for key in keys):
        raise ValueError("a key that begins with * is every key; begin it as the records' keys do")


def _texts(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = entry.get(key)
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        raise ValueError(f"{key} = {values!r} is no list of texts")
    return tuple(values)
