"""Log records: of a run in their order, troubles of a job in theirs, nothing older than what may be seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

import pytest

from nightshift.logs.records import Level, LogRecord
from nightshift.state.models import JobKey, RunId
from support.driving import START, Job, at

NOW = START + timedelta(days=5)
EXPIRY = START + timedelta(days=60)


@pytest.fixture
def run(job: Job) -> RunId:
    return RunId(f"20261120T220000.000Z-{job.key.job}")


def log(
    job: Job, run: RunId, when: datetime, sequence: int = 0, level: Level = Level.INFO, **more: object
) -> LogRecord:
    return LogRecord(run, job.key, when, sequence, level, f"record {sequence}", **more)  # type: ignore[arg-type]


def test_a_record_comes_back_whole(job: Job, run: RunId) -> None:
    full = log(
        job,
        run,
        at(1),
        level=Level.ERROR,
        batch=3,
        record="product-17",
        status=422,
        error_kind="RecordError",
        error_message="title: „required“ 🛑",
        error_stack="Traceback\n  …\x00",
    )
    job.store.logs.write([full, log(job, run, at(2))], EXPIRY)
    assert list(job.store.logs.of_run(run, START, NOW)) == [full, log(job, run, at(2))]


def test_a_record_of_a_storefront_comes_back_whole(job: Job, run: RunId) -> None:
    berlin = Job(job.store, JobKey(job.key.job, "berlin"))
    found = log(berlin, run, at(1), level=Level.WARNING)
    job.store.logs.write([found], EXPIRY)
    assert list(job.store.logs.of_run(run, START, NOW)) == [found]
    assert list(job.store.logs.troubles(berlin.key, START, at(9))) == [found]
    assert list(job.store.logs.troubles(job.key, START, at(9))) == []


def test_the_records_of_a_run_are_ordered_by_time_then_by_sequence(job: Job, run: RunId) -> None:
    expected = [log(job, run, at(1), sequence) for sequence in (2, 9, 10, 11)] + [log(job, run, at(2), 1)]
    job.store.logs.write(expected[::-1], EXPIRY)
    assert list(job.store.logs.of_run(run, START, NOW)) == expected


def test_records_written_twice_are_there_once(job: Job, run: RunId) -> None:
    records = [log(job, run, at(1), number) for number in range(3)]
    job.store.logs.write(records, EXPIRY)
    job.store.logs.write([*records, *records], EXPIRY)
    assert list(job.store.logs.of_run(run, START, NOW)) == records


def test_writing_nothing_is_harmless(job: Job, run: RunId) -> None:
    job.store.logs.write([], EXPIRY)
    assert list(job.store.logs.of_run(run, START, NOW)) == []


@pytest.mark.parametrize("level", [Level.INFO, Level.ERROR])
@pytest.mark.parametrize("count", [25, 26, 49, 50, 51, 600])
def test_any_number_of_records_is_kept_and_read_in_pages(
    job: Job, run: RunId, count: int, level: Level
) -> None:
    stack = "x" * 2000  # 600 of them are more than one page, in DynamoDB and in SQLite
    records = [log(job, run, at(1), number, level, error_stack=stack) for number in range(count)]
    job.store.logs.write(records, EXPIRY)
    assert [found.sequence for found in job.store.logs.of_run(run, START, NOW)] == list(range(count))


def test_what_is_older_than_may_be_seen_is_not_shown(job: Job, run: RunId) -> None:
    moments = [at(10) + timedelta(milliseconds=late) for late in (-1, 0, 1)]
    records = [log(job, run, moment, level=Level.ERROR) for moment in moments]
    job.store.logs.write(records, EXPIRY)
    assert list(job.store.logs.of_run(run, at(10), NOW)) == records[1:]
    assert list(job.store.logs.troubles(job.key, at(10), at(20))) == records[1:]


def test_troubles_are_warnings_and_errors_of_all_runs_of_a_job_oldest_first(job: Job) -> None:
    runs = [RunId(f"run-{letter}-{job.key.job}") for letter in "abcdefgh"]
    for number, run in enumerate(runs):
        job.store.logs.write(
            [
                log(job, run, at(30 - number), 1, Level.WARNING),
                log(job, run, at(30 - number), 2, Level.INFO),
                log(job, run, at(60), 3, Level.ERROR),
            ],
            EXPIRY,
        )
    found = list(job.store.logs.troubles(job.key, START, at(99)))
    assert [(record.run, record.level) for record in found] == [
        *((run, Level.WARNING) for run in reversed(runs)),
        *((run, Level.ERROR) for run in runs),
    ]


def test_troubles_end_where_they_are_asked_to(job: Job, run: RunId) -> None:
    records = [log(job, run, at(minute), 7, Level.ERROR) for minute in (1, 2, 3)]
    job.store.logs.write(records, EXPIRY)
    assert list(job.store.logs.troubles(job.key, START, at(2))) == records[:2]
    assert list(job.store.logs.troubles(job.key, at(9), at(2))) == []


def test_troubles_are_found_across_days(job: Job, run: RunId) -> None:
    records = [log(job, run, START + timedelta(hours=hours), 0, Level.ERROR) for hours in (0, 1, 3, 30, 60)]
    job.store.logs.write(records, EXPIRY)
    assert list(job.store.logs.troubles(job.key, START, START + timedelta(days=3))) == records
    assert list(job.store.logs.troubles(job.key, at(60), START + timedelta(hours=30))) == records[1:4]


def test_troubles_of_one_job_are_not_those_of_another(job: Job, run: RunId) -> None:
    other = JobKey(f"{job.key.job}-other")
    job.store.logs.write([log(job, run, at(1), level=Level.ERROR)], EXPIRY)
    assert list(job.store.logs.troubles(other, START, at(9))) == []


def test_text_that_is_no_unicode_is_spelled_out_not_lost(job: Job, run: RunId) -> None:
    job.store.logs.write([log(job, run, at(1), error_message="caf\ud83d")], EXPIRY)
    (found,) = job.store.logs.of_run(run, START, NOW)
    assert found.error_message == "caf\\ud83d"


def mixed(job: Job, run: RunId, count: int) -> list[LogRecord]:
    """Records of all levels by turns, several in a millisecond."""
    levels = (Level.INFO, Level.DEBUG, Level.INFO, Level.WARNING, Level.INFO, Level.ERROR, Level.DEBUG)
    start = at(1)
    return [
        log(job, run, start + timedelta(milliseconds=number // 3), number, levels[number % len(levels)])
        for number in range(count)
    ]


def test_records_of_all_levels_come_in_one_order(job: Job, run: RunId) -> None:
    records = mixed(job, run, 700)
    for first in range(0, 700, 140):  # as a run flushes them, batch by batch
        job.store.logs.write(records[first : first + 140], EXPIRY)
    assert list(job.store.logs.of_run(run, START, NOW)) == records


def test_records_of_a_clock_that_was_put_back_come_in_the_order_of_their_times(job: Job, run: RunId) -> None:
    late = [log(job, run, at(5) + timedelta(seconds=number), number) for number in range(60)]
    early = [log(job, run, at(4) + timedelta(seconds=number), 60 + number) for number in range(90)]
    job.store.logs.write(late, EXPIRY)
    job.store.logs.write(early, EXPIRY)
    expected = sorted([*late, *early], key=lambda record: (record.at, record.sequence))
    assert list(job.store.logs.of_run(run, START, NOW)) == expected


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_a_packed_record_is_hidden_by_its_own_time(job: Job, run: RunId, late: int) -> None:
    records = mixed(job, run, 300)
    border = records[150].at + timedelta(milliseconds=late)
    job.store.logs.write(records, EXPIRY)
    shown = list(job.store.logs.of_run(run, border, NOW))
    assert shown == [record for record in records if record.at >= border]
    assert shown[0].sequence == 150 + 3 * late


@pytest.mark.parametrize("level", [Level.INFO, Level.ERROR])
@pytest.mark.parametrize(("seconds", "is_shown"), [(-1, True), (0, False), (1, False)])
def test_what_has_expired_is_not_shown_though_it_is_there(
    job: Job, run: RunId, level: Level, seconds: int, is_shown: bool
) -> None:
    found = log(job, run, at(1), level=level)
    job.store.logs.write([found], EXPIRY)
    now = EXPIRY + timedelta(seconds=seconds)
    assert list(job.store.logs.of_run(run, START, now)) == [found] * is_shown
    if level is Level.ERROR and job.store.name != "moto":
        assert list(job.store.logs.troubles(job.key, at(0), now)) == [found] * is_shown


HOSTILE = {
    "ascii": "x" * 500_000,
    "four bytes a character": "🛑" * 200_000,
    "nothing but escapes": "\x00\x1f\x01\x1e" * 100_000,
    "surrogates": "\ud83d" * 100_000,
    "incompressible": "".join(map(chr, Random(3).choices(range(32, 0x2FFF), k=200_000))),
}


@pytest.mark.parametrize("level", [Level.DEBUG, Level.ERROR])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_records_of_hostile_size_are_cut_and_not_lost(job: Job, run: RunId, text: str, level: Level) -> None:
    more = {"record": text, "error_kind": text, "error_message": text, "error_stack": text}
    records = [
        LogRecord(run, job.key, at(1), number, level, text, **more)  # type: ignore[arg-type]
        for number in range(20)
    ]
    job.store.logs.write(records, EXPIRY)
    found = list(job.store.logs.of_run(run, START, NOW))
    assert [record.sequence for record in found] == list(range(20))
    assert all(len(record.message.encode()) in range(7_990, 8_001) for record in found)
    assert all(len((record.error_stack or "").encode()) in range(31_990, 32_001) for record in found)
    for item in job.store.archive.log_of(run):
        raw = job.store.raw_log.get(f"RUN#{run}", item.sort_key)
        assert raw is not None
        assert size_of(raw) < 400 * 1024


def test_records_that_cannot_be_compressed_are_spread_over_items(job: Job, run: RunId) -> None:
    chance = Random(7)
    records = [
        log(
            job,
            run,
            at(1),
            number,
            error_stack="".join(map(chr, chance.choices(range(32, 0x2FFF), k=12_000))),
        )
        for number in range(50)
    ]
    job.store.logs.write(records, EXPIRY)
    assert [record.sequence for record in job.store.logs.of_run(run, START, NOW)] == list(range(50))
    items = list(job.store.archive.log_of(run))
    assert sum(item.count for item in items) == 50
    assert len(items) > 1


def size_of(item: Mapping[str, str | int | bytes]) -> int:
    """As DynamoDB counts it: names and values, text in UTF-8; a number is never more than 21 bytes."""
    sizes = (
        len(value.encode() if isinstance(value, str) else value)
        for value in item.values()
        if not isinstance(value, int)
    )
    return sum(len(name.encode()) for name in item) + sum(sizes) + 21 * len(item)
