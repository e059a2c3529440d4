"""Medusa v2 as a target: products and categories through the Admin API, as Medusa 2.21 was seen to behave."""

from nightshift.connectors.medusa.model import MAX_PRODUCT_BYTES, Product
from nightshift.connectors.medusa.store import Store

__all__ = ["MAX_PRODUCT_BYTES", "Product", "Store"]
