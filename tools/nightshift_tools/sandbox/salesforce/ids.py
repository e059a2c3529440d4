"""Ids in Salesforce's form: fifteen characters whose case matters, and three that tell it."""

import re

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_ID = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Z]{3})?", re.ASCII)


def make_id(prefix: str, number: int) -> str:
    """The id of an object's record with this number, 18 characters."""
    digits = ""
    while number:
        number, rest = divmod(number, len(_DIGITS))
        digits = _DIGITS[rest] + digits
    return full_id(prefix + "Sb" + digits.rjust(10, "0"))


def full_id(text: str) -> str:
    """The 18 characters of an id that is given with 15 or 18; ValueError where it is none."""
    if not _ID.fullmatch(text):
        raise ValueError(f"{text!r} is no id")
    short = text[:15]
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << place for place, char in enumerate(short[start : start + 5]) if char.isupper())
        suffix += _SUFFIX[bits]
    if len(text) == 18 and text[15:] != suffix:
        raise ValueError(f"{text!r} is no id: its last three characters do not fit")
    return short + suffix
