"""send-newsletter keeps the contract of every job: among the rest, that nobody is mailed twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta

from nightshift.http import UnknownOutcomeError
from nightshift.mail import Delivery, Mail, Unknown
from nightshift.services import Services
from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing import JobContract, JobWorld, entry_of
from send_newsletter.app import lambda_handler
from support.newsletter import PostOffice
from support.sync import ROOT


class Subscribers(JobWorld):
    """Six subscribers; poison is an address that is none. All ticks fall into one week.

    A mail cannot be looked up: who was left without one by a crash must be reported, and that settles it.
    """

    handler = lambda_handler
    entry = entry_of("send-newsletter", ROOT, batch_size=2)
    sends_once = True
    between_ticks = timedelta(minutes=10)

    def prepare(self) -> None:
        self.sandbox = Sandbox(products=1, clock=lambda: self.clock.now().timestamp())
        self.sandbox.__enter__()
        self.environment = self.sandbox.environment()
        self.sandbox.medusa.clear()
        self.post = PostOffice()
        self.count = 0
        self.seed(6)

    def close(self) -> None:
        self.sandbox.__exit__(None, None, None)

    def seed(self, count: int) -> None:
        for _ in range(count):
            self.count += 1
            customer = {"email": f"{self.count}@customers.example", "subscribed": True}
            self.sandbox.medusa.seed(customers=[customer])

    def adapt(self, services: Services) -> Services:
        return replace(services, mail=_Reached(self))

    def differences(self) -> Mapping[str, str]:
        sent = {mail.to for mail in self.post.sent}
        told = {key for key, reason in self.set_aside().items() if "nobody knows whether" in reason}
        return {
            customer["id"]: f"{customer['email']} got no mail, and nobody was told"
            for customer in self.sandbox.medusa.customers()
            if customer["email"] not in sent and customer["id"] not in told
        }

    def effects(self) -> Mapping[str, int]:
        return self.post.counts()

    def change(self) -> None:
        self.seed(2)

    def poison(self) -> Collection[str]:
        self.poisoned = self.sandbox.medusa.customers()[2]
        self.sandbox.medusa.edit_customer(self.poisoned["id"], email="nobody")
        return [self.poisoned["id"]]

    def cure(self) -> None:
        self.sandbox.medusa.edit_customer(self.poisoned["id"], email=self.poisoned["email"])


class _Reached:
    """The post office as a process reaches it: each call may be its last, or lose its answer."""

    sender = PostOffice.sender

    def __init__(self, world: Subscribers) -> None:
        self._world = world

    def send(self, mail: Mail) -> Delivery:
        try:
            return self._world.reach("SendEmail", lambda: self._world.post.deliver(mail))
        except UnknownOutcomeError as error:
            return Unknown(str(error))


class TestSendNewsletter(JobContract):
    world = Subscribers
