"""Signing: against a library that is not ours, and keys that are none."""

from __future__ import annotations

import random
import subprocess
import sys
from base64 import b64decode, b64encode

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from nightshift.connectors.salesforce.rs256 import KeyFormatError, PrivateKey, load_key, sign

PKCS8, PKCS1 = PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL


def pem_of(
    key: RSAPrivateKey | ec.EllipticCurvePrivateKey,
    kind: PrivateFormat = PKCS8,
    lock: KeySerializationEncryption | None = None,
) -> str:
    return key.private_bytes(Encoding.PEM, kind, lock or NoEncryption()).decode()


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@pytest.mark.parametrize("bits", [2048, 2056, 3072, 4096])
@pytest.mark.parametrize("kind", [PKCS8, PKCS1])
def test_a_signature_is_the_one_that_the_library_makes(bits: int, kind: PrivateFormat) -> None:
    theirs = generate_private_key(65537, bits)
    ours = load_key(pem_of(theirs, kind))
    for message in (b"", b"a", b"header.claims" * 100):
        assert sign(ours, message) == theirs.sign(message, PKCS1v15(), SHA256())


def test_a_signature_is_for_its_message_alone(key: RSAPrivateKey) -> None:
    signature = sign(load_key(pem_of(key)), b"this")
    key.public_key().verify(signature, b"this", PKCS1v15(), SHA256())
    with pytest.raises(InvalidSignature):
        key.public_key().verify(signature, b"that", PKCS1v15(), SHA256())


def test_a_key_with_a_wrong_half_signs_nothing(key: RSAPrivateKey) -> None:
    """A signature that is right by one prime only would give the other away."""
    good = load_key(pem_of(key))
    for name in ("exponent_p", "exponent_q", "coefficient"):
        values = {field: getattr(good, field) for field in PrivateKey.__slots__}
        with pytest.raises(KeyFormatError, match="do not belong together"):
            sign(PrivateKey(**{**values, name: values[name] + 2}), b"message")


def test_a_key_shows_nothing_of_itself(key: RSAPrivateKey) -> None:
    ours = load_key(pem_of(key))
    assert str(ours.prime_p) not in repr(ours)
    assert str(ours.exponent_p) not in repr(ours)


def test_only_a_run_that_logs_in_with_a_key_loads_what_signs() -> None:
    code = "import sys, nightshift.connectors.salesforce; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "salesforce.session" in loaded
    assert "rs256" not in loaded


BAD = [
    ("", "no PEM file"),
    ("hunter2", "no PEM file"),
    (pem_of(ec.generate_private_key(ec.SECP256R1())), "it is not an RSA key"),
    (pem_of(generate_private_key(65537, 1024)), "it has 1024 bits, and 2048 are the least"),
    (
        pem_of(generate_private_key(65537, 2048), PKCS8, BestAvailableEncryption(b"x")),
        "'ENCRYPTED PRIVATE KEY'",
    ),
    (
        pem_of(generate_private_key(65537, 2048), PKCS1, BestAvailableEncryption(b"x")),
        "protected by a password",
    ),
    ("-----BEGIN PRIVATE KEY-----\nMIIE", "its END line is missing"),
    ("-----BEGIN PRIVATE KEY-----\nhunter2!\n-----END PRIVATE KEY-----", "not base64"),
    ("-----BEGIN PRIVATE KEY-----\nAgEA\n-----END PRIVATE KEY-----", "not DER"),
    ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "cut off"),
    (
        generate_private_key(65537, 2048)
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        .decode(),
        "'PUBLIC KEY'",
    ),
]


@pytest.mark.parametrize(("pem", "text"), BAD, ids=[text for _, text in BAD])
def test_what_is_no_usable_key_is_told_without_quoting_it(pem: str, text: str) -> None:
    with pytest.raises(KeyFormatError, match=text) as raised:
        load_key(pem)
    assert "hunter2" not in str(raised.value)


def test_a_damaged_key_is_refused_or_signs_as_before(key: RSAPrivateKey) -> None:
    """No damage makes a signature that is not one."""
    lines = pem_of(key, PKCS1).splitlines()
    der = bytearray(b64decode("".join(lines[1:-1])))
    theirs = key.sign(b"message", PKCS1v15(), SHA256())
    chance = random.Random(7)
    refused = 0
    for _ in range(150):
        place = chance.randrange(len(der))
        damaged = (
            bytes(der[:place]) + bytes([der[place] ^ (1 << chance.randrange(8))]) + bytes(der[place + 1 :])
        )
        try:
            body = b64encode(
                damaged[: chance.randrange(len(der)) if chance.random() < 0.2 else None]
            ).decode()
            found = sign(load_key(f"{lines[0]}\n{body}\n{lines[-1]}"), b"message")
        except KeyFormatError:
            refused += 1
        else:
            assert found == theirs
    assert refused > 50
