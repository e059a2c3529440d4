"""AWS's Signature Version 4, for the one kind of request that is sent to DynamoDB: a POST without a query.

As AWS documents it ("Create a signed AWS API request") and botocore signs, with which the tests compare it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

_ALGORITHM = "AWS4-HMAC-SHA256"


class Keys(NamedTuple):
    """Credentials; `token` is empty for those that last."""

    access: str
    secret: str
    token: str = ""


class Signer:
    """Signs requests to one host and path, for one service of one region."""

    def __init__(self, keys: Keys, host: str, path: str, service: str, region: str) -> None:
        self._keys = keys
        self._fixed = {"host": host, **({"x-amz-security-token": keys.token} if keys.token else {})}
        self._path = path
        self._place = f"{region}/{service}/aws4_request"
        self._day = ""
        self._key = b""

    def sign(self, headers: Mapping[str, str], body: bytes, now: datetime) -> dict[str, str]:
        """The headers to send, of which all are signed: these, whose names are in lower case and whose values
        have no spaces to trim, and the signature's own. `now` is in UTC; AWS takes a signature for five
        minutes."""
        at = now.strftime("%Y%m%dT%H%M%SZ")
        signed = {**headers, **self._fixed, "x-amz-date": at}
        names = sorted(signed)
        listed = "".join(f"{name}:{signed[name]}\n" for name in names)
        which = ";".join(names)
        asked = f"POST\n{self._path}\n\n{listed}\n{which}\n{sha256(body).hexdigest()}"
        scope = f"{at[:8]}/{self._place}"
        text = f"{_ALGORITHM}\n{at}\n{scope}\n{sha256(asked.encode()).hexdigest()}"
        signature = hmac.digest(self._key_of(at[:8]), text.encode(), sha256).hex()
        who = f"{self._keys.access}/{scope}"
        signed["authorization"] = (
            f"{_ALGORITHM} Credential={who}, SignedHeaders={which}, Signature={signature}"
        )
        return signed

    def _key_of(self, day: str) -> bytes:
        """The key of a day, which is derived once."""
        if day != self._day:
            key = f"AWS4{self._keys.secret}".encode()
            for part in (day, *self._place.split("/")):
                key = hmac.digest(key, part.encode(), sha256)
            self._day, self._key = day, key
        return self._key
