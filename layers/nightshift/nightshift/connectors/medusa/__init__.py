"""Medusa v2: products, categories, customers and carts through the Admin API, as Medusa 2.21 was seen to
behave."""

from nightshift.connectors.medusa.carts import Cart, Carts
from nightshift.connectors.medusa.catalogue import Catalogue, Listed, Price
from nightshift.connectors.medusa.customers import Customer, Customers
from nightshift.connectors.medusa.model import MAX_PRODUCT_BYTES, Product
from nightshift.connectors.medusa.store import Store

__all__ = [
    "MAX_PRODUCT_BYTES",
    "Cart",
    "Carts",
    "Catalogue",
    "Customer",
    "Customers",
    "Listed",
    "Price",
    "Product",
    "Store",
]
