"""sync-products, measured: with the state in SQLite as on a laptop, or in DynamoDB as in Lambda.

    python -m bench.ours --state sqlite|dynamodb --minute N

runs the slot of the N-th tick. Addresses, the home and the tables' names come from the environment, as a job
finds them. `--profile FILE` writes where the time went.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.measuring import FUNCTIONS, ROOT, BrokenRunError, measure, peak_memory, report
from nightshift.handler import Handler
from nightshift.services import NobodyWatches, Services
from nightshift.state.models import Counts
from nightshift.times import to_text

JOB = "sync-products"
_FIRST_TICK = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
_LAMBDA_SECONDS = 900.0
_EARLY = 0.05


class PeakSoFar(NobodyWatches):
    """Notes the peak memory when a twentieth of the stream has been read: what grows after that grows with
    the catalogue."""

    def __init__(self) -> None:
        self.early = 0

    def progressed(self, counts: Counts, total: int | None) -> None:
        if not self.early and total and counts.read >= _EARLY * total:
            self.early = peak_memory()


def tick(minute: int) -> dict[str, str | None]:
    """The event of the slot that many minutes after the first one."""
    time = to_text(_FIRST_TICK + timedelta(minutes=minute))
    return {"job": JOB, "schedule": "default", "storefront": None, "scheduled_time": time}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.ours")
    parser.add_argument("--state", choices=["sqlite", "dynamodb"], required=True)
    parser.add_argument("--minute", type=int, required=True)
    parser.add_argument("--profile", type=Path)
    given = parser.parse_args()
    event = tick(given.minute)
    peak = PeakSoFar()
    with _on_a_laptop() if given.state == "sqlite" else _in_lambda() as (handler, services, seconds):
        watched = replace(services, observer=peak)
        with _profiled(given.profile):
            measured = measure(lambda: _run(handler, event, watched, seconds))
    early = {"early_peak": peak.early} if peak.early else {}
    report(replace(measured, said={**measured.said, **early}))


def _run(handler: Handler[Any], event: object, services: Services, seconds: float | None) -> dict[str, int]:
    ended = handler.handle(event, services, seconds)
    if ended.error is not None:
        raise ended.error
    if ended.record.status.value != "succeeded":
        raise BrokenRunError(f"the run is {ended.record.status}: {ended.record.reason}")
    return {**ended.record.counts.as_dict(), **ended.record.requests}


@contextmanager
def _on_a_laptop() -> Iterator[tuple[Handler[Any], Services, float | None]]:
    from nightshift_tools.local import Local

    with Local.open(ROOT, dict(os.environ)) as local:
        yield local.handler(local.manifest.job(JOB)), local.services(), None


@contextmanager
def _in_lambda() -> Iterator[tuple[Handler[Any], Services, float | None]]:
    os.environ["LAMBDA_TASK_ROOT"] = str(FUNCTIONS)
    from nightshift.runtime import lambda_services
    from sync_products.app import lambda_handler

    yield lambda_handler, lambda_services(JOB), _LAMBDA_SECONDS


@contextmanager
def _profiled(path: Path | None) -> Iterator[None]:
    if path is None:
        yield
        return
    profiler = cProfile.Profile(time.thread_time)  # of the processor: machines that are shared stretch waits
    profiler.enable()
    try:
        yield
    finally:
        profiler.disable()
        with path.open("w") as file:
            pstats.Stats(profiler, stream=file).sort_stats("tottime").print_stats(60)
            pstats.Stats(profiler, stream=file).sort_stats("cumtime").print_stats(120)


if __name__ == "__main__":
    main()
