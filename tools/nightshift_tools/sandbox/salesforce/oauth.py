"""Logging in: an app with its secret, or a user whose assertion was signed by a trusted key."""

import base64
import binascii
import hashlib
import hmac
from typing import Any, NoReturn
from urllib.parse import parse_qs

from nightshift_tools.sandbox import exact_json
from nightshift_tools.sandbox.clock import Clock
from nightshift_tools.sandbox.errors import ControlError
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.message import Request, Response, json_response

CLIENT_ID = "nightshift-sandbox"
CLIENT_SECRET = "sandbox-only"  # noqa: S105 - opens nothing but this test double
USERNAME = "integration@sandbox.example"

_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")
_LONGEST = 300  # seconds
_SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


class OAuthError(Exception):
    """A refused log-in: 400 with Salesforce's code and words."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description

    def response(self) -> Response:
        """The answer."""
        return json_response(400, {"error": self.code, "error_description": self.description})


class OAuth:
    """Gives out session ids and checks them."""

    def __init__(self, *, seed: int, clock: Clock) -> None:
        self._seed = seed
        self._clock = clock
        self._given = 0
        self._live: set[str] = set()
        self._trusted: list[tuple[int, int]] = []

    def trust(self, pem: str) -> None:
        """Take assertions that were signed by the private half of this key (`BEGIN PUBLIC KEY`)."""
        from nightshift.connectors.salesforce.rs256 import KeyFormatError  # with it comes the whole connector

        try:
            self._trusted.append(_public_key(pem))
        except (KeyFormatError, ValueError, IndexError):
            raise ControlError("public_key is no RSA key in a PEM file (BEGIN PUBLIC KEY)") from None

    def token(self) -> str:
        """A new session id."""
        self._given += 1
        digest = hashlib.sha256(f"{self._seed} {self._given}".encode()).hexdigest()
        token = f"00DSb0000000001!AQ.{digest}"
        self._live.add(token)
        return token

    def expire(self) -> None:
        """No session id that was given out so far is good any more."""
        self._live.clear()

    def accepts(self, authorization: str) -> bool:
        """Whether this Authorization header carries a live session id."""
        scheme, _, token = authorization.partition(" ")
        return scheme.lower() == "bearer" and token.strip() in self._live

    def answer(self, request: Request) -> Response:
        """The answer to a log-in."""
        form = {
            name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()
        }
        base = f"http://{request.headers.get('host', 'localhost')}{request.prefix}"
        try:
            self._check(form, base)
        except OAuthError as error:
            return error.response()
        issued = str(int(self._clock() * 1000))
        identity = f"{base}/id/00DSb0000000001AAA/005Sb0000000001AAA"
        signature = hmac.new(CLIENT_SECRET.encode(), (identity + issued).encode(), hashlib.sha256).digest()
        return json_response(
            200,
            {
                "access_token": self.token(),
                "signature": base64.b64encode(signature).decode(),
                "scope": "api",
                "instance_url": base,
                "id": identity,
                "token_type": "Bearer",
                "issued_at": issued,
            },
        )

    def _check(self, form: dict[str, str], base: str) -> None:
        grant = form.get("grant_type")
        if grant == "client_credentials":
            if form.get("client_id") != CLIENT_ID:
                raise OAuthError("invalid_client_id", "client identifier invalid")
            if form.get("client_secret") != CLIENT_SECRET:
                raise OAuthError("invalid_client", "invalid client credentials")
        elif grant == _JWT_BEARER:
            self._check_claims(self._verified(form.get("assertion", "")), base)
        else:
            raise OAuthError("unsupported_grant_type", "grant type not supported")

    def _verified(self, assertion: str) -> JsonObject:
        """The claims of an assertion that a trusted key has signed."""
        head, _, rest = assertion.partition(".")
        claims, _, signature = rest.partition(".")
        signed = f"{head}.{claims}".encode()
        if _json(head).get("alg") != "RS256":
            _refuse_assertion()
        if not any(_has_signed(key, signed, _decoded(signature)) for key in self._trusted):
            _refuse_assertion()
        return _json(claims)

    def _check_claims(self, claims: JsonObject, base: str) -> None:
        if claims.get("iss") != CLIENT_ID:
            raise OAuthError("invalid_client_id", "client identifier invalid")
        if claims.get("sub") != USERNAME:
            raise OAuthError("invalid_grant", "user hasn't approved this consumer")
        if claims.get("aud") not in (*_AUDIENCES, base):
            raise OAuthError("invalid_grant", "audience is invalid")
        expiry, now = claims.get("exp"), self._clock()
        if not isinstance(expiry, int) or not now < expiry <= now + _LONGEST:
            raise OAuthError("invalid_grant", "assertion is expired or lives too long")


def _has_signed(key: tuple[int, int], message: bytes, signature: bytes) -> bool:
    modulus, exponent = key
    size = (modulus.bit_length() + 7) // 8
    digest = _SHA256_PREFIX + hashlib.sha256(message).digest()
    wanted = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
    opened = pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(size, "big")
    return len(signature) == size and hmac.compare_digest(opened, wanted)


def _public_key(pem: str) -> tuple[int, int]:
    """Modulus and exponent out of a SubjectPublicKeyInfo."""
    from nightshift.connectors.salesforce.rs256 import der_values

    body = pem.partition("-----BEGIN PUBLIC KEY-----")[2].partition("-----END PUBLIC KEY-----")[0]
    ((_, info),) = der_values(base64.b64decode("".join(body.split()), validate=True))
    _, (_, bits) = der_values(info)
    ((_, numbers),) = der_values(bits[1:])
    (_, modulus), (_, exponent) = der_values(numbers)
    return int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")


def _json(part: str) -> dict[str, Any]:
    try:
        value = exact_json.loads(_decoded(part))
    except ValueError:
        _refuse_assertion()
    return value if isinstance(value, dict) else _refuse_assertion()


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return b""


def _refuse_assertion() -> NoReturn:
    raise OAuthError("invalid_grant", "invalid assertion")
