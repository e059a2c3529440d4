"""Paths and query strings, fast for what most of them hold: plain ids, and few names over and over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote, quote_plus

_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch
_IN_PATHS = "/?:@!$&'()*+,;=%"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})").search
_ENCODED = re.compile(r"/(?:[A-Za-z0-9._~/?:@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*").fullmatch
_quoted = lru_cache(maxsize=256)(quote_plus)


def escaped(text: str) -> str:
    """A name or a value as it stands in a query string."""
    return text if _PLAIN(text) else _quoted(text)


def encode_path(path: str) -> str:
    """A path, perhaps with a query, as it is sent: what is encoded already stays as it is. ValueError for one
    that does not begin with a slash."""
    if _ENCODED(path):
        return path
    if not path.startswith("/"):
        raise ValueError(f"a path begins with a slash, not with {path[:1]!r}")
    return quote(path, _IN_PATHS[:-1] if _STRAY_PERCENT(path) else _IN_PATHS)


def encode_query(query: Sequence[tuple[str, str]]) -> str:
    """Names and values as a query string, as `urllib.parse.urlencode` writes it."""
    return "&".join(f"{escaped(name)}={escaped(value)}" for name, value in query)
