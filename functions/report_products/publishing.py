"""Writing the report: the page, the table, the JSON, and what has changed since the one before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from nightshift import Run
from nightshift.errors import MissingFileError
from report_products import documents
from report_products.entry import KINDS, Change, Entry, changes
from report_products.figures import Changes, Figures, Some
from report_products.links import Links
from report_products.names import instant_of
from report_products.page import page
from report_products.params import Params
from report_products.spool import Spool

CSV, JSON, HTML = "text/csv; charset=utf-8", "application/json", "text/html; charset=utf-8"


def publish(run: Run[Params], spool: Spool, name: str, at: datetime) -> None:
    """Write the report, and say in the run record where it is. The page comes last: where it is, all is."""
    links = Links(run.environment.get("MEDUSA_URL", ""))
    figures = _figures(run, spool, name, at)
    currencies = [each.currency for each in figures.prices]
    files = run.files
    table = files.write(f"{name}.csv", documents.table(spool.entries(), currencies, links), CSV)
    data = files.write(f"{name}.json", documents.json(figures, spool.lines()), JSON)
    shown = files.write(f"{name}.html", [page(figures, links, run.params.shop_name)], HTML)
    run.report(
        report=shown.link,
        csv=table.link,
        json=data.link,
        products=figures.products,
        without_image=figures.unpictured.count,
        without_price=figures.unpriced.count,
    )
    if figures.changes is not None:
        run.report(changes=figures.changes.total)


def _figures(run: Run[Params], spool: Spool, name: str, at: datetime) -> Figures:
    most = run.params.longest_list
    return Figures(
        name=name,
        at=at,
        products=len(spool),
        variants=spool.variants(),
        by_status=spool.by_status(),
        by_category=spool.by_category(),
        prices=spool.prices(),
        unpictured=Some(*spool.without("unpictured", most)),
        unpriced=Some(*spool.without("unpriced", most)),
        changes=_changes(run, spool, name),
    )


def _changes(run: Run[Params], spool: Spool, name: str) -> Changes | None:
    """Write what has changed since the report that the cursor names; None where there is none."""
    most = run.params.longest_list
    last = str(run.cursor.get("last") or "")
    if not last:
        return None
    counts: Counter[str] = Counter()
    first: dict[str, list[Change]] = {kind: [] for kind in KINDS}

    def counted() -> Iterator[Change]:
        for change in changes(_entries_of(run, last), spool.entries()):
            counts[change.kind] += 1
            if counts[change.kind] <= most:
                first[change.kind].append(change)
            yield change

    try:
        run.files.write(f"{name}-changes.csv", documents.changes_table(counted()), CSV)
    except MissingFileError:
        run.log.warning(f"the last report, {last}.json, is gone: this one is taken for the first")
        return None
    return Changes(_day_of(last), dict(counts), [change for some in first.values() for change in some])


def _entries_of(run: Run[Params], name: str) -> Iterator[Entry]:
    return documents.read_json(f"{name}.json", run.files.read(f"{name}.json"))


def _day_of(name: str) -> str:
    at = instant_of(name)
    return f"{at.day} {at:%B %Y}, {at:%H:%M} UTC"
