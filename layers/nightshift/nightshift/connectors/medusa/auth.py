"""Who we are to Medusa: a JWT by e-mail and password, or a secret API key."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from nightshift.connectors import Host
from nightshift.errors import ConfigurationError

EMAIL, PASSWORD, API_KEY, SECRET = "MEDUSA_EMAIL", "MEDUSA_PASSWORD", "MEDUSA_API_KEY", "MEDUSA_SECRET"


@dataclass(frozen=True, slots=True)
class Credentials:
    """E-mail and password, or an API key. `where` says, for error texts, where they were found."""

    where: str
    email: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)

    @property
    def basic(self) -> str:
        """The API key as user name with an empty password, as HTTP's Basic scheme wants it."""
        return b64encode(f"{self.api_key}:".encode()).decode()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CredentialSource:
    """Gives credentials; `is_renewable` says that `load(fresh=True)` may give others."""

    load: Callable[[bool], Credentials]
    is_renewable: bool


def find_credentials(run: Host) -> CredentialSource:
    """Where this run's credentials come from; nothing is fetched yet.

    ConfigurationError names the variable that is missing. Values in the environment go before the name of a
    secret, and a password before an API key, because a key costs Medusa 40 ms a request.
    """
    given = {name: run.environment.get(name, "").strip() for name in (EMAIL, PASSWORD, API_KEY, SECRET)}
    if given[EMAIL] and given[PASSWORD]:
        own = Credentials(f"{EMAIL} and {PASSWORD}", email=given[EMAIL], password=given[PASSWORD])
        return CredentialSource(lambda fresh: own, is_renewable=False)
    if given[EMAIL] or given[PASSWORD]:
        missing, there = (PASSWORD, EMAIL) if given[EMAIL] else (EMAIL, PASSWORD)
        raise ConfigurationError(f"{missing} is not set, but {there} is: Medusa's log-in needs both")
    if given[API_KEY]:
        key = Credentials(API_KEY, api_key=given[API_KEY])
        return CredentialSource(lambda fresh: key, is_renewable=False)
    if given[SECRET]:
        return CredentialSource(
            lambda fresh: _from_secret(given[SECRET], run.secret(given[SECRET], fresh=fresh)),
            is_renewable=True,
        )
    raise ConfigurationError(
        f"no credentials for Medusa: set {EMAIL} and {PASSWORD}, or {API_KEY}, or {SECRET} to the name of a "
        "secret that holds them; `nightshift sandbox --print-env` prints values for a local shop"
    )


def _from_secret(name: str, secret: Mapping[str, str]) -> Credentials:
    where = f"the secret {name!r} ({SECRET})"
    texts = {key: value.strip() for key, value in secret.items() if isinstance(value, str)}
    if texts.get("email") and texts.get("password"):
        return Credentials(where, email=texts["email"], password=texts["password"])
    if texts.get("api_key"):
        return Credentials(where, api_key=texts["api_key"])
    raise ConfigurationError(f'{where} must hold {{"email": …, "password": …}} or {{"api_key": …}}')
