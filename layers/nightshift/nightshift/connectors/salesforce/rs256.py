"""RS256: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2), and reading the private key for it.

In the standard library's own arithmetic, because every library for it weighs more than the rest of a job
(docs/decisions/salesforce-client.md). It signs; it decides nothing about what others sign. Imported only by
runs that log in with a key.
"""

from __future__ import annotations

import secrets
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

SHORTEST_KEY = 2048
"""Bits; Salesforce takes no shorter one."""

_SEQUENCE, _INTEGER = 0x30, 0x02
_RSA = bytes.fromhex("06092a864886f70d010101")  # the object identifier rsaEncryption
_SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")  # DigestInfo, RFC 8017, 9.2


class KeyFormatError(Exception):
    """The text is no private RSA key that can be used; says why, and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """An RSA key with the factors that make signing four times as fast."""

    modulus: int
    exponent: int
    prime_p: int = field(repr=False)
    prime_q: int = field(repr=False)
    exponent_p: int = field(repr=False)
    exponent_q: int = field(repr=False)
    coefficient: int = field(repr=False)

    @property
    def size(self) -> int:
        """Of the modulus and of a signature, in bytes."""
        return (self.modulus.bit_length() + 7) // 8


def load_key(pem: str) -> PrivateKey:
    """The key in a PEM file: PKCS#8 (`BEGIN PRIVATE KEY`) or PKCS#1 (`BEGIN RSA PRIVATE KEY`).

    Line ends may be written as `\\n`, as variables of an environment often have them. KeyFormatError.
    """
    kind, der = _armoured(pem.replace("\\n", "\n"))
    parts = list(der_values(_only(der, _SEQUENCE)))
    if kind == "PRIVATE KEY":
        if len(parts) < 3 or not parts[1][1].startswith(_RSA):
            raise KeyFormatError("it is not an RSA key")
        parts = list(der_values(_only(parts[2][1], _SEQUENCE)))
    numbers = [int.from_bytes(content, "big", signed=True) for tag, content in parts if tag == _INTEGER]
    if len(numbers) != 9 or numbers[0] != 0:
        raise KeyFormatError("it is not a private RSA key with two primes")
    _, modulus, exponent, _, p, q, exponent_p, exponent_q, coefficient = numbers
    if modulus.bit_length() < SHORTEST_KEY:
        raise KeyFormatError(f"it has {modulus.bit_length()} bits, and {SHORTEST_KEY} are the least")
    if min(numbers[1:]) <= 0 or p * q != modulus:
        raise KeyFormatError("its numbers do not belong together")
    return PrivateKey(modulus, exponent, p, q, exponent_p, exponent_q, coefficient)


def sign(key: PrivateKey, message: bytes) -> bytes:
    """The signature of a message, as long as the key's modulus.

    The number is blinded, so that the time taken says nothing about the key, and the signature is checked
    before it leaves: a fault in one half of the computation would give the key away. KeyFormatError where
    the key's numbers do not sign.
    """
    padded = int.from_bytes(_padded(message, key.size), "big")
    blind = 2 + secrets.randbelow(key.modulus - 2)
    blinded = padded * pow(blind, key.exponent, key.modulus) % key.modulus
    half_p = pow(blinded, key.exponent_p, key.prime_p)
    half_q = pow(blinded, key.exponent_q, key.prime_q)
    joined = half_q + key.prime_q * ((half_p - half_q) * key.coefficient % key.prime_p)
    signature = joined * pow(blind, -1, key.modulus) % key.modulus
    if pow(signature, key.exponent, key.modulus) != padded:
        raise KeyFormatError("its numbers do not belong together")
    return signature.to_bytes(key.size, "big")


def _padded(message: bytes, size: int) -> bytes:
    digest = _SHA256_PREFIX + sha256(message).digest()
    return b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest


def _armoured(pem: str) -> tuple[str, bytes]:
    begin, _, rest = pem.partition("-----BEGIN ")[2].partition("-----")
    if begin not in ("PRIVATE KEY", "RSA PRIVATE KEY"):
        found = f"a PEM file of the kind {begin!r}" if begin.isupper() and len(begin) < 40 else "no PEM file"
        raise KeyFormatError(f"it is {found}; PRIVATE KEY or RSA PRIVATE KEY, without a password, is needed")
    body, end, _ = rest.partition(f"-----END {begin}-----")
    if not end:
        raise KeyFormatError("its END line is missing")
    if ":" in body:
        raise KeyFormatError("it is protected by a password; give it without one")
    try:
        return begin, b64decode("".join(body.split()), validate=True)
    except ValueError:
        raise KeyFormatError("what is between its BEGIN and END lines is not base64") from None


def _only(der: bytes, tag: int) -> bytes:
    found = list(der_values(der))
    if len(found) != 1 or found[0][0] != tag:
        raise KeyFormatError("it is not DER inside")
    return found[0][1]


def der_values(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each DER value in a row."""
    at = 0
    while at < len(der):
        head = der[at : at + 2]
        if len(head) < 2:
            raise KeyFormatError("it is cut off")
        tag, length = head
        at += 2
        if length & 0x80:
            width = length & 0x7F
            if not 1 <= width <= 4:
                raise KeyFormatError("it is not DER inside")
            length = int.from_bytes(der[at : at + width], "big")
            at += width
        content = der[at : at + length]
        if len(content) < length:
            raise KeyFormatError("it is cut off")
        yield tag, content
        at += length
