"""The payment ledger's entries as items of the state, and where the index has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import orjson

from nightshift.state.codec import VERSION, Attributes, check_version, encode_json, well_formed
from nightshift.state.ledger import Attempt, Decision, Installment, InstallmentKey, Standing
from nightshift.state.models import RunId
from nightshift.times import from_text, to_text

LEDGER_INDEX = "ledger"

OPTIONAL = ("next_at", "attempts", "decisions", "order", "reason", "shelf", "shelf_at")
"""Attributes that an entry may lack. A fresh one has no attempts, decisions, order or reason: the role of the
job that adds entries may write none of these."""


def installment_partition(key: InstallmentKey) -> str:
    return f"INSTALLMENT#{key}"


def due_shelf(storefront: str) -> str:
    """The index partition of what a job must look at."""
    return f"LEDGER#{storefront}#due"


def shelf(storefront: str, standing: Standing) -> str:
    """The index partition of what no job will look at again. None is called `due`: that is looked at."""
    return f"LEDGER#{storefront}#ended#{standing.value}"


def encode_installment(installment: Installment) -> Attributes:
    """An installment; `shelf` and `shelf_at` put it into the sparse index."""
    key = installment.key
    found: Mapping[str, str | int | None] = {
        "version": VERSION,
        "storefront": key.storefront,
        "subscription": key.subscription,
        "number": key.number,
        "revision": installment.revision,
        "standing": installment.standing.value,
        "amount": installment.amount,
        "currency": installment.currency,
        "due_at": to_text(installment.due_at),
        "next_at": None if installment.next_at is None else to_text(installment.next_at),
        "run": installment.run,
        "at": to_text(installment.at),
        "terms": encode_json(dict(installment.terms)),
        "attempts": _listed([_encode_attempt(attempt) for attempt in installment.attempts]),
        "decisions": _listed([_encode_decision(decision) for decision in installment.decisions]),
        "order": installment.order,
        "reason": installment.reason,
    }
    attributes: Attributes = {name: value for name, value in found.items() if value is not None}
    if installment.next_at is not None:
        attributes |= {"shelf": due_shelf(key.storefront), "shelf_at": to_text(installment.next_at)}
    elif installment.standing is not Standing.SUCCEEDED:
        attributes |= {
            "shelf": shelf(key.storefront, installment.standing),
            "shelf_at": to_text(installment.due_at),
        }
    return well_formed(attributes)


def decode_installment(attributes: Mapping[str, object]) -> Installment:
    """An installment; StateVersionError where its version is unknown."""
    key = InstallmentKey(
        str(attributes.get("storefront")), str(attributes.get("subscription")), _whole(attributes, "number")
    )
    check_version(attributes, f"installment {key}")
    return Installment(
        key=key,
        revision=_whole(attributes, "revision"),
        standing=Standing(str(attributes["standing"])),
        amount=_whole(attributes, "amount"),
        currency=str(attributes["currency"]),
        due_at=from_text(str(attributes["due_at"])),
        next_at=from_text(str(attributes["next_at"])) if "next_at" in attributes else None,
        run=RunId(str(attributes["run"])),
        at=from_text(str(attributes["at"])),
        terms=orjson.loads(str(attributes["terms"])),
        attempts=tuple(map(_decode_attempt, orjson.loads(str(attributes.get("attempts", "[]"))))),
        decisions=tuple(map(_decode_decision, orjson.loads(str(attributes.get("decisions", "[]"))))),
        order=_text(attributes, "order"),
        reason=_text(attributes, "reason"),
    )


def _listed(entries: Sequence[object]) -> str | None:
    return encode_json(entries) if entries else None


def _encode_attempt(attempt: Attempt) -> Mapping[str, object]:
    found: Sequence[tuple[str, object]] = (
        ("number", attempt.number),
        ("run", attempt.run),
        ("sent_at", to_text(attempt.sent_at)),
        ("source", attempt.source),
        ("outcome", None if attempt.outcome is None else attempt.outcome.value),
        ("ended_at", None if attempt.ended_at is None else to_text(attempt.ended_at)),
        ("code", attempt.code),
        ("order", attempt.order),
    )
    return {name: value for name, value in found if value is not None}


def _decode_attempt(found: Mapping[str, object]) -> Attempt:
    return Attempt(
        number=_whole(found, "number"),
        run=RunId(str(found["run"])),
        sent_at=from_text(str(found["sent_at"])),
        source=_text(found, "source"),
        outcome=Standing(str(found["outcome"])) if "outcome" in found else None,
        ended_at=from_text(str(found["ended_at"])) if "ended_at" in found else None,
        code=_text(found, "code"),
        order=_text(found, "order"),
    )


def _encode_decision(decision: Decision) -> Mapping[str, object]:
    return {
        "at": to_text(decision.at),
        "standing": decision.standing.value,
        "reason": decision.reason,
        "attempts": decision.attempts,
    }


def _decode_decision(found: Mapping[str, object]) -> Decision:
    return Decision(
        at=from_text(str(found["at"])),
        standing=Standing(str(found["standing"])),
        reason=str(found["reason"]),
        attempts=_whole(found, "attempts"),
    )


def _whole(attributes: Mapping[str, object], name: str) -> int:
    return int(cast(int, attributes[name]))


def _text(attributes: Mapping[str, object], name: str) -> str | None:
    value = attributes.get(name)
    return None if value is None else str(value)
