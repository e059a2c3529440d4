"""A catalogue read from a file in DummyJSON's shape."""

from collections.abc import Sequence
from pathlib import Path

from nightshift_tools.sandbox import exact_json
from nightshift_tools.sandbox.errors import CatalogueError
from nightshift_tools.sandbox.exact_json import JsonObject

_SHAPE = 'a catalogue is a JSON list of products or {"products": [...]}, as DummyJSON gives it'


class FromFile:
    """The products of a file, in its order; their fields are served as they are, right or wrong."""

    def __init__(self, path: Path) -> None:
        products = _products(path)
        self._products: dict[int, bytes] = {}
        self._categories: dict[str, None] = {}
        for place, product in enumerate(products):
            product_id = _checked_id(product, place, path)
            if product_id in self._products:
                raise CatalogueError(f"{path}: product {place} repeats the id {product_id}; ids are unique")
            self._products[product_id] = exact_json.kept(product)
            if isinstance(category := product.get("category"), str):
                self._categories[category] = None
        self.ids: Sequence[int] = list(self._products)

    def product(self, product_id: int) -> bytes:
        """The product's JSON; an id that is not in the file raises KeyError."""
        return self._products[product_id]

    def categories(self) -> list[str]:
        """The categories that occur, in the order of their first product."""
        return list(self._categories)


def _products(path: Path) -> list[JsonObject]:
    try:
        content = exact_json.loads(path.read_bytes())
    except OSError as error:
        raise CatalogueError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise CatalogueError(f"{path}: is not JSON: {error}") from error
    products = content.get("products") if isinstance(content, dict) else content
    if not isinstance(products, list):
        found = f"an object with the keys {sorted(content)}" if isinstance(content, dict) else "no list"
        raise CatalogueError(f"{path}: holds {found}; {_SHAPE}")
    return products


def _checked_id(product: object, place: int, path: Path) -> int:
    if not isinstance(product, dict):
        raise CatalogueError(f"{path}: product {place} is {type(product).__name__}, not an object; {_SHAPE}")
    product_id = product.get("id")
    if not isinstance(product_id, int) or isinstance(product_id, bool):
        raise CatalogueError(f"{path}: product {place} has the id {product_id!r}; an id is a whole number")
    return product_id
