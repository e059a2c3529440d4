"""The connection breaks after DynamoDB took the write: what is sent again must not refuse itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

from nightshift.errors import LostLeaseError
from nightshift.state.models import (
    Control,
    Fingerprints,
    JobKey,
    Pause,
    Quarantined,
    Refusal,
    Refused,
    RunId,
    RunRecord,
    Status,
)
from nightshift.state.ports import ControlStore
from nightshift_tools.testing.dynamodb_local import client
from nightshift_tools.testing.tables import TableNames
from support.driving import Job, at, slot
from support.states import dynamodb_store

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_NUMBERS = count(1)


class LostAnswers:
    """Once armed, sends the next request to its end, and then breaks the connection instead of answering.

    `meanwhile` is done before the request can be sent again.
    """

    def __init__(self, own_client: DynamoDBClient) -> None:
        self.lost = 0
        self._armed = False
        self._meanwhile: Callable[[], object] = lambda: None
        self._session = URLLib3Session()
        own_client.meta.events.register("before-send.dynamodb.*", self._send)

    def arm(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self._armed = True
        self._meanwhile = meanwhile

    def _send(self, request: Any, **_: object) -> None:
        if self._armed:
            self._armed = False
            self.lost += 1
            assert self._session.send(request).status_code in (200, 400)
            self._meanwhile()
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


def test_a_release_whose_answer_is_lost_is_known_for_what_it_was_when_another_run_has_claimed(
    lossy: tuple[Job, LostAnswers],
) -> None:
    job, answers = lossy
    lease = job.granted("run", slot(2)).lease
    answers.arm(lambda: job.granted("other", slot(4), now=3))
    job.release(lease, cursor=8)
    assert answers.lost == 1
    assert (job.control().run, job.control().last_run, job.control().cursor) == ("other", "run", {"seen": 8})


def test_a_commit_whose_answer_is_lost_gives_way_to_a_run_that_has_taken_over(
    lossy: tuple[Job, LostAnswers],
) -> None:
    job, answers = lossy
    lease = job.granted("run", slot(2)).lease
    answers.arm(lambda: job.granted("other", slot(4), now=60))
    with pytest.raises(LostLeaseError, match="other"):
        job.commit(lease, 7)
    assert (answers.lost, job.control().run) == (1, "other")


def test_fingerprints_whose_answer_is_lost_give_way_to_those_of_a_later_run(
    lossy: tuple[Job, LostAnswers],
) -> None:
    job, answers = lossy
    fingerprints = job.store.state.fingerprints
    lease = job.granted("run", slot(2)).lease

    def overtake() -> None:
        fingerprints.write(job.granted("other", slot(4), now=60).lease, [Fingerprints("a", b"2")])

    answers.arm(overtake)
    with pytest.raises(LostLeaseError):
        fingerprints.write(lease, [Fingerprints("a", b"1")])
    assert list(fingerprints.read(job.key, "a", "z")) == [Fingerprints("a", b"2")]


def test_a_reset_whose_answer_is_lost_was_done(lossy: tuple[Job, LostAnswers]) -> None:
    job, answers = lossy
    job.succeed("before", slot(2))
    answers.arm()
    assert job.store.state.control.reset_cursor(job.key, {"seen": 5}, at(3))
    assert (answers.lost, job.control().cursor) == (1, {"seen": 5})


def test_a_reset_whose_answer_is_lost_was_done_even_if_a_run_has_claimed_since(
    lossy: tuple[Job, LostAnswers],
) -> None:
    job, answers = lossy
    job.succeed("before", slot(2))
    answers.arm(lambda: job.granted("run", slot(4), now=3))
    assert job.store.state.control.reset_cursor(job.key, {"seen": 5}, at(3))
    assert (answers.lost, job.control().run, job.control().cursor) == (1, "run", {"seen": 5})


def test_a_reset_that_was_refused_stays_refused_when_its_answer_is_lost(
    lossy: tuple[Job, LostAnswers],
) -> None:
    job, answers = lossy
    job.succeed("before", slot(2))
    assert job.store.state.control.reset_cursor(job.key, {"seen": 4}, at(2))
    job.granted("run", slot(4), now=3)
    answers.arm()
    assert not job.store.state.control.reset_cursor(job.key, {"seen": 5}, at(3))
    assert (answers.lost, job.control().cursor) == (1, {"seen": 4})


OPERATIONS: dict[str, tuple[Callable[[ControlStore, JobKey], object], Callable[[Control], object]]] = {
    "pause": (lambda control, key: control.pause(key, Pause("why", at(0))), lambda found: found.pause),
    "override": (
        lambda control, key: control.override(key, "batch_size", "5"),
        lambda found: found.overrides,
    ),
    "recheck": (lambda control, key: control.request_recheck(key), lambda found: found.is_recheck_due),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_an_operator_sets_holds_when_its_answer_is_lost(
    lossy: tuple[Job, LostAnswers], operation: str
) -> None:
    job, answers = lossy
    act, found = OPERATIONS[operation]
    answers.arm(lambda: job.claim("run", slot(4)))
    act(job.store.state.control, job.key)
    assert answers.lost == 1
    assert found(job.control())


def test_what_an_operator_takes_back_is_gone_when_its_answer_is_lost(lossy: tuple[Job, LostAnswers]) -> None:
    job, answers = lossy
    control = job.store.state.control
    control.pause(job.key, Pause("why", at(0)))
    control.override(job.key, "batch_size", "5")
    answers.arm()
    control.resume(job.key, at(1))
    answers.arm()
    control.override(job.key, "batch_size", None)
    assert answers.lost == 2
    assert (job.control().pause, job.control().overrides) == (None, {})


def test_a_run_that_ended_by_itself_is_not_marked_when_the_answer_is_lost(
    lossy: tuple[Job, LostAnswers],
) -> None:
    job, answers = lossy
    runs = job.store.state.runs
    ended = RunRecord(RunId("run"), job.key, "schedule", Status.SUCCEEDED, at(0), ended_at=at(1))
    runs.put(ended)
    answers.arm()
    runs.interrupt(job.key, ended.id, at(2), "why")
    assert answers.lost == 1
    assert runs.get(job.key, ended.id, at(3)) == ended
