"""DummyJSON as a source: its products page by page, its categories, and which products are gone."""

from nightshift.connectors.dummyjson.catalog import Catalog
from nightshift.connectors.dummyjson.model import Category, Product
from nightshift.connectors.dummyjson.page import ProductPage

__all__ = ["Catalog", "Category", "Product", "ProductPage"]
