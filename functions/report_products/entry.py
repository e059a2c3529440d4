"""What a report keeps of a product, and what has changed from one report to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, cast

import orjson

from nightshift.connectors.medusa import Listed, Price
from report_products.amounts import shown

KINDS = ("added", "removed", "changed")
"""Of changes, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A product in a report. `unpriced` counts variants without a price, or is 1 for a product without any
    variant."""

    id: str
    title: str
    handle: str
    status: str
    categories: tuple[str, ...]
    images: int
    variants: int
    unpriced: int
    prices: tuple[Price, ...]

    @classmethod
    def of(cls, product: Listed) -> Entry:
        return cls(
            product.id,
            product.title,
            product.handle,
            product.status,
            tuple(sorted(product.categories)),
            product.images,
            len(product.variants),
            sum(not prices for prices in product.variants) or int(not product.variants),
            tuple(sorted((p for prices in product.variants for p in prices), key=_by_currency)),
        )

    @classmethod
    def load(cls, line: bytes) -> Entry:
        """An entry from its line. KeyError, TypeError, ValueError or ArithmeticError where it is none."""
        values = orjson.loads(line)
        prices = tuple(Price(each["currency"], Decimal(each["amount"])) for each in values.pop("prices"))
        return cls(**{**values, "categories": tuple(values["categories"]), "prices": prices})

    def dump(self) -> bytes:
        """One line of JSON; amounts are texts, and so exact."""
        prices = [{"currency": price.currency, "amount": f"{price.amount:f}"} for price in self.prices]
        values = {name: getattr(self, name) for name in self.__slots__ if name != "prices"}
        return orjson.dumps(values | {"prices": prices})

    def ranges(self) -> Mapping[str, tuple[Decimal, Decimal]]:
        """The lowest and the highest price by currency."""
        found: dict[str, tuple[Decimal, Decimal]] = {}
        for price in self.prices:  # sorted
            lowest, _ = found.get(price.currency, (price.amount, None))
            found[price.currency] = (lowest, price.amount)
        return found


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a product since the last report; `what` says it in words, one per part."""

    kind: Literal["added", "removed", "changed"]
    entry: Entry
    what: tuple[str, ...] = ()


def changes(before: Iterable[Entry], now: Iterable[Entry]) -> Iterator[Change]:
    """Every change between two reports, both of which are in the order of ids."""
    old, new = iter(before), iter(now)
    left, right = next(old, None), next(new, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left.id < right.id):
            yield Change("removed", cast(Entry, left))
            left = next(old, None)
        elif left is None or right.id < left.id:
            yield Change("added", right)
            right = next(new, None)
        else:
            what = tuple(_differences(left, right))
            if what:
                yield Change("changed", right, what)
            left, right = next(old, None), next(new, None)


def _differences(before: Entry, now: Entry) -> Iterator[str]:
    for name in ("title", "handle", "status"):
        if getattr(before, name) != getattr(now, name):
            yield f"{name}: {getattr(before, name)} → {getattr(now, name)}"
    if before.categories != now.categories:
        yield f"categories: {_listed(before.categories)} → {_listed(now.categories)}"
    for name in ("images", "variants"):
        if getattr(before, name) != getattr(now, name):
            yield f"{name}: {getattr(before, name)} → {getattr(now, name)}"
    yield from _price_differences(before, now)


def _price_differences(before: Entry, now: Entry) -> Iterator[str]:
    for currency in sorted({price.currency for price in (*before.prices, *now.prices)}):
        old, new = (
            Counter(price.amount for price in entry.prices if price.currency == currency)
            for entry in (before, now)
        )
        if old != new:
            yield f"price in {currency.upper()}: {_range(before, currency)} → {_range(now, currency)}"


def _range(entry: Entry, currency: str) -> str:
    found = entry.ranges().get(currency)
    if found is None:
        return "none"
    lowest, highest = (shown(amount, currency) for amount in found)
    count = sum(price.currency == currency for price in entry.prices)
    text = lowest if lowest == highest else f"{lowest} to {highest}"
    return f"{text} ({count} prices)" if count > 1 else text


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"


def _by_currency(price: Price) -> tuple[str, Decimal]:
    return price.currency, price.amount
