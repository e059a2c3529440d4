"""What a function is given in Lambda: of all that costs an import, no more than its job can ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nightshift.files.s3 import S3Files
from nightshift.late_files import LateFiles
from nightshift.runtime import lambda_services
from nightshift.state.dynamodb.archive import DynamoArchive

FUNCTIONS = Path(__file__).resolve().parents[3] / "functions"


@pytest.fixture(autouse=True)
def function(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    for name, value in {
        "AWS_DEFAULT_REGION": "eu-central-1",
        "LAMBDA_TASK_ROOT": str(FUNCTIONS),
        "LOG_TABLE": "log",
        "STATE_TABLE": "state",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("BATCH_QUEUE_URL", "FILES_BUCKET", "MAIL_FROM"):
        monkeypatch.delenv(name, raising=False)
    lambda_services.cache_clear()
    yield monkeypatch
    lambda_services.cache_clear()


def test_only_the_purge_has_the_archive() -> None:
    assert lambda_services("sync-products").archive is None
    assert isinstance(lambda_services("purge-logs", is_purge=True).archive, DynamoArchive)


def test_what_no_variable_names_is_not_there() -> None:
    services = lambda_services("sync-products")
    assert (services.files, services.mail, services.queue) == (None, None, None)


def test_what_a_variable_names_is_there(function: pytest.MonkeyPatch) -> None:
    function.setenv("BATCH_QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/123456789012/batch-jobs")
    function.setenv("FILES_BUCKET", "files")
    function.setenv("MAIL_FROM", "Shop <news@shop.example>")
    services = lambda_services("sync-products")
    assert services.files is not None
    assert services.files.link("report.html")
    assert services.mail is not None
    assert services.mail.sender == "news@shop.example"
    assert services.queue is not None


def test_late_files_are_opened_once_and_not_before_the_first_use() -> None:
    opened = []

    def opening() -> S3Files:
        opened.append(True)
        return S3Files("files", lambda: pytest.fail("a link asks S3 nothing"))

    files = LateFiles(opening)
    assert not opened
    assert files.link("a.csv") != files.link("b.csv")
    assert len(opened) == 1
