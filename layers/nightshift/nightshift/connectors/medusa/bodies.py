"""What is sent of a product, and whether it has to be: pure.

Medusa replaces the relations of a product that are sent and keeps those that are not. So
an update sends nothing of handle and options, every variant by its id, and with our price all prices that
people have added; metadata is merged by Medusa itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from nightshift.connectors.medusa.found import Found, documents
from nightshift.connectors.medusa.model import Product

_KEPT = frozenset({"handle", "options", "variants"})
_TEXTS = ("external_id", "title", "description", "status", "thumbnail")
_MEASURES = ("weight", "length", "height", "width")

Body = dict[str, object]


def create_body(product: Product, category_id: str | None) -> Body:
    """An item of a batch's `create`. An empty text in metadata means "no such key": only updates need it."""
    body = dict(product.body)
    body["categories"] = [] if category_id is None else [{"id": category_id}]
    metadata = _metadata(product)
    if "" in metadata.values():
        body["metadata"] = {name: value for name, value in metadata.items() if value != ""}
    return body


def update_body(product: Product, found: Found, category_ids: list[str] | None) -> Body:
    """An item of a batch's `update`. `category_ids` is None where the categories stay as they are."""
    body: Body = {name: value for name, value in product.body.items() if name not in _KEPT}
    body["id"] = found.id
    body["variants"] = _variants(product, found)
    if not found.variants:
        body["options"] = product.body["options"]
    if category_ids is not None:
        body["categories"] = [{"id": category_id} for category_id in category_ids]
    return body


def differs(product: Product, found: Found) -> bool:
    """Medusa holds something else than we would write. `found` has the fields for a comparison."""
    body, held = product.body, found.fields
    return (
        any(held.get(name) != body.get(name) for name in _TEXTS)
        or not all(same_number(held.get(name), body.get(name)) for name in _MEASURES)
        or _urls(held.get("images")) != _urls(body.get("images"))
        or _variant_differs(product, found)
        or any(
            (found.metadata.get(name) or "") != (value or "") for name, value in _metadata(product).items()
        )
        or (product.category is not None and product.category not in found.category_handles)
    )


def _metadata(product: Product) -> Mapping[str, object]:
    return cast(Mapping[str, object], product.body["metadata"])


def _own(product: Product) -> Body:
    """Our variant: the only one that we write."""
    return cast(list[Body], product.body["variants"])[0]


def _found_variant(product: Product, found: Found) -> Mapping[str, object] | None:
    own = _own(product)
    return found.own_variant(own.get("sku"), own["title"])


def _variants(product: Product, found: Found) -> list[Body]:
    """All variants of the product in Medusa, by id: one that is not named would be deleted."""
    own, theirs = _own(product), _found_variant(product, found)
    if theirs is None:
        return [*({"id": variant["id"]} for variant in found.variants), own]
    written = {name: value for name, value in own.items() if name not in ("title", "options")}
    written["prices"] = [*other_prices(own, theirs), *_prices(own)]
    return [{"id": v["id"], **(written if v is theirs else {})} for v in found.variants]


def _variant_differs(product: Product, found: Found) -> bool:
    own, theirs = _own(product), _found_variant(product, found)
    if theirs is None or any(
        theirs.get(name) != own.get(name) for name in ("sku", "barcode", "manage_inventory")
    ):
        return True
    amounts = {str(price["currency_code"]): price["amount"] for price in _prices(own)}
    held = {
        str(price.get("currency_code")): price.get("amount")
        for price in _prices(theirs)
        if is_plain_price(price) and price.get("currency_code") in amounts
    }
    return held.keys() != amounts.keys() or not all(same_number(held[c], amounts[c]) for c in amounts)


def other_prices(own: Body, theirs: Mapping[str, object]) -> list[Body]:
    """Prices that are not ours to replace: other currencies, quantities and rules."""
    ours = {price["currency_code"] for price in _prices(own)}
    others = (p for p in _prices(theirs) if not (is_plain_price(p) and p.get("currency_code") in ours))
    names = ("id", "currency_code", "amount", "min_quantity", "max_quantity")
    return [
        {**{name: price[name] for name in names if price.get(name) is not None}, "rules": _rules(price)}
        for price in others
    ]


def _prices(variant: Mapping[str, object]) -> list[Body]:
    return documents(variant.get("prices"))


def is_plain_price(price: Mapping[str, object]) -> bool:
    """A price for everybody and any quantity."""
    return not (
        _rules(price) or price.get("min_quantity") or price.get("max_quantity") or price.get("rules_count")
    )


def _rules(price: Mapping[str, object]) -> Body:
    rules = price.get("rules")
    if isinstance(rules, dict) and rules:
        return rules
    return {str(rule.get("attribute")): rule.get("value") for rule in documents(price.get("price_rules"))}


def same_number(held: object, ours: object) -> bool:
    """Medusa answers measures as texts."""
    if held is None or ours is None:
        return held is None and ours is None
    try:
        return float(str(held)) == float(str(ours))
    except ValueError:
        return False


def _urls(images: object) -> list[str]:
    return sorted(str(image.get("url")) for image in documents(images))
