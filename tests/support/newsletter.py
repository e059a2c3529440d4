"""A shop with subscribers, and a post office that counts what it has sent to whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from nightshift.errors import TryLaterError
from nightshift.mail import Delivery, Mail, Refused, Sent, ThrottledError, Unknown
from nightshift_tools.embedded import SqliteState
from nightshift_tools.sandbox.server import Sandbox
from support.faults import Killed
from support.jobs import JobWorker
from support.shop import FakeClock

LEASE = 400
WEEK = 7 * 24 * 3600


class PostOffice:
    """A transport. `sent` has every mail that went out; `befall` decides what becomes of the next one."""

    sender = "news@shop.example"

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.asked = 0
        self.befall: Callable[[PostOffice, Mail], Delivery] = PostOffice.deliver

    def send(self, mail: Mail) -> Delivery:
        self.asked += 1
        return self.befall(self, mail)

    def deliver(self, mail: Mail) -> Delivery:
        self.sent.append(mail)
        return Sent(f"mail {len(self.sent)}")

    def counts(self) -> Counter[str]:
        """Mails by address and subject."""
        return Counter(f"{mail.to} {mail.subject}" for mail in self.sent)


def _throttled(_: PostOffice, __: Mail) -> Delivery:
    raise ThrottledError("SES asks to wait")


def _unreachable(_: PostOffice, __: Mail) -> Delivery:
    raise TryLaterError("SES cannot be reached")


def _sent_unknown(office: PostOffice, mail: Mail) -> Delivery:
    office.deliver(mail)
    return Unknown("SES gave no whole answer")


def _sent_killed(office: PostOffice, mail: Mail) -> Delivery:
    office.deliver(mail)
    raise Killed("after")


def _killed(_: PostOffice, __: Mail) -> Delivery:
    raise Killed("before")


MISHAPS: dict[str, Callable[[PostOffice, Mail], Delivery]] = {
    "throttled": _throttled,
    "unreachable": _unreachable,
    "refused": lambda _, __: Refused("SES refused it"),
    "unknown, not sent": lambda _, __: Unknown("SES answered 500"),
    "unknown, sent": _sent_unknown,
    "killed before": _killed,
    "killed after": _sent_killed,
}
"""What may befall a mail."""


@dataclass
class Shop:
    """Customers in a sandbox, and a worker of send-newsletter over one state and one clock."""

    sandbox: Sandbox
    clock: FakeClock
    state: SqliteState = field(default_factory=SqliteState.in_memory)
    post: PostOffice = field(default_factory=PostOffice)

    def __post_init__(self) -> None:
        self.sandbox.medusa.clear()
        self.job = self.worker()

    def worker(self) -> JobWorker:
        worker = JobWorker("send-newsletter", self.sandbox, self.state, self.clock)
        worker.mail = self.post
        return worker

    def seed(self, count: int, **columns: object) -> list[str]:
        """Subscribers by the name of their address; their ids."""
        known = len(self.sandbox.medusa.customers())
        customers = [
            {"email": f"{known + number}@customers.example", "subscribed": True, **columns}
            for number in range(count)
        ]
        made = self.sandbox.medusa.seed(customers=customers)["customers"]
        return [customer["id"] for customer in made]

    def mailed(self) -> Counter[str]:
        """How many mails each customer has got, by id."""
        owners = {str(customer["email"]): customer["id"] for customer in self.sandbox.medusa.customers()}
        return Counter(owners[mail.to] for mail in self.post.sent)

    def check_once(self, *, reported: bool = True) -> None:
        """Each subscriber has the mail once; or not at all and somebody was told, where `reported`."""
        mailed, told = self.mailed(), self.job.quarantine()
        for customer in self.sandbox.medusa.customers():
            count = mailed[customer["id"]]
            assert count <= 1, (customer["id"], count)
            assert count == 1 or (reported and customer["id"] in told), customer["id"]
