"""Who we are to Digital River: a secret API key."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from nightshift.connectors import Host
from nightshift.errors import ConfigurationError

API_KEY, SECRET = "DIGITAL_RIVER_API_KEY", "DIGITAL_RIVER_SECRET"
_KEY = re.compile(r"[\w.~+/=-]{8,}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Key:
    """A key that may stand in a header. `where` says, for error texts, where it was found."""

    where: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeySource:
    """Gives the key; `is_renewable` says that `load(fresh=True)` may give another."""

    load: Callable[[bool], Key]
    is_renewable: bool


def find_key(run: Host) -> KeySource:
    """Where this run's key comes from; no secret is fetched yet. ConfigurationError names what is missing."""
    given = run.environment.get(API_KEY, "").strip()
    if given:
        key = _checked(API_KEY, given)
        return KeySource(lambda fresh: key, is_renewable=False)
    name = run.environment.get(SECRET, "").strip()
    if name:
        return KeySource(lambda fresh: _from_secret(name, run.secret(name, fresh=fresh)), is_renewable=True)
    raise ConfigurationError(
        f"no key for Digital River: set {API_KEY}, or {SECRET} to the name of a secret that holds one; "
        "`nightshift sandbox --print-env` prints values for a local shop"
    )


def _from_secret(name: str, secret: Mapping[str, str]) -> Key:
    where = f"the secret {name!r} ({SECRET})"
    value = secret.get("api_key")
    if not isinstance(value, str) or not value.strip():
        raise ConfigurationError(f'{where} must hold {{"api_key": "sk_…"}}')
    return _checked(where, value.strip())


def _checked(where: str, value: str) -> Key:
    if value.startswith("pk_"):
        raise ConfigurationError(
            f"{where} is a public key, which may not call these routes: take a secret one"
        )
    if not _KEY.fullmatch(value):
        raise ConfigurationError(f"{where} is no API key: it is letters, digits and _, as in sk_test_…")
    return Key(where, value)
