"""Who gets which issue: rules without a shop, a mail or a clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b

from nightshift import Cursor
from nightshift.connectors.medusa import Customer
from send_newsletter.params import CUSTOMER

SUBSCRIBED = "newsletter_subscribed"


def issue_of(instant: datetime) -> str:
    """The ISO week of an instant in UTC, as `2026-W48`: there is one issue a week."""
    year, week, _ = instant.isocalendar()
    return f"{year}-W{week:02}"


def is_subscribed(customer: Customer) -> bool:
    """Opted in, and nothing less: Medusa's own editor of metadata makes a text of `true`."""
    value = customer.metadata.get(SUBSCRIBED)
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def digest_of(issue: str, customer: Customer) -> str:
    """What must change before a customer who was set aside is tried again: the issue, or the address."""
    return blake2b(f"{issue} {customer.email}".encode("utf-8", "replace"), digest_size=8).hexdigest()


def start_of(cursor: Cursor, issue: str) -> str:
    """The customer behind whom an issue goes on; "" for an issue that was not begun."""
    return str(cursor["after"]) if cursor.get("issue") == issue and cursor.get("after") else ""


def cursor_behind(issue: str, customer: Customer) -> Cursor:
    return {"issue": issue, "after": customer.id}


def unsubscribe_link(template: str, sender: str, customer: Customer) -> str:
    """Where a customer opts out."""
    return (template or f"mailto:{sender}?subject=unsubscribe%20{CUSTOMER}").replace(CUSTOMER, customer.id)


def unsubscribe_headers(link: str) -> Mapping[str, str]:
    """List-Unsubscribe, RFC 2369; with a link on the web also one click, RFC 8058, which is a POST there."""
    headers = {"List-Unsubscribe": f"<{link}>"}
    return headers | (
        {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if link.startswith("https:") else {}
    )
