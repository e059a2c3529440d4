"""The settings of a run: by hand > control record > environment > schedule > job default, parsed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from nightshift.errors import ConfigurationError
from nightshift.logs.records import Level
from nightshift.manifest import JobEntry, ScheduleEntry

P = TypeVar("P")

AT_RUN_TIME = ("batch_size", "max_retries", "retention_days", "log_level", "max_failed_ratio")
"""What `nightshift set` may change; `params.<name>` beside."""

_IN_ENVIRONMENT = ("batch_size", "max_retries", "dry_run")
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run goes by. `params` is what belongs to the one job, not yet typed by it."""

    batch_size: int
    max_retries: int
    max_executions: int | None
    log_level: Level
    max_failed_ratio: float
    dry_run: bool = False
    full: bool = False
    params: Mapping[str, object] = field(default_factory=dict)


def resolve_settings(
    job: JobEntry,
    schedule: ScheduleEntry | None,
    *,
    by_hand: Mapping[str, object],
    overrides: Mapping[str, str],
    environment: Mapping[str, str],
) -> Settings:
    """One value per setting, from the first source that has it.

    ConfigurationError names the job, the value, where it came from and what is allowed.
    """
    layers = [
        ("given by hand", by_hand),
        ("set at run time", overrides),
        ("from the environment", _from_environment(job.name, environment)),
        (f"of schedule {schedule.name}" if schedule else "", _of_schedule(schedule)),
        ("of the manifest", _of_job(job)),
    ]

    def pick(name: str, parse: Callable[[object], Any]) -> Any:
        for source, values in layers:
            if values.get(name) is not None:
                try:
                    return parse(values[name])
                except ValueError as error:
                    raise ConfigurationError(
                        f"{job.name}: {name} = {values[name]!r} ({source}): {error}"
                    ) from None
        return None

    return Settings(
        batch_size=pick("batch_size", lambda value: _at_most(_whole(value, 1), job.max_batch_size)),
        max_retries=pick("max_retries", lambda value: _whole(value, 0)),
        max_executions=pick("max_executions", lambda value: _whole(value, 0)),
        log_level=pick("log_level", _level),
        max_failed_ratio=pick("max_failed_ratio", _ratio),
        dry_run=bool(pick("dry_run", _truth)),
        full=bool(pick("full", _truth)),
        params=_merged_params(job, layers),
    )


def type_params(job: str, cls: type[P], values: Mapping[str, object]) -> P:
    """The job's own parameters as its dataclass; ConfigurationError names a wrong key or value."""
    hints = get_type_hints(cls)
    known = {f.name: f for f in fields(cls)}  # type: ignore[arg-type]
    typed: dict[str, object] = {}
    for name, value in values.items():
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"it takes: {', '.join(known) or 'none'}"
            raise ConfigurationError(f"{job} has no param {name!r}; {hint}")
        try:
            typed[name] = _typed(value, hints[name])
        except ValueError as error:
            raise ConfigurationError(f"{job}: param {name} = {value!r}: {error}") from None
    missing = [name for name, f in known.items() if _is_required(f) and name not in typed]
    if missing:
        raise ConfigurationError(
            f"{job} needs the param {missing[0]!r}: add it under `params` in the manifest"
        )
    try:
        return cls(**typed)
    except ValueError as error:
        raise ConfigurationError(f"{job}: {error}") from None


def environment_prefix(job: str) -> str:
    """`sync-products` -> `SYNC_PRODUCTS_`."""
    return job.upper().replace("-", "_") + "_"


def _from_environment(job: str, environment: Mapping[str, str]) -> dict[str, object]:
    prefix = environment_prefix(job)
    found = {name: environment.get(prefix + name.upper()) for name in _IN_ENVIRONMENT}
    return {name: value for name, value in found.items() if value}


def _of_schedule(schedule: ScheduleEntry | None) -> Mapping[str, object]:
    if schedule is None:
        return {}
    names = ("batch_size", "max_retries", "max_executions", "params")
    return {name: getattr(schedule, name) for name in names}


def _of_job(job: JobEntry) -> Mapping[str, object]:
    names = ("batch_size", "max_retries", "max_executions", "log_level", "max_failed_ratio")
    return {name: getattr(job, name) for name in (*names, "params")}


def _merged_params(job: JobEntry, layers: list[tuple[str, Mapping[str, object]]]) -> Mapping[str, object]:
    merged: dict[str, object] = {}
    for source, values in reversed(layers):
        params = values.get("params") or {}
        if not isinstance(params, Mapping):
            raise ConfigurationError(
                f"{job.name}: params = {params!r} ({source}): expected names with values"
            )
        merged.update(params)
        prefix = "params."
        merged.update(
            {name[len(prefix) :]: value for name, value in values.items() if name.startswith(prefix)}
        )
    return merged


def _is_required(f: Any) -> bool:
    return f.default is MISSING and f.default_factory is MISSING


def _typed(value: object, hint: Any) -> object:
    if get_origin(hint) is UnionType:  # `int | None`: what is not set, or set to null
        (hint,) = (kind for kind in get_args(hint) if kind is not NoneType)
        if value is None:
            return None
    if get_origin(hint) is Literal:
        choices = get_args(hint)
        if value not in choices:
            raise ValueError(f"expected one of {', '.join(map(str, choices))}")
        return value
    if hint is bool:
        return _truth(value)
    if hint is int:
        return _whole(value, None)
    if hint is float:
        return _number(value)
    if not isinstance(value, str):
        raise ValueError("expected text")
    return value


def _whole(value: object, least: int | None) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.removeprefix("-").isdecimal() or not text.isascii():
        raise ValueError("expected a whole number")
    if least is not None and int(text) < least:
        raise ValueError(f"expected {least} or more")
    return int(text)


def _at_most(value: int, most: int | None) -> int:
    if most is not None and value > most:
        raise ValueError(f"the most is {most}")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("expected a number")
    try:
        return float(value)
    except ValueError:
        raise ValueError("expected a number") from None


def _ratio(value: object) -> float:
    ratio = _number(value)
    if not 0 <= ratio <= 1:
        raise ValueError("expected a ratio from 0 to 1")
    return ratio


def _truth(value: object) -> bool:
    text = str(value).lower()
    if text not in _TRUE + _FALSE:
        raise ValueError("expected true or false")
    return text in _TRUE


def _level(value: object) -> Level:
    name = str(value).upper()
    if name not in Level.__members__:
        raise ValueError(f"expected one of {', '.join(Level.__members__)}")
    return Level[name]
