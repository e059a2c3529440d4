"""product-import: rows become products, bad ones are told by line and column, nothing is done twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from functional.batch_jobs.conftest import ShopWorld
from nightshift.batch_jobs.desk import Caller
from nightshift.batch_jobs.errors import ContextError
from nightshift.batch_jobs.model import BatchJob, Status
from nightshift.batch_jobs.worker import End
from support.batch_jobs import Killed

MUGS = """\
Product Handle;Product Title;Product Status;Variant SKU;Option 1 Name;Option 1 Value;Price EUR;Image 1 Url
mug;Mug;published;MUG-S;Size;S;9.90;https://shop.example/1
mug;;;MUG-L;Size;L;12,50;
mug;;;MUG-XL;Size;XL;15;
cup;Cup;draft;CUP;;;5;
"""


def many(count: int, bad: int | None = None, price: str = "9.90") -> str:
    lines = [f"product-{n};Product {n};SKU-{n};{'-1' if n == bad else price}" for n in range(1, count + 1)]
    return "\n".join(["Product Handle;Product Title;Variant SKU;Price EUR", *lines, ""])


def told(shop: ShopWorld, key: str | None) -> list[list[str]]:
    return [line.split(";") for line in shop.file(key).splitlines()[1:]]


def test_rows_of_one_handle_are_one_product_and_a_bad_row_keeps_no_other_back(shop: ShopWorld) -> None:
    job = shop.import_(MUGS)
    assert (job.status, job.result.errors) == (Status.COMPLETED, ())
    assert (job.result.count, job.result.created, job.result.row_errors) == (4, 2, 1)
    (error,) = told(shop, job.result.error_file_key)
    assert error[:3] == ["3", "Price EUR", "12,50"]
    assert "write 9.99, with a point" in ";".join(error)
    mug = shop.product("mug")
    assert (mug["title"], mug["status"]) == ("Mug", "published")
    assert [variant["sku"] for variant in mug["variants"]] == ["MUG-S", "MUG-XL"]
    assert [variant["prices"][0]["amount"] for variant in mug["variants"]] == [9.9, 15]
    assert [(o["title"], [v["value"] for v in o["values"]]) for o in mug["options"]] == [
        ("Size", ["S", "XL"])
    ]
    # The row is put right, and the file is imported again: only what was missing is done.
    job = shop.import_(MUGS.replace("12,50", "12.50"))
    assert (job.result.created, job.result.updated, job.result.unchanged) == (0, 1, 1)
    mug = shop.product("mug")
    assert sorted(variant["sku"] for variant in mug["variants"]) == ["MUG-L", "MUG-S", "MUG-XL"]
    assert len({variant["id"] for variant in mug["variants"]}) == 3


def test_the_template_is_a_file_that_imports(shop: ShopWorld) -> None:
    template = shop.strategies.find("product-import").build_template()
    assert template is not None
    job = shop.import_(template.content)
    assert (job.status, job.result.created, job.result.row_errors) == (Status.COMPLETED, 1, 0)
    assert len(shop.product("mug")["variants"]) == 2


def test_what_a_file_does_not_say_stays_as_it_is(shop: ShopWorld) -> None:
    shop.import_(MUGS.replace("12,50", "12.50"))
    before = shop.product("mug")
    variant = before["variants"][0]
    shop.post(
        f"/admin/products/{before['id']}",
        {
            "metadata": {"ours": 1},
            "description": "By hand",
            "variants": [
                {"id": v["id"], **({"prices": [
                    {"currency_code": "usd", "amount": 11},
                    {"currency_code": "eur", "amount": 9.9},
                    {"currency_code": "eur", "amount": 8, "min_quantity": 10},
                ]} if v is variant else {})} for v in before["variants"]
            ],
        },
    )  # fmt: skip
    job = shop.import_("Product Handle;Variant SKU;Price EUR\nmug;MUG-S;7\n")
    assert (job.result.updated, job.result.row_errors) == (1, 0)
    after = shop.product("mug")
    assert (after["description"], after["title"], after["images"]) == ("By hand", "Mug", before["images"])
    assert [v["id"] for v in after["variants"]] == [v["id"] for v in before["variants"]]
    prices = {(p["currency_code"], p["amount"], p["min_quantity"]) for p in after["variants"][0]["prices"]}
    assert prices == {("eur", 7, None), ("usd", 11, None), ("eur", 8, 10)}


def test_importing_again_sends_nothing(shop: ShopWorld) -> None:
    shop.import_(many(20))
    shop.sandbox.clear_requests()
    job = shop.import_(many(20))
    assert (job.result.created, job.result.updated, job.result.unchanged) == (0, 0, 20)
    assert shop.writes() == 0


def test_one_bad_row_in_ten_thousand_is_one_error(shop: ShopWorld) -> None:
    shop.entry = shop.entry.__class__("run-batch-job", handler="", batch_size=1000, max_batch_size=1000)
    job = shop.import_(many(10_000, bad=7_000))
    assert (job.status, job.result.created, job.result.row_errors) == (Status.COMPLETED, 9_999, 1)
    assert told(shop, job.result.error_file_key)[0][:3] == ["7001", "Price EUR", "'-1"]
    assert shop.sandbox.state().target_products == 9_999


def test_a_product_that_medusa_refuses_is_told_with_medusas_words(shop: ShopWorld) -> None:
    shop.sandbox.refuse(handle="product-3", message="The price list is locked.")
    job = shop.import_(many(5))
    assert (job.result.created, job.result.row_errors) == (4, 1)
    assert told(shop, job.result.error_file_key) == [["4", "", "product-3", "The price list is locked."]]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("x;;;;;;;;;;", "", "a new one needs a title"),
        (";X;;;;;;;;;", "Product Handle", "it is missing"),
        ("Bad Handle;X;;;;;;;;;", "Product Handle", "a handle has a-z"),
        ("x;X;sold;;;;;;;;", "Product Status", "a status is draft"),
        ("x;X;;1.234.5;;;;;;;", "Price EUR", "it is no amount"),
        ("x;X;;1234567890123456;;;;;;;", "Price EUR", "it is no amount"),
        ("x;X;;123456789012.12345;;;;;;;", "Price EUR", "more than 15 digits"),
        ("x;X;;;ftp://a;;;;;;", "Image 1 Url", "it is no address"),
        ("x;X;;;;maybe;;;;;", "Product Discountable", "neither true nor false"),
        ("x;X;;;;;Size;;;;", "Option 1 Name", "it has no Option 1 Value beside it"),
        ("x;X;;;;;;S;;;", "Option 1 Value", "it has no Option 1 Name beside it"),
        ("x;X;;;;;;;none;;", "", "there is no category with the handle 'none'"),
        ("x;X;;;;;;;;prod 1;", "Product Id", "it is no id of Medusa's"),
        ("x;X", "", "it has 2 cells, and the header has 11"),
        ("x;X;;;;;;;;;S\x01KU", "Product HS Code", "characters that cannot be seen"),
    ],
)
def test_a_bad_row_is_told_by_line_column_value_and_reason(
    shop: ShopWorld, row: str, column: str, reason: str
) -> None:
    header = (
        "Product Handle;Product Title;Product Status;Price EUR;Image 1 Url;Product Discountable;"
        "Option 1 Name;Option 1 Value;Product Category 1 Handle;Product Id;Product HS Code"
    )
    job = shop.import_(f"{header}\ngood;Good{';' * 9}\n{row}\nfine;Fine{';' * 9}\n")
    assert (job.status, job.result.created, job.result.row_errors) == (Status.COMPLETED, 2, 1)
    (error,) = shop.errors(job.id)
    assert (error.line, error.column) == (3, column)
    assert reason in error.reason


def test_categories_are_set_by_their_handle(shop: ShopWorld) -> None:
    shop.post("/admin/product-categories", {"name": "Mugs"})
    job = shop.import_("Product Handle;Product Title;Product Category 1 Handle\nmug;Mug;mugs\n")
    assert job.result.created == 1
    assert [category["handle"] for category in shop.product("mug")["categories"]] == ["mugs"]


def test_ids_of_another_shop_are_passed_over_and_handles_decide(shop: ShopWorld) -> None:
    head = "Product Id;Product Handle;Product Title;Variant Id;Variant SKU\n"
    job = shop.import_(head + "prod_of_another;mug;Mug;variant_of_another;MUG\n")
    assert (job.result.created, job.result.row_errors) == (1, 0)
    job = shop.import_(head + "prod_of_a_third;mug;Big Mug;variant_of_a_third;MUG\n")
    assert (job.result.updated, shop.product("mug")["title"]) == (1, "Big Mug")
    own = shop.product("mug")["id"]
    job = shop.import_(f"{head}{own};beaker;Beaker;;\n")
    assert (job.result.updated, shop.product("beaker")["id"]) == (1, own)


def test_a_new_variant_brings_its_option_values(shop: ShopWorld) -> None:
    shop.import_(MUGS)
    job = shop.import_(
        "Product Handle;Variant SKU;Option 1 Name;Option 1 Value\nmug;MUG-M;Size;M\nmug;MUG-Q;Colour;red\n"
    )
    assert (job.result.updated, job.result.row_errors) == (0, 2)
    assert "has no option 'Colour'" in shop.errors(job.id)[0].reason
    job = shop.import_("Product Handle;Variant SKU;Option 1 Name;Option 1 Value\nmug;MUG-M;Size;M\n")
    assert (job.result.updated, job.result.row_errors) == (1, 0)
    assert sorted(v["sku"] for v in shop.product("mug")["variants"]) == ["MUG-M", "MUG-S", "MUG-XL"]


def test_a_review_shows_a_plan_and_waits(shop: ShopWorld) -> None:
    shop.import_(many(4))
    job = shop.import_(many(10, bad=2), dry_run=True)
    assert job.status is Status.PRE_PROCESSED
    assert [stat.message for stat in job.result.stat_descriptors] == [
        "10 rows, 1 of them wrong",
        "6 to create, 3 to compare",
    ]
    assert told(shop, job.result.error_file_key)[0][0] == "3"
    assert shop.sandbox.state().target_products == 4
    shop.desk.confirm(job.id, Caller("anna"))
    assert shop.work(job.id) is End.OVER
    job = shop.job(job.id)
    assert (job.status, job.result.created, job.result.unchanged, job.result.row_errors) == (
        Status.COMPLETED, 6, 3, 1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("Product Titel;Foo\na;b\n", "did you mean 'Product Title'?"),
        (b"PK\x03\x04" + b"\0" * 100, "a ZIP archive"),
        (b"", "is empty"),
        ('Product Handle;Product Title\na;"b\n', "a quote in line 2 is not closed"),
    ],
)
def test_a_file_that_cannot_be_used_fails_before_anything_is_changed(
    shop: ShopWorld, content: str | bytes, reason: str
) -> None:
    job = shop.import_(content)
    assert job.status is Status.FAILED
    assert reason in job.result.errors[0]
    assert shop.sandbox.count(surface="medusa", method="POST") == 0


def test_a_file_that_vanished_fails_with_its_name(shop: ShopWorld) -> None:
    job = shop.run("product-import", file_key="in/anna/gone.csv")
    assert job.status is Status.FAILED
    assert "there is no file in/anna/gone.csv" in job.result.errors[0]


def test_a_file_that_was_replaced_under_review_fails_and_says_so(shop: ShopWorld) -> None:
    job = shop.import_(many(4), dry_run=True)
    shop.upload(many(3))
    shop.desk.confirm(job.id, Caller("anna"))
    shop.work(job.id)
    assert "has 3 rows, and had 4 when it was checked" in shop.job(job.id).result.errors[0]


@pytest.mark.parametrize(
    ("context", "fields"),
    [
        ({}, {"context.file_key"}),
        ({"file_key": 5}, {"context.file_key"}),
        ({"file_key": "out/x.csv"}, {"context.file_key"}),
        ({"file_key": "in/../../etc/passwd"}, {"context.file_key"}),
        ({"file_kye": "in/a.csv"}, {"context.file_key", "context.file_kye"}),
        ({"fileKey": "in/a.csv", "batch_size": 0}, {"context.batch_size"}),
        ({"file_key": "in/a.csv", "batch_size": 1001}, {"context.batch_size"}),
        ({"file_key": "in/a.csv", "batch_size": True}, {"context.batch_size"}),
    ],
)
def test_every_field_that_is_wrong_is_named(
    shop: ShopWorld, context: dict[str, object], fields: set[str]
) -> None:
    shop.entry = shop.entry.__class__("run-batch-job", handler="", batch_size=100, max_batch_size=1000)
    with pytest.raises(ContextError) as refusal:
        shop.create("product-import", **context)
    assert {problem.field for problem in refusal.value.problems} == fields


@pytest.mark.parametrize("kind", ["drop_after", "status_after", "drop_before"])
def test_no_request_is_applied_twice_where_answers_are_lost(shop: ShopWorld, kind: str) -> None:
    options = {"status": 503} if kind == "status_after" else {}
    shop.sandbox.fault("medusa", kind, method="POST", path="/admin/products/batch", nth=2, times=2, **options)
    job = shop.import_(many(12))
    assert (job.status, job.result.created, job.result.row_errors) == (Status.COMPLETED, 12, 0)
    assert shop.sandbox.state().target_products == 12
    assert all(len(product["variants"]) == 1 for product in shop.products())


@pytest.mark.parametrize("place", ["before", "after"])
def test_killed_at_any_write_nothing_is_created_twice(shop: ShopWorld, place: str, tmp_path: Path) -> None:
    whole = shop.create("product-import", file_key=shop.upload(many(8, bad=2)))
    shop.work(whole)
    for index in range(1, shop.store.writes + 1):
        shop.sandbox.shop.medusa.store.rows.__init__()  # type: ignore[misc]  # an empty shop
        shop.store.writes, shop.store.fatal = 0, (index, place)
        batch_job = shop.create("product-import", file_key=shop.upload(many(8, bad=2)))
        with pytest.raises(Killed):
            shop.work(batch_job)
        shop.store.fatal = None
        job = shop.until_over(batch_job)
        assert (job.status, job.result.row_errors) == (Status.COMPLETED, 1), index
        assert job.result.created + job.result.unchanged == 7, index
        assert shop.sandbox.state().target_products == 7, index
        assert [error.line for error in shop.errors(batch_job)] == [3], index


def test_a_second_worker_that_takes_over_sends_nothing_twice(shop: ShopWorld) -> None:
    """The first is held up behind a commit till its lease is over; a second does the rest; it goes on."""
    batch_job = shop.create("product-import", file_key=shop.upload(many(9)))

    def overtake(job: BatchJob) -> None:
        if job.status is Status.PROCESSING and job.result.advancement_count == 3:
            shop.observe = lambda job: None
            shop.clock.advance(1800)
            assert shop.work(batch_job) is End.OVER

    shop.observe = overtake
    assert shop.work(batch_job, None) is End.NOTHING
    job = shop.job(batch_job)
    assert (job.status, job.result.created, job.result.unchanged) == (Status.COMPLETED, 9, 0)
    assert shop.sandbox.count(surface="medusa", route="/admin/products/batch") == 3


def test_a_request_that_takes_effect_late_creates_nothing_twice(shop: ShopWorld) -> None:
    fault = {"status": 504, "seconds": 0, "method": "POST", "path": "/admin/products/batch"}
    shop.sandbox.fault("medusa", "late_commit", **fault)
    job = shop.import_(many(9))
    assert (job.status, job.result.created, job.result.row_errors) == (Status.COMPLETED, 9, 0)
    assert shop.sandbox.state().target_products == 9
