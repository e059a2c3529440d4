"""The connection breaks after DynamoDB took the write: the client's own retry must not refuse itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

from nightshift.state.models import (
    Fingerprints,
    JobKey,
    Quarantined,
    Refusal,
    Refused,
    RunId,
    RunRecord,
    Status,
)
from nightshift_tools.testing.dynamodb_local import client
from nightshift_tools.testing.tables import TableNames
from support.driving import Job, at, slot
from support.states import dynamodb_store

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_NUMBERS = count(1)


class LostAnswers:
    """Once armed, sends the next request to its end, and then breaks the connection instead of answering."""

    def __init__(self, own_client: DynamoDBClient) -> None:
        self.lost = 0
        self._armed = False
        self._session = URLLib3Session()
        own_client.meta.events.register("before-send.dynamodb.*", self._send)

    def arm(self) -> None:
        self._armed = True

    def _send(self, request: Any, **_: object) -> None:
        if self._armed:
            self._armed = False
            self.lost += 1
            assert self._session.send(request).status_code in (200, 400)
            raise ConnectionClosedError(endpoint_url=request.url)


@pytest.fixture
def lossy(dynamodb_endpoint: str, local_tables: TableNames) -> Iterator[tuple[Job, LostAnswers]]:
    own_client = client(dynamodb_endpoint)
    job = Job(dynamodb_store("dynamodb-local", own_client, local_tables), JobKey(f"lossy-{next(_NUMBERS)}"))
    yield job, LostAnswers(own_client)
    own_client.close()


CLAIMS: dict[str, Callable[[Job], object]] = {
    "claim": lambda job: job.claim("run", slot(4)),
    "claim, limited": lambda job: job.claim("run", slot(4), max_executions=1),
    "claim again, after a failure": lambda job: job.claim("run", slot(2)),
    "claim by hand": lambda job: job.claim("run"),
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_whose_answer_is_lost_is_granted_and_counted_once(
    lossy: tuple[Job, LostAnswers], claim: str
) -> None:
    job, answers = lossy
    job.fail("before", slot(2))
    answers.arm()
    granted = CLAIMS[claim](job)
    assert answers.lost == 1
    assert not isinstance(granted, Refused)
    assert job.control().fence == 2
    assert job.control().run == "run"
    assert job.control().executions == ({"default": 1} if "limited" in claim else {})


def test_a_refusal_whose_answer_is_lost_is_the_same_refusal(lossy: tuple[Job, LostAnswers]) -> None:
    job, answers = lossy
    job.granted("alive", slot(2))
    answers.arm()
    refused = job.refused("other", slot(4))
    assert (answers.lost, refused.refusal, refused.blocker) == (1, Refusal.OVERLAP, "alive")


def test_commit_and_release_whose_answers_are_lost_have_been_done_once(
    lossy: tuple[Job, LostAnswers],
) -> None:
    job, answers = lossy
    lease = job.granted("run", slot(4)).lease
    answers.arm()
    lease = job.commit(lease, 7)
    assert job.control().cursor == {"seen": 7}
    answers.arm()
    job.release(lease, cursor=8)
    assert answers.lost == 2
    assert (job.control().run, job.control().done) == (None, {"default": at(4)})


def test_records_whose_answers_are_lost_are_there_once(lossy: tuple[Job, LostAnswers]) -> None:
    job, answers = lossy
    lease = job.granted("run", slot(4)).lease
    record = RunRecord(RunId("run"), job.key, "schedule", Status.RUNNING, at(0))
    set_aside = Quarantined("7", "why", 1, at(0), at(0), "digest", RunId("run"))
    ranges = [Fingerprints("a", b"1")]
    answers.arm()
    job.store.state.runs.put(record)
    answers.arm()
    job.store.state.quarantine.put(job.key, [set_aside])
    answers.arm()
    job.store.state.fingerprints.write(lease, ranges)
    answers.arm()
    job.store.state.runs.interrupt(job.key, record.id, at(1), "why")
    assert answers.lost == 4
    assert [run.status for run in job.store.state.runs.latest(job.key, 5, at(9))] == [Status.INTERRUPTED]
    assert job.store.state.quarantine.all(job.key) == [set_aside]
    assert list(job.store.state.fingerprints.read(job.key, "a", "z")) == ranges
