"""Celery's periodic tasks: read from the syntax tree of the file, which is never imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nightshift_tools.importers.celery_values import Constants, crontab_schedule, is_call, seconds_of
from nightshift_tools.importers.errors import ImportFileError
from nightshift_tools.importers.intervals import COUNTED_ANEW, rate_of
from nightshift_tools.importers.model import Findings, Found
from nightshift_tools.manifest.values import Plain

_TABLES = ("beat_schedule", "CELERY_BEAT_SCHEDULE", "CELERYBEAT_SCHEDULE", "CELERY_BEAT_SCHEDULE_STATIC")
_ZONES = ("timezone", "CELERY_TIMEZONE")


def read(text: str, file: str) -> Findings:
    """Every entry of a beat schedule. ImportFileError where the file is no Python."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise ImportFileError(file, error.lineno or 1, f"this is no Python: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ImportFileError(file, 1, f"this is no Python that can be read: {error}") from error
    try:
        return _findings(tree, file)
    except RecursionError as error:
        raise ImportFileError(file, 1, "its expressions are nested too deep; take them apart") from error


def _findings(tree: ast.Module, file: str) -> Findings:
    constants = Constants(tree)
    zone = _zone(tree, constants)
    found: list[Found] = []
    for node in ast.walk(tree):
        for table in _tables(node):
            found += _table(table, file, zone, constants)
        if isinstance(node, ast.Call) and _name(node.func) == "add_periodic_task":
            found.append(_call(node, file, zone, constants))
    found.sort(key=lambda each: each.line)
    says_none = [] if zone else ["no timezone is set in this file, so Celery's own default holds: UTC"]
    return Findings(found, says_none)


def _zone(tree: ast.Module, constants: Constants) -> str | None:
    for node in ast.walk(tree):
        for name, value in _settings(node):
            if name in _ZONES and isinstance(found := constants.value(value), str):
                return found
    return None


def _settings(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Assignments, keyword arguments and dictionary entries alike: Celery takes settings by all three."""
    if isinstance(node, ast.Assign):
        yield from ((_name(target), node.value) for target in node.targets)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield _name(node.target), node.value
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg, node.value
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, value


def _tables(node: ast.AST) -> Iterator[ast.expr]:
    yield from (value for name, value in _settings(node) if name in _TABLES)


def _table(node: ast.expr, file: str, zone: str | None, constants: Constants) -> Iterator[Found]:
    if not isinstance(node, ast.Dict):
        reason = (
            "the beat schedule is made when the program runs; write its entries out, or translate by hand"
        )
        yield Found(file, node.lineno, "beat schedule", _source(node), reason=reason)
        return
    for key, value in zip(node.keys, node.values, strict=True):
        name = constants.value(key) if key is not None else None
        words = name if isinstance(name, str) else "beat schedule"
        line = value.lineno if key is None else key.lineno
        source = _source(value)
        entry = dict(_settings(value)) if isinstance(value, ast.Dict) else {}
        if "schedule" not in entry or not isinstance(name, str):
            reason = "the entry has no `schedule` that stands in the file"
            yield Found(file, line, words, source, reason=reason)
            continue
        lost = [f"without counterpart: {k}={_source(v)}" for k, v in entry.items() if k in _LOST]
        task = constants.value(entry["task"]) if "task" in entry else None
        described = f"Was: {task}" if isinstance(task, str) else ""
        schedule, reason, notes = _when(entry["schedule"], zone, constants)
        yield Found(file, line, words, source, schedule, None, reason, (*notes, *lost), described)


_LOST = ("args", "kwargs", "options", "relative")


def _call(node: ast.Call, file: str, zone: str | None, constants: Constants) -> Found:
    """`add_periodic_task(schedule, task.s(...), name=...)`."""
    keywords = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    task = _task(node.args[1]) if len(node.args) > 1 else ""
    name = constants.value(keywords["name"]) if "name" in keywords else None
    words = name if isinstance(name, str) else task or "periodic task"
    source = _source(node)
    if not node.args:
        return Found(file, node.lineno, words, source, reason="the call has no schedule that can be read")
    schedule, reason, notes = _when(node.args[0], zone, constants)
    call = node.args[1] if len(node.args) > 1 else None
    if isinstance(call, ast.Call) and (call.args or call.keywords):
        notes = (*notes, f"without counterpart: the arguments of {_source(call)}")
    return Found(
        file, node.lineno, words, source, schedule, None, reason, notes, f"Was: {task}" if task else ""
    )


def _when(
    node: ast.expr, zone: str | None, constants: Constants
) -> tuple[dict[str, Plain], str, tuple[str, ...]]:
    """The schedule, or why there is none; and what is to be known of it."""
    if is_call(node, "crontab"):
        fields, reason = crontab_schedule(node, constants)
        return (fields | {"timezone": zone} if fields and zone else fields), reason, ()
    if is_call(node, "solar"):
        return {}, "sunrise and sunset have no counterpart; write times of day", ()
    seconds = seconds_of(node, constants)
    if seconds is None:
        return {}, "the schedule is made when the program runs; write it out, or translate by hand", ()
    schedule, reason = rate_of(seconds)
    return schedule, reason, (COUNTED_ANEW,)


def _task(node: ast.expr) -> str:
    """`sync_orders.s(1)` -> `sync_orders`."""
    while isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute) and node.attr in ("s", "si", "signature"):
        node = node.value
    return _name(node)


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _source(node: ast.AST) -> str:
    return ast.unparse(node)
