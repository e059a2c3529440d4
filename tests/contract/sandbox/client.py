"""What the tests of the sandbox talk to it with."""

from dataclasses import dataclass, field
from typing import Any

import urllib3

START = 1_763_700_000.0


@dataclass
class ManualClock:
    """A clock that moves when told to."""

    now: float = START

    def __call__(self) -> float:
        return self.now


@dataclass
class Client:
    """What a job's connector does, in plain urllib3: no retries, no redirects."""

    url: str
    pool: urllib3.PoolManager
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(self, method: str, path: str, json: Any = None, **options: Any) -> urllib3.BaseHTTPResponse:
        headers = self.headers | options.pop("headers", {})
        given: dict[str, Any] = {"retries": False, "timeout": 5.0} | options
        if json is not None:
            given["json"] = json
        return self.pool.request(method, f"{self.url}{path}", headers=headers, **given)

    def get(self, path: str, **options: Any) -> Any:
        """The JSON of a GET that has to succeed."""
        response = self("GET", path, **options)
        assert response.status == 200, response.data
        return response.json()

    def post(self, path: str, json: Any, **options: Any) -> Any:
        """The JSON of a POST that has to succeed."""
        response = self("POST", path, json, **options)
        assert response.status == 200, response.data
        return response.json()

    def refused(self, method: str, path: str, json: Any = None, **options: Any) -> tuple[int, Any]:
        """Status and JSON of an answer."""
        response = self(method, path, json, **options)
        return response.status, response.json()


def problem(answer: tuple[int, Any]) -> tuple[int, str, str, str | None]:
    """Status, type, code and parameter of Digital River's error, of which there is one."""
    status, body = answer
    (error,) = body["errors"]
    return status, body["type"], error["code"], error.get("parameter")


def product(number: int, **fields: Any) -> dict[str, Any]:
    """A product to create, in the shape that the jobs send."""
    return {
        "title": f"Mug {number}",
        "handle": f"mug-{number}",
        "external_id": str(number),
        "description": "Holds tea.",
        "status": "published",
        "images": [{"url": f"https://shop.example/{number}.webp"}],
        "options": [{"title": "Default", "values": ["Default"]}],
        "variants": [variant(sku=f"MUG-{number}", barcode=f"{number:013d}")],
        "metadata": {"source": "dummyjson", "source_hash": f"hash-{number}"},
    } | fields


def variant(**fields: Any) -> dict[str, Any]:
    """A variant to create."""
    return {
        "title": "Default",
        "manage_inventory": False,
        "prices": [{"currency_code": "usd", "amount": 9.99}],
        "options": {"Default": "Default"},
    } | fields
