"""Jobs over a list: batches with a cursor of the job's own, records set aside, results, deadline, dry run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest

from nightshift import Outcome, Run, job
from nightshift.errors import RunError
from nightshift.execution import Ended
from nightshift.handler import Handler, NoParams
from nightshift.state.models import Counts, Cursor, JobKey, Status
from support.shop import Bench, Plans, Shop


class Letters:
    """A list in order, told from a key on, and a job that sends each of its letters."""

    def __init__(self, bench: Bench, letters: str) -> None:
        self.bench = bench
        self.letters = letters
        self.read: list[str] = []
        self.sent: list[str] = []
        self.refused: dict[str, str] = {}
        self.version = "1"
        self.before_send: Callable[[Sequence[str]], None] = lambda keys: None
        self.at_end: Callable[[Run[NoParams]], None] = lambda run: None
        bench.shop.handler = self.handler  # type: ignore[method-assign,assignment]

    def after(self, cursor: Cursor) -> Iterator[str]:
        for letter in self.letters:
            if letter > str(cursor.get("after", "")):
                self.read.append(letter)
                yield letter

    def send(self, letters: Sequence[str]) -> Outcome:
        self.before_send(letters)
        good = [letter for letter in letters if letter not in self.refused]
        self.sent += good
        return Outcome(created=good, failed={key: why for key, why in self.refused.items() if key in letters})

    def handler(self) -> Handler[NoParams]:
        @job("copy-items")
        def send_letters(run: Run[NoParams]) -> None:
            found = run.batches(
                self.after(run.cursor),
                str,
                digest=lambda _: self.version,
                cursor=lambda letter: {"after": letter},
            )
            for batch in found:
                run.commit(batch, self.send(batch.records))
            self.at_end(run)

        return send_letters

    def cursor(self) -> Cursor:
        control = self.bench.state.control.read(JobKey("copy-items"))
        assert control is not None
        return control.cursor

    def quarantined(self) -> dict[str, int]:
        found = self.bench.state.quarantine.all(JobKey("copy-items"))
        return {record.record: record.attempts for record in found}


@pytest.fixture
def letters() -> Letters:
    return Letters(Bench(Shop({})), "abcdefghij")


def failure_of(ended: Ended) -> str:
    assert ended.record.status is Status.FAILED
    assert ended.record.failure is not None
    return ended.record.failure.message


def test_a_list_is_worked_off_in_batches_and_the_cursor_stands_behind_its_last_record(
    letters: Letters,
) -> None:
    record = letters.bench.tick().record
    assert (record.status, letters.sent) == (Status.SUCCEEDED, list("abcdefghij"))
    assert record.counts == Counts(read=10, created=10, batches=3)
    assert (record.cursor_before, record.cursor_after) == ({}, {"after": "j"})
    assert letters.cursor() == {"after": "j"}


def test_a_list_with_nothing_in_it_is_idle(letters: Letters) -> None:
    letters.bench.tick()
    assert letters.bench.tick().record.idle


def test_the_cursor_stays_behind_the_last_commit_where_a_batch_fails(letters: Letters) -> None:
    def fail(keys: Sequence[str]) -> None:
        if "f" in keys:
            raise RunError("the post office is closed")

    letters.before_send = fail
    assert failure_of(letters.bench.tick()) == "the post office is closed"
    assert letters.cursor() == {"after": "d"}
    letters.before_send = lambda keys: None
    letters.bench.tick()
    assert letters.sent == list("abcdefghij")


def test_a_run_whose_time_is_up_ends_incomplete_and_the_next_goes_on(letters: Letters) -> None:
    letters.before_send = lambda keys: letters.bench.clock.advance(200)
    assert letters.bench.tick().record.status is Status.INCOMPLETE
    assert letters.cursor() == {"after": "d"}
    assert letters.sent == list("abcd")
    letters.before_send = lambda keys: None
    assert letters.bench.tick().record.status is Status.SUCCEEDED
    assert letters.sent == list("abcdefghij")


def test_a_refused_record_is_set_aside_and_holds_up_nobody(letters: Letters) -> None:
    letters.refused = {"c": "no such street"}
    record = letters.bench.tick().record
    assert record.counts == Counts(read=10, created=9, quarantined=1, batches=3)
    assert letters.quarantined() == {"c": 1}
    assert letters.sent == list("abdefghij")


def test_a_record_whose_tries_are_used_up_is_left_alone_until_it_changes(letters: Letters) -> None:
    letters.letters = "c"
    letters.refused = {"c": "no such street"}
    letters.at_end = lambda run: run.advance({})  # the list is told from its start again
    for _ in range(5):
        letters.bench.tick()
    assert letters.quarantined() == {"c": 3}  # max_retries is 2
    letters.refused = {}
    assert letters.bench.tick().record.counts.quarantined == 1
    assert letters.sent == []
    letters.version = "2"
    letters.bench.tick()
    assert (letters.sent, letters.quarantined()) == (["c"], {})


def test_a_run_in_which_too_many_were_set_aside_fails(letters: Letters) -> None:
    letters.bench.with_entry(max_failed_ratio=0.2)
    letters.refused = dict.fromkeys("abc", "no")
    assert "3 of 10 records were set aside" in failure_of(letters.bench.tick())


def test_the_target_must_answer_for_every_record_of_a_batch(letters: Letters) -> None:
    letters.send = lambda letters: Outcome(created=letters[:-1])  # type: ignore[method-assign]
    assert "answered for 3 of the 4 records" in failure_of(letters.bench.tick())
    assert letters.cursor() == {}


def test_a_job_puts_its_cursor_where_it_likes_unless_the_run_fails(letters: Letters) -> None:
    letters.at_end = lambda run: run.advance({"stage": "orphans"})
    letters.bench.tick()
    assert letters.cursor() == {"stage": "orphans"}

    def advance_and_fail(run: Run[NoParams]) -> None:
        run.advance({"stage": "gone"})
        raise RunError("no")

    letters.at_end = advance_and_fail
    letters.bench.tick()
    assert letters.cursor() != {"stage": "gone"}


def test_a_job_may_work_on_several_lists_numbered_through(letters: Letters) -> None:
    numbers = []

    def again(run: Run[NoParams]) -> None:
        run.advance({"after": "z"})
        for batch in run.batches("xyz", str):
            numbers.append(batch.number)
            run.commit(batch, Outcome(removed=batch.keys))

    letters.at_end = again
    record = letters.bench.tick().record
    assert numbers == [4]
    assert record.counts == Counts(read=10, created=10, removed=3, batches=4)
    assert record.cursor_after == {"after": "z"}


def test_a_batch_must_be_committed_before_the_next(letters: Letters) -> None:
    def forget(run: Run[NoParams]) -> None:
        for _ in run.batches("uvwxyz", str):
            pass

    letters.at_end = forget
    assert "was asked for before the one before it was committed" in failure_of(letters.bench.tick())


def test_a_dry_run_of_a_list_writes_nothing_and_says_what_it_would_do(letters: Letters) -> None:
    plans = letters.bench.observer = Plans()
    record = letters.bench.by_hand(dry_run=True).record
    assert record.counts.created == 10
    assert plans.plan == [("created", letter) for letter in "abcdefghij"]
    assert letters.bench.state.control.read(JobKey("copy-items")) is None


def test_what_a_job_reports_stands_in_its_run_record_even_if_it_did_nothing_else(letters: Letters) -> None:
    letters.letters = ""
    letters.at_end = lambda run: run.report(report="2026-11-20.html", pages=3)
    record = letters.bench.tick().record
    assert not record.idle
    stored = letters.bench.state.runs.get(record.key, record.id, letters.bench.clock.now())
    assert stored == replace(record, dry_run=False)
    assert stored.results == {"report": "2026-11-20.html", "pages": 3}


def test_scan_and_list_do_not_mix_in_one_run(letters: Letters) -> None:
    letters.at_end = lambda run: list(run.changed(lambda _: [], lambda item: item)) and None  # type: ignore[func-returns-value]
    assert "scans one source" in failure_of(letters.bench.tick())
