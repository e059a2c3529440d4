"""Medusa v2 through its Admin API, as Medusa 2.21 was seen to behave.

Products and prices are written, products and orders read.
"""

from nightshift.connectors.medusa.drafts import ProductDraft, VariantDraft
from nightshift.connectors.medusa.exports import Exports
from nightshift.connectors.medusa.imports import Imported, Imports
from nightshift.connectors.medusa.model import MAX_PRODUCT_BYTES, Product
from nightshift.connectors.medusa.price_list import Priced, PriceKey, PriceList
from nightshift.connectors.medusa.store import Store

__all__ = [
    "MAX_PRODUCT_BYTES",
    "Exports",
    "Imported",
    "Imports",
    "PriceKey",
    "PriceList",
    "Priced",
    "Product",
    "ProductDraft",
    "Store",
    "VariantDraft",
]
