"""Mails that jobs send to customers."""

from nightshift.mail.mailer import Mailer
from nightshift.mail.model import (
    Delivery,
    Mail,
    Refused,
    Sent,
    Unknown,
    check_address,
    check_sender,
)
from nightshift.mail.ports import MailTransport, ThrottledError

__all__ = [
    "Delivery",
    "Mail",
    "MailTransport",
    "Mailer",
    "Refused",
    "Sent",
    "ThrottledError",
    "Unknown",
    "check_address",
    "check_sender",
]
