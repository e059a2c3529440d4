"""Mails on a laptop: `.eml` files in a folder, which any mail program opens. Nothing leaves the machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path

from nightshift.errors import ConfigurationError
from nightshift.mail import Delivery, Mail, MailTransport, Sent, check_sender
from nightshift.times import Clock

_WHOLE_LINES = SMTP.clone(max_line_length=998)
"""The longest that RFC 5322 allows: a link in a header that is folded is encoded, and no link any more."""


def open_mail(folder: Path, environment: Mapping[str, str], clock: Clock) -> MailTransport | None:
    """Where mails go: SES where the state is on AWS too, so that what is noted as sent was; else the folder.

    None without a sender in MAIL_FROM; ConfigurationError where that is none.
    """
    if environment.get("STATE_TABLE"):
        from nightshift.runtime import ses_mail  # AWS's clients take as long to import as all else

        return ses_mail(environment)
    sender = environment.get("MAIL_FROM")
    return Outbox(folder, sender, clock) if sender else None


class Outbox:
    """One file per mail, named by its time."""

    def __init__(self, folder: Path, sender: str, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        try:
            self._full_sender, self.sender = check_sender(sender)
        except ValueError as error:
            raise ConfigurationError(f"MAIL_FROM: {error}; write it as in Shop <news@shop.example>") from None

    def send(self, mail: Mail) -> Delivery:
        now = self._clock.now()
        message = EmailMessage(policy=_WHOLE_LINES)
        message["From"], message["To"], message["Subject"] = self._full_sender, mail.to, mail.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2])
        for name, value in mail.headers.items():
            message[name] = value
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        self._write(f"{now:%Y%m%dT%H%M%S.%f}Z", bytes(message))
        return Sent(message["Message-ID"])

    def _write(self, stem: str, content: bytes) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, begun = tempfile.mkstemp(dir=self._folder, prefix=".")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                # The temporary name is nobody else's, so this one is not either.
                Path(begun).rename(self._folder / f"{stem}-{Path(begun).name.removeprefix('.')}.eml")
            except BaseException:
                Path(begun).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise ConfigurationError(
                f"a mail cannot be written into {self._folder}: {error.strerror}"
            ) from None
