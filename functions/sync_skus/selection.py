"""Which products are sent, in which order, and what is read of them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from nightshift.connectors.salesforce import Package, soql

PRODUCT = "Product2"
ERROR, ATTEMPTS = "Nightshift_Sync_Error__c", "Nightshift_Sync_Attempts__c"
"""Two fields that a shop adds to its products, for people to see what keeps one back."""

FLAG, SYNCED = "Sync_Product_to_DR", "Date_Last_Synced_to_DR"
TAX_MAPPING = "Digital_River_Tax_Mapping"
_REQUIRED = ("DR_ECCN", "DR_Product_Country_Origin", "DR_TAXGROUP", "DR_TAXTYPE")
_READ = (
    "DR_Product_Country_Origin", "DR_TAXGROUP", "DR_TAXTYPE", "DR_SKU_Group", "DR_HS_Code", "DR_Part_Number",
    "DR_Product_Weight", "DR_Unit_of_Weight", "DR_Managed_Fulfillment", "DR_Manufacturer_Id",
)  # fmt: skip


def products_query(
    package: Package, mode: Literal["flagged", "all"], before: datetime, after: str | None
) -> str:
    """The products to send, as SOQL.

    Those that are complete: a SKU group, or all of export control number, country, tax group and tax type.
    Flagged ones come in the order of their last change, all of them by id, from behind the id `after`. What
    was changed at `before` or later is left for the next run: Salesforce keeps whole seconds, and a change
    in the second of the one that was read could not be told from it.
    """
    complete = " AND ".join(f"{package(field)} != null" for field in _REQUIRED)
    conditions = [
        "IsActive = true",
        f"({package('DR_SKU_Group')} != null OR ({complete}))",
        f"LastModifiedDate < {soql.literal(before)}",
    ]
    order: tuple[str, ...] = ("Id",)
    if mode == "flagged":
        conditions.append(f"{package(FLAG)} = true")
        order = ("SystemModstamp", "Id")
    elif after:
        conditions.append(soql.after(("Id", after)))
    own = ("Id", "Name", "StockKeepingUnit", "LastModifiedDate", ERROR, ATTEMPTS)
    fields = (*own, package.parent("DR_ECCN", "Name"), *map(package, _READ))
    return soql.select(PRODUCT, fields, where=" AND ".join(conditions), order_by=order)


def tax_codes_query(package: Package) -> str:
    """Digital River's tax codes, as the package keeps them."""
    fields = ("Id", *map(package, ("DR_Tax_Group", "DR_Tax_Type", "DR_Tax_Code")))
    return soql.select(package(TAX_MAPPING), fields)
