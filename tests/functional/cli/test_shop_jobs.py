"""Report, newsletter and carts from the command line: what a person runs first, and what is left."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest

from support.cli import Cli

MANIFEST = """\
version: 1
jobs:
  report-products: {schedule: "0 0 * * *", batch_size: {default: 100, max: 1000}}
  send-newsletter: {schedule: "0 0 * * 0", batch_size: {default: 50, max: 50}}
  clean-expired-carts: {schedule: {hourly: 15}, batch_size: {default: 100, max: 500}}
"""
SUNDAY = ("--from", "2026-11-28T23:30:00Z", "--to", "2026-11-29T00:30:00Z")


@pytest.fixture
def shop(cli: Cli) -> Cli:
    (cli.folder / "schedules.yaml").write_text(MANIFEST)
    return cli


def files(folder: Path) -> list[str]:
    return sorted(path.suffix for path in folder.rglob("*") if path.is_file())


def test_a_newsletter_lies_in_the_outbox(shop: Cli) -> None:
    plan = shop.json("run", "send-newsletter", "--dry-run")["plan"]
    assert [line["action"] for line in plan] == ["created"] * 8
    assert not (shop.home / "outbox").exists()
    assert shop.json("run", "send-newsletter")["counts"]["created"] == 8
    assert files(shop.home / "outbox") == [".eml"] * 8
    assert shop.json("run", "send-newsletter")["counts"]["unchanged"] == 8
    assert len(files(shop.home / "outbox")) == 8


def test_a_report_is_found_by_the_link_that_show_prints(shop: Cli) -> None:
    assert "write      reports/products-" in shop.ok("run", "report-products", "--dry-run")
    run = shop.json("run", "report-products")
    link = run["results"]["report"]
    assert link in shop.ok("show", run["id"]).replace("\n", "")
    assert Path(unquote(urlparse(link).path)).read_text().startswith("<!doctype html>")
    assert files(shop.home / "files") == [".csv", ".html", ".json"]


def test_old_carts_go_once(shop: Cli) -> None:
    assert shop.json("run", "clean-expired-carts")["counts"]["removed"] == 5
    assert shop.json("run", "clean-expired-carts")["counts"]["removed"] == 0


def test_a_sender_that_is_missing_is_told_without_a_traceback(shop: Cli) -> None:
    shop.environment["MAIL_FROM"] = ""
    assert "MAIL_FROM is not set: it is the sender, as in" in shop.refused("run", "send-newsletter")


def test_simulated_time_keeps_its_files_and_mails_apart(shop: Cli) -> None:
    shop.ok("dev", *SUNDAY)
    assert not (shop.home / "outbox").exists()
    assert not (shop.home / "files").exists()
    assert files(shop.home / "simulated" / "outbox") == [".eml"] * 8
    names = [path.name for path in (shop.home / "simulated" / "files" / "reports").iterdir()]
    assert "products-2026-11-29-0000.html" in names
