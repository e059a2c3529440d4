"""Log records of a run on their way to the Log table: the same logger call that writes CloudWatch fills it.

A failure to write logs never fails a run: the records are in CloudWatch, and the count of those that did not
reach the table is logged there.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta

from nightshift.logs.packing import RECORDS_PER_ITEM
from nightshift.logs.records import Level, LogRecord, LogStore
from nightshift.state.models import JobKey, RunId

MAX_MESSAGE = 2_000
MAX_STACK = 8_000
MAX_BUFFERED = 1_000
LONGEST_KEPT = timedelta(seconds=10)
"""After so long records are written that would not fill an item: `nightshift logs` shows a run as it goes."""


class LogBuffer(logging.Handler):
    """A logging handler that keeps what is logged until the run flushes it."""

    def __init__(self, run: RunId, key: JobKey, level: Level, now: Callable[[], datetime]) -> None:
        super().__init__(int(level))
        self._run = run
        self._key = key
        self._now = now
        self._sequence = 0
        self._records: list[LogRecord] = []
        self._is_urgent = False
        self._taken_at: datetime | None = None
        self.batch: int | None = None
        self.has_trouble = False
        self.lost = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record. Only the fields of `LogRecord` are taken: what else a caller adds stays out."""
        level = Level(max(10, min(40, record.levelno // 10 * 10)))
        self._is_urgent = self._is_urgent or level >= Level.WARNING
        self.has_trouble = self.has_trouble or self._is_urgent
        if len(self._records) >= MAX_BUFFERED:
            self.lost += 1
            return
        self._sequence += 1
        error = record.exc_info[1] if record.exc_info else None
        self._records.append(
            LogRecord(
                run=self._run,
                key=self._key,
                at=self._now(),
                sequence=self._sequence,
                level=level,
                message=record.getMessage()[:MAX_MESSAGE],
                batch=self.batch,
                record=_text(getattr(record, "record", None)),
                status=_whole(getattr(record, "status", None)),
                error_kind=type(error).__name__ if error else None,
                error_message=str(error)[:MAX_MESSAGE] if error else None,
                error_stack="".join(traceback.format_exception(error))[-MAX_STACK:] if error else None,
            )
        )

    def drop(self) -> None:
        """Forget what is buffered: an idle run keeps no log."""
        self._records.clear()

    @property
    def is_due(self) -> bool:
        """The records should be written by now: there is trouble among them, or an item's worth, or they have
        waited for long."""
        if self._is_urgent or self._taken_at is None or len(self._records) >= RECORDS_PER_ITEM:
            return True
        return self._now() - self._taken_at >= LONGEST_KEPT

    def take(self) -> list[LogRecord]:
        """The records buffered since the last call."""
        self.acquire()  # other threads of the run log, too
        try:
            records, self._records = self._records, []
            self._is_urgent, self._taken_at = False, self._now()
        finally:
            self.release()
        return records

    def give_back(self, records: list[LogRecord]) -> None:
        """What `take` gave and may not have been written is to be written with the next."""
        self.acquire()
        try:
            self._records[:0] = records
        finally:
            self.release()

    def write(self, records: list[LogRecord], store: LogStore, expires_at: datetime) -> None:
        """Hand records to the store. An error of the store is counted, not raised."""
        if not records:
            return
        try:
            store.write(records, expires_at)
        except Exception:
            self.lost += len(records)


def _text(value: object) -> str | None:
    return None if value is None else str(value)[:MAX_MESSAGE]


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
