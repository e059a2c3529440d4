"""Where a service is."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from nightshift.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Address:
    """A base URL in parts. `origin` has no trailing slash, `path` is empty or begins with one."""

    scheme: str
    host: str
    port: int | None
    path: str

    @property
    def origin(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"


def parse_address(base_url: str, variable: str) -> Address:
    """The address in a base URL; ConfigurationError where it is none. The text names the variable and never
    quotes its value, which may hold a password."""
    try:
        parts, url = urlsplit(base_url), parse_url(base_url)
    except (ValueError, LocationParseError):
        raise ConfigurationError(f"{variable} is not a URL") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigurationError(f"{variable} must begin with http:// or https:// and name a host")
    if "@" in parts.netloc:
        raise ConfigurationError(f"{variable} has a user name in it; credentials have variables of their own")
    if parts.query or parts.fragment:
        raise ConfigurationError(f"{variable} must end with its path: what follows '?' or '#' cannot be kept")
    return Address(url.scheme, url.host, url.port, (url.path or "").rstrip("/"))
