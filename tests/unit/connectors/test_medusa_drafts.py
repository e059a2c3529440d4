"""What has to be sent of a product as somebody wrote it down; what he did not speak of is not touched."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from nightshift.connectors.medusa.drafts import DraftError, ProductDraft, VariantDraft, change, creation
from nightshift.connectors.medusa.found import Found

STORED: dict[str, Any] = {
    "id": "prod_1",
    "handle": "mug",
    "title": "Mug",
    "description": None,
    "weight": "400",
    "discountable": True,
    "images": [{"url": "https://b", "rank": 1}, {"url": "https://a", "rank": 0}],
    "categories": [{"id": "pcat_2", "handle": "tea"}, {"id": "pcat_1", "handle": "mugs"}],
    "sales_channels": [{"id": "sc_1"}],
    "options": [{"id": "opt_1", "title": "Size", "values": [{"value": "S"}, {"value": "L"}]}],
    "variants": [
        {
            "id": "variant_s",
            "sku": "MUG-S",
            "title": "S",
            "options": [{"option_id": "opt_1", "value": "S"}],
            "prices": [
                {"id": "price_1", "currency_code": "eur", "amount": 9.9},
                {"id": "price_2", "currency_code": "usd", "amount": 12},
                {"id": "price_3", "currency_code": "eur", "amount": 8, "min_quantity": 10},
            ],
        },
        {
            "id": "variant_l",
            "sku": "MUG-L",
            "title": "L",
            "options": [{"option_id": "opt_1", "value": "L"}],
            "prices": [],
        },
    ],
}
CATEGORIES = {"mugs": "pcat_1", "tea": "pcat_2", "gifts": "pcat_3"}


def changed(draft: ProductDraft) -> Any:
    return change(draft, Found.of(deepcopy(STORED)), CATEGORIES)


def mug(**said: Any) -> ProductDraft:
    return ProductDraft("mug", **said)


def new(*variants: VariantDraft) -> ProductDraft:
    return mug(fields={"title": "Mug"}, variants=variants)


@pytest.mark.parametrize(
    "draft",
    [
        mug(),
        mug(id="prod_1"),
        mug(fields={"title": "Mug", "weight": 400.0, "discountable": True}),
        mug(images=["https://a", "https://b"]),
        mug(categories=["tea", "mugs", "tea"]),
        mug(sales_channels=["sc_1"]),
        mug(variants=[VariantDraft()]),
        mug(variants=[VariantDraft(fields={"sku": "MUG-S", "title": "S"}, prices={"eur": 9.9, "usd": 12.0})]),
        mug(variants=[VariantDraft("variant_l", options={"Size": "L"})]),
        mug(variants=[VariantDraft(options={"Size": "S"}, prices={"usd": 12})]),
    ],
)
def test_what_is_so_already_is_not_sent(draft: ProductDraft) -> None:
    assert changed(draft) is None


@pytest.mark.parametrize(
    ("draft", "body"),
    [
        (mug(fields={"title": "Cup", "weight": 400}), {"title": "Cup"}),
        (mug(images=["https://b", "https://a"]), {"images": [{"url": "https://b"}, {"url": "https://a"}]}),
        (mug(categories=["gifts"]), {"categories": [{"id": "pcat_3"}]}),
        (ProductDraft("cup", id="prod_1"), {"handle": "cup"}),
    ],
)
def test_only_what_differs_is_sent(draft: ProductDraft, body: dict[str, Any]) -> None:
    assert changed(draft) == {"id": "prod_1", **body}


def test_a_changed_variant_goes_with_all_others_by_id_and_all_its_prices() -> None:
    body = changed(mug(variants=[VariantDraft(fields={"sku": "MUG-S"}, prices={"eur": 5})]))
    assert [variant["id"] for variant in body["variants"]] == ["variant_s", "variant_l"]
    small, large = body["variants"]
    assert large == {"id": "variant_l"}
    prices = {(p["currency_code"], p["amount"], p.get("min_quantity")) for p in small["prices"]}
    assert prices == {("eur", 5, None), ("usd", 12, None), ("eur", 8, 10)}
    assert set(small) == {"id", "prices"}
    assert set(body) == {"id", "variants"}


def test_a_variant_is_found_by_id_before_sku_before_options() -> None:
    body = changed(mug(variants=[VariantDraft("variant_l", {"sku": "MUG-S"}, {"Size": "S"}, {"eur": 1})]))
    assert [variant.get("sku") for variant in body["variants"]] == [None, "MUG-S"]
    body = changed(mug(variants=[VariantDraft("variant_x", {"sku": "MUG-L", "barcode": "1"}, {"Size": "S"})]))
    assert body["variants"][1]["barcode"] == "1"
    body = changed(mug(variants=[VariantDraft(fields={"barcode": "2"}, options={"Size": "S"})]))
    assert body["variants"][0]["barcode"] == "2"


def test_a_new_variant_brings_its_value_and_keeps_those_that_are_there() -> None:
    draft = VariantDraft(fields={"sku": "MUG-M"}, options={"Size": "M"}, prices={"eur": 7})
    body = changed(mug(variants=[draft]))
    assert body["options"] == [{"id": "opt_1", "title": "Size", "values": ["S", "L", "M"]}]
    assert body["variants"][2] == {
        "title": "M",
        "sku": "MUG-M",
        "options": {"Size": "M"},
        "prices": [{"currency_code": "eur", "amount": 7}],
    }


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (mug(variants=[VariantDraft(fields={"sku": "NEW"})]), "needs a value for its option 'Size'"),
        (mug(variants=[VariantDraft(options={"Colour": "red"})]), "has no option 'Colour'"),
        (mug(categories=["none"]), "there is no category with the handle 'none'"),
    ],
)
def test_what_cannot_be_meant_is_said(draft: ProductDraft, reason: str) -> None:
    with pytest.raises(DraftError, match=reason):
        changed(draft)


def test_a_new_product_has_its_options_from_its_variants() -> None:
    body = creation(
        mug(
            fields={"title": "Mug"},
            images=["https://a"],
            variants=[
                VariantDraft(options={"Size": "S", "Colour": "red"}),
                VariantDraft(options={"Size": "L", "Colour": "red"}, prices={"eur": 5}),
            ],
        ),
        CATEGORIES,
    )
    assert body["options"] == [
        {"title": "Size", "values": ["S", "L"]},
        {"title": "Colour", "values": ["red"]},
    ]
    assert [variant["title"] for variant in body["variants"]] == ["S / red", "L / red"]  # type: ignore[attr-defined]
    assert (body["handle"], body["images"]) == ("mug", [{"url": "https://a"}])


def test_a_new_product_of_one_plain_row_has_one_plain_variant() -> None:
    body = creation(mug(fields={"title": "Mug"}, variants=[VariantDraft(fields={"sku": "M"})]), {})
    assert body["options"] == [{"title": "Default", "values": ["Default"]}]
    assert body["variants"] == [
        {"title": "Default", "sku": "M", "options": {"Default": "Default"}, "prices": []}
    ]


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (mug(), "a new one needs a title"),
        (
            mug(
                fields={"title": "M"},
                variants=[VariantDraft(fields={"sku": "1"}), VariantDraft(fields={"sku": "2"})],
            ),
            "need options that tell them apart",
        ),
        (
            mug(
                fields={"title": "M"},
                variants=[VariantDraft(options={"a": "1"}), VariantDraft(options={"b": "1"})],
            ),
            "has no value for the option 'b'",
        ),
    ],
)
def test_a_new_product_that_says_too_little_is_refused(draft: ProductDraft, reason: str) -> None:
    with pytest.raises(DraftError, match=reason):
        creation(draft, {})
