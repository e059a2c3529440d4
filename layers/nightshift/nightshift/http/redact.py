"""Texts for people: short, printable, and without secrets."""

from __future__ import annotations

import re

_HIDDEN = "…"
_SECRET_SHAPES = re.compile(r"(?i)\b(?:bearer|basic)\s+[\w.~+/=-]{6,}|\bsk_\w+|\beyJ[\w-]+\.[\w.-]+")
_SECRET_PARAMETERS = re.compile(r"(?i)([?&][^=&]*(?:token|key|secret|passw|sig|auth|code)[^=&]*)=[^&]*")
_USER_INFO = re.compile(r"//[^/?#@\s]*@")
_UNPRINTABLE = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]+"
)
_MAX_URL = 200
_SHORTEST_SECRET = 4  # hiding a shorter one would punch holes into every text


class Redactor:
    """Cleans what a service says before it is shown; knows the secrets that were sent to it."""

    def __init__(self) -> None:
        self._secrets: tuple[str, ...] = ()

    def hide(self, *secrets: str) -> None:
        """Have these texts replaced wherever they come back."""
        new = {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}
        self._secrets = tuple(sorted(new.union(self._secrets), key=len, reverse=True))

    def clean(self, text: str, limit: int) -> str:
        """At most `limit` characters on one line, without control characters and secrets."""
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        text = _SECRET_SHAPES.sub(_HIDDEN, text)
        text = _UNPRINTABLE.sub(" ", text).strip()
        return text if len(text) <= limit else text[: limit - 1] + _HIDDEN

    def clean_url(self, url: str) -> str:
        """A URL without user name, password and the values of parameters that look secret; cut if long."""
        url = _SECRET_PARAMETERS.sub(rf"\1={_HIDDEN}", _USER_INFO.sub("//", url))
        return self.clean(url, _MAX_URL)
