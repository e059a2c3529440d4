"""What leaves a run as text: without the secrets it knows, without what looks like one, and on one line.

Every log line, log record, run record, quarantine reason and exception of a run passes a `Redactor`. It
knows what the run has fetched or sent as a secret, in the forms in which that may come back (URL-quoted, in
JSON, in base64 at any offset, as Basic authentication has it), and the shapes of what nobody has named.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from urllib.parse import quote, quote_plus

import orjson

HIDDEN = "…"

_SHORTEST_SECRET = 4  # hiding a shorter one would punch holes into every text
_SHORTEST_ANYWHERE = 8  # a shorter one is hidden as a word of its own, not inside of others
_MAX_URL = 200
_SECRET_VARIABLES = re.compile(r"PASSW|TOKEN|API_?KEY|SECRET_ACCESS_KEY|PRIVATE_KEY")

_SHAPES = re.compile(
    r"\b(?:[Bb]earer|BEARER|[Bb]asic|BASIC)\s+[\w.~+/=-]{6,}"
    r"|\b[sp]k_\w{4,}"
    r"|\beyJ[\w-]+\.[\w.-]+"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    re.ASCII,
)
_USER_INFO = re.compile(r"//[^/?#@\s]*@")
_PARAMETERS = re.compile(r"(?i)([?&][^=&\s]*(?:token|key|secret|passw|sig|auth|code)[^=&\s]*)=[^&\s]*")
_E_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CARD_NUMBER = re.compile(r"(?<![\w.-])[0-9](?:[ -]?[0-9]){12,18}(?![\w-])", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_UNPRINTABLE = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]+"
)


class Redactor:
    """Cleans texts of one run. Secrets are added as the run comes to know them, from any thread."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        """`environment`: variables whose names say so hold secrets."""
        named = (environment or {}).items()
        self._secrets = frozenset(
            value
            for name, value in named
            if len(value) >= _SHORTEST_ANYWHERE and _SECRET_VARIABLES.search(name)
        )
        self._known: re.Pattern[str] | None = None

    def hide(self, *secrets: str) -> None:
        """Have these texts replaced wherever they come back, in whatever form."""
        new = {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET} - self._secrets
        if new:
            self._secrets, self._known = self._secrets | new, None

    def text(self, text: str) -> str:
        """A text on one line: secrets gone, e-mail addresses as hashes, control characters as escapes."""
        if self._secrets:
            known = self._known or self._compile()
            text = known.sub(HIDDEN, text)
        text = _SHAPES.sub(HIDDEN, text)
        if "@" in text:
            text = _E_MAIL.sub(_hashed, _USER_INFO.sub("//", text))
        if "=" in text:
            text = _PARAMETERS.sub(rf"\1={HIDDEN}", text)
        text = _CARD_NUMBER.sub(_without_card, text)
        return text if text.isprintable() else _CONTROL.sub(_escaped, text)

    def clean(self, text: str, limit: int) -> str:
        """What somebody else says, for a place inside of a text of ours: at most `limit` characters."""
        text = _UNPRINTABLE.sub(" ", self.text(_UNPRINTABLE.sub(" ", text))).strip()
        return text if len(text) <= limit else text[: limit - 1] + HIDDEN

    def clean_url(self, url: str) -> str:
        """A URL without user name, password and the values of parameters that look secret; cut if long."""
        return self.clean(url, _MAX_URL)

    def _compile(self) -> re.Pattern[str]:
        """One pattern of all forms, the longest first."""
        secrets = self._secrets
        long = {form for secret in secrets if len(secret) >= _SHORTEST_ANYWHERE for form in _forms(secret)}
        parts = [re.escape(form) for form in sorted(long, key=len, reverse=True)]
        short = sorted((each for each in secrets if len(each) < _SHORTEST_ANYWHERE), key=len, reverse=True)
        parts += [rf"(?<!\w){re.escape(each)}(?!\w)" for each in short]
        known = re.compile("|".join(parts))
        if secrets is self._secrets:  # or else another thread has just added one
            self._known = known
        return known


def without_echo(text: str, sent: bytes, longest: int) -> str:
    """A text in which no more than `longest` characters in a row repeat what was sent."""
    kept: list[str] = []
    place = 0
    while place < len(text):
        end = place + longest + 1
        if end > len(text) or text[place:end].encode("utf-8", "replace") not in sent:
            kept.append(text[place])
            place += 1
            continue
        while end < len(text) and text[place : end + 1].encode("utf-8", "replace") in sent:
            end += 1
        kept.append(HIDDEN)
        place = end
    return "".join(kept)


def _forms(secret: str) -> Iterator[str]:
    """A secret as it may come back."""
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    body = secret.encode("utf-8", "surrogatepass")
    yield orjson.dumps(body.decode("utf-8", "replace")).decode()[1:-1]
    for offset in range(3):
        encoded = _inside_base64(body, offset)
        yield encoded
        yield encoded.translate(str.maketrans("+/", "-_"))


def _inside_base64(body: bytes, offset: int) -> str:
    """The characters that `body` alone decides where it stands in base64, `offset` bytes behind a border."""
    whole = b64encode(bytes(offset) + body).decode().rstrip("=")
    first = -(-offset * 8 // 6)
    last = (offset + len(body)) * 8 // 6
    return whole[first:last]


def _hashed(match: re.Match[str]) -> str:
    """An address as a hash: the same address is seen to be the same, and is not told."""
    return f"e-mail:{blake2b(match[0].lower().encode(), digest_size=4).hexdigest()}"


def _without_card(match: re.Match[str]) -> str:
    """Nothing where the digits are such as payment cards have (ISO/IEC 7812-1, annex B)."""
    digits = [int(digit) for digit in reversed(match[0]) if digit.isdigit()]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return match[0] if (sum(digits[::2]) + doubled) % 10 else HIDDEN


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()


def secret_values(secret: Mapping[str, object]) -> Iterable[str]:
    """All texts of a secret, whatever it has beside them."""
    return [value for value in secret.values() if isinstance(value, str)]
