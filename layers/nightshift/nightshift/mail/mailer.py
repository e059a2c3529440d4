"""Mails as one run sends them: in its time, at the pace that the transport allows, and none in a dry run."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from random import Random

from nightshift.errors import DeadlineError
from nightshift.http.retry import Retries
from nightshift.mail.model import Delivery, Mail, Sent
from nightshift.mail.ports import MailTransport, ThrottledError
from nightshift.times import Clock

SECONDS_PER_MAIL = 3.0
"""Far more than a mail takes. The slowest, 3 to connect and 10 for the answer, ends within the reserve that a
run keeps beside: with an unknown outcome, and not with a process that is killed over it."""


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

    @property
    def sender(self) -> str:
        """The address that mails come from, without a name."""
        return self._transport.sender

    def check_time(self) -> None:
        """DeadlineError where there is no time for one more mail."""
        if self._remaining() < SECONDS_PER_MAIL:
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
