"""SKUs: products as Digital River needs them for taxes, customs and shipping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import orjson

from nightshift.connectors.digital_river.api import Api, path_of
from nightshift.connectors.digital_river.outcome import Result
from nightshift.connectors.digital_river.reading import Document, Fields
from nightshift.errors import RecordError


@dataclass(frozen=True, slots=True)
class Sku:
    """One SKU as it is to be. Digital River wants `sku_group_id`, or all of `eccn`, `tax_code` and
    `country_of_origin` (ISO 3166, two letters); it checks the rest too, and so nothing is checked here but
    what could not be sent.

    `weight` is in `weight_unit`: oz, lb, g or kg. RecordError for an id that is none and a weight that is no
    number.
    """

    id: str
    name: str
    sku_group_id: str | None = None
    eccn: str | None = None
    tax_code: str | None = None
    country_of_origin: str | None = None
    hs_code: str | None = None
    part_number: str | None = None
    manufacturer_id: str | None = None
    managed_fulfillment: str | None = None
    weight: Decimal | None = None
    weight_unit: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        path_of("skus", self.id)
        if self.weight is not None and not self.weight.is_finite():
            raise RecordError(self.id, f"the weight {self.weight} is no number")

    def body(self) -> Mapping[str, object]:
        """The whole document without its id: what is left out is taken away, as PUT replaces."""
        given: dict[str, object] = {
            "name": self.name,
            "skuGroupId": self.sku_group_id,
            "eccn": self.eccn,
            "taxCode": self.tax_code,
            "countryOfOrigin": self.country_of_origin,
            "hsCode": self.hs_code,
            "partNumber": self.part_number,
            "manufacturerId": self.manufacturer_id,
            "managedFulfillment": self.managed_fulfillment,
            "weight": None if self.weight is None else orjson.Fragment(f"{self.weight:f}"),
            "weightUnit": self.weight_unit,
            "metadata": dict(self.metadata) or None,
        }
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True)
class StoredSku:
    """What Digital River says of a SKU after it was written."""

    id: str
    updated_at: datetime | None


class Skus:
    """The SKUs of an account."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def put(self, sku: Sku) -> Result[StoredSku]:
        """Create or replace a SKU by its id; never Unknown, because repeating is harmless."""
        return self._api.put(path_of("skus", sku.id), sku.body(), _stored)


def _stored(document: Document) -> StoredSku:
    fields = Fields(document)
    return StoredSku(fields.text("id"), fields.maybe_instant("updatedTime"))
