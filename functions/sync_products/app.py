"""sync-products: copy the DummyJSON catalogue into Medusa."""

from __future__ import annotations

from nightshift import Run, job
from nightshift.connectors import dummyjson, medusa
from sync_products.mapping import FIELDS, VERSION, to_medusa
from sync_products.params import Params


@job("sync-products", params=Params)
def lambda_handler(run: Run[Params]) -> None:
    catalog = dummyjson.Catalog.connect(run, page_size=run.params.page_size, select=FIELDS)
    store = medusa.Store.connect(run, catalog.categories)
    changed = run.changed(
        catalog.products,
        to_medusa,
        version=VERSION,
        full_every=run.params.full_every,
        min_seen_ratio=run.params.min_seen_ratio,
        ahead=store.look_ahead,
    )
    for batch in changed:
        done = store.upsert_products(batch.records, compare=batch.compare, meanwhile=changed.read_on)
        run.commit(batch, done)
    if run.params.on_missing != "keep":
        for gone in run.missing(confirm=catalog.gone, candidates=store.synced_keys):
            run.commit(gone, store.remove_products(gone.keys, run.params.on_missing))
