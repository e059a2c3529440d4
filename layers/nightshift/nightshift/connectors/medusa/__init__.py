"""Medusa v2 as a target: products and their categories through the Admin API (contracts 2 and 10)."""

from nightshift.connectors.medusa.model import MAX_PRODUCT_BYTES, Product
from nightshift.connectors.medusa.store import Store

__all__ = ["MAX_PRODUCT_BYTES", "Product", "Store"]
