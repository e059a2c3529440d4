"""A product's options and variants: what Medusa keeps, replaces and recreates of them."""

from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.medusa.errors import invalid, not_found
from nightshift_tools.sandbox.medusa.ids import Ids
from nightshift_tools.sandbox.medusa.metadata import merged

_COLUMNS = (
    "sku", "barcode", "ean", "upc", "hs_code", "origin_country", "mid_code", "material",
    "weight", "length", "height", "width",
)  # fmt: skip


def options_of(given: list[JsonObject], before: list[JsonObject], ids: Ids) -> list[JsonObject]:
    """The options as sent: those named by id keep it, and their values too; all others are made anew."""
    known = {option["id"]: option for option in before}
    options = []
    for option in given:
        old = _named(option, known, "Product option")
        if option.get("title", old.get("title")) is None:
            raise invalid("Cannot set field 'title' of Product option to null")
        value_ids = {value["value"]: value["id"] for value in old.get("values", ())}
        texts = option.get("values", list(value_ids))
        options.append(
            {
                "id": old.get("id") or ids.new("opt"),
                "title": option.get("title", old.get("title")),
                "values": [{"id": value_ids.get(text) or ids.new("optval"), "value": text} for text in texts],
            }
        )
    return options


def variants_of(
    given: list[JsonObject], before: list[JsonObject], product: JsonObject, *, now: str, ids: Ids
) -> list[JsonObject]:
    """The variants as sent: those named by id are updated, the others made anew, the rest is gone."""
    known = {variant["id"]: variant for variant in before}
    variants = []
    for rank, sent in enumerate(given):
        old = _named(sent, known, "Product variant") or {"created_at": now, "variant_rank": rank}
        variants.append(_variant(sent, old, product, ids) | {"updated_at": now})
    _refuse_equal_combinations(variants)
    return variants


def refuse_missing_options(product: JsonObject) -> None:
    """A created product's variants must each name a value for every option."""
    titles = [option["title"] for option in product.get("options", ())]
    missing = [
        variant["title"]
        for variant in product.get("variants", ())
        for title in titles
        if not variant.get("options", {}).get(title)
    ]
    if missing:
        raise invalid(
            f'Product "{product["title"]}" has variants with missing options: [{", ".join(missing)}]'
        )


def relinked(variants: list[JsonObject], before: list[JsonObject], product: JsonObject) -> list[JsonObject]:
    """Variants that were not sent again, pointing to the options that took the place of the old ones."""
    titles = {option["id"]: option["title"] for option in before}
    values = {
        (option["title"], value["value"]): value | {"option_id": option["id"]}
        for option in product["options"]
        for value in option["values"]
    }
    for variant in variants:
        named = ((titles.get(value["option_id"]), value["value"]) for value in variant["options"])
        variant["options"] = [values[name] for name in named if name in values]
    return variants


def _named(sent: JsonObject, known: dict[str, JsonObject], entity: str) -> JsonObject:
    if (wanted := sent.get("id")) is None:
        return {}
    if wanted not in known:
        raise not_found(f"{entity} with id: {wanted} was not found")
    return known[wanted]


def _variant(sent: JsonObject, old: JsonObject, product: JsonObject, ids: Ids) -> JsonObject:
    """The variant after `sent`; a new one's `old` holds what it starts from."""
    title = sent.get("title", old.get("title"))
    if title is None:
        raise invalid("Cannot set field 'title' of Product variant to null")
    prices, options = old.get("prices", []), old.get("options", [])
    if "prices" in sent:
        prices = [_price(price, ids) for price in sent["prices"]]
    if "options" in sent:
        options = _chosen(sent["options"], title, product["options"])
    return {
        "id": old.get("id") or ids.new("variant"),
        "title": title,
        **{column: sent.get(column, old.get(column)) for column in _COLUMNS},
        "allow_backorder": flag(sent.get("allow_backorder", old.get("allow_backorder", False))),
        "manage_inventory": flag(sent.get("manage_inventory", old.get("manage_inventory", True))),
        "variant_rank": sent.get("variant_rank", old["variant_rank"]),
        "metadata": merged(old.get("metadata"), sent),
        "product_id": product["id"],
        "created_at": old["created_at"],
        "deleted_at": None,
        "prices": prices,
        "options": options,
    }


def _price(sent: JsonObject, ids: Ids) -> JsonObject:
    return {
        "id": sent.get("id") or ids.new("price"),
        "currency_code": sent.get("currency_code"),
        "amount": sent.get("amount"),
        "min_quantity": sent.get("min_quantity"),
        "max_quantity": sent.get("max_quantity"),
        "rules": sent.get("rules", {}),
    }


def _chosen(sent: dict[str, str], title: str, options: list[JsonObject]) -> list[JsonObject]:
    if sent and len(sent) != len(options):
        raise invalid(
            f"Product has {len(options)} option values but there were {len(sent)} "
            f"provided option values for the variant: {title}."
        )
    values = {
        (option["title"], value["value"]): value | {"option_id": option["id"]}
        for option in options
        for value in option["values"]
    }
    for name, value in sent.items():
        if (name, value) not in values:
            raise invalid(f"Option value {value} does not exist for option {name}")
    return [values[choice] for choice in sent.items()]


def _refuse_equal_combinations(variants: list[JsonObject]) -> None:
    seen: dict[frozenset[str], str] = {}
    for variant in variants:
        combination = frozenset(value["id"] for value in variant["options"])
        if combination and combination in seen:
            raise invalid(
                f'Variant "{seen[combination]}" has same combination of option values '
                f'as "{variant["title"]}".'
            )
        seen[combination] = variant["title"]


def flag(value: object) -> bool:
    """A boolean as Medusa takes it: true, false, or their texts."""
    return value is True or value == "true"
