"""The prices of one price list: looked up, put and removed in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from nightshift.connectors import Host
from nightshift.connectors.medusa.bodies import same_number
from nightshift.connectors.medusa.connecting import open_session
from nightshift.connectors.medusa.found import documents
from nightshift.connectors.medusa.listing import read_list
from nightshift.connectors.medusa.lookup import Lookup
from nightshift.connectors.medusa.session import Session
from nightshift.errors import ConfigurationError
from nightshift.http import UnknownOutcomeError

_REFUSED = frozenset({400, 404, 413, 422})
_VARIANTS = "id,variants.id,variants.sku"


class PriceKey(NamedTuple):
    """What a price of a list is for: a variant and a currency, for everybody and any quantity."""

    variant_id: str
    currency: str


@dataclass(frozen=True, slots=True)
class Priced:
    """What became of prices."""

    created: Sequence[PriceKey] = ()
    updated: Sequence[PriceKey] = ()
    unchanged: Sequence[PriceKey] = ()
    failed: Mapping[PriceKey, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Held:
    id: str
    amount: object


class PriceList:
    """One price list. Its prices are read whole, with the first use: Medusa lists them by nothing else."""

    def __init__(self, session: Session, lookup: Lookup, list_id: str) -> None:
        self._session = session
        self._lookup = lookup
        self._path = f"/admin/price-lists/{list_id}/prices"
        self._list_id = list_id
        self._known: dict[PriceKey, _Held] | None = None

    @classmethod
    def connect(cls, run: Host, list_id: str) -> Self:
        """ConfigurationError names a variable that is missing."""
        session = open_session(run)
        return cls(session, Lookup(session, run.log), list_id)

    def check(self) -> None:
        """ConfigurationError where Medusa has no such price list."""
        answer = self._session.request("GET", f"/admin/price-lists/{self._list_id}")
        if answer.status == 404:
            raise ConfigurationError(
                f"Medusa has no price list {self._list_id!r}: context.price_list_id is wrong"
            )
        if answer.status != 200:
            raise answer.refusal()

    def variants(self, ids: Iterable[str], skus: Iterable[str]) -> tuple[set[str], dict[str, str]]:
        """Those of the ids that are variants, and the ids of variants by SKU."""
        wanted_ids, wanted_skus = set(ids), set(skus)
        found_ids = {
            str(document["id"])
            for part in _parts(sorted(wanted_ids), 100)
            for document, _ in read_list(
                self._session,
                "/admin/product-variants",
                "variants",
                [*(("id[]", identity) for identity in part), ("fields", "id")],
            )
        }
        by_sku = {
            str(variant.get("sku")): str(variant["id"])
            for product in self._lookup.by_sku(wanted_skus, _VARIANTS)
            for variant in product.variants
        }
        return found_ids & wanted_ids, {sku: by_sku[sku] for sku in wanted_skus if sku in by_sku}

    def put(self, prices: Mapping[PriceKey, int | float]) -> Priced:
        """Make these the list's prices; what is so already is left alone. Prices with rules stay as they are.

        What Medusa refuses is narrowed down and in `failed`; a lost answer is settled by looking again.
        """
        known = self._prices()
        unchanged = [key for key in prices if key in known and same_number(known[key].amount, prices[key])]
        todo = [key for key in prices if key not in unchanged]
        was_known = {key for key in todo if key in known}
        failed: dict[PriceKey, str] = {}
        self._settle(todo, prices, failed)
        done = [key for key in todo if key not in failed]
        return Priced(
            [key for key in done if key not in was_known],
            [key for key in done if key in was_known],
            unchanged,
            failed,
        )

    def others(self, kept: Iterable[PriceKey]) -> list[PriceKey]:
        """Prices of the list beside these."""
        return sorted(self._prices().keys() - set(kept))

    def remove(self, keys: Sequence[PriceKey]) -> None:
        """Remove prices. Repeating is harmless."""
        known = self._prices()
        ids = [known[key].id for key in keys if key in known]
        if not ids:
            return
        answer = self._session.request("POST", f"{self._path}/batch", json={"delete": ids}, idempotent=True)
        if answer.status != 200:
            raise answer.refusal()
        for key in keys:
            known.pop(key, None)

    def _settle(
        self, keys: Sequence[PriceKey], prices: Mapping[PriceKey, int | float], failed: dict[PriceKey, str]
    ) -> None:
        """Send until every price is as it should be or is known to be refused by itself."""
        attempt = 0
        while keys:
            try:
                refusal = self._send(keys, prices)
            except UnknownOutcomeError as unknown:
                if attempt >= self._session.client.max_retries:
                    raise
                self._session.client.wait(attempt, unknown)
                attempt += 1
                self._known = None
                held = self._prices()
                keys = [k for k in keys if k not in held or not same_number(held[k].amount, prices[k])]
                continue
            if refusal is None:
                return
            if len(keys) == 1:
                failed[keys[0]] = refusal
                return
            middle = len(keys) // 2
            self._settle(keys[:middle], prices, failed)
            keys = keys[middle:]

    def _send(self, keys: Sequence[PriceKey], prices: Mapping[PriceKey, int | float]) -> str | None:
        """Send prices in one request; Medusa's reason where it refuses it as a whole."""
        known = self._prices()
        create, update = [], []
        for key in keys:
            body = {"variant_id": key.variant_id, "currency_code": key.currency, "amount": prices[key]}
            if key in known:
                update.append({"id": known[key].id, **body})
            else:
                create.append(body)
        sent = {"create": create, "update": update}
        answer = self._session.request("POST", f"{self._path}/batch", json=sent, idempotent=False)
        if answer.status in _REFUSED:
            return answer.message()
        if answer.status != 200:
            raise answer.refusal()
        envelope: object = answer.json()
        if not isinstance(envelope, dict):
            raise answer.error("no result of the batch of prices")
        for price in (*documents(envelope.get("created")), *documents(envelope.get("updated"))):
            key_of = _key(price)
            if key_of is not None:
                known[key_of] = _Held(str(price["id"]), price.get("amount"))
        missing = [key for key in keys if key not in known]
        if missing:
            raise answer.error(f"{len(missing)} prices less than were sent")
        return None

    def _prices(self) -> dict[PriceKey, _Held]:
        if self._known is None:
            listed = read_list(self._session, self._path, "prices", [("order", "id")])
            found = ((_key(price), price) for price, _ in listed)
            self._known = {key: _Held(str(price["id"]), price.get("amount")) for key, price in found if key}
        return self._known


def _key(price: Mapping[str, object]) -> PriceKey | None:
    """What a price is for; None for one with rules or quantities, which is not ours."""
    if price.get("min_quantity") or price.get("max_quantity") or documents(price.get("price_rules")):
        return None
    price_set = price.get("price_set")
    variant = price_set.get("variant") if isinstance(price_set, dict) else None
    identity = variant.get("id") if isinstance(variant, dict) else None
    code = price.get("currency_code")
    return PriceKey(identity, code.lower()) if isinstance(identity, str) and isinstance(code, str) else None


def _parts(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
