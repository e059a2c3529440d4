"""Medusa v2 through its Admin API, as Medusa 2.21 was seen to behave.

Products, prices, customers and carts are read and written, orders read. A name's module is imported when the
name is first asked for: a job that writes products pays for no carts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nightshift.connectors.medusa.carts import Cart, Carts
    from nightshift.connectors.medusa.catalogue import Catalogue, Listed, Price
    from nightshift.connectors.medusa.customers import Customer, Customers
    from nightshift.connectors.medusa.drafts import ProductDraft, VariantDraft
    from nightshift.connectors.medusa.exports import Exports
    from nightshift.connectors.medusa.imports import Imported, Imports
    from nightshift.connectors.medusa.model import MAX_PRODUCT_BYTES, Product
    from nightshift.connectors.medusa.price_list import Priced, PriceKey, PriceList
    from nightshift.connectors.medusa.store import Store
else:
    from nightshift.late_names import late_names

    __getattr__ = late_names(
        globals(),
        {
            "carts": ("Cart", "Carts"),
            "catalogue": ("Catalogue", "Listed", "Price"),
            "customers": ("Customer", "Customers"),
            "drafts": ("ProductDraft", "VariantDraft"),
            "exports": ("Exports",),
            "imports": ("Imported", "Imports"),
            "model": ("MAX_PRODUCT_BYTES", "Product"),
            "price_list": ("PriceKey", "PriceList", "Priced"),
            "store": ("Store",),
        },
    )


__all__ = [
    "MAX_PRODUCT_BYTES",
    "Cart",
    "Carts",
    "Catalogue",
    "Customer",
    "Customers",
    "Exports",
    "Imported",
    "Imports",
    "Listed",
    "Price",
    "PriceKey",
    "PriceList",
    "Priced",
    "Product",
    "ProductDraft",
    "Store",
    "VariantDraft",
]
