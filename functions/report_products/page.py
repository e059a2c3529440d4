"""The report as one page of HTML that needs nothing beside itself: no script, no style sheet, no picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from report_products.amounts import shown
from report_products.charts import categories_chart, prices_chart
from report_products.entry import KINDS, Change, Entry
from report_products.figures import CategoryFigures, Changes, Figures, PriceFigures, Some
from report_products.links import Links
from report_products.spool import NO_CATEGORY

_STYLE = (Path(__file__).parent / "page.css").read_text("utf-8")
_NAMES = {NO_CATEGORY: "no category"}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="robots" content="noindex">
<title>{shop}: products on {day}</title>
<style>
{style}</style>
</head>
<body>
<main>
<header>
<p>{shop}</p>
<h1>Products on {day}</h1>
<p>{lead}</p>
</header>
{body}
<footer>
<p>Every product is in {table}, for a spreadsheet, and in {data}, for programs.
Read from Medusa at {time} UTC.</p>
</footer>
</main>
</body>
</html>
"""


def page(figures: Figures, links: Links, shop: str) -> bytes:
    """The page; the table and the JSON beside it have the same name."""
    name = figures.name.rpartition("/")[2]
    body = [
        _tiles(figures),
        _attention(figures, links, name),
        _charts(figures),
        _changes(figures.changes, links, name),
        *_tables(figures),
    ]
    text = _PAGE.format(
        policy=_POLICY,
        shop=escape(shop),
        day=f"{figures.at:%A}, {figures.at.day} {figures.at:%B %Y}",
        time=f"{figures.at:%H:%M}",
        lead=_lead(figures),
        style=_STYLE,
        body="\n".join(part for part in body if part),
        table=_link(f"{name}.csv"),
        data=_link(f"{name}.json"),
    )
    return text.encode("utf-8", "replace")


def _lead(figures: Figures) -> str:
    if figures.changes is None:
        return "The first report: the next one says what has changed since."
    total = figures.changes.total
    what = "Nothing has" if not total else f"{_number(total, 'product')} {'has' if total == 1 else 'have'}"
    return f"{what} changed since the report of {escape(figures.changes.since)}."


def _tiles(figures: Figures) -> str:
    published = figures.by_status.get("published", 0)
    hidden = figures.products - published
    tiles = [
        (figures.products, _plural(figures.products, "product"), False),
        (published, "published", False),
        (hidden, "not published", False),
        (figures.variants, _plural(figures.variants, "variant"), False),
        (figures.unpictured.count, "without an image", figures.unpictured.count > 0),
        (figures.unpriced.count, "without a price", figures.unpriced.count > 0),
    ]
    items = (
        f"<li{' class=warn' if is_warning else ''}><b>{count:,}</b><span>{what}</span></li>"
        for count, what, is_warning in tiles
    )
    return f'<ul class="tiles">{"".join(items)}</ul>'


def _attention(figures: Figures, links: Links, name: str) -> str:
    parts = [
        _list_of("Without a price", figures.unpriced, links, f"{name}.csv"),
        _list_of("Without an image", figures.unpictured, links, f"{name}.csv"),
    ]
    found = [part for part in parts if part]
    if not found:
        return ""
    return f'<div class="columns">{"".join(found)}</div>' if len(found) > 1 else found[0]


def _list_of(title: str, some: Some, links: Links, file: str) -> str:
    if not some.count:
        return ""
    rows = [[_product(entry, links), _tag(entry.status)] for entry in some.first]
    table = _table(["product", "status"], rows, numbers=0, kind="names")
    return _section(title, _number(some.count, "product"), table + _rest(some.count - len(some.first), file))


def _changes(changes: Changes | None, links: Links, name: str) -> str:
    if changes is None or not changes.total:
        return ""
    counts = ", ".join(f"{changes.counts[kind]:,} {kind}" for kind in KINDS if changes.counts.get(kind))
    rows = [_change(change, links) for change in changes.first]
    table = _table(["product", "what"], rows, numbers=0, kind="halves")
    rest = _rest(changes.total - len(changes.first), f"{name}-changes.csv")
    return _section(f"Changed since {escape(changes.since)}", counts, table + rest)


def _change(change: Change, links: Links) -> list[str]:
    if change.kind == "changed":
        what = "<br>".join(map(escape, change.what))
    else:
        what = f'<span class="{change.kind}">{change.kind}</span>'
    product = escape(change.entry.title) if change.kind == "removed" else _product(change.entry, links)
    return [product, what]


def _charts(figures: Figures) -> str:
    if not figures.products:
        return "<section><p>There is no product in the shop yet.</p></section>"
    chart = categories_chart(figures.by_category, figures.statuses, _NAMES)
    charts = [
        _section(
            "By category", _number(sum(bool(each.name) for each in figures.by_category), "category"), chart
        )
    ]
    charts += [_price_section(prices) for prices in figures.prices]
    return f'<div class="columns">{"".join(charts)}</div>'


def _tables(figures: Figures) -> Iterable[str]:
    if figures.prices:
        yield _prices(figures.prices)
    if figures.products:
        yield _categories(figures)


def _price_section(prices: PriceFigures) -> str:
    return _section(
        f"Prices in {escape(prices.currency.upper())}", _number(prices.count, "price"), prices_chart(prices)
    )


def _prices(prices: Sequence[PriceFigures]) -> str:
    rows = [
        [
            escape(each.currency.upper()),
            f"{each.count:,}",
            *(shown(amount, each.currency) for amount in (each.lowest, each.median, each.highest)),
        ]
        for each in prices
    ]
    return _section(
        "Prices", "", _table(["currency", "prices", "lowest", "median", "highest"], rows, numbers=4)
    )


def _categories(figures: Figures) -> str:
    rows = [_category(each, figures.statuses) for each in figures.by_category]
    totals = [f"{figures.by_status[status]:,}" for status in figures.statuses]
    foot = ["all products", *totals, f"{figures.products:,}"]
    table = _table(["category", *figures.statuses, "all"], rows, numbers=len(foot) - 1, foot=foot)
    is_in_several = sum(each.total for each in figures.by_category) > figures.products
    note = "<p>A product in several categories counts in each of them.</p>" if is_in_several else ""
    return _section("Categories and statuses", "", table + note)


def _category(figures: CategoryFigures, statuses: Sequence[str]) -> list[str]:
    counts = [figures.by_status.get(status, 0) for status in statuses]
    name = escape(_NAMES.get(figures.name, figures.name))
    return [name, *(f"{count:,}" if count else "–" for count in counts), f"{figures.total:,}"]


def _section(title: str, note: str, content: str) -> str:
    small = f" <small>{note}</small>" if note else ""
    return f"<section><h2>{title}{small}</h2>{content}</section>"


def _rest(more: int, file: str) -> str:
    """Where those are that a list does not name."""
    return f"<p>And {more:,} more, in {_link(file)}.</p>" if more else ""


def _link(file: str) -> str:
    return f'<a href="{escape(file)}">{escape(file)}</a>'


def _table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: int,
    foot: Sequence[str] = (),
    kind: str = "plain",
) -> str:
    """A table of cells that are HTML already; the last `numbers` columns are numbers."""
    first = len(head) - numbers

    def line(cells: Sequence[str], tag: str) -> str:
        kinds = ["" if place < first else ' class="number"' for place in range(len(cells))]
        inner = (f"<{tag}{kind}>{cell}</{tag}>" for kind, cell in zip(kinds, cells, strict=True))
        return f"<tr>{''.join(inner)}</tr>"

    body = "".join(line(cells, "td") for cells in rows)
    end = f"<tfoot>{line(foot, 'td')}</tfoot>" if foot else ""
    top = line([escape(name) for name in head], "th")
    return (
        f'<div class="scroll"><table class="{kind}"><thead>{top}</thead>'
        f"<tbody>{body}</tbody>{end}</table></div>"
    )


def _product(entry: Entry, links: Links) -> str:
    title = escape(entry.title or entry.id)
    return f'<a href="{escape(links.product(entry.id))}">{title}</a>' if links else title


def _tag(status: str) -> str:
    return f'<span class="tag">{escape(status)}</span>'


def _number(count: int, noun: str) -> str:
    return f"{count:,} {_plural(count, noun)}"


def _plural(count: int, noun: str) -> str:
    if count == 1:
        return noun
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
