"""The bodies that Medusa's admin routes take, key by key; the order of keys is the order of issues."""

from nightshift_tools.sandbox.medusa.schema import (
    array,
    boolean,
    may,
    need,
    nullable,
    number,
    one_of,
    record,
    shape,
    string,
)

STATUSES = ("draft", "proposed", "published", "rejected")

_TEXT = may(nullable(string))
_NUMBER = may(nullable(number))
_METADATA = may(nullable(record()))
_REFERENCES = may(array(shape({"id": need(string)}, strict=False)))
_IMAGES = may(array(shape({"url": need(string)}, strict=False)))
_MEASURES = {"weight": _NUMBER, "length": _NUMBER, "height": _NUMBER, "width": _NUMBER}
_QUANTITIES = {"min_quantity": _NUMBER, "max_quantity": _NUMBER, "rules": may(record(string))}

_CREATE_PRICE = shape({"currency_code": need(string), "amount": need(number), **_QUANTITIES}, strict=False)
_UPDATE_PRICE = shape(
    {"id": may(string), "currency_code": may(string), "amount": may(number), **_QUANTITIES}, strict=False
)
_CODES = {"sku": _TEXT, "ean": _TEXT, "upc": _TEXT, "barcode": _TEXT, "hs_code": _TEXT, "mid_code": _TEXT}
_VARIANT = {
    **_CODES,
    "allow_backorder": may(boolean),
    "manage_inventory": may(boolean),
    "variant_rank": may(number),
    **_MEASURES,
    "origin_country": _TEXT,
    "material": _TEXT,
    "metadata": _METADATA,
    "options": may(record(string)),
}
_INVENTORY_ITEM = shape({"inventory_item_id": need(string), "required_quantity": need(number)}, strict=False)
_CREATE_VARIANT = shape(
    {
        "title": need(string),
        **_VARIANT,
        "prices": need(array(_CREATE_PRICE)),
        "inventory_items": may(array(_INVENTORY_ITEM)),
    },
    strict=True,
)
_UPDATE_VARIANT = shape(
    {"id": may(string), "title": may(string), "prices": may(array(_UPDATE_PRICE)), **_VARIANT}, strict=True
)
_RELATED = {
    "images": _IMAGES,
    "thumbnail": _TEXT,
    "external_id": _TEXT,
    "type_id": _TEXT,
    "collection_id": _TEXT,
    "shipping_profile_id": _TEXT,
    "categories": _REFERENCES,
    "tags": _REFERENCES,
    "sales_channels": _REFERENCES,
    **_MEASURES,
    "hs_code": _TEXT,
    "mid_code": _TEXT,
    "origin_country": _TEXT,
    "material": _TEXT,
    "metadata": _METADATA,
}
_CREATE = {
    "title": need(string),
    "subtitle": _TEXT,
    "description": _TEXT,
    "is_giftcard": may(boolean),
    "discountable": may(boolean),
    "handle": may(string),
    "status": may(nullable(one_of(*STATUSES))),
    "options": may(array(shape({"title": need(string), "values": need(array(string))}, strict=False))),
    "variants": may(array(_CREATE_VARIANT)),
    **_RELATED,
}
_UPDATE_OPTION = shape({"id": may(string), "title": may(string), "values": may(array(string))}, strict=False)
_UPDATE = {
    "title": may(string),
    "discountable": may(boolean),
    "is_giftcard": may(boolean),
    "options": may(array(_UPDATE_OPTION)),
    "variants": may(array(_UPDATE_VARIANT)),
    "status": may(one_of(*STATUSES)),
    "subtitle": _TEXT,
    "description": _TEXT,
    "handle": _TEXT,
    **_RELATED,
}
# Items of a batch take no `additional_data`; the single routes do.
_ADDITIONAL = {"additional_data": _METADATA}

CREATE_PRODUCT = shape({**_CREATE, **_ADDITIONAL}, strict=True)
UPDATE_PRODUCT = shape({**_UPDATE, **_ADDITIONAL}, strict=True)
BATCH_PRODUCTS = shape(
    {
        "create": may(array(shape(_CREATE, strict=True))),
        "update": may(array(shape({**_UPDATE, "id": need(string)}, strict=True))),
        "delete": may(array(string)),
    },
    strict=True,
)
CREATE_CATEGORY = shape(
    {
        "name": need(string),
        "description": may(string),
        "handle": may(string),
        "is_internal": may(boolean),
        "is_active": may(boolean),
        "parent_category_id": _TEXT,
        "metadata": _METADATA,
        "rank": may(number),
        **_ADDITIONAL,
    },
    strict=True,
)
LINK_PRODUCTS = shape({"add": may(array(string)), "remove": may(array(string))}, strict=True)
CUSTOMER = shape(
    {
        "email": _TEXT,
        "company_name": _TEXT,
        "first_name": _TEXT,
        "last_name": _TEXT,
        "phone": _TEXT,
        "metadata": _METADATA,
        **_ADDITIONAL,
    },
    strict=True,
)
DELETE_CARTS = shape(
    {"carts": need(array(shape({"id": need(string), "touched_at": need(string)}, strict=True)))}, strict=True
)
_PRICE = {
    "currency_code": need(string),
    "amount": need(number),
    "variant_id": need(string),
    "min_quantity": _NUMBER,
    "max_quantity": _NUMBER,
    "rules": may(record(string)),
}
_UPDATED_PRICE = {**_PRICE, "id": need(string), "currency_code": may(string), "amount": may(number)}
CREATE_PRICE_LIST = shape(
    {
        "title": need(string),
        "description": need(string),
        "starts_at": _TEXT,
        "ends_at": _TEXT,
        "status": may(one_of("active", "draft")),
        "type": may(one_of("sale", "override")),
        "rules": may(record(array(string))),
        "prices": may(array(shape(_PRICE, strict=False))),
    },
    strict=True,
)
BATCH_PRICES = shape(
    {
        "create": may(array(shape(_PRICE, strict=False))),
        "update": may(array(shape(_UPDATED_PRICE, strict=False))),
        "delete": may(array(string)),
    },
    strict=True,
)
CREATE_SALES_CHANNEL = shape(
    {"name": need(string), "description": _TEXT, "is_disabled": may(boolean), "metadata": _METADATA},
    strict=True,
)
