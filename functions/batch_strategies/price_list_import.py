"""price-list-import: make a file's prices those of a price list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from batch_strategies import cells, contexts
from batch_strategies.cells import CellError
from batch_strategies.reading import RowBatch, batches, check_rows
from nightshift.batch_jobs import RowError, Stat
from nightshift.batch_jobs.csv import Columns, CsvRow, Header, rows_as_csv, unescaped
from nightshift.batch_jobs.model import Context, Place
from nightshift.batch_jobs.strategy import Step, Strategy, Template
from nightshift.batch_jobs.work import Work
from nightshift.connectors.medusa import PriceKey, PriceList

VARIANT_ID, SKU = "Product Variant ID", "SKU"
COLUMNS = Columns((VARIANT_ID, SKU), ("Price $$$",), one_of=((VARIANT_ID, SKU),))

_REMOVED_AT_ONCE = 500
_SHOWN = 100


@dataclass(slots=True)
class PriceRow:
    """A variant, by id or SKU, and its amounts by currency."""

    line: int
    variant_id: str = ""
    sku: str = ""
    prices: dict[str, int | float] = field(default_factory=dict)


class PriceListImport(Strategy):
    """Prices are put first, and only then is removed what the file does not have: nobody meets an empty list.

    Where a row fails, nothing is removed.
    """

    identifier = "price-list-import-strategy"
    batch_type = "price-list-import"
    description = "Make the prices of a CSV file those of a price list"

    def prepare(self, context: Context) -> Context:
        reading = contexts.Reading(context, ("file_key", "fileKey", "price_list_id", "replace", "batch_size"))
        return reading.finish(
            file_key=contexts.file_key(reading),
            price_list_id=contexts.text(reading, "price_list_id", "Price list id is required"),
            replace=contexts.flag(reading, "replace", default=True),
        )

    def pre_process(self, work: Work) -> Iterator[Step]:
        _price_list(work).check()
        result, place = work.result, work.place
        prices = int(place.get("prices") or 0)
        for batch in _batches(work, behind=work.place):
            prices += sum(len(row.prices) for row in batch.rows)
            place = {**batch.place, "prices": prices}
            result = replace(
                result,
                advancement_count=int(batch.place["row"] or 0),
                row_errors=result.row_errors + batch.bad_rows,
            )
            yield Step(result, place, batch.errors)
        rows = int(place.get("row") or 0)
        stats = [
            Stat("rows", "Rows", f"{rows:,} rows with {prices:,} prices, {result.row_errors:,} of them wrong")
        ]
        if work.context["replace"]:
            stats.append(Stat("replace", "Other prices", "those that the file does not have are removed"))
        yield Step(replace(result, count=rows, stat_descriptors=tuple(stats)), place)

    def process(self, work: Work) -> Iterator[Step]:
        prices = _price_list(work)
        rows, result = int(work.place.get("row") or 0), work.result
        place = work.place
        for batch in _batches(work, behind=work.place):
            wanted, errors = _wanted(prices, batch.rows)
            said = prices.put({key: amount for key, (_, amount) in wanted.items()})
            errors += [
                RowError(wanted[key][0].line, f"Price {key.currency.upper()}", str(wanted[key][1]), reason)
                for key, reason in said.failed.items()
            ]
            rows, place = int(batch.place["row"] or 0), batch.place
            result = replace(
                result,
                advancement_count=rows,
                created=result.created + len(said.created),
                updated=result.updated + len(said.updated),
                unchanged=result.unchanged + len(said.unchanged),
                row_errors=result.row_errors + len({error.line for error in errors}),
            )
            yield Step(result, place, errors)
        check_rows(work, rows)
        if work.context["replace"]:
            yield Step(
                replace(result, stat_descriptors=(*result.stat_descriptors, self._remove(work, prices))),
                place,
            )

    def build_template(self) -> Template:
        lines = rows_as_csv(
            [SKU, "Price EUR", "Price USD"], [("MUG-S", "7.90", "8.50"), ("MUG-L", "9.90", "")]
        )
        return Template("price-list-import.csv", "text/csv", b"".join(lines).decode())

    def _remove(self, work: Work, prices: PriceList) -> Stat:
        """Remove the prices that the file does not have. Repeating it is harmless."""
        if work.result.row_errors:
            return Stat("removed", "Removed", "nothing, because rows failed: put them right and import again")
        kept: set[PriceKey] = set()
        for batch in _batches(work, behind={}):
            kept |= _wanted(prices, batch.rows)[0].keys()
        others = prices.others(kept)
        for start in range(0, len(others), _REMOVED_AT_ONCE):
            prices.remove(others[start : start + _REMOVED_AT_ONCE])
        return Stat("removed", "Removed", f"{len(others):,} prices that the file does not have")


def _price_list(work: Work) -> PriceList:
    return PriceList.connect(work, str(work.context["price_list_id"]))


def _batches(work: Work, *, behind: Place) -> Iterator[RowBatch[PriceRow]]:
    return batches(work, COLUMNS, lambda header: _Reader(header).read, behind=behind)


class _Reader:
    def __init__(self, header: Header) -> None:
        self._columns = list(enumerate(header.columns))

    def read(self, row: CsvRow) -> PriceRow | list[RowError]:
        if row.error is not None:
            return [row.error]
        found = PriceRow(row.line)
        errors: list[RowError] = []
        for place, name in self._columns:
            cell = row.cells[place]
            if not cell or cell.isspace():
                continue
            try:
                if name == VARIANT_ID:
                    found.variant_id = cells.identity(unescaped(cell))
                elif name == SKU:
                    found.sku = cells.text(unescaped(cell))
                else:
                    found.prices[name[-3:].lower()] = cells.amount(unescaped(cell))
            except CellError as error:
                errors.append(RowError(row.line, name, cell[:_SHOWN], str(error)))
        if not errors and not (found.variant_id or found.sku):
            errors.append(RowError(row.line, SKU, "", f"a row names its variant by {SKU} or {VARIANT_ID}"))
        return errors or found


def _wanted(
    prices: PriceList, rows: Sequence[PriceRow]
) -> tuple[dict[PriceKey, tuple[PriceRow, int | float]], list[RowError]]:
    """The prices that rows ask for, by what they are for, and the rows whose variant is not there.

    Of two rows for one price, the later counts.
    """
    ids, by_sku = prices.variants(
        (row.variant_id for row in rows if row.variant_id),
        (row.sku for row in rows if row.sku and not row.variant_id),
    )
    wanted: dict[PriceKey, tuple[PriceRow, int | float]] = {}
    errors: list[RowError] = []
    for row in rows:
        variant_id = row.variant_id if row.variant_id in ids else by_sku.get(row.sku)
        if variant_id is None:
            column, value = (VARIANT_ID, row.variant_id) if row.variant_id else (SKU, row.sku)
            errors.append(RowError(row.line, column, value, "there is no such variant"))
            continue
        for currency, amount in row.prices.items():
            wanted[PriceKey(variant_id, currency)] = (row, amount)
    return wanted, errors
