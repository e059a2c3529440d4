"""The catalogue of DummyJSON."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from urllib.parse import quote

from nightshift.connectors import Host
from nightshift.connectors.dummyjson.model import Category
from nightshift.connectors.dummyjson.page import ProductPage, read_page
from nightshift.errors import ConfigurationError, TryLaterError
from nightshift.http import Client, Response
from nightshift.prefetch import prefetch

SERVICE = "DummyJSON"
VARIABLE = "DUMMYJSON_URL"
PAGE_SIZE = 100
_AHEAD = 2
_MAX_LOST = 1000
"""Products. A catalogue that loses more while it is read is being rewritten."""


class Catalog:
    """Reads products and categories. Requests begin with the first thing asked for."""

    def __init__(self, client: Client, page_size: int = PAGE_SIZE, select: Sequence[str] = ()) -> None:
        self._client = client
        self._page_size = page_size
        self._select = [("select", ",".join(select))] if select else []

    @classmethod
    def connect(cls, run: Host, *, page_size: int = PAGE_SIZE, select: Sequence[str] = ()) -> Catalog:
        """The catalogue at `DUMMYJSON_URL`; ConfigurationError where that is not set.

        `page_size` is in products, at least 1. `select` names the fields of a product that are wanted, all by
        default; `id` is always there.
        """
        url = run.environment.get(VARIABLE, "").strip()
        if not url:
            raise ConfigurationError(
                f"{VARIABLE} is not set: it is the base URL of the catalogue to read, for example "
                "https://dummyjson.com; `nightshift sandbox --print-env` prints values for a local shop"
            )
        if page_size < 1:
            raise ConfigurationError(f"page_size = {page_size}: write 1 or more")
        return cls(run.http(SERVICE, url, variable=VARIABLE), page_size, select)

    def products(self, start: int = 0) -> Iterator[ProductPage]:
        """All pages from the `start`-th product on; the next two are fetched while one is used.

        A source that shrinks while it is read moves its later products to earlier places. Where the total
        tells of it, the next page starts that much earlier: a product may come twice, but is not missed. No
        start comes twice. A removal and an insert between the same two pages cancel out in the total; what
        they hide, the next scan finds. An empty source gives one page without records.
        """
        return prefetch(self._pages(start), _AHEAD)

    def categories(self) -> list[Category]:
        """All categories; UpstreamError where the answer is not a list of them."""
        response = self._get("/products/categories")
        entries = response.json()
        if not isinstance(entries, list):
            raise response.error(f"no list of categories: {response.message()}")
        return [_category(entry, response) for entry in entries]

    def gone(self, keys: Iterable[str]) -> set[str]:
        """Those of the products that are no longer there, each asked for by itself."""
        return {key for key in keys if self._is_gone(key)}

    def _pages(self, start: int) -> Generator[ProductPage, None, None]:
        starts: set[int] = set()
        known: int | None = None
        while True:
            page = self._page(start, self._page_size)
            lost = 0
            while known is not None and page.total < known - lost:
                lost = known - page.total
                earlier = _free_place(start - lost, starts)
                if earlier is None or lost > _MAX_LOST:
                    raise TryLaterError(f"{SERVICE} lost {lost} products while they were read; read it again")
                page = self._page(earlier, start - earlier + self._page_size)
            yield page
            starts.add(page.start)
            start, known = page.end, page.total
            if start >= known:
                return

    def _page(self, start: int, limit: int) -> ProductPage:
        query = [("limit", str(limit)), ("skip", str(start)), *self._select]
        return read_page(self._get("/products", query), start)

    def _get(self, path: str, query: Sequence[tuple[str, str]] = ()) -> Response:
        response = self._client.request("GET", path, query=query)
        if response.status != 200:
            raise response.refusal()
        return response

    def _is_gone(self, key: str) -> bool:
        response = self._client.request("GET", f"/products/{quote(key, safe='')}", query=[("select", "id")])
        answer = response.json()
        if response.status == 404 and isinstance(answer, dict) and "message" in answer:
            return True
        if response.status == 200 and isinstance(answer, dict) and str(answer.get("id")) == key:
            return False
        raise response.error(f"{response.status} where product {key} or its absence was asked for")


def _category(entry: object, response: Response) -> Category:
    slug = entry.get("slug") if isinstance(entry, dict) else None
    name = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(slug, str) or not slug:
        raise response.error("a category without a slug")
    return Category(slug, name if isinstance(name, str) and name.strip() else slug)


def _free_place(place: int, taken: set[int]) -> int | None:
    """The last place up to this one at which no page has started."""
    return next((free for free in range(place, -1, -1) if free not in taken), None)
