"""Reading the catalogue: every product, in order, whatever the upstream does; never half of it in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from nightshift.connectors.dummyjson import Catalog, Category, ProductPage
from nightshift.errors import ConfigurationError, DeadlineError, RunError, TryLaterError, UpstreamError
from nightshift_tools.sandbox.server import Sandbox
from support.host import TestHost

ALL = [str(number) for number in range(1, 31)]


def keys_of(pages: Iterator[ProductPage]) -> list[str]:
    return [key for page in pages for key, _ in page.records()]


@pytest.mark.parametrize(("page_size", "pages"), [(1, 30), (7, 5), (10, 3), (29, 2), (30, 1), (100, 1)])
def test_every_product_is_read_once_whatever_the_page_size(
    host: TestHost, page_size: int, pages: int
) -> None:
    read = list(Catalog.connect(host, page_size=page_size).products())
    assert [key for page in read for key, _ in page.records()] == ALL
    assert len(read) == pages == host.requests["DummyJSON"]
    assert {page.total for page in read} == {30}
    assert [page.start for page in read] == [page_size * number for number in range(pages)]


@pytest.mark.parametrize("start", [0, 1, 10, 29])
def test_a_scan_begins_where_it_is_told(catalog: Catalog, start: int) -> None:
    assert keys_of(catalog.products(start)) == ALL[start:]


@pytest.mark.parametrize("start", [30, 31])
def test_a_scan_from_the_end_gives_an_empty_page_that_tells_the_total(catalog: Catalog, start: int) -> None:
    (page,) = catalog.products(start)
    assert (page.total, list(page.records())) == (30, [])


def test_only_the_fields_asked_for_are_read(host: TestHost) -> None:
    (page,) = Catalog.connect(host, select=("title", "price")).products()
    assert {frozenset(product) for _, product in page.records()} == {frozenset({"id", "title", "price"})}


def test_a_page_s_digest_tells_a_change_on_it_and_no_other(sandbox: Sandbox, catalog: Catalog) -> None:
    before = [page.digest for page in catalog.products()]
    assert [page.digest for page in catalog.products()] == before
    sandbox.edit(15, price=1.25)
    sandbox.add()
    after = [page.digest for page in catalog.products()]
    assert [one == other for one, other in zip(before, after, strict=False)] == [True, False, True]
    assert len(after) == 4


def test_categories_are_read_with_their_names(sandbox: Sandbox, catalog: Catalog) -> None:
    assert {category.slug for category in catalog.categories()} == set(sandbox.shop.catalogue.categories())
    assert all(isinstance(category, Category) and category.name for category in catalog.categories())


def test_gone_are_only_the_products_that_the_source_denies(sandbox: Sandbox, catalog: Catalog) -> None:
    sandbox.remove(3, 17)
    assert catalog.gone(["2", "3", "17", "30", "31"]) == {"3", "17", "31"}


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "html"},
        {"kind": "status", "status": 404, "body": {"error": "no route"}},
        {"kind": "status", "status": 400},
        {"kind": "wrong_json", "body": {"id": 99}},
        {"kind": "wrong_json", "body": []},
    ],
)
def test_an_unclear_answer_does_not_make_a_product_gone(
    sandbox: Sandbox, catalog: Catalog, fault: dict[str, Any]
) -> None:
    sandbox.fault("dummyjson", path="/products/{id}", times=None, **fault)
    with pytest.raises(UpstreamError):
        catalog.gone(["2"])


# --- changes while the catalogue is read ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "removed"),
    [(0, [1]), (0, [1, 2, 3]), (0, [5, 10]), (0, range(1, 10)), (1, range(1, 13)), (1, [1, 15]), (2, [1, 2])],
)
def test_a_removal_while_reading_hides_no_product(
    sandbox: Sandbox, catalog: Catalog, after: int, removed: Sequence[int]
) -> None:
    seen: list[str] = []
    pages: list[ProductPage] = []
    for page in unhurried(catalog):
        if len(pages) == after:
            sandbox.remove(*removed)
        pages.append(page)
        seen += [key for key, _ in page.records()]
        assert page.start + len(page.records()) == page.end
    assert set(seen) == set(ALL)
    assert len({page.start for page in pages}) == len(pages)


def unhurried(catalog: Catalog) -> Iterator[ProductPage]:
    """The pages without reading ahead, so that a test can change the source between two requests."""
    return catalog._pages(0)


def test_products_added_while_reading_are_read_as_well(sandbox: Sandbox, catalog: Catalog) -> None:
    seen: list[str] = []
    for number, page in enumerate(unhurried(catalog)):
        if number == 1:
            added = str(sandbox.add())
        seen += [key for key, _ in page.records()]
    assert seen == [*ALL, added]


def test_a_source_that_loses_all_that_was_read_is_read_another_time(
    sandbox: Sandbox, catalog: Catalog
) -> None:
    pages = unhurried(catalog)
    next(pages)
    sandbox.remove(*range(1, 11))
    with pytest.raises(TryLaterError, match="lost 10 products while they were read"):
        list(pages)


def test_a_source_that_loses_a_great_many_at_once_is_read_another_time(host: TestHost) -> None:
    with Sandbox(products=1200) as large:
        host.environment["DUMMYJSON_URL"] = large.environment()["DUMMYJSON_URL"]
        pages = unhurried(Catalog.connect(host, page_size=1100))
        next(pages)
        large.remove(*range(1, 1002))
        with pytest.raises(TryLaterError, match="lost 1001 products"):
            list(pages)
        host.close()


# --- faults ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 429},
        {"kind": "status", "status": 429, "retry_after": 7},
        {"kind": "status", "status": 429, "retry_after": "Fri, 20 Nov 2026 22:00:07 GMT"},
        {"kind": "status", "status": 500},
        {"kind": "status_after", "status": 503, "retry_after": 7},
        {"kind": "drop_before"},
        {"kind": "cut"},
        {"kind": "slow", "seconds": 0.4},
        {"kind": "drip", "bytes_per_second": 1},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())) if isinstance(fault, dict) else str(fault),
)
def test_a_passing_fault_changes_nothing(
    sandbox: Sandbox, host: TestHost, fault: dict[str, Any], nth: int
) -> None:
    host.time_limits = {"answer_timeout": 0.2}
    sandbox.fault("dummyjson", path="/products", nth=nth, **fault)
    assert keys_of(Catalog.connect(host, page_size=10).products()) == ALL
    assert host.requests["DummyJSON"] == 4
    assert host.clock.slept == [7.0] if "retry_after" in fault else len(host.clock.slept) == 1


def test_the_rate_limit_of_the_real_catalogue_is_waited_out(sandbox: Sandbox, host: TestHost) -> None:
    sandbox.fault("dummyjson", "status", status=429, retry_after=10, nth=2, times=2, path="/products")
    assert keys_of(Catalog.connect(host, page_size=10).products()) == ALL
    assert host.clock.slept == [10.0, 10.0]


STAYING: list[tuple[dict[str, Any], type[RunError], str]] = [
    ({"kind": "status", "status": 503}, TryLaterError, "DummyJSON answered 503 to GET http"),
    ({"kind": "drop_before"}, TryLaterError, "broke off its answer"),
    ({"kind": "cut"}, TryLaterError, "broke off its answer"),
    ({"kind": "slow", "seconds": 0.4}, TryLaterError, "no whole answer in time"),
    ({"kind": "drip", "bytes_per_second": 1}, TryLaterError, "no whole answer in time"),
    ({"kind": "html"}, UpstreamError, r"200 text/html.* instead of JSON: \d+ bytes"),
    ({"kind": "status", "status": 404}, UpstreamError, "404"),
    ({"kind": "redirect_loop"}, UpstreamError, "a redirect to /_sandbox/loop.* set DUMMYJSON_URL"),
    ({"kind": "gzip_bomb", "megabytes": 40}, UpstreamError, "more than 32 MiB"),
    ({"kind": "wrong_json", "body": {"message": "closed"}}, UpstreamError, "no list of products: closed"),
    ({"kind": "wrong_json", "body": []}, UpstreamError, "no list of products"),
    ({"kind": "wrong_json", "body": {"products": []}}, UpstreamError, "'total' is not a whole number"),
    (
        {"kind": "wrong_json", "body": {"products": [], "total": 30, "skip": 10, "limit": 0}},
        UpstreamError,
        "no products where 30 are said to be",
    ),
    (
        {"kind": "wrong_json", "body": {"products": [{"id": 1}], "total": 30, "skip": 0, "limit": 1}},
        UpstreamError,
        "after the first 0, not after the first 10",
    ),
    (
        {"kind": "wrong_json", "body": {"products": [{"id": 1}], "total": 30, "skip": 10, "limit": 5}},
        UpstreamError,
        "1 products in an envelope that says 5",
    ),
    (
        {"kind": "wrong_json", "body": {"products": [{"id": 1}, {}], "total": 30, "skip": 10, "limit": 2}},
        UpstreamError,
        "without a usable id, as number 2",
    ),
]


@pytest.mark.parametrize(("fault", "error", "text"), STAYING, ids=[str(f)[:70] for f, _, _ in STAYING])
def test_a_fault_that_stays_ends_the_scan_after_the_pages_before_it(
    sandbox: Sandbox, host: TestHost, fault: dict[str, Any], error: type[RunError], text: str
) -> None:
    host.time_limits = {"answer_timeout": 0.2}
    sandbox.fault("dummyjson", path="/products", nth=2, times=None, **fault)
    pages = Catalog.connect(host, page_size=10).products()
    seen = [key for key, _ in next(pages).records()]
    with pytest.raises(error, match=text):
        keys_of(pages)
    assert seen == ALL[:10]


def test_an_empty_catalogue_says_so_in_a_page(sandbox: Sandbox, catalog: Catalog) -> None:
    sandbox.fault("dummyjson", "empty", path="/products")
    (page,) = catalog.products()
    assert (page.total, list(page.records())) == (0, [])


def test_the_time_of_the_run_ends_the_scan_between_two_pages(sandbox: Sandbox, host: TestHost) -> None:
    catalog = Catalog.connect(host, page_size=10)
    pages = catalog.products()
    first = next(pages)
    host.seconds_left = 0
    with pytest.raises(DeadlineError):
        list(pages)
    assert first.start == 0


def test_nothing_is_read_before_the_first_page_is_asked_for(sandbox: Sandbox, catalog: Catalog) -> None:
    pages = catalog.products()
    assert sandbox.requests() == []
    next(pages)


@pytest.mark.parametrize(
    ("environment", "text"),
    [
        ({"DUMMYJSON_URL": ""}, "DUMMYJSON_URL is not set: .*nightshift sandbox --print-env"),
        ({"DUMMYJSON_URL": "ftp://x"}, "DUMMYJSON_URL must begin with http"),
        ({"DUMMYJSON_URL": "http://x/?token=hunter2"}, "DUMMYJSON_URL must end with its path"),
    ],
)
def test_a_missing_or_strange_address_is_a_wrong_configuration(
    new_host: Callable[..., TestHost], environment: dict[str, str], text: str
) -> None:
    with pytest.raises(ConfigurationError, match=text) as raised:
        Catalog.connect(new_host(environment))
    assert "hunter2" not in str(raised.value)


def test_an_address_where_nothing_listens_is_tried_and_told(new_host: Callable[..., TestHost]) -> None:
    host = new_host({"DUMMYJSON_URL": "http://127.0.0.1:9"})
    with pytest.raises(TryLaterError, match=r"could not be reached \(Connection refused\)"):
        list(Catalog.connect(host).products())
    assert host.requests == {"DummyJSON": 3}
