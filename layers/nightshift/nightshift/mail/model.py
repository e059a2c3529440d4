"""A mail, what becomes of it, and what an address must look like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formataddr, parseaddr
from typing import TypeAlias

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)
_HEADER = re.compile(r"[\x20-\x7e]*", re.ASCII)
_LONGEST_LOCAL, _LONGEST = 64, 254


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one address. `headers` are further ones, such as List-Unsubscribe: printable ASCII.

    ValueError for a header or a subject that would be more than one line.
    """

    to: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.subject.isprintable():
            raise ValueError("the subject must be one line without control characters")
        for name, value in self.headers.items():
            if not _HEADER.fullmatch(value):
                raise ValueError(f"the header {name} holds what no header may")


@dataclass(frozen=True, slots=True)
class Sent:
    """It is on its way; `id` is what the transport calls it."""

    id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not sent, and would not be the next time either."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether it was sent: sending it again may send it twice."""

    reason: str


Delivery: TypeAlias = Sent | Refused | Unknown


def check_address(text: str | None) -> str:
    """The address as SMTP takes it, its domain in ASCII; ValueError says what is wrong with it, and does not
    quote it.

    RFC 5321's mailbox without quoted names and address literals, which no customer has, and with the length
    limits of 4.5.3.1 and of RFC 3696's erratum 1690.
    """
    local, at, domain = (text or "").strip().rpartition("@")
    if not text or not text.strip():
        raise ValueError("it has no e-mail address")
    if not at:
        raise ValueError("its e-mail address has no @")
    if not _LOCAL.fullmatch(local) or len(local) > _LONGEST_LOCAL:
        raise ValueError("its e-mail address is malformed before the @")
    try:
        name = domain.encode("idna").decode()
    except UnicodeError:
        name = ""
    labels = name.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise ValueError("its e-mail address is malformed after the @")
    if len(local) + 1 + len(name) > _LONGEST:
        raise ValueError(f"its e-mail address is longer than {_LONGEST} characters")
    return f"{local}@{name}"


def check_sender(text: str) -> tuple[str, str]:
    """`Shop <news@shop.example>` as a header takes it, and the address; ValueError as `check_address`."""
    name, address = parseaddr(text)
    address = check_address(address)
    return formataddr((name, address)), address
