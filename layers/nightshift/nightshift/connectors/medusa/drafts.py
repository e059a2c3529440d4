"""Products as somebody writes them down, with what he says of them and no more: what has to be sent. Pure.

What a draft does not say stays as it is in Medusa: fields, images, categories, other variants, other prices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nightshift.connectors.medusa.bodies import Body, is_plain_price, other_prices, same_number
from nightshift.connectors.medusa.found import Found, documents

FOR_DRAFTS = (
    "id,handle,external_id,title,subtitle,description,status,thumbnail,weight,length,height,width,hs_code,"
    "mid_code,origin_country,material,discountable,images.url,images.rank,categories.id,categories.handle,"
    "sales_channels.id,options.id,options.title,options.values.value,*variants,*variants.prices,"
    "variants.prices.price_rules.attribute,variants.prices.price_rules.value,variants.options.value,"
    "variants.options.option_id"
)
"""The fields of a product that a draft may speak of."""

_NUMBERS = frozenset({"weight", "length", "height", "width"})
_LONE_OPTION, _LONE_VALUE = "Default", "Default"


class DraftError(Exception):
    """A draft cannot be written, for the reason in the text."""


@dataclass(frozen=True, slots=True)
class VariantDraft:
    """A variant. `options` are values by the option's title, `prices` amounts in major units by currency."""

    id: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, int | float] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.id or self.fields or self.options or self.prices)


@dataclass(frozen=True, slots=True)
class ProductDraft:
    """A product, known by its handle. An `id` that this shop does not know is passed over.

    None for images (URLs), categories (handles) and sales channels (ids) says nothing of them.
    """

    handle: str
    id: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    images: Sequence[str] | None = None
    categories: Sequence[str] | None = None
    sales_channels: Sequence[str] | None = None
    variants: Sequence[VariantDraft] = ()


def creation(draft: ProductDraft, category_ids: Mapping[str, str]) -> Body:
    """What creates the product; DraftError where the draft says too little for that."""
    if not draft.fields.get("title"):
        raise DraftError("there is no product with this handle, and a new one needs a title")
    variants = [variant for variant in draft.variants if not variant.is_empty]
    titles = list(dict.fromkeys(title for variant in variants for title in variant.options))
    if not titles:
        if len(variants) > 1:
            raise DraftError("several variants of a new product need options that tell them apart")
        titles = [_LONE_OPTION]
    values = [{title: variant.options.get(title) for title in titles} for variant in variants]
    if titles == [_LONE_OPTION] and not any(variant.options for variant in variants):
        values = [{_LONE_OPTION: _LONE_VALUE} for _ in variants]
    for chosen in values:
        missing = [title for title in titles if not chosen[title]]
        if missing:
            raise DraftError(f"a variant has no value for the option {missing[0]!r}, and another one has")
    known = {title: list(dict.fromkeys(str(chosen[title]) for chosen in values)) for title in titles}
    body: Body = {
        **draft.fields,
        "handle": draft.handle,
        "options": [{"title": title, "values": known[title] or [_LONE_VALUE]} for title in titles],
        "variants": [_new_variant(variant, chosen) for variant, chosen in zip(variants, values, strict=True)],
    }
    return {**body, **_relations(draft, category_ids)}


def change(draft: ProductDraft, found: Found, category_ids: Mapping[str, str]) -> Body | None:
    """What makes the product as the draft says; None where it is so. DraftError as in `creation`."""
    held = found.fields
    body: Body = {
        name: value for name, value in draft.fields.items() if not _same(name, held.get(name), value)
    }
    if draft.handle != found.handle:
        body["handle"] = draft.handle
    related = _relations(draft, category_ids)
    for name, value in related.items():
        if value != _held_relation(found, name):
            body[name] = value
    variants = _Variants(found)
    for variant in draft.variants:
        if not variant.is_empty:
            variants.lay(variant)
    body |= variants.changes()
    return {"id": found.id, **body} if body else None


class _Variants:
    """The variants of a product in Medusa, with drafts laid over them."""

    def __init__(self, found: Found) -> None:
        self._options = documents(found.fields.get("options"))
        titles = {str(option["id"]): str(option.get("title")) for option in self._options}
        self._held = list(found.variants)
        self._values = {
            str(variant["id"]): {
                titles.get(str(value.get("option_id")), ""): str(value.get("value"))
                for value in documents(variant.get("options"))
            }
            for variant in self._held
        }
        self._changed: dict[str, Body] = {}
        self._new: list[Body] = []
        self._new_values: dict[str, list[str]] = {}

    def lay(self, draft: VariantDraft) -> None:
        theirs = self._match(draft)
        if theirs is None:
            self._add(draft)
            return
        identity = str(theirs["id"])
        changes: Body = {
            name: value for name, value in draft.fields.items() if not _same(name, theirs.get(name), value)
        }
        if prices := _changed_prices(draft, theirs):
            changes["prices"] = prices
        wanted = {**self._values[identity], **draft.options}
        if wanted != self._values[identity]:
            self._learn(wanted)
            changes["options"] = wanted
        if changes:
            self._changed[identity] = self._changed.get(identity, {}) | changes

    def changes(self) -> Body:
        """Every variant by its id: one that is not named would be deleted. Empty where none changes."""
        body: Body = {}
        if self._changed or self._new:
            kept = [
                {"id": variant["id"], **self._changed.get(str(variant["id"]), {})} for variant in self._held
            ]
            body["variants"] = [*kept, *self._new]
        if self._new_values:
            body["options"] = [self._extended(option) for option in self._options]
        return body

    def _match(self, draft: VariantDraft) -> Mapping[str, object] | None:
        """By id, by SKU, by all that is said of options, or as the only one of a draft that says neither."""
        sku = draft.fields.get("sku")
        for variant in self._held:
            if draft.id is not None and variant["id"] == draft.id:
                return variant
        for variant in self._held:
            if sku is not None and variant.get("sku") == sku:
                return variant
        if draft.options:
            alike = [v for v in self._held if draft.options.items() <= self._values[str(v["id"])].items()]
            return alike[0] if len(alike) == 1 else None
        return (
            self._held[0] if len(self._held) == 1 and (sku is None or not self._held[0].get("sku")) else None
        )

    def _add(self, draft: VariantDraft) -> None:
        titles = [str(option.get("title")) for option in self._options]
        unknown = [title for title in draft.options if title not in titles]
        missing = [title for title in titles if title not in draft.options]
        if unknown or missing:
            wrong = (
                f"has no option {unknown[0]!r}" if unknown else f"needs a value for its option {missing[0]!r}"
            )
            raise DraftError(f"the product {wrong}, so that the new variant cannot be told from the others")
        self._learn(draft.options)
        self._new.append(_new_variant(draft, draft.options))

    def _learn(self, values: Mapping[str, str]) -> None:
        """Values that the options do not have yet."""
        for option in self._options:
            title = str(option.get("title"))
            known = [str(value.get("value")) for value in documents(option.get("values"))]
            value = values.get(title)
            if value is not None and value not in known and value not in self._new_values.get(title, ()):
                self._new_values.setdefault(title, []).append(value)

    def _extended(self, option: Mapping[str, object]) -> Body:
        title = str(option.get("title"))
        known = [str(value.get("value")) for value in documents(option.get("values"))]
        return {"id": option["id"], "title": title, "values": [*known, *self._new_values.get(title, ())]}


def _new_variant(draft: VariantDraft, options: Mapping[str, object]) -> Body:
    prices = [{"currency_code": code, "amount": amount} for code, amount in draft.prices.items()]
    title = " / ".join(str(value) for value in options.values())
    return {"title": title, **draft.fields, "options": dict(options), "prices": prices}


def _changed_prices(draft: VariantDraft, theirs: Mapping[str, object]) -> list[Body]:
    """All prices of the variant, where one of the draft's is not so yet: they are replaced together."""
    held = {
        str(price.get("currency_code")): price.get("amount")
        for price in documents(theirs.get("prices"))
        if is_plain_price(price)
    }
    if all(code in held and same_number(held[code], amount) for code, amount in draft.prices.items()):
        return []
    own: list[Body] = [{"currency_code": code, "amount": amount} for code, amount in draft.prices.items()]
    return [*other_prices({"prices": own}, theirs), *own]


def _relations(draft: ProductDraft, category_ids: Mapping[str, str]) -> Body:
    return dict(_said(draft, category_ids))


def _said(draft: ProductDraft, category_ids: Mapping[str, str]) -> Iterator[tuple[str, object]]:
    if draft.images is not None:
        yield "images", [{"url": url} for url in draft.images]
    if draft.categories is not None:
        for handle in draft.categories:
            if handle not in category_ids:
                raise DraftError(f"there is no category with the handle {handle!r}")
        yield (
            "categories",
            [{"id": identity} for identity in sorted({category_ids[h] for h in draft.categories})],
        )
    if draft.sales_channels is not None:
        yield "sales_channels", [{"id": identity} for identity in sorted(set(draft.sales_channels))]


def _held_relation(found: Found, name: str) -> object:
    held = documents(found.fields.get(name))
    if name == "images":
        return [{"url": image.get("url")} for image in in_rank(held)]
    return [{"id": identity} for identity in sorted(str(each.get("id")) for each in held)]


def in_rank(images: Sequence[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """Images in the order in which they are shown."""

    def rank(image: Mapping[str, object]) -> int:
        value = image.get("rank")
        return value if isinstance(value, int) else 0

    return sorted(images, key=rank)


def _same(name: str, held: object, said: object) -> bool:
    return same_number(held, said) if name in _NUMBERS else held == said
