"""Charts as SVG that stands in a page: drawn by pygal, coloured by the page's own style sheet.

What pygal adds for pages without one, a style sheet, a script and its configuration, is taken out: the page
needs no script, and looks right in the dark and on paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from xml.etree import ElementTree

import pygal
from pygal.style import Style

from report_products.amounts import shown
from report_products.figures import CategoryFigures, PriceFigures

WIDTH = 460
"""Units of the drawing. As wide as a chart is on a desk; on a phone it shrinks by a fifth."""

MOST_CATEGORIES = 18
_ROW, _FRAME = 24, 34
_LEGEND = 30
_LONGEST_NAME = 22
_FONT = 13
_DROPPED = ("defs", "title", "desc")


def categories_chart(
    categories: Sequence[CategoryFigures], statuses: Sequence[str], names: dict[str, str]
) -> str:
    """Products by category, each bar divided by status. `names` says how empty names are shown."""
    rows = [(names.get(each.name, each.name), each.by_status) for each in categories[:MOST_CATEGORIES]]
    rest = categories[MOST_CATEGORIES:]
    if rest:
        together = {status: sum(each.by_status.get(status, 0) for each in rest) for status in statuses}
        rows.append((f"{len(rest)} more", together))
    rows.reverse()  # the first is drawn at the bottom
    series = [(status, [row.get(status, 0) for _, row in rows]) for status in statuses]
    return _drawn("Products by category", [name for name, _ in rows], series)


def prices_chart(prices: PriceFigures) -> str:
    """How many prices there are in each range."""
    ranges = list(reversed(prices.ranges))
    labels = [f"{_short(start, prices)} to {_short(end, prices)}" for start, end, _ in ranges]
    counts = [count for _, _, count in ranges]
    return _drawn(f"Prices in {prices.currency.upper()}", labels, [("prices", counts)])


def _short(amount: Decimal, prices: PriceFigures) -> str:
    return shown(amount, prices.currency).removesuffix(".00")


def _drawn(title: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]]) -> str:
    has_legend = len(series) > 1
    chart = pygal.HorizontalStackedBar(
        style=Style(label_font_size=_FONT, major_label_font_size=_FONT, legend_font_size=_FONT),
        width=WIDTH,
        height=len(labels) * _ROW + _FRAME + (_LEGEND if has_legend else 0),
        explicit_size=False,
        show_legend=has_legend,
        legend_at_bottom=True,
        legend_at_bottom_columns=len(series),
        truncate_label=_LONGEST_NAME,
        margin=4,
        spacing=8,
        max_scale=6,
        min_scale=2,
        formatter=lambda value: f"{value:,.0f}" if float(value).is_integer() else "",
    )
    chart.x_labels = labels
    for name, values in series:
        chart.add(name, values)
    drawing = chart.render_tree()
    _clean(drawing, [name for name, _ in series])
    drawing.set("role", "img")
    drawing.set("aria-label", title)
    return ElementTree.tostring(drawing, encoding="unicode")


def _clean(drawing: ElementTree.Element, series: Sequence[str]) -> None:
    """Say at each bar what it stands for, and take out what only pygal's own script and style use."""
    for place, name in enumerate(series):
        for bar in drawing.findall(f".//g[@class='series serie-{place} color-{place}']//g[@class='bar']"):
            told = {each.get("class"): each.text for each in bar.findall("desc")}
            title = ElementTree.Element("title")
            title.text = f"{told.get('x_label')}: {told.get('value')} {name}"
            bar[:] = [title, *bar.findall("rect")]
    for parent in list(drawing.iter()):
        parent.attrib.pop("id", None)
        if parent.get("class") != "bar":
            parent[:] = [child for child in parent if not _is_dropped(child)]


def _is_dropped(child: ElementTree.Element) -> bool:
    return not isinstance(child.tag, str) or child.tag in _DROPPED or "overlay" in child.get("class", "")
