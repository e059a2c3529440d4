"""Values in a Celery configuration that can be told without running it."""

from __future__ import annotations

import ast
from typing import TypeAlias

from nightshift_tools.manifest.values import Plain

Value: TypeAlias = "str | int | float | None"

_FIELDS = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800, "milliseconds": 0.001}
_DAYS_FIRST = "crontab() changed the order of its arguments between versions of Celery; name them all"


class Constants:
    """Names that are set once, at the top of the module, to a literal."""

    def __init__(self, tree: ast.Module) -> None:
        self._known: dict[str, ast.expr | None] = {}
        self._steps_left = 100_000
        for node in tree.body:
            if (
                isinstance(node, ast.Assign)
                and len(node.targets) == 1
                and isinstance(node.targets[0], ast.Name)
            ):
                name = node.targets[0].id
                self._known[name] = None if name in self._known else node.value

    def value(self, node: ast.AST | None, depth: int = 0) -> Value:
        """Text or a number; None where it is neither, or not to be told."""
        self._steps_left -= 1
        if self._steps_left < 0:
            return None
        if isinstance(node, ast.Constant) and type(node.value) in (str, int, float):
            return node.value  # type: ignore[return-value]
        if isinstance(node, ast.Name) and depth < 10:
            return self.value(self._known.get(node.id), depth + 1)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self.value(node.operand, depth)
            return -inner if isinstance(inner, int | float) else None
        if isinstance(node, ast.BinOp):
            return _computed(node.op, self.value(node.left, depth), self.value(node.right, depth))
        return None


def _computed(operator: ast.operator, left: Value, right: Value) -> Value:
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return None
    if isinstance(operator, ast.Mult):
        return left * right if max(abs(left), abs(right)) < 1e9 else None
    if isinstance(operator, ast.Add):
        return left + right
    if isinstance(operator, ast.Div) and right:
        return left / right
    return None


def is_call(node: ast.expr, name: str) -> bool:
    """`crontab(...)`, `schedules.crontab(...)`."""
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    return (isinstance(function, ast.Name) and function.id == name) or (
        isinstance(function, ast.Attribute) and function.attr == name
    )


def seconds_of(node: ast.expr, constants: Constants) -> float | None:
    """Seconds of `30.0`, `timedelta(minutes=5)`, `schedule(run_every=...)`; None where not to be told."""
    if is_call(node, "schedule") and isinstance(node, ast.Call):
        given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "run_every")]
        return seconds_of(given[0], constants) if len(given) == 1 else None
    if is_call(node, "timedelta") and isinstance(node, ast.Call):
        return _timedelta(node, constants)
    value = constants.value(node)
    return float(value) if isinstance(value, int | float) and abs(value) < 1e12 else None


def _timedelta(node: ast.Call, constants: Constants) -> float | None:
    parts = [("days", node.args[0])] if node.args else []
    if len(node.args) > 1:
        parts.append(("seconds", node.args[1]))
    total = 0.0
    for name, value in [*parts, *((keyword.arg or "", keyword.value) for keyword in node.keywords)]:
        number = constants.value(value)
        if len(node.args) > 2 or name not in _UNITS or not isinstance(number, int | float):
            return None
        total += _UNITS[name] * number
    return total


def crontab_schedule(node: ast.expr, constants: Constants) -> tuple[dict[str, Plain], str]:
    """A five-field expression, or the reason why there is none.

    Celery wants both day fields to match, where cron and this manifest take either: both are refused.
    """
    assert isinstance(node, ast.Call)
    given: dict[str, ast.expr] = dict(zip(_FIELDS, node.args, strict=False))
    if len(node.args) > 2:
        return {}, _DAYS_FIRST
    for keyword in node.keywords:
        if keyword.arg not in _FIELDS:
            return {}, f"crontab() with {keyword.arg or 'arguments from elsewhere'} has no counterpart"
        given[keyword.arg] = keyword.value
    fields: dict[str, str] = dict.fromkeys(_FIELDS, "*")
    for name, value in given.items():
        text = _field(value, constants)
        if text is None:
            return {}, f"{name} is made when the program runs; write it out, or translate by hand"
        fields[name] = text
    if fields["day_of_month"] != "*" and fields["day_of_week"] != "*":
        return {}, "Celery runs when both day fields match, which EventBridge cannot say; choose one of them"
    return {"cron": " ".join(fields[name] for name in _FIELDS)}, ""


def _field(node: ast.expr, constants: Constants) -> str | None:
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        items = [constants.value(item) for item in node.elts]
        return ",".join(map(str, items)) if items and all(_is_item(item) for item in items) else None
    value = constants.value(node)
    if isinstance(value, str):
        return "".join(value.split()).upper() or None
    return str(value) if type(value) is int else None


def _is_item(value: Value) -> bool:
    return type(value) is int or (isinstance(value, str) and value != "")
