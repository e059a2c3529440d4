"""Log records: of a run in their order, troubles of a job in theirs, nothing older than what may be seen."""

from __future__ import annotations

from datetime import datetime, timedelta

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


@pytest.mark.parametrize("count", [25, 26, 600])
def test_any_number_of_records_is_kept_and_read_in_pages(job: Job, run: RunId, count: int) -> None:
    stack = "x" * 2000  # 600 of them are more than one page, in DynamoDB and in SQLite
    records = [log(job, run, at(1), number, error_stack=stack) for number in range(count)]
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
