"""The 100 % mark: a bare keep-alive loop that makes exactly the calls a first sync needs, and keeps no books.

Per page of 100: the page, one look-up, two batches of 50; each record mapped and hashed. It checks nothing,
retries nothing, remembers nothing, and cannot tell what has changed: it writes all, every time.

    python -m bench.limit --source URL --target URL [--threads 4]
"""

from __future__ import annotations

import argparse
import re
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from typing import Any
from unicodedata import combining, normalize
from urllib.parse import urlencode

import orjson
import urllib3

from bench.measuring import measure, report

PAGE, BATCH = 100, 50
SELECT = "id,title,description,category,price,rating,tags,brand,sku,weight,dimensions,meta,images,thumbnail"
_LOOK_UP = "id,external_id,handle,variants.id,variants.sku,variants.title,*variants.prices,categories.id"
_NOT_IN_HANDLES = re.compile(r"[^a-z0-9]+")


class Limit:
    """The loop over one source and one target."""

    def __init__(self, source: str, target: str) -> None:
        self._http = urllib3.PoolManager(maxsize=8)
        self._source = source
        self._target = target
        self._headers: dict[str, str] = {}
        self._categories: dict[str, str] = {}

    def run(self, threads: int) -> dict[str, int]:
        """Copy everything; the number of products."""
        token = self._post("/auth/user/emailpass", {"email": "a", "password": "b"})["token"]
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        self._read_categories()
        total = self._copy(0)
        starts = iter(range(PAGE, total, PAGE))
        if threads == 1:
            for start in starts:
                self._copy(start)
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(self._copy, starts))
        return {"products": total}

    def _copy(self, start: int) -> int:
        query = f"limit={PAGE}&skip={start}&select={SELECT.replace(',', '%2C')}"
        page = orjson.loads(self._http.request("GET", f"{self._source}/products?{query}").data)
        items = [self._mapped(product) for product in page["products"]]
        wanted = [("external_id[]", item["external_id"]) for item in items]
        asked = urlencode([*wanted, ("fields", _LOOK_UP), ("limit", "1000"), ("offset", "0")])
        found = {p["external_id"]: p for p in self._get(f"/admin/products?{asked}")["products"]}
        for batch in (items[place : place + BATCH] for place in range(0, len(items), BATCH)):
            create = [item for item in batch if item["external_id"] not in found]
            update = [_update(i, found[i["external_id"]]) for i in batch if i["external_id"] in found]
            body = {"create": create, "update": update}
            self._post("/admin/products/batch?fields=id%2Cexternal_id", body)
        return int(page["total"])

    def _mapped(self, product: dict[str, Any]) -> dict[str, Any]:
        key, dimensions = str(product["id"]), product["dimensions"]
        body: dict[str, Any] = {
            "external_id": key,
            "title": product["title"],
            "handle": f"{_slug(product['title'])}-{key}",
            "description": product["description"],
            "status": "published",
            "thumbnail": product["thumbnail"],
            "images": [{"url": url} for url in product["images"]],
            "weight": product["weight"],
            "width": dimensions["width"],
            "height": dimensions["height"],
            "length": dimensions["depth"],
            "options": [{"title": "Default", "values": ["Default"]}],
            "variants": [
                {
                    "title": "Default",
                    "sku": product["sku"],
                    "barcode": product["meta"]["barcode"],
                    "manage_inventory": False,
                    "prices": [{"currency_code": "usd", "amount": product["price"]}],
                    "options": {"Default": "Default"},
                }
            ],
            "metadata": {
                "source": "dummyjson",
                "brand": product.get("brand", ""),
                "rating": product["rating"],
                "tags": product["tags"],
            },
        }
        written = orjson.dumps([product["category"], body], option=orjson.OPT_SORT_KEYS)
        body["metadata"]["source_hash"] = blake2b(written, digest_size=8).hexdigest()
        body["categories"] = [{"id": self._categories[product["category"]]}]
        return body

    def _read_categories(self) -> None:
        listed = self._get("/admin/product-categories?fields=id%2Chandle&limit=1000&offset=0")
        self._categories = {c["handle"]: c["id"] for c in listed["product_categories"]}
        wanted = orjson.loads(self._http.request("GET", f"{self._source}/products/categories").data)
        for category in wanted:
            if category["slug"] not in self._categories:
                body = {"name": category["name"], "handle": category["slug"], "is_active": True}
                made = self._post("/admin/product-categories?fields=id%2Chandle", body)
                self._categories[category["slug"]] = made["product_category"]["id"]

    def _get(self, path: str) -> Any:
        return orjson.loads(self._http.request("GET", self._target + path, headers=self._headers).data)

    def _post(self, path: str, body: object) -> Any:
        answer = self._http.request(
            "POST", self._target + path, body=orjson.dumps(body), headers=self._headers
        )
        return orjson.loads(answer.data)


def _slug(title: str) -> str:
    if not title.isascii():
        title = "".join(letter for letter in normalize("NFKD", title) if not combining(letter))
    return _NOT_IN_HANDLES.sub("-", title.lower()).strip("-")


def _update(item: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in item.items() if name not in ("handle", "options", "categories")}
    variant = {name: value for name, value in item["variants"][0].items() if name not in ("title", "options")}
    return {**kept, "id": found["id"], "variants": [{**variant, "id": found["variants"][0]["id"]}]}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.limit")
    parser.add_argument("--source", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    limit = Limit(given.source, given.target)
    report(measure(lambda: limit.run(given.threads)))


if __name__ == "__main__":
    main()
