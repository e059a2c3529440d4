"""Faults as people write them, checked: by name over HTTP, by keyword in Python."""

from collections.abc import Mapping

from nightshift_tools.sandbox.errors import ControlError
from nightshift_tools.sandbox.faults import Fault, Kind
from nightshift_tools.sandbox.shop import SURFACES


def make_fault(
    surface: str,
    kind: str,
    *,
    method: str | None = None,
    path: str | None = None,
    nth: int = 1,
    times: int | None = 1,
    status: int = 503,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    retry_after: int | str | None = None,
    seconds: float = 1.0,
    bytes_per_second: int = 1000,
    megabytes: int = 256,
) -> Fault:
    """A fault; `retry_after` is seconds or a date. Raises ControlError for values that cannot be meant."""
    if surface not in SURFACES:
        raise ControlError(f"surface is {surface!r}; there are: {', '.join(SURFACES)}")
    if kind not in list(Kind):
        raise ControlError(f"kind is {kind!r}; there are: {', '.join(Kind)}")
    if path is not None and not path.startswith("/"):
        raise ControlError(f"path is {path!r}; it begins with / and has no /{surface} before it")
    for name, value in (("nth", nth), ("times", times), ("bytes_per_second", bytes_per_second)):
        if value is not None and value < 1:
            raise ControlError(f"{name} is {value}; it is at least 1")
    retry = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    return Fault(
        surface=surface,
        kind=Kind(kind),
        method=method.upper() if method else None,
        path=path,
        nth=nth,
        times=times,
        status=status,
        body=body,
        headers=tuple(({**(headers or {})} | retry).items()),
        seconds=seconds,
        bytes_per_second=bytes_per_second,
        megabytes=megabytes,
    )
