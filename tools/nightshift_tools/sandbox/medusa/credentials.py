"""Who may use the admin routes: a user's JWT, or a secret key over Basic."""

import base64
import binascii
import hashlib
import hmac

from nightshift_tools.sandbox import exact_json
from nightshift_tools.sandbox.clock import Clock
from nightshift_tools.sandbox.medusa.errors import MedusaError

EMAIL = "admin@sandbox.example"
PASSWORD = "sandbox-only"  # noqa: S105 - opens nothing but this test double
TOKEN_SECONDS = 24 * 60 * 60
_USER = "user_01SANDBOX"


class Credentials:
    """Gives out tokens and checks them; tokens are real HS256 JWTs with an expiry."""

    def __init__(self, *, seed: int, clock: Clock) -> None:
        self.api_key = "sk_" + hashlib.sha256(f"key {seed}".encode()).hexdigest()
        self._seed = seed
        self._clock = clock
        self._generation = 0

    def log_in(self, body: object) -> str:
        """A token for e-mail and password; raises MedusaError with Medusa's message."""
        given = body if isinstance(body, dict) else {}
        for field in ("password", "email"):
            if not given.get(field) or not isinstance(given[field], str):
                raise MedusaError("unauthorized", f"{field.capitalize()} should be a string")
        if (given["email"], given["password"]) != (EMAIL, PASSWORD):
            raise MedusaError("unauthorized", "Invalid email or password")
        return self.token()

    def token(self) -> str:
        """A fresh token."""
        now = int(self._clock())
        claims = {"actor_id": _USER, "actor_type": "user", "iat": now, "exp": now + TOKEN_SECONDS}
        unsigned = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
        return f"{unsigned}.{self._signature(unsigned)}"

    def expire(self) -> None:
        """Make every token given out so far invalid, as a changed secret does."""
        self._generation += 1

    def accepts(self, authorization: str) -> bool:
        """Whether this Authorization header opens the admin routes."""
        scheme, _, credential = authorization.partition(" ")
        if scheme.lower() == "basic":
            return self._is_key(credential.strip())
        return self.accepts_token(authorization)

    def accepts_token(self, authorization: str) -> bool:
        """Whether this Authorization header carries a live token; a secret key as Bearer does not."""
        scheme, _, token = authorization.partition(" ")
        unsigned, _, signature = token.strip().rpartition(".")
        if scheme.lower() != "bearer" or not hmac.compare_digest(
            signature.encode(), self._signature(unsigned).encode()
        ):
            return False
        claims = exact_json.loads(_decoded(unsigned.partition(".")[2]))
        return bool(claims["exp"] > self._clock())

    def _is_key(self, credential: str) -> bool:
        # The raw key, or the base64 of "key" or of "key:", where the key counts as the user's name.
        forms = (credential.encode(), _decoded(credential), _decoded(credential).removesuffix(b":"))
        return self.api_key.encode() in forms

    def _signature(self, unsigned: str) -> str:
        secret = f"sandbox {self._seed} {self._generation}".encode()
        return _base64url(hmac.new(secret, unsigned.encode(), hashlib.sha256).digest())


def _part(value: object) -> str:
    return _base64url(exact_json.dumps(value))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return b""
