"""What transport errors mean: they are translated here and nowhere else."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from http.client import HTTPException

from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as AnyTimeoutError

from nightshift.errors import TryLaterError

TRANSPORT_ERRORS = (HTTPError, HTTPException, OSError)


@dataclass(frozen=True, slots=True)
class Failure:
    """A try that brought no usable answer.

    `text` continues the service's name ("Medusa " + "answered 503"). `may_have_acted` is False only where the
    service cannot have done what was asked. `retry_after` is in seconds, where the service named a time.
    """

    text: str
    may_have_acted: bool
    retry_after: float | None = None


class UnknownOutcomeError(TryLaterError):
    """The service may or may not have done what was asked: look before sending it again."""

    def __init__(self, text: str, failure: Failure) -> None:
        super().__init__(text)
        self.failure = failure


class BadCertificateError(Exception):
    """The service's certificate does not hold. No retry helps."""


def to_failure(error: Exception) -> Failure:
    """The failure behind one of TRANSPORT_ERRORS; BadCertificateError with the reason where it is that."""
    cause = _root(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        raise BadCertificateError(cause.verify_message) from None
    if isinstance(error, NewConnectionError):
        return Failure(f"could not be reached ({_words(cause)})", may_have_acted=False)
    if isinstance(error, ConnectTimeoutError):
        return Failure("could not be reached in time", may_have_acted=False)
    if isinstance(error, AnyTimeoutError | TimeoutError):
        return Failure("gave no whole answer in time", may_have_acted=True)
    if isinstance(error, SSLError | ssl.SSLError):
        return Failure(f"broke the TLS connection ({_words(cause)})", may_have_acted=True)
    return Failure(f"broke off its answer ({_words(cause)})", may_have_acted=True)


def _root(error: BaseException) -> BaseException:
    """The error at the bottom: urllib3 wraps it, as an argument or as the cause, up to three times."""
    wrapped = next((inner for inner in error.args if isinstance(inner, BaseException)), None)
    inner = wrapped or error.__cause__ or error.__context__
    return error if inner is None else _root(inner)


def _words(cause: BaseException) -> str:
    """The operating system's words for an error, or its class: nothing that could quote what was sent."""
    return getattr(cause, "strerror", None) or type(cause).__name__
