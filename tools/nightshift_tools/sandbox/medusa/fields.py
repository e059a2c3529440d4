"""The `fields` parameter: which columns and relations of a document an answer carries."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from nightshift_tools.sandbox.exact_json import JsonObject

# What `*` of a document does not include: it is there only where it is asked for.
_RELATIONS = frozenset(
    {
        "type", "collection", "options", "values", "tags", "images", "variants", "prices", "sales_channels",
        "categories", "parent_category", "category_children", "customer", "shipping_address",
    }
)  # fmt: skip

PRODUCT = (
    "id", "title", "subtitle", "status", "external_id", "description", "handle", "is_giftcard",
    "discountable", "thumbnail", "collection_id", "type_id", "weight", "length", "height", "width", "hs_code",
    "origin_country", "mid_code", "material", "created_at", "updated_at", "deleted_at", "metadata", "*type",
    "*collection", "*options", "*options.values", "*tags", "*images", "*variants", "*variants.prices",
    "*variants.options", "*sales_channels",
)  # fmt: skip
CATEGORY = (
    "id", "name", "description", "handle", "is_active", "is_internal", "rank", "parent_category_id",
    "created_at", "updated_at", "metadata", "*parent_category", "*category_children",
)  # fmt: skip
SALES_CHANNEL = (
    "id", "name", "description", "is_disabled", "created_at", "updated_at", "deleted_at", "metadata",
)  # fmt: skip
VARIANT = ("id", "title", "sku", "barcode", "product_id", "*prices", "*options")
PRICE_LIST = (
    "id", "type", "description", "title", "status", "starts_at", "ends_at", "created_at", "updated_at",
    "deleted_at",
)  # fmt: skip
ORDER = ("id", "display_id", "status", "total", "metadata", "created_at", "updated_at")
ORDER_WHOLE = (
    *ORDER, "email", "currency_code", "region_id", "subtotal", "shipping_total", "discount_total",
    "gift_card_total", "tax_total", "payment_status", "fulfillment_status", "*customer", "*shipping_address",
)  # fmt: skip


@dataclass(slots=True)
class Fields:
    """A tree: which members of a document are wanted, and what of each."""

    everything: bool = False
    members: dict[str, "Fields"] = field(default_factory=dict)


@lru_cache(maxsize=256)
def parse(text: str | None, defaults: tuple[str, ...]) -> Fields:
    """Read `fields`: a bare name replaces the defaults; `+x`, `-x` and `*relation` change them."""
    wanted = dict.fromkeys(defaults)
    given = [name for name in (text or "").split(",") if name]
    if any(name[0] not in "-+ *" and not name.endswith(".*") for name in given):
        wanted = {name.lstrip("+ -"): None for name in given}
    else:
        for name in given:
            if name.startswith("-"):
                wanted = {kept: None for kept in wanted if not _covers(name[1:], kept)}
            else:
                wanted[name.lstrip("+ ")] = None
    tree = Fields()
    for name in ("id", *wanted):
        _plant(tree, name)
    return tree


def chosen(value: Any, fields: Fields) -> Any:
    """The wanted part of a document, or of each in a list; unknown names vanish."""
    if isinstance(value, list):
        return [chosen(item, fields) for item in value]
    if not isinstance(value, dict):
        return value
    part: JsonObject = {}
    if fields.everything:
        part = {name: item for name, item in value.items() if name not in _RELATIONS}
    for name, wanted in fields.members.items():
        if name in value:
            is_branch = wanted.everything or wanted.members
            part[name] = chosen(value[name], wanted) if is_branch else value[name]
    return part


def _covers(dropped: str, name: str) -> bool:
    plain = name.lstrip("*")
    return plain == dropped or plain.startswith(f"{dropped}.")


def _plant(tree: Fields, name: str) -> None:
    everything = name.startswith("*") or name.endswith(".*")
    for part in name.lstrip("*").removesuffix(".*").split("."):
        tree = tree.members.setdefault(part, Fields())
        is_relation = part in _RELATIONS
        if is_relation:
            tree.members.setdefault("id", Fields())
    tree.everything |= everything or is_relation
