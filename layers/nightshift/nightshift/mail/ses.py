"""Mails through Amazon SES v2. The one place that calls SES and tells its errors by class."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
)

from nightshift.errors import ConfigurationError, TryLaterError, UpstreamError
from nightshift.mail.model import Delivery, Mail, Refused, Sent, Unknown
from nightshift.mail.ports import ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_sesv2.client import SESV2Client
    from mypy_boto3_sesv2.type_defs import EmailContentTypeDef

_UNSENT = (ConnectTimeoutError, EndpointConnectionError, ParamValidationError)
_ASKS_TO_WAIT = {"TooManyRequestsException", "ThrottlingException", "Throttling", "LimitExceededException"}
_OF_ONE_MAIL = {"MessageRejected", "BadRequestException"}
_ABOUT_US = {
    "AccessDeniedException": "the function's role must allow ses:SendEmail from this identity",
    "AccountSuspendedException": "SES has suspended the account; its console says why",
    "MailFromDomainNotVerifiedException": "verify the sender's MAIL FROM domain in SES",
    "NotFoundException": "verify the sender's address or domain in SES, in this region",
    "SendingPausedException": "sending is paused in SES; its console says why",
    "UnrecognizedClientException": "the credentials are not valid",
    "InvalidSignatureException": "the credentials are not valid",
    "ExpiredTokenException": "the credentials have expired",
}


class SesTransport:
    """Sends from one verified identity. The client must try once: a second try may be a second mail."""

    def __init__(self, full_sender: str, sender: str, connect: Callable[[], SESV2Client]) -> None:
        """`full_sender` is the sender with a name, `sender` the bare address."""
        self.sender = sender
        self._full_sender = full_sender
        self._connect = connect

    @cached_property
    def _client(self) -> SESV2Client:
        return self._connect()

    def send(self, mail: Mail) -> Delivery:
        content: EmailContentTypeDef = {
            "Simple": {
                "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
                "Body": {
                    "Text": {"Data": mail.text, "Charset": "UTF-8"},
                    "Html": {"Data": mail.html, "Charset": "UTF-8"},
                },
                "Headers": [{"Name": name, "Value": value} for name, value in mail.headers.items()],
            }
        }
        try:
            answer = self._client.send_email(
                FromEmailAddress=self._full_sender, Destination={"ToAddresses": [mail.to]}, Content=content
            )
        except ClientError as error:
            return self._told(error)
        except (NoCredentialsError, NoRegionError, PartialCredentialsError) as error:
            raise ConfigurationError(
                f"SES cannot be asked to send: {error}; set AWS_PROFILE and AWS_REGION, or unset STATE_TABLE "
                "to put mails into a folder on this machine"
            ) from error
        except _UNSENT as error:
            raise TryLaterError(f"SES cannot be reached: {error}") from error
        except BotoCoreError as error:
            return Unknown(f"SES gave no whole answer ({type(error).__name__})")
        return Sent(answer["MessageId"])

    def _told(self, error: ClientError) -> Delivery:
        code = error.response["Error"]["Code"]
        message = error.response["Error"].get("Message", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        if code in _ASKS_TO_WAIT or status == 429:
            raise ThrottledError(f"SES asks to wait ({code}): its rate or its daily quota is used up")
        if code in _ABOUT_US:
            raise ConfigurationError(f"SES refuses to send from {self.sender} ({code}): {_ABOUT_US[code]}")
        if code in _OF_ONE_MAIL:
            if self.sender in message:  # it names the identities that it does not accept
                raise ConfigurationError(
                    f"SES does not accept the sender {self.sender} ({code}): "
                    "verify the address, or its domain, in this region"
                )
            return Refused(f"SES refused it ({code})")
        if status >= 500:
            return Unknown(f"SES answered {status} ({code})")
        raise UpstreamError(f"SES refused to send a mail with {status} ({code})")
