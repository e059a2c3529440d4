"""What sends a mail: SES on AWS, a folder on a laptop."""

from __future__ import annotations

from typing import Protocol

from nightshift.errors import TryLaterError
from nightshift.mail.model import Delivery, Mail


class ThrottledError(TryLaterError):
    """The transport asks to wait; nothing was sent."""


class MailTransport(Protocol):
    """Sends mails, each as often as it is asked to.

    Whatever it raises, nothing was sent: ThrottledError, TryLaterError, or ConfigurationError where a person
    must change something before any mail can be.
    """

    @property
    def sender(self) -> str:
        """The address that mails come from, without a name."""
        ...

    def send(self, mail: Mail) -> Delivery:
        """Send one mail, in one try."""
        ...
