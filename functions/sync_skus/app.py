"""sync-skus: send the products of a Salesforce org to Digital River as SKUs."""

from __future__ import annotations

from nightshift import Run, job
from nightshift.connectors import digital_river, salesforce
from sync_skus.mapping import digest_of
from sync_skus.params import Params
from sync_skus.products import Products


@job("sync-skus", params=Params)
def lambda_handler(run: Run[Params]) -> None:
    skus = digital_river.Account.connect(run).skus
    products = Products(salesforce.Org.connect(run), run)
    sent = 0
    for batch in run.batches(
        products.to_send(), lambda product: product.id, digest=digest_of, cursor=products.cursor
    ):
        run.commit(batch, products.write_back(batch.records, products.send(skus, batch.records)))
        sent += len(batch.records)
        if run.params.mode == "flagged" and sent >= run.params.query_limit:
            return
    if not sent:
        run.log.info("no product to synchronise")
    if products.cursor is not None and not run.is_stopped:
        run.advance({})  # the next run of this mode begins with the first product
