"""Every product of a Medusa, as far as a report needs to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from nightshift.connectors import Host
from nightshift.connectors.medusa.bodies import is_plain_price
from nightshift.connectors.medusa.connecting import open_session
from nightshift.connectors.medusa.found import documents
from nightshift.connectors.medusa.listing import Document, unwrap
from nightshift.connectors.medusa.lookup import PRODUCTS
from nightshift.connectors.medusa.session import Session
from nightshift.http import Response

_FIELDS = (
    "id,title,handle,status,thumbnail,images.url,categories.name,variants.id,*variants.prices,"
    "variants.prices.price_rules.attribute,variants.prices.price_rules.value"
)


@dataclass(frozen=True, slots=True)
class Price:
    """A price of a variant for everybody and any quantity; `currency` in lower case, as Medusa has it."""

    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Listed:
    """A product as it is listed. `variants` has the prices of each; `images` counts the thumbnail where there
    is nothing else."""

    id: str
    title: str
    handle: str
    status: str
    categories: tuple[str, ...]
    images: int
    variants: tuple[tuple[Price, ...], ...]


class Catalogue:
    """Reads the products of one Medusa."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @classmethod
    def connect(cls, run: Host) -> Catalogue:
        """The products of the Medusa at `MEDUSA_URL`; ConfigurationError names a missing variable."""
        return cls(open_session(run))

    def pages(self, page_size: int, start: int = 0, total: int | None = None) -> Iterator[Page]:
        """All products from a place on, by id, one page at a time; `total` is what an earlier page said.

        A product that is made meanwhile comes last. One that is deleted moves those behind it up: the next
        page then begins that much earlier, so that one may come twice, and none is missed.
        """
        while True:
            query = [("fields", _FIELDS), ("order", "id"), ("limit", str(page_size)), ("offset", str(start))]
            answer = self._session.request("GET", PRODUCTS, query=query)
            if answer.status != 200:
                raise answer.refusal()
            found, count = unwrap(answer, "products", answer.exact_json())
            if total is not None and count < total and start > 0:
                start, total = max(0, start - (total - count)), count
                continue
            if not found and start < count:
                raise answer.error(f"{start} products where {count} are said to be")
            start, total = start + len(found), count
            yield Page([_listed(answer, document) for document in found], start, total)
            if start >= total:
                return


@dataclass(frozen=True, slots=True)
class Page:
    """Some products, the place behind them, and how many there are in all."""

    products: Sequence[Listed]
    end: int
    total: int


def _listed(answer: Response, document: Document) -> Listed:
    images = len(documents(document.get("images")))
    return Listed(
        str(document["id"]),
        str(document.get("title") or ""),
        str(document.get("handle") or ""),
        str(document.get("status") or ""),
        tuple(str(category.get("name") or "") for category in documents(document.get("categories"))),
        images or int(bool(document.get("thumbnail"))),
        tuple(_prices(answer, variant) for variant in documents(document.get("variants"))),
    )


def _prices(answer: Response, variant: Mapping[str, object]) -> tuple[Price, ...]:
    found = []
    for price in documents(variant.get("prices")):
        currency, amount = price.get("currency_code"), price.get("amount")
        if not is_plain_price(price):
            continue
        if not isinstance(currency, str) or not isinstance(amount, int | Decimal) or isinstance(amount, bool):
            raise answer.error("a price without a currency, or whose amount is no number")
        found.append(Price(currency.lower(), Decimal(amount)))
    return tuple(found)
