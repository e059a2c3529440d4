"""Saving a page of which one product cannot be parsed: nested too deeply, not UTF-8, broken numbers."""

from __future__ import annotations

import json
import re

import orjson

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["\[\]{},]', re.DOTALL)
_LEADING_ID = re.compile(rb'\s*\{\s*"id"\s*:\s*(\d{1,18})\s*[,}]')


def salvage(listed: bytes) -> list[object] | None:
    """The products between a list's brackets, each parsed by itself.

    What cannot be parsed becomes `{"id": …, "unreadable": <why>}`. None where the list's structure is broken,
    or where an unreadable product does not begin with its id, as DummyJSON's do.
    """
    parts = _split(listed)
    if parts is None:
        return None
    products: list[object] = []
    for part in parts:
        reason = _parse_into(products, part)
        if reason is not None:
            identity = _LEADING_ID.match(part)
            if identity is None:
                return None
            products.append({"id": int(identity[1]), "unreadable": reason})
    return products


def _parse_into(products: list[object], part: bytes) -> str | None:
    """Append the parsed part, or say why it cannot be parsed."""
    try:
        products.append(orjson.loads(part))
    except ValueError:
        try:
            products.append(json.loads(part))
        except RecursionError:
            return "it is nested too deeply to be read"
        except UnicodeDecodeError:
            return "its text is not UTF-8"
        except ValueError:
            return "its JSON cannot be read"
    return None


def _split(listed: bytes) -> list[bytes] | None:
    """The members of a list, cut at its own commas; None where brackets or quotes do not match."""
    cuts, open_brackets = [-1], bytearray()
    for token in _TOKEN.finditer(listed):
        mark = listed[token.start()]
        if mark == ord('"') and token.end() - token.start() == 1:
            return None
        if mark in b"[{":
            open_brackets.append(mark + 2)  # in ASCII each closing bracket is two after its opening one
        elif mark in b"]}":
            if not open_brackets or open_brackets.pop() != mark:
                return None
        elif mark == ord(",") and not open_brackets:
            cuts.append(token.start())
    if open_brackets:
        return None
    return [listed[cut + 1 : end] for cut, end in zip(cuts, [*cuts[1:], len(listed)], strict=True)]
