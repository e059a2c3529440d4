"""The columns of a product file, and what a row says: one variant, with what it repeats of its product."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from batch_strategies import cells
from batch_strategies.cells import CellError, Parse
from nightshift.batch_jobs import RowError
from nightshift.batch_jobs.csv import Columns, CsvRow, Header, unescaped

PRODUCT: Mapping[str, tuple[str, Parse]] = {
    "Product Title": ("title", cells.text),
    "Product Subtitle": ("subtitle", cells.text),
    "Product Description": ("description", cells.text),
    "Product Status": ("status", cells.status),
    "Product Thumbnail": ("thumbnail", cells.url),
    "Product Weight": ("weight", cells.amount),
    "Product Length": ("length", cells.amount),
    "Product Width": ("width", cells.amount),
    "Product Height": ("height", cells.amount),
    "Product HS Code": ("hs_code", cells.code),
    "Product Origin Country": ("origin_country", cells.code),
    "Product MID Code": ("mid_code", cells.code),
    "Product Material": ("material", cells.text),
    "Product Discountable": ("discountable", cells.flag),
    "Product External Id": ("external_id", cells.text),
}
VARIANT: Mapping[str, tuple[str, Parse]] = {
    "Variant Title": ("title", cells.text),
    "Variant SKU": ("sku", cells.text),
    "Variant Barcode": ("barcode", cells.text),
    "Variant EAN": ("ean", cells.text),
    "Variant UPC": ("upc", cells.text),
    "Variant Allow Backorder": ("allow_backorder", cells.flag),
    "Variant Manage Inventory": ("manage_inventory", cells.flag),
    "Variant Weight": ("weight", cells.amount),
    "Variant Length": ("length", cells.amount),
    "Variant Width": ("width", cells.amount),
    "Variant Height": ("height", cells.amount),
    "Variant HS Code": ("hs_code", cells.code),
    "Variant Origin Country": ("origin_country", cells.code),
    "Variant MID Code": ("mid_code", cells.code),
    "Variant Material": ("material", cells.text),
}
HANDLE, PRODUCT_ID, VARIANT_ID = "Product Handle", "Product Id", "Variant Id"
SERIES = (
    "Option # Name",
    "Option # Value",
    "Price $$$",
    "Image # Url",
    "Product Category # Handle",
    "Sales Channel # Id",
)
COLUMNS = Columns((PRODUCT_ID, HANDLE, *PRODUCT, VARIANT_ID, *VARIANT), SERIES, required=(HANDLE,))
"""Those of Medusa v1's product files, as far as Medusa v2 has what they stand for."""

_NUMBERED = re.compile(r"(Option|Image|Product Category|Sales Channel) (\d+) (Name|Value|Url|Handle|Id)")
_PARSERS: Mapping[str, Parse] = {
    "images": cells.url,
    "categories": cells.handle,
    "sales_channels": cells.identity,
    "option_names": cells.text,
    "option_values": cells.text,
}
_LISTS = {
    ("Image", "Url"): "images",
    ("Product Category", "Handle"): "categories",
    ("Sales Channel", "Id"): "sales_channels",
    ("Option", "Name"): "option_names",
    ("Option", "Value"): "option_values",
}
_SHOWN = 100


@dataclass(slots=True)
class ProductRow:
    """What one row says. Members that it says nothing of are empty."""

    line: int
    handle: str = ""
    id: str | None = None
    variant_id: str | None = None
    product: dict[str, object] = field(default_factory=dict)
    variant: dict[str, object] = field(default_factory=dict)
    prices: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, dict[int, str]] = field(default_factory=dict)

    @property
    def options(self) -> dict[str, str]:
        names, values = self.lists.get("option_names", {}), self.lists.get("option_values", {})
        return {names[number]: values[number] for number in sorted(names) if number in values}

    def listed(self, name: str) -> list[str] | None:
        """A list in the order of its numbers; None where nothing is said of it."""
        found = self.lists.get(name)
        return [found[number] for number in sorted(found)] if found else None


class RowReader:
    """Reads rows under one header: what each column means is worked out once."""

    def __init__(self, header: Header) -> None:
        self._columns = [(name, *_meaning(name)) for name in header.columns]

    def read(self, row: CsvRow) -> ProductRow | list[RowError]:
        """What a row says, or all that is wrong with it."""
        if row.error is not None:
            return [row.error]
        found = ProductRow(row.line)
        errors: list[RowError] = []
        of_member = {"product": found.product, "variant": found.variant, "prices": found.prices}
        for cell, (name, parse, member, key) in zip(row.cells, self._columns, strict=True):
            if not cell or cell.isspace():
                continue
            try:
                value: Any = parse(unescaped(cell) if cell[0] == "'" else cell)
            except CellError as error:
                errors.append(RowError(row.line, name, cell[:_SHOWN], str(error)))
                continue
            if member == "lists":
                list_name, number = key
                found.lists.setdefault(list_name, {})[number] = value
            elif key is None:
                setattr(found, member, value)
            else:
                of_member[member][key] = value
        if not found.handle and not any(error.column == HANDLE for error in errors):
            errors.append(RowError(row.line, HANDLE, "", "it is missing: a product is known by its handle"))
        return errors or self._whole(found)

    def _whole(self, found: ProductRow) -> ProductRow | list[RowError]:
        names, values = found.lists.get("option_names", {}), found.lists.get("option_values", {})
        for number in sorted(values.keys() ^ names.keys()):
            has, lacks = ("Value", "Name") if number in values else ("Name", "Value")
            cell = (values.get(number) or names.get(number) or "")[:_SHOWN]
            reason = f"it has no Option {number} {lacks} beside it"
            return [RowError(found.line, f"Option {number} {has}", cell, reason)]
        return found


def option_columns(count: int) -> list[str]:
    return [f"Option {number} {part}" for number in range(1, count + 1) for part in ("Name", "Value")]


def numbered(series: str, count: int) -> list[str]:
    return [series.replace("#", str(number)) for number in range(1, count + 1)]


def header_of(shape: Mapping[str, int], currencies: Sequence[str]) -> list[str]:
    """The header of an export: every column that products have, as often as the fullest of them needs it."""
    return [
        *COLUMNS.names,
        *option_columns(shape.get("options", 0)),
        *(f"Price {currency.upper()}" for currency in currencies),
        *numbered("Image # Url", shape.get("images", 0)),
        *numbered("Product Category # Handle", shape.get("categories", 0)),
        *numbered("Sales Channel # Id", shape.get("sales_channels", 0)),
    ]


def _meaning(name: str) -> tuple[Parse, str, Any]:
    """How a column's cells are read, and where in a ProductRow they go."""
    if name in PRODUCT:
        return PRODUCT[name][1], "product", PRODUCT[name][0]
    if name in VARIANT:
        return VARIANT[name][1], "variant", VARIANT[name][0]
    if name.startswith("Price "):
        return cells.amount, "prices", name[-3:].lower()
    match = _NUMBERED.fullmatch(name)
    if match:
        list_name = _LISTS[match[1], match[3]]
        return _PARSERS[list_name], "lists", (list_name, int(match[2]))
    plain: dict[str, tuple[Parse, str]] = {
        HANDLE: (cells.handle, "handle"),
        PRODUCT_ID: (cells.identity, "id"),
        VARIANT_ID: (cells.identity, "variant_id"),
    }
    return *plain[name], None
