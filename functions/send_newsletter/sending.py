"""One mail per customer and issue, whoever sends it: a retry, a run by hand, or a run that was overtaken.

The order of steps is the promise. The customer is read anew, so that who has opted out a moment ago is left
alone; then an intent is written, by one conditional write; then the mail is sent; then the intent says so. A
mail cannot be looked up: where an intent was begun and nobody knows how it ended, the customer is reported
and gets no second one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from nightshift import Intent, NightshiftError, Outcome, Run
from nightshift.connectors.medusa import Customer, Customers
from nightshift.mail import Delivery, Mail, Refused, Sent, check_address
from send_newsletter import rules
from send_newsletter.letter import Letter
from send_newsletter.params import Params

KIND = "mail"
KEPT = timedelta(days=60)
"""So long an issue is remembered. No run sends an issue of another week than its own."""

_SENDING, _SENT, _UNKNOWN, _NOT_SENT = "sending", "sent", "unknown", "not sent"


class Sending:
    """Sends one issue, in one run."""

    def __init__(self, run: Run[Params], customers: Customers, letter: Letter, issue: str) -> None:
        self.unknown = 0
        self._run = run
        self._intents = run.intents
        self._mailer = run.mail
        self._customers = customers
        self._letter = letter
        self._issue = issue

    def send_all(self, customers: Sequence[Customer]) -> Outcome:
        """Send the issue to each of them who wants it and has not had it."""
        outcome = Outcome()
        for customer in customers:
            outcome += self._deal_with(customer.id)
        return outcome

    def _deal_with(self, customer_id: str) -> Outcome:
        intent = self._intents.find(KIND, self._key(customer_id))
        if intent is not None and intent.state == _SENT:
            return _left(customer_id, f"issue {self._issue} was sent before")
        if intent is not None and intent.state != _NOT_SENT:
            return self._unknown(customer_id, f"run {intent.run} ended before it knew")
        self._mailer.check_time()
        customer = self._customers.find(customer_id)
        if customer is None or not rules.is_subscribed(customer):
            return _left(customer_id, "is subscribed no longer")
        try:
            mail = self._mail_to(customer)
        except ValueError as error:
            return Outcome(failed={customer_id: f"{error}; correct it in Medusa"})
        return self._send(customer_id, mail, intent)

    def _send(self, customer_id: str, mail: Mail, intent: Intent | None) -> Outcome:
        expires_at = self._run.now() + KEPT
        claimed = (
            self._intents.begin(KIND, self._key(customer_id), _SENDING, {}, expires_at=expires_at)
            if intent is None
            else self._intents.move(intent, _SENDING)
        )
        if claimed is None:
            return _left(customer_id, "another run is sending to it")
        try:
            delivery = self._mailer.send(mail)
        except NightshiftError:
            self._intents.move(claimed, _NOT_SENT)
            raise
        return self._settle(customer_id, claimed, delivery)

    def _settle(self, customer_id: str, claimed: Intent, delivery: Delivery) -> Outcome:
        if isinstance(delivery, Sent):
            self._intents.move(claimed, _SENT, {"id": delivery.id})
            return Outcome(created=[customer_id], notes={customer_id: f"issue {self._issue}"})
        if isinstance(delivery, Refused):
            self._intents.move(claimed, _NOT_SENT)
            return Outcome(failed={customer_id: delivery.reason})
        self._intents.move(claimed, _UNKNOWN)
        return self._unknown(customer_id, delivery.reason)

    def _unknown(self, customer_id: str, why: str) -> Outcome:
        self.unknown += 1
        told = f"nobody knows whether the mail of {self._issue} was sent ({why}); it is not sent again"
        return Outcome(failed={customer_id: told})

    def _mail_to(self, customer: Customer) -> Mail:
        """ValueError for an address that is none."""
        address = check_address(customer.email)
        params = self._run.params
        link = rules.unsubscribe_link(params.unsubscribe, self._mailer.sender, customer)
        letter = self._letter.render(
            {
                "first_name": customer.first_name.strip() or "there",
                "issue": self._issue,
                "shop_name": params.shop_name,
                "unsubscribe": link,
            }
        )
        return Mail(address, letter.subject, letter.text, letter.html, rules.unsubscribe_headers(link))

    def _key(self, customer_id: str) -> str:
        return f"{self._issue}/{customer_id}"


def _left(customer_id: str, why: str) -> Outcome:
    return Outcome(unchanged=[customer_id], notes={customer_id: why})
