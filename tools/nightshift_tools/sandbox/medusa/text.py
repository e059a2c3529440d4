"""Texts as Medusa keeps them: what PostgreSQL can store, and handles."""

import re
import unicodedata
from typing import Any

from nightshift_tools.sandbox.medusa.errors import unknown

_HANDLE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def storable(body: Any) -> Any:
    """The body as it reaches the tables: a lone surrogate becomes U+FFFD on its way through UTF-8.

    A NUL has no place in a PostgreSQL text, and Medusa does not know that error: 500, unknown_error.
    """
    if isinstance(body, str):
        if "\0" in body:
            raise unknown()
        return body.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(body, list):
        return [storable(item) for item in body]
    if isinstance(body, dict):
        return {storable(key): storable(value) for key, value in body.items()}
    return body


def handle_of(title: str) -> str:
    """The handle that Medusa makes of a title: lower case, accents stripped, kebab-case."""
    plain = "".join(c for c in unicodedata.normalize("NFD", title.strip()) if not unicodedata.combining(c))
    kebab = re.sub(r"[\s_]+", "-", re.sub(r"([a-z])([A-Z])", r"\1-\2", plain)).lower()
    return re.sub(r"[^a-z0-9-]", "", kebab)


def is_handle(text: str) -> bool:
    """Whether a handle that a client sends is safe in a URL."""
    return _HANDLE.fullmatch(text) is not None
