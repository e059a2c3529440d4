"""Customers, as far as a mail to them needs to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from nightshift.connectors import Host
from nightshift.connectors.medusa.connecting import open_session
from nightshift.connectors.medusa.listing import Document, is_not_found, read_list_behind
from nightshift.connectors.medusa.session import Session

CUSTOMERS = "/admin/customers"
_FIELDS = "id,email,first_name,last_name,metadata"


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer. Names are empty where there are none; `email` is as Medusa has it, right or wrong."""

    id: str
    email: str | None = field(repr=False)
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    metadata: Mapping[str, object] = field(repr=False)

    @classmethod
    def of(cls, document: Document) -> Customer:
        email, metadata = document.get("email"), document.get("metadata")
        return cls(
            str(document["id"]),
            email if isinstance(email, str) else None,
            _text(document.get("first_name")),
            _text(document.get("last_name")),
            metadata if isinstance(metadata, dict) else {},
        )


class Customers:
    """Reads customers of one Medusa."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @classmethod
    def connect(cls, run: Host) -> Customers:
        """The customers of the Medusa at `MEDUSA_URL`; ConfigurationError names a missing variable."""
        return cls(open_session(run))

    def after(self, customer_id: str) -> Iterator[Customer]:
        """All customers behind an id, by id, read as they are used; "" begins with the first.

        Who is created or deleted meanwhile moves nobody else: each page begins behind an id.
        """
        found = read_list_behind(self._session, CUSTOMERS, "customers", [("fields", _FIELDS)], customer_id)
        return map(Customer.of, found)

    def find(self, customer_id: str) -> Customer | None:
        """The customer as it is now; None where there is none any more."""
        path = f"{CUSTOMERS}/{quote(customer_id, safe='')}"
        answer = self._session.request("GET", path, query=[("fields", _FIELDS)])
        if is_not_found(answer):
            return None
        if answer.status != 200:
            raise answer.refusal()
        document: object = answer.json()
        customer = document.get("customer") if isinstance(document, dict) else None
        if not isinstance(customer, dict) or customer.get("id") != customer_id:
            raise answer.error("no customer, or another one")
        return Customer.of(customer)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
