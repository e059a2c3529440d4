"""A Salesforce product as a Digital River SKU: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import TypeAlias

import orjson

from nightshift.connectors.digital_river import Sku
from nightshift.connectors.salesforce import Package, Record
from nightshift.errors import RecordError
from sync_skus.selection import ATTEMPTS, ERROR, TAX_MAPPING

TaxCodes: TypeAlias = Mapping[tuple[str, str], str]
"""Digital River's tax codes by tax group and tax type."""

_MAX_METADATA = 500  # characters of one value
_CURES_NOTHING = ("attributes", "LastModifiedDate", ERROR, ATTEMPTS)


def tax_codes(records: Iterable[Record], package: Package) -> TaxCodes:
    """The table; rows that lack something do not count, and of two for one type the first does."""
    found: dict[tuple[str, str], str] = {}
    for record in records:
        group, kind, code = map(record.text, map(package, ("DR_Tax_Group", "DR_Tax_Type", "DR_Tax_Code")))
        if group and kind and code:
            found.setdefault((group, kind), code)
    return found


def to_sku(product: Record, package: Package, codes: TaxCodes) -> Sku:
    """The whole SKU. RecordError says what keeps the product from being one: a SKU has a group, or an export
    control number, a country and a tax code of its own."""
    group, kind = product.text(package("DR_TAXGROUP")), product.text(package("DR_TAXTYPE"))
    sku_group = product.text(package("DR_SKU_Group"))
    tax_code = codes.get((group, kind)) if group and kind else None
    if tax_code is None and not sku_group:
        raise RecordError(
            product.id,
            f"no tax code for tax group {group!r} and tax type {kind!r}: add them to {package(TAX_MAPPING)}, "
            "or correct the product",
        )
    weight = product.number(package("DR_Product_Weight"))
    unit = product.text(package("DR_Unit_of_Weight")) or "oz"
    metadata = {"taxType": kind, "taxGroup": group, "sku": product.text("StockKeepingUnit")}
    return Sku(
        id=product.id,
        name=product.text("Name") or product.id,
        sku_group_id=sku_group,
        eccn=product.text(package.parent("DR_ECCN", "Name")),
        tax_code=tax_code,
        country_of_origin=product.text(package("DR_Product_Country_Origin")),
        hs_code=product.text(package("DR_HS_Code")),
        part_number=product.text(package("DR_Part_Number")),
        manufacturer_id=product.text(package("DR_Manufacturer_Id")),
        managed_fulfillment=product.text(package("DR_Managed_Fulfillment")),
        weight=weight,
        weight_unit=None if weight is None else unit,
        metadata={name: value[:_MAX_METADATA] for name, value in metadata.items() if value},
    )


def digest_of(product: Record) -> str:
    """A hash of what a person can change to cure a refusal: not of dates, nor of what this job writes."""
    curable = {name: value for name, value in product.fields.items() if name not in _CURES_NOTHING}
    packed = orjson.dumps(curable, option=orjson.OPT_SORT_KEYS)
    return blake2b(packed, digest_size=8).hexdigest()
