"""One run's way to the Medusa at `MEDUSA_URL`."""

from __future__ import annotations

from nightshift.connectors import Host
from nightshift.connectors.medusa.auth import find_credentials
from nightshift.connectors.medusa.session import Session
from nightshift.errors import ConfigurationError

SERVICE = "Medusa"
VARIABLE = "MEDUSA_URL"
_CONFLICT = frozenset({409})  # "may be retried"


def open_session(run: Host) -> Session:
    """The session of a run; ConfigurationError names a variable that is missing. Nothing is requested yet."""
    url = run.environment.get(VARIABLE, "").strip()
    if not url:
        raise ConfigurationError(
            f"{VARIABLE} is not set: it is the base URL of the Medusa server to work on, for example "
            "http://localhost:9000; `nightshift sandbox --print-env` prints values for a local shop"
        )
    credentials = find_credentials(run)
    return Session(run.http(SERVICE, url, variable=VARIABLE, retry_statuses=_CONFLICT), credentials)
