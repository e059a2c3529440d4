"""product-import: create and update products, variants and prices from a CSV file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from batch_strategies import contexts
from batch_strategies.product_columns import COLUMNS, ProductRow, RowReader
from batch_strategies.reading import RowBatch, batches, check_rows
from nightshift.batch_jobs import RowError, Stat
from nightshift.batch_jobs.csv import rows_as_csv
from nightshift.batch_jobs.model import Context
from nightshift.batch_jobs.strategy import Step, Strategy, Template
from nightshift.batch_jobs.work import Work
from nightshift.connectors.medusa import Imports, ProductDraft, VariantDraft

_EXAMPLE = (
    {"Product Handle": "mug", "Product Title": "Mug", "Product Status": "published", "Variant SKU": "MUG-S",
     "Option 1 Name": "Size", "Option 1 Value": "S", "Price EUR": "9.90",
     "Image 1 Url": "https://shop.example/mug.webp"},
    {"Product Handle": "mug", "Variant SKU": "MUG-L", "Option 1 Name": "Size", "Option 1 Value": "L",
     "Price EUR": "12.50"},
)  # fmt: skip


class ProductImport(Strategy):
    """Rows are variants; rows of one handle are one product. What a cell leaves blank stays as it is."""

    identifier = "product-import-strategy"
    batch_type = "product-import"
    description = "Create and update products, variants and prices from a CSV file"

    def prepare(self, context: Context) -> Context:
        reading = contexts.Reading(context, ("file_key", "fileKey", "batch_size"))
        return reading.finish(file_key=contexts.file_key(reading))

    def pre_process(self, work: Work) -> Iterator[Step]:
        imports = Imports.connect(work) if work.is_review else None
        place = work.place
        result = work.result
        known, new = int(place.get("known") or 0), int(place.get("new") or 0)
        for batch in self._batches(work):
            drafts = to_drafts(batch.rows)
            found = imports.count_known(drafts) if imports else 0
            known, new = known + found, new + len(drafts) - found
            place = {**batch.place, "known": known, "new": new}
            result = replace(
                result,
                advancement_count=int(batch.place["row"] or 0),
                row_errors=result.row_errors + batch.bad_rows,
            )
            yield Step(result, place, batch.errors)
        rows = int(place.get("row") or 0)
        yield Step(replace(result, count=rows, stat_descriptors=_plan(work, rows, known, new)), place)

    def process(self, work: Work) -> Iterator[Step]:
        imports = Imports.connect(work)
        rows, result = int(work.place.get("row") or 0), work.result
        for batch in self._batches(work):
            drafts = to_drafts(batch.rows)
            said = imports.upsert(drafts)
            errors = [
                RowError(row.line, "", row.handle, said.failed[row.handle])
                for row in batch.rows
                if row.handle in said.failed
            ]
            rows = int(batch.place["row"] or 0)
            result = replace(
                result,
                advancement_count=rows,
                created=result.created + len(said.created),
                updated=result.updated + len(said.updated),
                unchanged=result.unchanged + len(said.unchanged),
                row_errors=result.row_errors + len(errors),
            )
            yield Step(result, batch.place, errors)
        check_rows(work, rows)

    def build_template(self) -> Template:
        columns = list(dict.fromkeys(name for example in _EXAMPLE for name in example))
        lines = rows_as_csv(columns, ([example.get(name, "") for name in columns] for example in _EXAMPLE))
        return Template("product-import.csv", "text/csv", b"".join(lines).decode())

    def _batches(self, work: Work) -> Iterator[RowBatch[ProductRow]]:
        return batches(
            work, COLUMNS, lambda header: RowReader(header).read, _is_same_product, behind=work.place
        )


def to_drafts(rows: Iterable[ProductRow]) -> list[ProductDraft]:
    """The products that rows make up. Of what several rows say of one product, the first counts."""
    by_handle: dict[str, list[ProductRow]] = {}
    for row in rows:
        by_handle.setdefault(row.handle, []).append(row)
    return [_draft(handle, group) for handle, group in by_handle.items()]


def _draft(handle: str, rows: list[ProductRow]) -> ProductDraft:
    fields: dict[str, object] = {}
    for row in reversed(rows):
        fields |= row.product

    def first(name: str) -> list[str] | None:
        return next((found for row in rows if (found := row.listed(name)) is not None), None)

    return ProductDraft(
        handle,
        next((row.id for row in rows if row.id), None),
        fields,
        first("images"),
        first("categories"),
        first("sales_channels"),
        [VariantDraft(row.variant_id, row.variant, row.options, row.prices) for row in rows],
    )


def _is_same_product(one: ProductRow, other: ProductRow) -> bool:
    return one.handle == other.handle


def _plan(work: Work, rows: int, known: int, new: int) -> tuple[Stat, ...]:
    bad = work.result.row_errors
    stats = [Stat("rows", "Rows", f"{rows:,} rows, {bad:,} of them wrong")]
    if work.is_review:
        stats.append(Stat("product-import-count", "Products", f"{new:,} to create, {known:,} to compare"))
    return tuple(stats)
