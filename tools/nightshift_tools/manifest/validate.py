"""Plain values against the edge models: every error as a problem with its place and its cure."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from nightshift_tools.manifest.edge import (
    ApiModel,
    BatchModel,
    BatchSizeModel,
    BudgetModel,
    DefaultsModel,
    JobModel,
    ManifestModel,
    MonthlyModel,
    ScheduleModel,
    WeeklyModel,
)
from nightshift_tools.manifest.errors import Findings
from nightshift_tools.manifest.values import Path, Places, Plain, dotted

T = TypeVar("T")

_HINTS = {
    "at": 'of a single instant write {aws: "at(2026-12-24T08:00:00)"}',
}
_EXPECTED = {
    "int_type": "expected a whole number",
    "float_type": "expected a number",
    "bool_type": "expected true or false",
    "string_type": "expected text",
    "list_type": "expected a list",
    "dict_type": "expected a mapping of keys to values",
    "model_type": "expected a mapping of keys to values",
    "model_attributes_type": "expected a mapping of keys to values",
    "greater_than_equal": "the least is {ge}",
    "greater_than": "expected more than {gt:g}",
    "less_than_equal": "the most is {le}",
    "literal_error": "expected {expected}",
    "string_too_long": "the most is {max_length} characters",
}
_INNER: dict[str | int, type[BaseModel]] = {
    "batch_size": BatchSizeModel,
    "weekly": WeeklyModel,
    "monthly": MonthlyModel,
    "batch": BatchModel,
    "api": ApiModel,
}
_STAND_INS: dict[Path, Plain] = {("version",): 1, ("jobs",): {}}
_SHOWN = 60


def validate(values: Plain, findings: Findings, places: Places) -> tuple[ManifestModel | None, set[Path]]:
    """The manifest without what is wrong in it, and the paths of what was wrong.

    What is refused is taken out and the rest validated again, so that the checks of meaning can follow and
    find the rest of what is to be corrected. None where nothing is left to check.
    """
    refused: set[Path] = set()
    while True:
        try:
            return ManifestModel.model_validate(values), refused
        except ValidationError as error:
            wrong = [(_written(values, details), details) for details in error.errors(include_url=False)]
        for path, details in wrong:
            if path not in refused:
                at = places.of_key(path) if details["type"] == "extra_forbidden" else places.of_value(path)
                findings.add(at, f"{dotted(path)}: {_message(details, path)}")
            if not path:
                return None, refused
            # A list that cannot do without an item goes as a whole, and so does a form without its day.
            is_needed = details["type"] == "missing" and path not in _STAND_INS
            out = path[:-1] if is_needed or (path in refused and isinstance(path[-1], int)) else path
            refused.add(out)
            _take_out(values, out)


def shown(value: object) -> str:
    """A value as it may stand in a message: printable, and short whatever was written."""
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = ascii(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _written(values: Plain, details: ErrorDetails) -> Path:
    """The part of pydantic's location that is in the file: it goes on into what validators made."""
    if details["type"] == "missing":
        return details["loc"]
    path: Path = ()
    for part in details["loc"]:
        if isinstance(values, dict) and part in values:
            values = values[str(part)]
        elif isinstance(values, list) and isinstance(part, int):
            values = values[part]
        else:
            break
        path = (*path, part)
    return path


def _message(details: ErrorDetails, path: Path) -> str:
    kind, found = details["type"], details["input"]
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    if kind == "missing":
        return f"it is missing; write {_example(key, path)}"
    if kind == "extra_forbidden":
        return _unknown(key, _known(path))
    expected = _EXPECTED.get(kind, details["msg"]).format(**details.get("ctx", {}))
    found_text = (
        f"{shown(found)} is text"
        if isinstance(found, str) and kind.endswith("_type")
        else f"found {shown(found)}"
    )
    example = _example(key, path)
    return f"{expected}, {found_text}" + (f"; write as in {example}" if example else "")


def _unknown(key: str, known: list[str]) -> str:
    if key in _HINTS:
        return _HINTS[key]
    near = get_close_matches(key, known, 1, 0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"it takes: {', '.join(known)}"
    return f"the key {key!r} is unknown; {hint}"


def _known(path: Path) -> list[str]:
    if path[0] == "budgets":
        return list(BudgetModel.model_fields)
    if path[0] == "api" and len(path) > 1:
        return list(ApiModel.model_fields)
    models: dict[int, type[BaseModel]] = {1: ManifestModel, 2: DefaultsModel, 3: JobModel}
    model = models.get(len(path), ScheduleModel)
    if len(path) > 3:
        model = _INNER.get(path[-2], ScheduleModel)
    return list(model.model_fields)


def _example(key: str, path: Path) -> str:
    around = _INNER.get(path[-2], JobModel) if len(path) > 1 else JobModel
    for model in (around, JobModel, ScheduleModel, BatchSizeModel, DefaultsModel, ManifestModel, BudgetModel):
        field = model.model_fields.get(key)
        if field is not None and field.examples:
            return f"{key}: {_yaml(field.examples[0])}"
    return ""


def _yaml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_yaml(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_yaml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) and not value.replace(" ", "").isalnum() else str(value)


def _take_out(values: Any, path: Path) -> None:
    """Without the value at a path; a key that must be there gets one that says nothing."""
    for part in path[:-1]:
        if isinstance(values, dict) and part not in values:
            return  # what is around it was taken out before
        values = values[part]
    if isinstance(values, list):
        values[int(path[-1])] = None
    elif path in _STAND_INS:
        values[path[-1]] = _STAND_INS[path]
    else:
        values.pop(path[-1], None)
