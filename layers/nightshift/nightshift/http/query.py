"""Query strings, fast for what most of them hold: plain ids, and few names over and over."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote_plus

_quoted = lru_cache(maxsize=256)(quote_plus)


def escaped(text: str) -> str:
    """A name or a value as it stands in a query string."""
    return text if text.isalnum() and text.isascii() else _quoted(text)


def encode_query(query: Sequence[tuple[str, str]]) -> str:
    """Names and values as a query string, as `urllib.parse.urlencode` writes it."""
    return "&".join(f"{escaped(name)}={escaped(value)}" for name, value in query)
