"""What a decline means, by its code: the one table of them.

The codes are those that Digital River's API documents for charges, sources and orders (version 2021-12-13).
That the four hard ones are never tried again, and the others after 1, 3 and 7 days, is the shop's rule. A
code that stands nowhere here is nobody's guess: the installment waits for a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum

RETRY_AFTER = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""When a soft decline is tried again, counted from the first one."""

_LEAST = timedelta(days=1)
"""Between two tries, however late the first of them came."""


class Kind(Enum):
    """What a retry can do about a decline."""

    SOFT = "soft"  # it may pass: money comes in, an issuer answers again, the customer gives another card
    HARD = "hard"  # it will not, and asking again is held against the shop


BLOCKED, CANCELLED, CAPTURE_FAILED = "order_blocked", "order_cancelled", "payment_authorization_failed"
"""Of an order that was made and then lost: by a review, by its cancellation, by a capture that failed."""

DECLINES: Mapping[str, Kind] = {
    # The issuer says no, for now.
    "declined": Kind.SOFT,
    "do_not_honor": Kind.SOFT,
    "insufficient_funds": Kind.SOFT,
    "limit_exceeded": Kind.SOFT,
    # Nobody has said anything.
    "issuer_unavailable": Kind.SOFT,
    "no_response": Kind.SOFT,
    "failed-request": Kind.SOFT,
    # The order, or its money, did not come about.
    "order_submit_failed": Kind.SOFT,
    CAPTURE_FAILED: Kind.SOFT,
    "charge_expired": Kind.SOFT,
    "charge_not_capturable": Kind.SOFT,
    CANCELLED: Kind.SOFT,
    # The source is no good; each try takes the one that the subscription names by then.
    "card_expired": Kind.SOFT,
    "source_expired": Kind.SOFT,
    "source_not_chargeable": Kind.SOFT,
    # The issuer, the customer or a review says never.
    "stop_recurring": Kind.HARD,
    "account_closed": Kind.HARD,
    "lost_stolen_card": Kind.HARD,
    "fraud": Kind.HARD,
    BLOCKED: Kind.HARD,
}


def retry_at(code: str, declined_at: Sequence[datetime]) -> datetime | None:
    """When to try again after declines at these instants, the last of them with this code; None for never."""
    tries = len(declined_at)
    if DECLINES.get(code) is not Kind.SOFT or tries > len(RETRY_AFTER):
        return None
    return max(declined_at[0] + RETRY_AFTER[tries - 1], declined_at[-1] + _LEAST)
