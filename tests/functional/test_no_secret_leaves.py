"""No credential leaves a run of any shipped job, whatever an upstream answers; and the test would see it.

sync-products has a matrix of its own, with every kind of credential.
"""

from __future__ import annotations

import io
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from aws_lambda_powertools import Logger

from nightshift.redact import Redactor
from nightshift.services import RunLogger
from nightshift_tools.local.files import FolderFiles
from nightshift_tools.local.outbox import Outbox
from nightshift_tools.sandbox.message import Request, Response
from nightshift_tools.sandbox.salesforce.org import packaged
from nightshift_tools.sandbox.server import Sandbox
from support.canaries import FAULTS, Fault, Planned, found_in
from support.fulfilment import ORDER_STATE, RECORD
from support.jobs import JobWorker, shipped
from support.payments import CHARGE, RAISE, Till
from support.shop import FakeClock

SURFACES = {
    "sync-skus": ("salesforce", "digital_river"),
    "fulfill-line-items": ("salesforce", "digital_river"),
    "fulfill-orders": ("salesforce", "digital_river"),
    RAISE: ("salesforce",),
    CHARGE: ("salesforce", "digital_river"),
    "report-products": ("medusa",),
    "send-newsletter": ("medusa",),
    "clean-expired-carts": ("medusa",),
}
ELSEWHERE = {"sync-products", "purge-logs", "run-batch-job"}
"""They have a matrix of their own, no upstream, or nothing but a queue."""

WORST = [fault for fault in FAULTS if fault.name in ("400 with a message", "500 with a page", "other JSON")]
CREDENTIALS = ("SALESFORCE_CLIENT_SECRET", "MEDUSA_PASSWORD", "DIGITAL_RIVER_API_KEY")


class Echo:
    """An upstream that repeats all it is sent, from the n-th request on. It notes the tokens."""

    def __init__(self, sandbox: Sandbox, surface: str, nth: int, fault: Fault) -> None:
        self.seen = 0
        self.tokens: set[str] = set()
        target: Any = getattr(sandbox.shop, surface)
        answer = target.answer

        def struck(request: Request) -> Response:
            self.seen += 1
            sent = next(
                (value for name, value in request.headers.items() if name.lower() == "authorization"), ""
            )
            self.tokens |= {sent.partition(" ")[2]} - {""}
            response: Response = answer(request)
            return fault.answer(request, response) if self.seen >= nth else response

        target.answer = struck


def with_work(job: str, sandbox: Sandbox, clock: FakeClock) -> JobWorker:
    """A worker of a job that has something to do. A new sandbox has enough for those of Medusa."""
    if job in (RAISE, CHARGE):
        till = Till(sandbox, clock)
        till.seed(1)
        if job == CHARGE:
            till.clean(RAISE)
        return till.worker(job)
    if "salesforce" in SURFACES[job]:
        sandbox.salesforce.clear()
        made = sandbox.salesforce.seed(
            products=1, orders=1, items=1, rows=0 if job == "fulfill-orders" else 1
        )
        if job == "fulfill-orders":
            (record,) = (sandbox.salesforce.record(RECORD, record_id) for record_id in made[RECORD])
            sandbox.salesforce.edit("Order", record[packaged("Order_Id")], {ORDER_STATE: "fulfilled"})
        clock.advance(3600)
    return JobWorker(job, sandbox, clock=clock)


def told(job: str, surface: str, nth: int, fault: Fault, folder: Path) -> tuple[Echo, str, list[str]]:
    """All that a run and a dry run left behind, and the credentials that must not be in it."""
    clock = FakeClock()
    with Sandbox(products=2, clock=lambda: clock.instant.timestamp()) as sandbox:
        worker = with_work(job, sandbox, clock)
        worker.files = FolderFiles(folder / "files")
        worker.mail = Outbox(folder / "outbox", worker.environment["MAIL_FROM"], clock)
        echo, output, observer = Echo(sandbox, surface, nth, fault), io.StringIO(), Planned()
        logger = Logger(service=f"canary {uuid4()}", stream=output, level="DEBUG")
        services = replace(worker.services(), logger=cast(RunLogger, logger), observer=observer)
        raised = []
        by_hand = {"job": job, "storefront": worker.key.storefront, "reason": "a test"}
        for event in (by_hand, {**by_hand, "dry_run": True}):
            try:
                ended = worker.handler.handle(event, services, 300)
                if ended.error is not None:
                    raise ended.error
            except Exception as error:
                raised += [str(error), repr(error), *traceback.format_exception(error)]
        rows = [
            f"{key} {body}"
            for table in ("state", "log")
            for key, body in worker.embedded.database.rows(f"SELECT sk, body FROM {table}")
        ]
        written = [path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file()]
        secrets = [worker.environment[name] for name in CREDENTIALS]
    return echo, "\n".join([output.getvalue(), *rows, *raised, *observer.said, *written]), secrets


def strikes(job: str, surface: str, fault: Fault, folder: Path) -> Iterator[tuple[int, str, list[str]]]:
    nth, is_over = 0, False
    while not is_over:
        nth += 1
        echo, text, secrets = told(job, surface, nth, fault, folder / str(nth))
        is_over = echo.seen < nth
        yield nth, text, [*secrets, *echo.tokens]


def test_every_shipped_job_is_looked_at() -> None:
    assert set(SURFACES) | ELSEWHERE == set(shipped().jobs)


@pytest.mark.parametrize(
    ("job", "surface"), [(job, surface) for job, surfaces in SURFACES.items() for surface in surfaces]
)
@pytest.mark.parametrize("fault", WORST, ids=lambda fault: fault.name)
def test_an_upstream_that_repeats_all_it_was_sent_tells_nobody(
    job: str, surface: str, fault: Fault, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for nth, text, secrets in strikes(job, surface, fault, tmp_path):
        assert not found_in(text, *secrets), f"request {nth}"
    assert nth > 1  # the job does ask this upstream
    assert not found_in("".join(capfd.readouterr()), *secrets)


def test_where_nothing_is_redacted_the_key_that_charges_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Redactor, "text", lambda _, text: text)
    for fault in WORST:
        for _, text, secrets in strikes(CHARGE, "digital_river", fault, tmp_path / fault.name):
            if found_in(text, *secrets):
                return
    pytest.fail("a key in an answer is not found where nothing is redacted")
