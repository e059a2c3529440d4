"""report-products: say what the shop has, what is missing, and what has changed since the last report."""

from __future__ import annotations

from nightshift import Run, job
from report_products.names import name_of
from report_products.params import Params
from report_products.publishing import publish
from report_products.reading import Place, Reading
from report_products.spool import Spool


@job("report-products", params=Params)
def lambda_handler(run: Run[Params]) -> None:
    at = run.slot.minute if run.slot else run.now()
    name = name_of(at)
    with Spool() as spool:
        if Reading(run, spool, Place.of(run.cursor, name)).read_all():
            publish(run, spool, name, at)
            run.advance({"last": name})
