"""Logs never hurt a job: a store that fails costs the records and nothing else, and many come in order."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from nightshift import Outcome, Run, job
from nightshift.handler import NoParams
from nightshift.logs.records import LogRecord
from nightshift.state.models import Counts, JobKey, RunRecord, Status
from nightshift_tools.embedded import SqliteLogs, SqliteState
from support.shop import START, Bench, Shop

KEY = JobKey("copy-items")
SOURCE = {f"{number:02}": f"v{number}" for number in range(14)}


class Failing(SqliteLogs):
    """A log table that fails from the n-th write on."""

    def __init__(self, state: SqliteState, good: int) -> None:
        super().__init__(state.database)
        self.good = good
        self.tried = 0

    def write(self, records: Sequence[LogRecord], expires_at: datetime) -> None:
        self.tried += 1
        if self.tried > self.good:
            raise ConnectionError("the table is throttled")
        super().write(records, expires_at)


@pytest.mark.parametrize("good", [0, 1])
def test_a_log_table_that_fails_costs_a_run_its_records_and_nothing_else(good: int) -> None:
    state = SqliteState.in_memory()
    logs = Failing(state, good)
    bench = Bench(Shop(SOURCE), state, logs)
    record = bench.tick().record
    assert (record.status, record.counts) == (Status.SUCCEEDED, Counts(14, 14, pages=2, batches=4))
    assert bench.shop.target == SOURCE
    assert logs.tried > good
    assert len(shown(bench, record)) == good


def test_what_did_not_reach_the_table_is_told_where_it_can_be_seen(
    caplog: pytest.LogCaptureFixture,
) -> None:
    state = SqliteState.in_memory()
    bench = Bench(Shop(SOURCE), state, Failing(state, 0))
    services = bench.services()
    services.logger.addHandler(caplog.handler)
    bench.shop.handler().handle(bench.event(1), services, 300)
    assert "log records did not reach the Log table" in caplog.text


def test_many_records_of_all_levels_come_in_the_order_in_which_they_were_said() -> None:
    bench = Bench(Shop({}))
    bench.with_entry(log_level="DEBUG")
    said: list[str] = []

    @job("copy-items")
    def chatter(run: Run[NoParams]) -> None:
        for batch in run.batches([f"{number:03}" for number in range(400)], str):
            for number in range(50):
                say = (run.log.debug, run.log.info, run.log.info, run.log.warning)[number % 4]
                say(f"{batch.number} {number}")
                said.append(f"{batch.number} {number}")
                bench.clock.advance(0.0004)  # two or three to a millisecond
            run.commit(batch, Outcome(created=batch.keys))

    bench.shop.handler = lambda: chatter  # type: ignore[method-assign,assignment,return-value]
    record = bench.tick().record
    found = [each for each in shown(bench, record) if "committed" not in each.message]
    assert [each.message for each in found] == said
    assert len(said) == 5000


class Counting(SqliteLogs):
    """Notes how many records come at once."""

    def __init__(self, state: SqliteState) -> None:
        super().__init__(state.database)
        self.written: list[int] = []

    def write(self, records: Sequence[LogRecord], expires_at: datetime) -> None:
        self.written.append(len(records))
        super().write(records, expires_at)


def scan_that_talks(run: Run[NoParams], bench: Bench) -> None:
    for batch in run.changed(bench.shop.pages, bench.shop.to_item):
        match batch.number:
            case 3:
                run.log.warning("trouble")
            case 4:
                bench.clock.advance(10)
            case 5:
                for number in range(49):
                    run.log.info(f"line {number}")
        run.commit(batch, bench.shop.upsert(batch.records, compare=batch.compare))


def list_that_talks(run: Run[NoParams], bench: Bench) -> None:
    for batch in run.batches([f"{number}" for number in range(3)], str):
        run.log.info(f"{batch.keys} is done")
        run.commit(batch, Outcome(created=batch.keys))


@pytest.mark.parametrize(
    ("talks", "written"),
    [
        # The first commit; the second's line with the warning; what has waited; an item's worth; the end.
        (scan_that_talks, [1, 3, 1, 50, 1]),
        # What a list has told of a batch may be all it did of it: its commit says that it is told.
        (list_that_talks, [2, 2, 2]),
    ],
)
def test_lines_of_a_scan_wait_for_more_of_them_and_trouble_and_lists_do_not(
    talks: Callable[[Run[NoParams], Bench], None], written: list[int]
) -> None:
    state = SqliteState.in_memory()
    logs = Counting(state)
    bench = Bench(Shop({f"{number}": "v" for number in range(6)}), state, logs)
    bench.with_entry(batch_size=1)
    told = job("copy-items")(lambda run: talks(run, bench))
    bench.shop.handler = lambda: told  # type: ignore[method-assign,assignment,return-value]
    record = bench.tick().record
    assert logs.written == written
    assert len(shown(bench, record)) == sum(written)


def test_levels_below_the_jobs_own_are_not_kept_and_a_run_sets_its_own() -> None:
    bench = Bench(Shop({}))

    @job("copy-items")
    def chatter(run: Run[NoParams]) -> None:
        run.log.debug("a detail")
        run.log.warning("trouble")

    bench.shop.handler = lambda: chatter  # type: ignore[method-assign,assignment,return-value]
    logger = logging.Logger("of a process that is used again", logging.INFO)
    messages = []
    for minute, level in enumerate(("DEBUG", "INFO", "ERROR", None), 1):
        bench.state.control.override(KEY, "log_level", level)
        services = replace(bench.services(), logger=logger)
        bench.clock.instant = max(bench.clock.instant, START + timedelta(minutes=minute))
        record = chatter.handle(bench.event(minute), services, 300).record
        messages.append([each.message for each in shown(bench, record)])
    assert messages == [["a detail", "trouble"], ["trouble"], [], ["trouble"]]


def shown(bench: Bench, record: RunRecord) -> list[LogRecord]:
    return list(bench.logs.of_run(record.id, START - timedelta(days=1), START))


def test_what_expires_by_itself_does_so_at_the_cap_whatever_is_set() -> None:
    state = SqliteState.in_memory()
    bench = Bench(Shop(SOURCE), state, SqliteLogs(state.database))
    bench.with_entry(retention_days=10)
    bench.state.control.override(KEY, "retention_days", "3")
    record = bench.tick().record
    rows = state.database.rows("SELECT sk, expires_at FROM log")
    assert {expires for _, expires in rows} == {int((START + timedelta(days=20, minutes=1)).timestamp())}
    assert record.expires_at == START + timedelta(days=50, minutes=1)
