"""product-export: all products, or some, as a file that product-import reads without a change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from batch_strategies import product_columns
from batch_strategies.cells import written
from batch_strategies.exporting import Export, Row
from nightshift.batch_jobs.csv import rows_as_csv
from nightshift.batch_jobs.strategy import Template
from nightshift.connectors.medusa.bodies import is_plain_price
from nightshift.connectors.medusa.drafts import FOR_DRAFTS, in_rank
from nightshift.connectors.medusa.found import documents

_CURRENCY = "currency "


class ProductExport(Export):
    """One row per variant; a product without one has a row of its own."""

    identifier = "product-export-strategy"
    batch_type = "product-export"
    description = "Products, variants and prices as a CSV file that product-import reads"
    path = "/admin/products"
    list_name = "products"
    fields = FOR_DRAFTS
    filters = ("q", "id", "handle", "title", "status", "external_id", "category_id", "sales_channel_id",
               "created_at", "updated_at")  # fmt: skip
    of_what = "products"

    def rows(self, document: Mapping[str, object]) -> Iterator[Row]:
        own = _product_cells(document)
        titles = {str(o["id"]): written(o.get("title")) for o in documents(document.get("options"))}
        for variant in documents(document.get("variants")) or [{}]:
            yield own | _variant_cells(variant, titles)

    def header(self, shape: Mapping[str, int]) -> Sequence[str]:
        currencies = sorted(name.removeprefix(_CURRENCY) for name in shape if name.startswith(_CURRENCY))
        return product_columns.header_of(shape, currencies)

    def shape_of(self, document: Mapping[str, object]) -> Mapping[str, int]:
        shape = {
            name: len(documents(document.get(name)))
            for name in ("options", "images", "categories", "sales_channels")
        }
        for variant in documents(document.get("variants")):
            shape |= {f"{_CURRENCY}{currency}": 1 for currency in _prices(variant)}
        return shape

    def build_template(self) -> Template:
        (content,) = rows_as_csv(product_columns.header_of({"options": 1, "images": 1}, ["eur"]), ())
        return Template("product-export.csv", "text/csv", content.decode())


def _product_cells(document: Mapping[str, object]) -> dict[str, str]:
    found = {
        product_columns.PRODUCT_ID: written(document["id"]),
        product_columns.HANDLE: written(document.get("handle")),
    }
    for column, (name, _) in product_columns.PRODUCT.items():
        found[column] = written(document.get(name))
    images = [image.get("url") for image in in_rank(documents(document.get("images")))]
    categories = [category.get("handle") for category in documents(document.get("categories"))]
    channels = [channel.get("id") for channel in documents(document.get("sales_channels"))]
    for series, values in (
        ("Image # Url", images),
        ("Product Category # Handle", categories),
        ("Sales Channel # Id", channels),
    ):
        columns = product_columns.numbered(series, len(values))
        found |= {column: written(value) for column, value in zip(columns, values, strict=True)}
    return found


def _variant_cells(variant: Mapping[str, object], titles: Mapping[str, str]) -> dict[str, str]:
    found = {product_columns.VARIANT_ID: written(variant.get("id"))}
    for column, (name, _) in product_columns.VARIANT.items():
        found[column] = written(variant.get(name))
    chosen = {str(v.get("option_id")): written(v.get("value")) for v in documents(variant.get("options"))}
    options = [
        cell for option, title in titles.items() if option in chosen for cell in (title, chosen[option])
    ]
    found |= dict(zip(product_columns.option_columns(len(options) // 2), options, strict=True))
    return found | {f"Price {code.upper()}": amount for code, amount in _prices(variant).items()}


def _prices(variant: Mapping[str, object]) -> dict[str, str]:
    """Prices for everybody and any quantity: an import writes no others, and leaves those as they are."""
    return {
        str(price.get("currency_code")): written(price.get("amount"))
        for price in documents(variant.get("prices"))
        if is_plain_price(price)
    }
