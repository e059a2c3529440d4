"""order-export: orders with their totals, customer and address as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from batch_strategies.cells import written
from batch_strategies.exporting import Export, Row
from nightshift.batch_jobs.csv import rows_as_csv
from nightshift.batch_jobs.strategy import Template

COLUMNS: Mapping[str, str] = {
    "Order_ID": "id",
    "Display_ID": "display_id",
    "Order status": "status",
    "Date": "created_at",
    "Customer First name": "customer.first_name",
    "Customer Last name": "customer.last_name",
    "Customer Email": "email",
    "Customer ID": "customer.id",
    "Shipping Address 1": "shipping_address.address_1",
    "Shipping Address 2": "shipping_address.address_2",
    "Shipping Country Code": "shipping_address.country_code",
    "Shipping City": "shipping_address.city",
    "Shipping Postal Code": "shipping_address.postal_code",
    "Shipping Region ID": "region_id",
    "Fulfillment Status": "fulfillment_status",
    "Payment Status": "payment_status",
    "Subtotal": "subtotal",
    "Shipping Total": "shipping_total",
    "Discount Total": "discount_total",
    "Gift Card Total": "gift_card_total",
    "Tax Total": "tax_total",
    "Total": "total",
    "Currency Code": "currency_code",
}
"""Columns of Medusa v1's order export, and the fields of Medusa v2 that they stand for."""


class OrderExport(Export):
    """One row per order."""

    identifier = "order-export-strategy"
    batch_type = "order-export"
    description = "Orders with their totals, customer and address as a CSV file"
    path = "/admin/orders"
    list_name = "orders"
    fields = ",".join(COLUMNS.values())
    filters = ("q", "id", "status", "sales_channel_id", "fulfillment_status", "payment_status", "region_id",
               "created_at", "updated_at")  # fmt: skip
    of_what = "orders"

    def rows(self, document: Mapping[str, object]) -> Iterator[Row]:
        yield {column: written(_within(document, path)) for column, path in COLUMNS.items()}

    def header(self, shape: Mapping[str, int]) -> Sequence[str]:
        return list(COLUMNS)

    def shape_of(self, document: Mapping[str, object]) -> Mapping[str, int]:
        return {}

    def build_template(self) -> Template:
        (content,) = rows_as_csv(list(COLUMNS), ())
        return Template("order-export.csv", "text/csv", content.decode())


def _within(document: Mapping[str, object], path: str) -> object:
    outer, _, inner = path.partition(".")
    value = document.get(outer)
    if not inner:
        return value
    return value.get(inner) if isinstance(value, Mapping) else None
