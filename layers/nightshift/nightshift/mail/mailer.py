"""Mails as one run sends them: in its time, at the pace that the transport allows, and none in a dry run."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from random import Random

from nightshift.errors import DeadlineError
from nightshift.http.retry import Retries
from nightshift.mail.model import Delivery, Mail, Sent
from nightshift.mail.ports import MailTransport, ThrottledError
from nightshift.times import Clock

LONGEST_SEND = 13.0
"""Seconds that one try may take: 3 to connect and 10 for the answer."""


class Mailer:
    """Sends mails for one run. `requests` counts the tries; `max_retries` are the extra ones of a mail that
    the transport asks to wait with."""

    def __init__(
        self,
        transport: MailTransport,
        *,
        clock: Clock,
        randomness: Random,
        remaining: Callable[[], float],
        requests: MutableMapping[str, int],
        max_retries: int,
        dry_run: bool,
    ) -> None:
        self._transport = transport
        self._remaining = remaining
        self._requests = requests
        self._max_retries = max_retries
        self._dry_run = dry_run
        self._retries = Retries(clock, randomness, remaining)

    def check_time(self) -> None:
        """DeadlineError where a mail could still be on its way when the run's time is over."""
        if self._remaining() < LONGEST_SEND:
            raise DeadlineError("no time is left to send a mail")

    def send(self, mail: Mail) -> Delivery:
        """Send a mail once. Whatever it raises, as MailTransport, or DeadlineError: nothing was sent."""
        self._retries.earn()
        attempt = 0
        while True:
            self.check_time()
            if self._dry_run:
                return Sent("dry run")
            self._requests["mail"] = self._requests.get("mail", 0) + 1
            try:
                return self._transport.send(mail)
            except ThrottledError as error:
                if attempt >= self._max_retries:
                    raise
                self._retries.wait(attempt, None, str(error))
                attempt += 1
