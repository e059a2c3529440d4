"""What both exports have in common: read a list, keep what was read in parts, make one file of them.

A part is a file of JSON lines, so that the columns need not be known before all is read, and that a worker
that takes over goes on behind the last part.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import orjson

from batch_strategies import contexts
from nightshift.batch_jobs import Result, Stat
from nightshift.batch_jobs.csv import rows_as_csv
from nightshift.batch_jobs.model import Context, Place
from nightshift.batch_jobs.strategy import Step, Strategy
from nightshift.batch_jobs.work import Work
from nightshift.connectors.medusa import Exports

Row = Mapping[str, str]
"""Cells by column; a column that is not there is blank."""

CSV = "text/csv; charset=utf-8"
_PART = 4 * 1024 * 1024
"""Bytes after which a part is written: what a worker may have to read again."""


class Export(Strategy):
    """A list of Medusa as a CSV file."""

    path: ClassVar[str]
    list_name: ClassVar[str]
    fields: ClassVar[str]
    filters: ClassVar[Sequence[str]]
    of_what: ClassVar[str]

    @abstractmethod
    def rows(self, document: Mapping[str, object]) -> Iterable[Row]:
        """The rows of one document of the list."""

    @abstractmethod
    def header(self, shape: Mapping[str, int]) -> Sequence[str]:
        """The columns, given what `shape_of` has told of all rows."""

    @abstractmethod
    def shape_of(self, document: Mapping[str, object]) -> Mapping[str, int]:
        """How many columns a document needs of each series; the most of each counts."""

    def prepare(self, context: Context) -> Context:
        reading = contexts.Reading(context, ("filterable_fields", "batch_size"))
        return reading.finish(filterable_fields=contexts.filters(reading, self.filters))

    def pre_process(self, work: Work) -> Iterator[Step]:
        count = Exports.connect(work).count(self.path, self.list_name, _query(work))
        stat = Stat(
            f"{self.batch_type}-count", self.of_what.capitalize(), f"{count:,} {self.of_what} to export"
        )
        yield Step(replace(work.result, count=count, stat_descriptors=(stat,)), {})

    def process(self, work: Work) -> Iterator[Step]:
        place = work.place
        done, parts = int(place.get("done") or 0), int(place.get("parts") or 0)
        shape: dict[str, int] = orjson.loads(str(place.get("shape") or "{}"))
        lines: list[bytes] = []
        size = 0
        if not place.get("is_read"):
            for documents, offset in Exports.connect(work).pages(
                self.path,
                self.list_name,
                [*_query(work), ("fields", self.fields)],
                work.batch_size,
                offset=int(place.get("offset") or 0),
                after=str(place.get("after") or ""),
            ):
                for document in documents:
                    for name, number in self.shape_of(document).items():
                        shape[name] = max(shape.get(name, 0), number)
                    lines += (fresh := [orjson.dumps(row) for row in self.rows(document)])
                    size += sum(map(len, fresh))
                done += len(documents)
                if size >= _PART:
                    parts, lines, size = self._keep(work, parts, lines), [], 0
                    place = _place(offset, str(documents[-1]["id"]), done, parts, shape)
                yield Step(self._progress(work, done), place)
            parts = self._keep(work, parts, lines) if lines else parts
            place = {**_place(0, "", done, parts, shape), "is_read": True}
            yield Step(self._progress(work, done), place)
        stored = work.files.write(work.name(f"{self.batch_type}.csv"), self._file(work, parts, shape), CSV)
        finished = replace(
            self._progress(work, done), count=done, file_key=stored.name, file_size=stored.bytes
        )
        yield Step(finished, place)

    def _progress(self, work: Work, done: int) -> Result:
        count = max(work.result.count or 0, done)  # the list may have grown since it was counted
        return replace(work.result, advancement_count=done, count=count)

    def _keep(self, work: Work, parts: int, lines: Iterable[bytes]) -> int:
        work.files.write(_part(work, parts), (line + b"\n" for line in lines), "application/x-ndjson")
        return parts + 1

    def _file(self, work: Work, parts: int, shape: Mapping[str, int]) -> Iterator[bytes]:
        header = self.header(shape)
        return rows_as_csv(header, ([row.get(name, "") for name in header] for row in _kept(work, parts)))


def _kept(work: Work, parts: int) -> Iterator[Row]:
    for part in range(parts):
        rest = b""
        for chunk in work.files.read(_part(work, part)):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield orjson.loads(line)


def _part(work: Work, number: int) -> str:
    return f"tmp/{work.id}/part-{number:05d}.jsonl"


def _place(offset: int, after: str, done: int, parts: int, shape: Mapping[str, int]) -> Place:
    return {
        "offset": offset,
        "after": after,
        "done": done,
        "parts": parts,
        "shape": orjson.dumps(shape).decode(),
    }


def _query(work: Work) -> list[tuple[str, str]]:
    return contexts.as_query(work.context.get("filterable_fields"))
