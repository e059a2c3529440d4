"""Products as Medusa holds them, as far as a write needs to know."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from nightshift.connectors.medusa.listing import Document

# Medusa keeps relations apart: without these a variant would be made anew, and prices and categories that
# people have added would be lost.
FOR_UPDATE = (
    "id,external_id,handle,variants.id,variants.sku,variants.title,*variants.prices,"
    "variants.prices.price_rules.attribute,variants.prices.price_rules.value,categories.id,categories.handle"
)
FOR_COMPARISON = (
    FOR_UPDATE + ",title,description,status,thumbnail,weight,length,height,width,metadata,images.url,"
    "variants.barcode,variants.manage_inventory"
)
FOR_REMOVAL = "id,external_id,handle,status,metadata"


@dataclass(frozen=True, slots=True)
class Found:
    """A product in Medusa. `fields` is the answer's document, with the columns that were asked for."""

    id: str
    external_id: str | None
    handle: str | None
    fields: Mapping[str, object]

    @classmethod
    def of(cls, document: Document) -> Found:
        external_id, handle = document.get("external_id"), document.get("handle")
        return cls(
            str(document["id"]),
            external_id if isinstance(external_id, str) else None,
            handle if isinstance(handle, str) else None,
            document,
        )

    @property
    def metadata(self) -> Mapping[str, object]:
        value = self.fields.get("metadata")
        return value if isinstance(value, dict) else {}

    @property
    def variants(self) -> Sequence[Mapping[str, object]]:
        return documents(self.fields.get("variants"))

    @property
    def category_handles(self) -> frozenset[object]:
        return frozenset(category.get("handle") for category in documents(self.fields.get("categories")))

    @property
    def is_draft(self) -> bool:
        return self.fields.get("status") == "draft"

    def category_ids(self, *, without: Collection[str]) -> list[str]:
        """The ids of the product's categories but for those with these handles."""
        categories = documents(self.fields.get("categories"))
        return [str(category["id"]) for category in categories if category.get("handle") not in without]

    def own_variant(self, sku: object, title: object) -> Mapping[str, object] | None:
        """The variant that is ours: by SKU, else by title, else the only one; None where none is."""
        for name, wanted in (("sku", sku), ("title", title)):
            for variant in self.variants:
                if wanted is not None and variant.get(name) == wanted:
                    return variant
        return self.variants[0] if len(self.variants) == 1 else None


def documents(value: object) -> list[Document]:
    """The objects of a list; nothing where it is none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
