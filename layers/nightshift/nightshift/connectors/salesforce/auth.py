"""Who we are to Salesforce: an app with a secret (client credentials), or a user with a key (JWT bearer)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields

from nightshift.connectors import Host
from nightshift.errors import ConfigurationError

SECRET = "SALESFORCE_SECRET"  # noqa: S105 - the name of a variable
_VARIABLES = {
    "client_id": "SALESFORCE_CLIENT_ID",
    "client_secret": "SALESFORCE_CLIENT_SECRET",
    "username": "SALESFORCE_USERNAME",
    "private_key": "SALESFORCE_PRIVATE_KEY",
    "audience": "SALESFORCE_AUDIENCE",
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """`client_id` with `client_secret`, or with `username` and `private_key`, a PEM text.

    `audience` is whom the assertion is for; empty for what follows from the URL. `where` says, for error
    texts, where they were found.
    """

    where: str
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    username: str = ""
    private_key: str = field(default="", repr=False)
    audience: str = ""

    @property
    def has_key(self) -> bool:
        """They log in with a key and not with a secret."""
        return not self.client_secret


@dataclass(frozen=True, slots=True)
class CredentialSource:
    """Gives credentials; `is_renewable` says that `load(fresh=True)` may give others."""

    load: Callable[[bool], Credentials]
    is_renewable: bool


def find_credentials(run: Host) -> CredentialSource:
    """Where this run's credentials come from; nothing is fetched yet.

    ConfigurationError names the variable that is missing. Values in the environment go before the name of a
    secret, and a client secret before a key.
    """
    given = {name: run.environment.get(variable, "").strip() for name, variable in _VARIABLES.items()}
    secret = run.environment.get(SECRET, "").strip()
    if any(value for name, value in given.items() if name != "audience"):
        own = _complete("the environment", given, _VARIABLES)
        return CredentialSource(lambda fresh: own, is_renewable=False)
    if secret:
        return CredentialSource(
            lambda fresh: _from_secret(secret, run.secret(secret, fresh=fresh)), is_renewable=True
        )
    raise ConfigurationError(
        "no credentials for Salesforce: set SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET, or "
        "SALESFORCE_CLIENT_ID, SALESFORCE_USERNAME and SALESFORCE_PRIVATE_KEY, or SALESFORCE_SECRET to the "
        "name of a secret that holds them; `nightshift sandbox --print-env` prints values for a local org"
    )


def _from_secret(name: str, secret: Mapping[str, str]) -> Credentials:
    texts = {key: value.strip() for key, value in secret.items() if isinstance(value, str)}
    return _complete(f"the secret {name!r} ({SECRET})", texts, {known: known for known in _VARIABLES})


def _complete(where: str, given: Mapping[str, str], called: Mapping[str, str]) -> Credentials:
    """Credentials of one kind or the other; `called` has the name by which a person knows each."""
    values = {known.name: given.get(known.name, "") for known in fields(Credentials) if known.name != "where"}
    credentials = Credentials(where, **values)
    needs_key = credentials.has_key and (credentials.username or credentials.private_key)
    needed = ["client_id", "username", "private_key"] if needs_key else ["client_id", "client_secret"]
    missing = [called[name] for name in needed if not values[name]]
    if missing:
        raise ConfigurationError(
            f"{where} lacks {' and '.join(missing)}: Salesforce is logged in to with "
            f"{called['client_id']} and {called['client_secret']}, or with {called['client_id']}, "
            f"{called['username']} and {called['private_key']}"
        )
    return credentials
