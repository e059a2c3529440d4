"""What an operator sees of the payment ledger, and what he may make of an installment that waits for him.

It works on the ports of whatever state it is given: of this machine, or of a deployed stack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from nightshift.errors import ConfigurationError
from nightshift.manifest import CompiledManifest
from nightshift.state.ledger import Decision, Installment, InstallmentKey, LedgerStore, Standing
from nightshift.state.models import JobKey, RunId
from nightshift.state.ports import State

CHARGES = "charge-installments"
BY_HAND = RunId("by hand")
"""The `run` of an installment that a person has moved."""

OUTCOMES: Mapping[str, Standing] = {
    "charge": Standing.DUE,
    "paid": Standing.SUCCEEDED,
    "unpaid": Standing.FAILED,
}
"""What a person may make of it: charge it anew, take it as paid, or give it up."""

MAX_REASON = 500
_WAITS = (Standing.PARKED, Standing.FAILED)
_FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


def storefronts_of(manifest: CompiledManifest, storefront: str | None) -> Sequence[str]:
    """The storefronts whose payments are meant: one, or all of the manifest; ConfigurationError."""
    known = [name for job in manifest.jobs.values() if job.name == CHARGES for name in job.storefronts]
    if not known:
        raise ConfigurationError(f"the manifest has no {CHARGES} with storefronts, so there are no payments")
    if storefront is None:
        return known
    if storefront not in known:
        raise ConfigurationError(f"{CHARGES} has no storefront {storefront!r}; it has: {', '.join(known)}")
    return [storefront]


def installments(
    ledger: LedgerStore, storefronts: Iterable[str], standings: Sequence[Standing]
) -> Iterator[Installment]:
    """Installments that stand so, by storefront. Those that have succeeded are on no list."""
    for storefront in storefronts:
        for entry in ledger.due(storefront, _FOR_EVER):
            if entry.standing in standings:
                yield entry
        for standing in _WAITS:
            if standing in standings:
                yield from ledger.standing(storefront, standing)


def find(ledger: LedgerStore, text: str) -> Installment:
    """The installment of that name; ConfigurationError where there is none."""
    try:
        key = InstallmentKey.parse(text)
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
    entry = ledger.read(key)
    if entry is None:
        raise ConfigurationError(
            f"there is no installment {text} in the ledger; `nightshift payments list --all` shows all that "
            "are not paid"
        )
    return entry


def resolve(
    state: State, text: str, outcome: str, reason: str, order: str | None, now: datetime
) -> Installment:
    """Decide what becomes of an installment that is parked or has failed; as it then stands.

    ConfigurationError where it is not a person's to decide, and where the decision is not whole. Before
    anything is charged for it the job reads the provider's orders once more: what it finds alive there, it
    does not charge beside.
    """
    entry = find(state.ledger, text)
    if outcome not in OUTCOMES:
        raise ConfigurationError(f"{outcome!r} is no outcome; there are: {', '.join(OUTCOMES)}")
    if not reason.strip() or len(reason) > MAX_REASON:
        raise ConfigurationError(f"--reason says why, in 1 to {MAX_REASON} characters; nothing was changed")
    if entry.standing not in _WAITS:
        raise ConfigurationError(
            f"{text} is {entry.standing}: only what is parked or has failed is for a person to resolve; "
            "nothing was changed"
        )
    if (outcome == "paid") != (order is not None):
        raise ConfigurationError(
            "--order goes with `paid`, and `paid` needs it: the provider's order that has the money, or how "
            "else it came; nothing was changed"
        )
    standing = OUTCOMES[outcome]
    decided = replace(
        entry,
        revision=entry.revision + 1,
        standing=standing,
        next_at=now if standing is Standing.DUE else None,
        decisions=(*entry.decisions, Decision(now, standing, reason.strip(), len(entry.attempts))),
        order=order if order is not None else entry.order,
        reason=reason.strip() if standing is Standing.FAILED else None,
        run=BY_HAND,
        at=now,
    )
    if not state.ledger.move(decided):
        raise ConfigurationError(f"{text} has been moved meanwhile: look at it again; nothing was changed")
    state.quarantine.drop(JobKey(CHARGES, entry.key.storefront), [text])
    return decided
