"""What a job's function answers to whoever waits for it: how the run came out, and a dry run's plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nightshift.services import Observer
from nightshift.state.codec import decode_run, encode_run
from nightshift.state.models import Counts, JobKey, RunId, RunRecord

MOST_PLANNED = 10_000
"""Entries of a plan that are answered: so many of the longest keys stay far below Lambda's 6 MB."""
_REASON = 200


class Planner:
    """Keeps what a dry run would do, and passes everything else on."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self.plan: list[tuple[str, str, str | None]] = []
        self.left_out = 0

    def started(self, key: JobKey, run: RunId) -> None:
        self._observer.started(key, run)

    def progressed(self, counts: Counts, total: int | None) -> None:
        self._observer.progressed(counts, total)

    def planned(self, action: str, record: str, reason: str | None) -> None:
        self._observer.planned(action, record, reason)
        if len(self.plan) < MOST_PLANNED:
            self.plan.append((action, record[:_REASON], reason and reason[:_REASON]))
        else:
            self.left_out += 1

    def alarmed(self, key: JobKey, metric: str) -> None:
        self._observer.alarmed(key, metric)

    def ended(self, record: RunRecord) -> None:
        self._observer.ended(record)


def answer_of(record: RunRecord, planner: Planner) -> dict[str, object]:
    """The answer of a function. A dry run is on no record, so its record is in here, whole."""
    answer: dict[str, object] = {
        "run": record.id,
        "status": record.status.value,
        "counts": record.counts.as_dict(),
    }
    if record.dry_run:
        answer |= {"record": encode_run(record), "plan": planner.plan, "left_out": planner.left_out}
    return answer


def read_dry_run(answer: Mapping[str, Any], key: JobKey) -> tuple[RunRecord, list[list[str | None]], int]:
    """The record of a dry run, its plan, and how many entries the answer had no room for.

    StateVersionError where the function is of a release whose records are not known here.
    """
    record = replace(decode_run(answer["record"], key), dry_run=True)
    return record, list(answer["plan"]), int(answer["left_out"])
