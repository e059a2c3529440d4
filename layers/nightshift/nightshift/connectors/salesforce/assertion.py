"""The assertion by which a user with a key logs in (RFC 7523)."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import datetime
from urllib.parse import urlsplit

import orjson

from nightshift.connectors.salesforce.auth import Credentials
from nightshift.connectors.salesforce.rs256 import KeyFormatError, load_key, sign
from nightshift.errors import ConfigurationError

LIFETIME = 180
"""Seconds: longer ones are refused."""

_PRODUCTION, _TEST = "https://login.salesforce.com", "https://test.salesforce.com"


def make_assertion(credentials: Credentials, url: str, now: datetime) -> str:
    """A signed assertion, good for three minutes; ConfigurationError where the key cannot be used.

    Whom it is for follows from the org's URL: sandboxes of Salesforce have an address and a log-in host of
    their own.
    """
    claims = {
        "iss": credentials.client_id,
        "sub": credentials.username,
        "aud": credentials.audience or _audience(url),
        "exp": int(now.timestamp()) + LIFETIME,
    }
    unsigned = b".".join(_part(part) for part in ({"alg": "RS256", "typ": "JWT"}, claims))
    try:
        signature = sign(load_key(credentials.private_key), unsigned)
    except KeyFormatError as error:
        raise ConfigurationError(f"the private key of {credentials.where} cannot be used: {error}") from None
    return b".".join((unsigned, _base64url(signature))).decode()


def _audience(url: str) -> str:
    host = urlsplit(url).hostname or ""
    return _TEST if host.endswith((".sandbox.my.salesforce.com", "test.salesforce.com")) else _PRODUCTION


def _part(value: object) -> bytes:
    return _base64url(orjson.dumps(value))


def _base64url(raw: bytes) -> bytes:
    return urlsafe_b64encode(raw).rstrip(b"=")
