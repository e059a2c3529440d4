"""The JSON Schema of `schedules.yaml`, for editors that complete and check while one types."""

from __future__ import annotations

from typing import Any

from nightshift_tools.manifest.edge import ManifestModel

_VARIABLE = {"type": "string", "pattern": r"\$\{", "description": "${NAME} or ${NAME:-default}"}
_TYPED = ("integer", "number", "boolean")


def json_schema() -> dict[str, object]:
    """The schema of what `load` accepts, but for what only the parts together tell."""
    schema: dict[str, Any] = _widened(ManifestModel.model_json_schema())
    definitions = schema["$defs"]
    schedule = {"$ref": "#/$defs/ScheduleModel"}
    job = definitions["JobModel"]["properties"]
    job["schedule"] = _or_short(job["schedule"], schedule, {"type": "string", "minLength": 1})
    job["schedules"]["items"] = schedule
    size = {"type": "integer", "minimum": 1}
    job["batch_size"] = _or_short(job["batch_size"], {"$ref": "#/$defs/BatchSizeModel"}, size, _VARIABLE)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _or_short(property_: dict[str, Any], *choices: dict[str, Any]) -> dict[str, Any]:
    """A property that may be said shorter than by its mapping."""
    kept = {key: value for key, value in property_.items() if key in ("description", "examples")}
    return {**kept, "anyOf": list(choices)}


def _widened(node: Any) -> Any:
    """Without null, which a manifest has nowhere, and with a variable wherever a value may be one."""
    if isinstance(node, list):
        return [_widened(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {key: _inner(key, value) for key, value in node.items() if key != "title"}
    if "anyOf" in found:
        choices = [choice for choice in found.pop("anyOf") if choice != {"type": "null"}]
        found |= choices[0] if len(choices) == 1 else {"anyOf": choices}
    if isinstance(found.get("default"), dict | list) or found.get("default", 0) is None:
        del found["default"]
    if found.get("type") in _TYPED or "enum" in found:
        kept = {key: found.pop(key) for key in ("description", "examples", "default") if key in found}
        return {**kept, "anyOf": [found, _VARIABLE]}
    return found


def _inner(key: str, value: Any) -> Any:
    if key in ("properties", "$defs"):
        return {name: _widened(inner) for name, inner in value.items()}
    return value if key in ("examples", "default") else _widened(value)
