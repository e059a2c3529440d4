"""AWS's clients with a person's credentials, and their errors in words: which action, on what, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
)
from botocore.parsers import ResponseParserError

from nightshift.errors import ConfigurationError, NightshiftError, RunError, TryLaterError

if TYPE_CHECKING:
    from nightshift_tools.aws.place import Place

_NOT_ALLOWED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "UnauthorizedOperation",
        "AccessDeniedFault",
    }
)
_NO_LONGER = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_NOT_VALID = frozenset(
    {
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
        "AuthFailure",
    }
)
_NO_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError, SSOError)


def open_session(place: Place) -> boto3.Session:
    """A session of the profile and Region that are meant; ConfigurationError where there are none such."""
    try:
        session = boto3.Session(profile_name=place.profile, region_name=place.region)
    except ProfileNotFound as error:
        raise ConfigurationError(_no_profile(error)) from None
    if session.region_name is None:
        raise ConfigurationError(
            "no Region is set: give --region, set AWS_DEFAULT_REGION, or put one into the profile"
        )
    return session


def client(session: boto3.Session, service: str, **options: Any) -> Any:
    """A client of a service. It tries again what may pass, as boto3 does by itself."""
    settings: dict[str, Any] = {
        "retries": {"mode": "standard", "total_max_attempts": 3},
        "connect_timeout": 5,
        "read_timeout": 20,
    }
    try:
        return session.client(service, config=Config(**(settings | options)))  # type: ignore[call-overload]
    except (NoRegionError, ValueError) as error:
        raise ConfigurationError(f"there is no {service} to ask: {error}") from None
    except _NO_CREDENTIALS as error:
        raise no_credentials(str(error)) from None


@contextmanager
def asking(action: str, of: str) -> Iterator[None]:
    """Tell what goes wrong with a request: `action` as IAM names it, `of` what it is sent for."""
    try:
        yield
    except NightshiftError:
        raise
    except _NO_CREDENTIALS as error:
        raise no_credentials(str(error)) from None
    except ClientError as error:
        raise _told(action, of, error) from None
    except BotoCoreError as error:
        raise TryLaterError(f"{of} cannot be reached ({action}): {error}") from None
    except ResponseParserError:
        raise TryLaterError(f"{of} cannot be reached ({action}): what answers there is not AWS") from None


def error_code(error: ClientError) -> str:
    return str(error.response["Error"].get("Code", ""))


def no_credentials(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"there are no AWS credentials that can be used ({why.rstrip('.')}): name a profile with --profile, "
        "log in (`aws sso login`), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    )


def _told(action: str, of: str, error: ClientError) -> NightshiftError:
    code, status = error_code(error), _status(error.response)
    if code in _NOT_ALLOWED or (status == 403 and code not in _NO_LONGER | _NOT_VALID):
        return ConfigurationError(
            f"these credentials may not do {action} on {of} ({code}): grant it to them, or name others with "
            "--profile"
        )
    if code in _NO_LONGER:
        return ConfigurationError(
            f"the AWS credentials have expired ({code}): log in again, then repeat this"
        )
    if code in _NOT_VALID:
        return ConfigurationError(f"AWS does not know these credentials ({code}): are they of this account?")
    message = error.response["Error"].get("Message", "")
    if status >= 500 or "Throttl" in code or code == "TooManyRequestsException":
        return TryLaterError(f"{action} on {of} failed with {code}: {message}; try it again")
    return RunError(f"{action} on {of} failed with {code}: {message}")


def _status(response: Mapping[str, Any]) -> int:
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _no_profile(error: ProfileNotFound) -> str:
    name, known = str(error.kwargs["profile"]), botocore.session.get_session().available_profiles
    near = get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(sorted(known)) or 'none'}"
    return f"there is no AWS profile {name!r}; {hint}"
