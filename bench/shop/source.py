"""The source: DummyJSON's products, page by page, each page serialised once."""

from __future__ import annotations

import argparse
from urllib.parse import parse_qs

import orjson

from bench.shop.catalogue import Catalogue
from bench.shop.wire import Answer, Latency, Request, serve

_KEPT_PAGES = 2_000


class Source:
    """Answers for one catalogue. Pages are kept; an edit drops those that it changes."""

    def __init__(self, catalogue: Catalogue, latency: Latency) -> None:
        self._catalogue = catalogue
        self._latency = latency
        self._pages: dict[bytes, Answer] = {}

    def handle(self, request: Request) -> Answer:
        if request.path == b"/products":
            return self._pages.get(request.query) or self._page(request.query)
        if request.path == b"/products/categories":
            names = self._catalogue.categories()
            return Answer(orjson.dumps([{"slug": name, "name": name.title(), "url": ""} for name in names]))
        return self._control(request)

    def _page(self, query: bytes) -> Answer:
        given = parse_qs(query.decode())
        skip, limit = int(given["skip"][0]), int(given["limit"][0])
        wanted = given["select"][0].split(",") if "select" in given else None
        ids = range(skip + 1, min(skip + limit, self._catalogue.count) + 1)
        products = [self._catalogue.product(product_id) for product_id in ids]
        if wanted is not None:
            products = [{name: p[name] for name in wanted if name in p} for p in products]
        answer = Answer(
            b'{"products":%b,"total":%d,"skip":%d,"limit":%d}'
            % (orjson.dumps(products), self._catalogue.count, skip, len(products))
        )
        if len(self._pages) < _KEPT_PAGES:
            self._pages[query] = answer
        return answer

    def _control(self, request: Request) -> Answer:
        given = orjson.loads(request.body or b"{}")
        match request.path:
            case b"/_bench/latency":
                self._latency.seconds = given["seconds"]
            case b"/_bench/reprice":
                self._catalogue.reprice(given["edition"], given["every"])
                self._pages.clear()
            case b"/_bench/touch":
                self._catalogue.touch(given["edition"], given["every"])
                self._pages.clear()
            case b"/_bench/warm":
                for skip in range(0, min(self._catalogue.count, _KEPT_PAGES * 100), 100):
                    self._page(given["query"].format(skip=skip).encode())
            case _:
                return Answer(b'{"message":"not found"}', b"404 Not Found")
        return Answer(b"{}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.shop.source")
    parser.add_argument("--products", type=int, required=True)
    latency = Latency()
    serve(Source(Catalogue(parser.parse_args().products), latency).handle, latency)


if __name__ == "__main__":
    main()
