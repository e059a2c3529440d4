"""Page digests of a scan: what is written of them, and how much of them is kept meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nightshift.fingerprints.ledger import PageLedger
from nightshift.fingerprints.pages import GROUP, PageDigests, PageEntry
from nightshift.state.models import Fingerprints

PAGES, PER_PAGE = 200, 100


def entry(start: int, digest: str) -> PageEntry:
    return PageEntry(digest, PER_PAGE, 0, (f"{start}-{start + PER_PAGE - 1}",))


def stored(*, pages: int = PAGES) -> list[Fingerprints]:
    """What a scan leaves that met all these pages for the first time."""
    ledger = PageLedger(PageDigests(iter(()), 0), 0)
    for start in range(0, pages * PER_PAGE, PER_PAGE):
        ledger.skip(start, entry(start, "old"))
    return list(ledger.take_last(is_complete=True))


def scanned(*, changed: int | None = None, writes_all: bool = False) -> tuple[PageDigests, PageLedger]:
    """A scan of the same pages, one of which may have changed and is settled after the next has been read."""
    digests = PageDigests(iter(stored()), 0, writes_all=writes_all)
    ledger = PageLedger(digests, 0)
    late: Iterator[None] = iter(())
    for start in range(0, PAGES * PER_PAGE, PER_PAGE):
        found = ledger.known(start, "new" if start == changed else "old")
        if found is not None:
            ledger.skip(start, found)
        else:
            page = ledger.open(start, "new", PER_PAGE)
            page.keys.append("1")
            ledger.wait_for("1", page)
            ledger.end(page)
            late = iter([None])
            continue
        if next(late, 0) is None:
            ledger.settle("1")
    return digests, ledger


def test_a_scan_that_changes_nothing_keeps_no_more_than_it_needs() -> None:
    digests, ledger = scanned()
    assert len(digests._old) <= 1
    assert list(ledger.take_last(is_complete=True)) == []


@pytest.mark.parametrize("changed", [0, GROUP - PER_PAGE, GROUP, (PAGES // 2) * PER_PAGE])
def test_the_group_of_a_page_that_has_changed_is_written_and_no_other(changed: int) -> None:
    before = {item.range: item for item in stored()}
    _, ledger = scanned(changed=changed)
    (written,) = ledger.take_last(is_complete=True)
    assert written.body.count(b'"new"') == 1
    assert written.body.count(b'"old"') == before[written.range].body.count(b'"old"') - 1


def test_a_run_that_was_taken_over_writes_every_group() -> None:
    _, ledger = scanned(writes_all=True)
    assert sorted(item.range for item in ledger.take_last(is_complete=True)) == [
        item.range for item in stored()
    ]
