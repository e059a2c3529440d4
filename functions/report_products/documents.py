"""The report as a table and as JSON, in pieces, and the way back from the JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import orjson

from nightshift import RunError
from report_products.entry import Change, Entry
from report_products.figures import Figures
from report_products.links import Links

_PIECE = 1 << 16
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PRODUCTS = b'"products": ['
"""The line of the JSON behind which each product has a line of its own."""

_COLUMNS = ("id", "title", "handle", "status", "categories", "images", "variants", "variants without price")


def table(entries: Iterable[Entry], currencies: Sequence[str], links: Links) -> Iterator[bytes]:
    """CSV with a row per product, and the lowest and highest price in each currency.

    With a byte-order mark, by which spreadsheets know UTF-8. What a spreadsheet would take for a formula
    is made a text with an apostrophe.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    prices = [f"{end} price {currency.upper()}" for currency in currencies for end in ("lowest", "highest")]
    buffer.write("\ufeff")
    writer.writerow([*_COLUMNS, *prices, *(["link"] if links else [])])
    for entry in entries:
        writer.writerow(_row(entry, currencies, links))
        if buffer.tell() >= _PIECE:
            yield _taken(buffer)
    yield _taken(buffer)


def changes_table(changes: Iterable[Change]) -> Iterator[bytes]:
    """CSV with a row per change, for a spreadsheet as well."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(["kind", "id", "title", "what"])
    for change in changes:
        writer.writerow([change.kind, change.entry.id, _plain(change.entry.title), "; ".join(change.what)])
        if buffer.tell() >= _PIECE:
            yield _taken(buffer)
    yield _taken(buffer)


def _row(entry: Entry, currencies: Sequence[str], links: Links) -> list[object]:
    ranges = entry.ranges()
    amounts: list[object] = []
    for currency in currencies:
        amounts += [f"{amount:f}" for amount in ranges[currency]] if currency in ranges else ["", ""]
    texts = (entry.title, entry.handle, entry.status, "; ".join(entry.categories))
    numbers = (entry.images, entry.variants, entry.unpriced)
    link = [links.product(entry.id)] if links else []
    return [entry.id, *map(_plain, texts), *numbers, *amounts, *link]


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")


def json(figures: Figures, lines: Iterable[bytes]) -> Iterator[bytes]:
    """All figures, and every product on a line of its own."""
    head = orjson.dumps(_summary(figures), option=orjson.OPT_INDENT_2)
    yield head[:-2] + b",\n  " + _PRODUCTS
    piece, separator = bytearray(), b"\n"
    for line in lines:
        piece += separator + line
        separator = b",\n"
        if len(piece) >= _PIECE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece) + b"\n  ]\n}\n"


def read_json(name: str, chunks: Iterable[bytes]) -> Iterator[Entry]:
    """The products of a report, by id, as `json` has written it; RunError where something else has."""
    lines = _lines(chunks)
    for line in lines:
        if line.strip() == _PRODUCTS:
            break
    for line in lines:
        if line.startswith(b"{"):
            yield _entry(name, line.rstrip(b",\r"))
        else:
            return
    raise RunError(f"{name} is no report of this job, or only half of one: remove it, or write it anew")


def _entry(name: str, line: bytes) -> Entry:
    try:
        return Entry.load(line)
    except (ArithmeticError, KeyError, TypeError, ValueError):
        raise RunError(
            f"{name} holds a product that is none: remove the file, and the next report compares with nothing"
        ) from None


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole
    if rest:
        yield rest


def _summary(figures: Figures) -> dict[str, object]:
    changes = figures.changes
    return {
        "report": figures.name,
        "at": figures.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "count": figures.products,
        "variants": figures.variants,
        "by_status": dict(figures.by_status),
        "by_category": [
            {"category": each.name or None, "products": each.total, "by_status": dict(each.by_status)}
            for each in figures.by_category
        ],
        "prices": [
            {
                "currency": each.currency,
                "count": each.count,
                "lowest": _text(each.lowest),
                "median": _text(each.median),
                "highest": _text(each.highest),
            }
            for each in figures.prices
        ],
        "without_image": figures.unpictured.count,
        "without_price": figures.unpriced.count,
        "changes": changes
        and {
            "since": changes.since,
            **{kind: changes.counts.get(kind, 0) for kind in ("added", "changed", "removed")},
            "first": [
                {
                    "id": each.entry.id,
                    "title": each.entry.title,
                    "kind": each.kind,
                    "what": list(each.what),
                }
                for each in changes.first
            ],
        },
    }


def _text(amount: Decimal) -> str:
    return f"{amount:f}"
