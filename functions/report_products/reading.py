"""Reading the whole shop in one run, or in several: what was read is kept until it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from nightshift import Cursor, Outcome, Run, UpstreamError
from nightshift.connectors import medusa
from nightshift.errors import MissingFileError
from report_products.entry import Entry
from report_products.names import instant_of
from report_products.params import Params
from report_products.spool import Spool

_KEPT = "unfinished/report-products"
_STILL_TRUE = timedelta(hours=6)
"""So long a report goes on with what an earlier run has read for it, or for the one before it."""
_SECONDS = 1.0
_PER_SECOND = 10_000
"""Products that are kept, or read again, in a second, by a slow machine."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far the report `name` has come: the products before `end` of `total` are kept in a file."""

    name: str
    end: int = 0
    total: int | None = None

    @classmethod
    def of(cls, cursor: Cursor, name: str) -> Place:
        """Where the cursor says that reading stands; the beginning, where nothing was begun of late."""
        begun = str(cursor.get("reading") or "")
        if not begun or instant_of(name) - instant_of(begun) > _STILL_TRUE:
            return cls(name)
        return cls(begun, int(cursor.get("end") or 0), int(cursor.get("total") or 0))

    @property
    def file(self) -> str:
        return f"{_KEPT}/{self.name.rpartition('/')[2]}.jsonl"


class Reading:
    """One run's part of reading the shop into a spool."""

    def __init__(self, run: Run[Params], spool: Spool, place: Place) -> None:
        self._run = run
        self._spool = spool
        self._place = place

    def read_all(self) -> bool:
        """Read what is still to be read. False where the run's time is up: what was read is kept, and the
        cursor says so."""
        run = self._run
        if self._place.end and not self._load():
            self._place = Place(self._place.name)
        catalogue = medusa.Catalogue.connect(run)
        for batch in run.batches(self._entries(catalogue), lambda entry: entry.id):
            self._spool.add(batch.records)
            run.commit(batch, Outcome(unchanged=batch.keys))
        if run.is_stopped or not run.has_time(self._needed() * 3):
            self._keep()
            return False
        return True

    def _entries(self, catalogue: medusa.Catalogue) -> Iterator[Entry]:
        """Page by page, as long as there is time to keep what was read."""
        place = self._place
        if place.total is not None and place.end >= place.total > 0:
            return
        for page in catalogue.pages(self._run.batch_size, place.end, place.total):
            yield from map(Entry.of, page.products)
            self._place = Place(place.name, page.end, page.total)
            if page.end < page.total and not self._run.has_time(self._needed()):
                return

    def _needed(self) -> float:
        return _SECONDS + (self._place.end / _PER_SECOND)

    def _keep(self) -> None:
        run, place = self._run, self._place
        run.log.warning(f"the time is up with {place.end} of {place.total} products; the next run goes on")
        if not run.dry_run:
            run.files.write(
                place.file, (line + b"\n" for line in self._spool.lines()), "application/x-ndjson"
            )
            last = {name: value for name, value in run.cursor.items() if name == "last"}
            run.advance({**last, "reading": place.name, "end": place.end, "total": place.total or 0})

    def _load(self) -> bool:
        """Load what an earlier run has kept; False where it is gone."""
        try:
            rest = b""
            for chunk in self._run.files.read(self._place.file):
                *lines, rest = (rest + chunk).split(b"\n")
                self._spool.add(map(Entry.load, lines))
        except MissingFileError:
            return False
        except (KeyError, TypeError, ValueError, ArithmeticError):
            raise UpstreamError(
                f"{self._place.file} holds what no run of this job has written; remove it"
            ) from None
        return True
