"""report-products against the sandbox shop: its figures, its files, and what it does on bad days."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from statistics import median

import pytest

from nightshift.errors import ConfigurationError, RunError
from nightshift.files.s3 import S3Files
from nightshift.state.models import Status
from nightshift.times import to_text
from nightshift_tools.sandbox.server import Sandbox
from support.reporting import Shop
from support.shop import FakeClock, Plans
from support.sync import CATALOGUE, Worker

NAME = "reports/products-2026-11-20-2201"


def test_a_report_is_a_page_a_table_and_json_under_a_dated_name(shop: Shop) -> None:
    shop.add("9.99")
    shop.report()
    assert shop.names() == [f"{NAME}.csv", f"{NAME}.html", f"{NAME}.json"]
    (record,) = shop.state.runs.latest(shop.job.key, 1, shop.clock.now())
    assert record.results == {
        "report": shop.files.link(f"{NAME}.html"),
        "csv": shop.files.link(f"{NAME}.csv"),
        "json": shop.files.link(f"{NAME}.json"),
        "products": 1,
        "without_image": 0,
        "without_price": 0,
    }
    assert record.counts.read == 1


def test_a_slot_has_the_name_of_its_own_minute(shop: Shop) -> None:
    shop.clock.advance(3600)
    event = {"job": "report-products", "schedule": "default", "scheduled_time": "2026-11-20T00:00:00Z"}
    assert shop.job.handle(event).record.status is Status.SUCCEEDED
    assert shop.names()[0] == "reports/products-2026-11-20-0000.csv"


def test_the_figures_of_a_small_shop(shop: Shop) -> None:
    lamps, beds = shop.category("Lamps"), shop.category("Beds")
    shop.add("10", "20", categories=[lamps])
    shop.add("15.50", categories=[lamps, beds], status="draft")
    shop.add("1000", currency="jpy", categories=[beds])
    shop.add("", "5", image=False)
    shop.add("", status="proposed", image=False)
    found = shop.report()
    assert (found["count"], found["variants"]) == (5, 7)
    assert found["by_status"] == {"published": 3, "draft": 1, "proposed": 1}
    assert found["by_category"] == [
        {"category": "Beds", "products": 2, "by_status": {"draft": 1, "published": 1}},
        {"category": "Lamps", "products": 2, "by_status": {"draft": 1, "published": 1}},
        {"category": None, "products": 2, "by_status": {"proposed": 1, "published": 1}},
    ]
    assert found["prices"] == [
        {"currency": "usd", "count": 4, "lowest": "5", "median": "12.75", "highest": "20"},
        {"currency": "jpy", "count": 1, "lowest": "1000", "median": "1000", "highest": "1000"},
    ]
    assert (found["without_image"], found["without_price"]) == (2, 2)
    assert [product["unpriced"] for product in found["products"]] == [0, 0, 0, 1, 1]


def test_only_prices_for_everybody_count(shop: Shop) -> None:
    prices = [
        {"currency_code": "usd", "amount": Decimal(10)},
        {"currency_code": "usd", "amount": Decimal(8), "min_quantity": 10},
        {"currency_code": "usd", "amount": Decimal(7), "rules": {"region_id": "reg_1"}},
    ]
    shop.add("1", variants=[{"title": "0", "options": {"Size": "0"}, "prices": prices}])
    (figures,) = shop.report()["prices"]
    assert (figures["count"], figures["lowest"]) == (1, "10")


def test_amounts_are_exact(shop: Shop) -> None:
    for amount in ("0.1", "0.2", "0.30000000000000004", "123456789012345.67"):
        shop.add(amount)
    (figures,) = shop.report()["prices"]
    assert (figures["lowest"], figures["highest"]) == ("0.1", "123456789012345.67")
    assert figures["median"] == "0.25"


def test_a_shop_without_products_has_a_report(shop: Shop) -> None:
    assert shop.report()["count"] == 0
    assert "There is no product in the shop yet." in shop.text(".html")


def test_what_has_changed_since_the_last_report(shop: Shop) -> None:
    lamps = shop.category("Lamps")
    same, cheaper, hidden, gone, moved = (shop.add("10", "20") for _ in range(5))
    assert shop.report()["changes"] is None
    priced = [{"currency_code": "usd", "amount": Decimal(amount)} for amount in ("9", "20")]
    old = shop.sandbox.shop.medusa.store.rows.get(cheaper).document()["variants"]  # type: ignore[union-attr]
    variants = [{"id": v["id"], "prices": [price]} for v, price in zip(old, priced, strict=True)]
    shop.edit(cheaper, variants=variants)
    shop.edit(hidden, status="draft", title="Hidden", images=[], thumbnail=None)
    shop.edit(moved, categories=[lamps])
    shop.remove(gone)
    new = shop.add("5", title="Newest")
    changes = shop.report()["changes"]
    assert (changes["since"], changes["added"], changes["changed"], changes["removed"]) == (
        "20 November 2026, 22:01 UTC",
        1,
        3,
        1,
    )
    told = {change["id"]: (change["kind"], change["what"]) for change in changes["first"]}
    assert told == {
        new: ("added", []),
        gone: ("removed", []),
        cheaper: ("changed", ["price in USD: 10.00 to 20.00 (2 prices) → 9.00 to 20.00 (2 prices)"]),
        hidden: (
            "changed",
            ["title: Product 3 → Hidden", "status: published → draft", "images: 1 → 0"],
        ),
        moved: ("changed", ["categories: none → Lamps"]),
    }
    assert same not in told
    assert {row["id"]: row["kind"] for row in shop.rows("-changes")} == {
        each: kind for each, (kind, _) in told.items()
    }
    assert "5 products have changed since the report of 20 November 2026, 22:01 UTC." in shop.text(".html")
    assert shop.report()["changes"]["first"] == []


def test_lists_of_the_page_are_short_and_the_tables_whole(shop: Shop) -> None:
    shop.add("1")
    shop.report()
    for _ in range(7):
        shop.add("", image=False)
    shop.job.with_params(longest_list=3)
    shop.report()
    html = shop.text(".html")
    assert html.count("And 4 more, in ") == 3
    assert len(shop.rows("-changes")) == 7
    assert len(shop.rows()) == 8


def test_the_table_has_a_row_per_product_and_the_prices_by_currency(shop: Shop) -> None:
    first = shop.add("10", "20.5", categories=[shop.category("Lamps"), shop.category("Beds")])
    shop.add("7", currency="eur")
    shop.report()
    rows = shop.rows()
    assert rows[0] == {
        "id": first,
        "title": "Product 1",
        "handle": "product-1",
        "status": "published",
        "categories": "Beds; Lamps",
        "images": "1",
        "variants": "2",
        "variants without price": "0",
        "lowest price USD": "10",
        "highest price USD": "20.5",
        "lowest price EUR": "",
        "highest price EUR": "",
        "link": f"{shop.sandbox.environment()['MEDUSA_URL']}/app/products/{first}",
    }
    assert rows[1]["lowest price EUR"] == "7"


class Checker(HTMLParser):
    """Tags that are opened and closed in order, and every attribute that could load or run something."""

    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        names = [name for name, _ in attrs]
        self.loads += [f"{tag} {name}" for name in names if name in ("src", "srcset", "style", "xlink:href")]
        self.loads += [f"{tag} {name}" for name in names if name.startswith("on")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


EVIL = "</title><script>alert(1)</script><img src=x onerror=alert(2)> & \"'"


def test_a_page_stands_alone_and_runs_nothing(shop: Shop) -> None:
    """Whatever products, categories and currencies are called."""
    evil = shop.category(EVIL)
    for status in ("published", "draft"):
        shop.add("3", title=EVIL, categories=[evil], status=status)
    shop.add("", title=EVIL, image=False)
    shop.job.with_params(shop_name=EVIL)
    shop.report()
    shop.add("5", title=f"new {EVIL}")
    shop.report()
    html = shop.text(".html")
    checker = Checker()
    checker.feed(html)
    assert checker.open == []
    assert checker.loads == []
    assert not {"script", "img", "link", "iframe", "object"} & set(checker.tags)
    assert checker.tags["svg"] == 2
    assert "default-src 'none'" in html
    assert not re.search(r"@import|url\(", html)
    for row in shop.rows():
        assert row["title"].endswith(EVIL)


def test_a_spreadsheet_sees_no_formula(shop: Shop) -> None:
    for title in ("=1+1", "+1", "-1", "@x", "fine = 1"):
        shop.add("1", title=title)
    shop.report()
    assert [row["title"] for row in shop.rows()] == ["'=1+1", "'+1", "'-1", "'@x", "fine = 1"]


def test_a_dry_run_names_the_files_and_writes_none(shop: Shop) -> None:
    shop.add("1")
    plans = Plans()
    shop.job.observer = plans
    shop.clock.advance(60)
    shop.job.by_hand(dry_run=True)
    planned = [record for action, record in plans.plan if action == "written"]
    assert planned == [f"{NAME}.csv", f"{NAME}.json", f"{NAME}.html"]
    assert shop.names() == []


def test_a_report_that_takes_several_runs_is_one_report(shop: Shop) -> None:
    for number in range(30):
        shop.add(str(number + 1))
    answer = shop.sandbox.shop.answer
    shop.sandbox.shop.answer = lambda request: (shop.clock.advance(2), answer(request))[1]  # type: ignore[method-assign, func-returns-value]
    time = to_text(shop.clock.now().replace(second=0, microsecond=0))
    event = {"job": "report-products", "schedule": "default", "scheduled_time": time}
    shop.job.entry = replace(shop.job.entry, batch_size=5)
    statuses = []
    while Status.SUCCEEDED not in statuses:
        statuses.append(shop.job.handle(event, 16).record.status)
        assert len(statuses) < 6
    assert len(statuses) > 1
    found = shop.json()
    assert (found["count"], found["prices"][0]["median"]) == (30, "15.5")
    assert "unfinished/report-products/products-2026-11-20-2200.jsonl" in shop.names()
    shop.sandbox.shop.answer = answer  # type: ignore[method-assign]
    again = shop.report()
    assert (again["count"], again["changes"]["first"]) == (30, [])


def test_a_product_that_is_deleted_while_the_shop_is_read_hides_no_other(shop: Shop) -> None:
    ids = [shop.add(str(number + 1)) for number in range(10)]
    answer, calls = shop.sandbox.shop.answer, 0

    def shrinking(request: object) -> object:
        nonlocal calls
        found = answer(request)  # type: ignore[arg-type]
        calls += 1
        if calls == 2:
            shop.remove(ids[0])
        return found

    shop.sandbox.shop.answer = shrinking  # type: ignore[method-assign, assignment]
    found = shop.report(batch_size=3)
    assert {product["id"] for product in found["products"]} >= set(ids[1:])


def test_without_the_last_report_the_next_is_the_first(shop: Shop) -> None:
    shop.add("1")
    shop.report()
    for path in (shop.folder / "reports").iterdir():
        path.unlink()
    assert shop.report()["changes"] is None


@pytest.mark.parametrize(
    ("cut", "told"),
    [
        (-6, "is no report of this job, or only half of one"),
        (-20, "holds a product that is none"),
        (50, "is no report of this job, or only half of one"),
        (0, "is no report of this job, or only half of one"),
    ],
)
def test_half_a_last_report_stops_the_run_and_says_so(shop: Shop, cut: int, told: str) -> None:
    shop.add("1")
    shop.report()
    path = shop.folder / f"{NAME}.json"
    path.write_text(path.read_text()[:cut])
    shop.clock.advance(60)
    ended = shop.job.by_hand()
    assert isinstance(ended.error, RunError)
    assert f"{NAME}.json {told}" in str(ended.error)
    assert [name for name in shop.names() if not name.startswith(NAME)] == []


def test_without_a_bucket_the_run_fails_and_says_what_to_do(shop: Shop) -> None:
    shop.add("1")
    shop.job.files = None
    ended = shop.job.by_hand()
    assert isinstance(ended.error, ConfigurationError)
    assert "FILES_BUCKET is not set" in str(ended.error)


def test_a_bucket_that_is_missing_is_told(shop: Shop) -> None:
    import boto3
    from moto import mock_aws

    shop.add("1")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        shop.job.files = S3Files("gone", lambda: client)
        ended = shop.job.by_hand()
    assert isinstance(ended.error, ConfigurationError)
    assert "'gone': there is no such bucket; deploy the stack" in str(ended.error)


@pytest.mark.skipif(not CATALOGUE.exists(), reason="the real catalogue is not there")
def test_the_figures_of_the_real_catalogue_are_exact(tmp_path: Path) -> None:
    clock = FakeClock()
    source = json.loads(CATALOGUE.read_text(), parse_float=Decimal)
    products = source["products"] if isinstance(source, dict) else source
    with Sandbox(CATALOGUE, clock=lambda: clock.instant.timestamp()) as sandbox:
        Worker(sandbox).tick()
        shop = Shop(sandbox, clock, tmp_path)
        found = shop.report()
    amounts = sorted(Decimal(str(product["price"])) for product in products)
    assert (found["count"], found["variants"], len(found["products"])) == (194, 194, 194)
    assert found["by_status"] == {"published": 194}
    (prices,) = found["prices"]
    figures = (prices["currency"], prices["count"], *map(Decimal, (prices["lowest"], prices["highest"])))
    assert figures == ("usd", 194, amounts[0], amounts[-1])
    assert (amounts[0], amounts[-1]) == (Decimal("0.79"), Decimal("36999.99"))
    assert Decimal(prices["median"]) == median(amounts)
    by_slug = Counter(product["category"] for product in products)
    assert sorted(each["products"] for each in found["by_category"]) == sorted(by_slug.values())
    assert len(found["by_category"]) == 24
    assert found["without_image"] == sum(not (p["images"] or p["thumbnail"]) for p in products)
    assert found["without_price"] == 0
