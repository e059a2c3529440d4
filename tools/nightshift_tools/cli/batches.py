"""What the commands of `nightshift batch` have in common: opening, following and printing batch jobs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from nightshift.batch_jobs.model import BatchJob, BatchJobId, Status
    from nightshift_tools.cli.batch_progress import BatchWatcher
    from nightshift_tools.local.batch_jobs import LocalBatchJobs

_LOOK_SECONDS = 2.0


@contextmanager
def open_batch_jobs() -> Iterator[LocalBatchJobs]:
    """The project's batch jobs, here or, with `--aws`, on a stack. A queue in BATCH_QUEUE_URL hears of them,
    too."""
    from nightshift_tools.cli.session import open_local
    from nightshift_tools.local.batch_jobs import LocalBatchJobs

    with open_local() as local:
        remote = None
        if local.stack is not None:
            from nightshift_tools.aws.stores import stack_queue

            remote = stack_queue(local.stack)
        elif local.environment.get("BATCH_QUEUE_URL"):
            from nightshift.batch_jobs.runtime import open_queue

            remote = open_queue(local.environment)
        yield LocalBatchJobs(local, remote)


@contextmanager
def told() -> Iterator[None]:
    """What was asked for and cannot be is wrong use: somebody has to ask for something else."""
    from nightshift.batch_jobs.errors import BatchJobError
    from nightshift.errors import ConfigurationError

    try:
        yield
    except BatchJobError as error:
        raise ConfigurationError(str(error)) from error


def parse_context(fields: Sequence[str]) -> dict[str, object]:
    """`name=value` pairs; a value that is JSON is that, any other is text."""
    from nightshift_tools.cli.session import parse_assignments

    found: dict[str, object] = {}
    for name, text in parse_assignments(list(fields)).items():
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    return found


def parse_status(text: str) -> Status:
    from nightshift.batch_jobs.model import Status
    from nightshift.errors import ConfigurationError

    try:
        return Status(text)
    except ValueError:
        known = ", ".join(status.value for status in Status)
        raise ConfigurationError(f"--status {text!r} is none; there are: {known}") from None


def watch(batch_jobs: LocalBatchJobs, batch_job: BatchJobId, watcher: BatchWatcher) -> None:
    """Look until there is nothing more to see: it is over, or waits for a person."""
    while True:
        job = batch_jobs.find(batch_job)
        watcher.show(job)
        if not job.is_open:
            return
        batch_jobs.local.clock.sleep(_LOOK_SECONDS)


def print_job(job: BatchJob, *, as_json: bool) -> None:
    """One batch job: its state, its plan, what came of it, and what to do next."""
    from nightshift.batch_jobs.documents import batch_job_document
    from nightshift_tools.cli.batch_progress import outcomes
    from nightshift_tools.cli.output import plain, print_error, print_json, print_line, print_note

    if as_json:
        print_json(batch_job_document(job))
        return
    result = job.result
    print_line(f"{job.id}: {job.type}, {job.status.value}{_reached(job)}")
    if told_of := outcomes(result):
        print_line(f"  {told_of}")
    for stat in result.stat_descriptors:
        print_line(f"  {plain(stat.name)}: {plain(stat.message)}")
    for key in (result.file_key, result.error_file_key):
        if key:
            print_line(f"  file {plain(key)}")
    for error in result.errors:
        print_error(plain(error))
    if job.status.value == "pre_processed":
        print_note(f"nothing is changed yet: `nightshift batch confirm {job.id}` carries it out")
    if result.row_errors:
        print_note(f"`nightshift batch errors {job.id}` shows which rows failed, and why")
    if result.file_key:
        print_note(f"`nightshift batch result {job.id}` prints the file")


def print_stopped(job: BatchJob) -> None:
    from nightshift_tools.cli.output import print_note

    print_note(f"stopped; {job.id} goes on with `nightshift run run-batch-job`, or on AWS by itself")


def print_list(jobs: Sequence[BatchJob], now: datetime) -> None:
    from nightshift_tools.cli import texts
    from nightshift_tools.cli.batch_progress import outcomes
    from nightshift_tools.cli.output import print_note, print_table

    if not jobs:
        print_note("there is no batch job")
        return
    rows = [
        (
            job.id,
            job.type,
            job.status.value,
            _progress(job),
            texts.ago(job.created_at, now),
            outcomes(job.result),
        )
        for job in jobs
    ]
    print_table(("id", "type", "status", "done", "created", "what came of it"), rows, right=("done",))


def write_out(chunks: Iterator[bytes], output: Path | None) -> None:
    """A file as it is, to stdout or to another."""
    from nightshift.errors import ConfigurationError

    if output is None:
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        sys.stdout.flush()
        return
    try:
        with output.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
    except OSError as error:
        raise ConfigurationError(f"{output} cannot be written: {error.strerror}") from None


def _reached(job: BatchJob) -> str:
    if job.result.count is None or job.status.value == "pre_processed":
        return ""
    return f", {job.result.advancement_count:,} of {job.result.count:,}"


def _progress(job: BatchJob) -> str:
    return "-" if job.result.count is None else f"{job.result.progress:.0%}"
