"""One poisoned product in each place of a page: it alone is set aside, with its reason; the rest arrives."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest

from contract.connectors.admin import fingerprints, hashes
from nightshift.connectors.dummyjson import Catalog
from nightshift.connectors.medusa import Product, Store
from nightshift.errors import RecordError
from nightshift.fingerprints.keys import fingerprint_of
from nightshift_tools.sandbox.server import Sandbox
from support.host import TestHost
from support.scripted_server import answer, serving
from sync_products.mapping import to_medusa

GOOD = [
    b'{"id":%d,"title":"Mug %d","price":%d.5,"sku":"M%d","category":"mugs"}' % (n, n, n, n) for n in (1, 2, 3)
]
POISONS = [
    (b"{%b}", "title is missing"),
    (b'{%b,"title":7,"price":1}', "expected a text"),
    (b'{%b,"title":"x","price":-1}', "price = -1"),
    (b'{%b,"title":"x","price":NaN}', "price = nan"),
    (b'{%b,"title":"x","price":1e999}', "price = inf"),
    (b'{%b,"title":"x","price":1' + b"0" * 40 + b"}", "price = 1e+40"),
    (b'{%b,"title":"x","price":1' + b"0" * 5000 + b"}", "its JSON cannot be read"),
    (b'{%b,"title":"x","price":1,"description":"' + b"x" * 500_000 + b'"}', "description is too long"),
    (b'{%b,"title":"\\ud83d","price":1}', "half a character"),
    (b'{%b,"title":"x","price":1,"tags":["\\u0000"]}', "a NUL character"),
    (b'{%b,"title":"\xff","price":1}', "its text is not UTF-8"),
    (b'{%b,"title":' + b"[" * 1000 + b"]" * 1000 + b',"price":1}', "title = a list"),
    (b'{%b,"title":' + b"[" * 50_000 + b"]" * 50_000 + b',"price":1}', "nested too deeply"),
    (b'{%b,"title":"refused","price":1}', "the shop does not want it"),
]


@pytest.mark.parametrize("place", [0, 1, 3])
@pytest.mark.parametrize(("poison", "reason"), POISONS, ids=[reason for _, reason in POISONS])
def test_a_poisoned_product_is_set_aside_alone(
    sandbox: Sandbox, new_host: Callable[..., TestHost], poison: bytes, reason: str, place: int
) -> None:
    sandbox.refuse(title="refused", message="the shop does not want it")
    listed = [*GOOD[:place], poison.replace(b"%b", b'"id":9', 1), *GOOD[place:]]
    page = b'{"products":[%b],"total":4,"skip":0,"limit":4}' % b",".join(listed)
    with serving(answer(page)) as server:
        catalog = Catalog.connect(new_host({"DUMMYJSON_URL": server.url}))
        mapped: list[Product] = []
        failed: dict[str, str] = {}
        for read in catalog.products():
            for _, record in read.records():
                assert len(fingerprint_of(record)) == 8
                try:
                    mapped.append(to_medusa(record))
                except RecordError as error:
                    failed[error.key] = error.reason
    store = Store.connect(new_host(), list)
    outcome = store.upsert_products(mapped)
    failed |= outcome.failed
    assert list(failed) == ["9"]
    assert reason in failed["9"]
    assert sorted(outcome.created) == ["1", "2", "3"]
    assert hashes(sandbox) == fingerprints([product for product in mapped if product.key != "9"])
    assert orjson.dumps(failed)
