"""The claim as a table: a control record, a claim, and what must come of it. Every adapter is held to it."""

from __future__ import annotations

from dataclasses import dataclass

from nightshift.state.claiming import Form
from nightshift.state.models import Control, Pause, Refusal, RunId, Slot, Status
from support.driving import at, slot

DEAD = RunId("20261120T215900.000Z-dead")


@dataclass(frozen=True)
class ClaimCase:
    """`control` stands when a run asks for `of` at minute 5; the answer must be `expected`."""

    name: str
    control: Control
    of: Slot | None
    expected: Form | Refusal
    max_executions: int | None = None
    blocker: RunId | None = None


def _leased(until: float, of: Slot | None) -> Control:
    """A record whose run has not released."""
    slots = {} if of is None else {of.schedule: of.minute}
    return Control(
        fence=7, owner=DEAD, run=DEAD, lease_until=at(until), run_slot=of, slots=slots, cursor={"seen": 3}
    )


def _begun(minute: int, done: int | None = None, **more: object) -> Control:
    """A record whose last run of the schedule `default` has ended."""
    return Control(
        fence=7,
        slots={"default": at(minute)},
        done={} if done is None else {"default": at(done)},
        last_run=DEAD,
        last_status=Status.FAILED if done is None else Status.SUCCEEDED,
        last_ended_at=at(minute),
        **more,  # type: ignore[arg-type]
    )


_PAUSE = Pause("stock-taking", at(0))

CASES = (
    ClaimCase("a fresh record", Control(), slot(4), Form.FIRST),
    ClaimCase("a fresh record, by hand", Control(), None, Form.FIRST),
    ClaimCase("the next slot", _begun(2, done=2), slot(4), Form.FIRST),
    ClaimCase("another schedule of the job", _begun(4, done=4), slot(4, "nightly"), Form.FIRST),
    ClaimCase("an older slot of another schedule", _begun(4, done=4), slot(1, "nightly"), Form.FIRST),
    ClaimCase("by hand, after a slot", _begun(4, done=4), None, Form.FIRST),
    ClaimCase("the slot that succeeded", _begun(4, done=4), slot(4), Refusal.DUPLICATE),
    ClaimCase("a slot before one that succeeded", _begun(4, done=4), slot(2), Refusal.TOO_LATE),
    ClaimCase("a slot before one that began", _begun(4), slot(2), Refusal.TOO_LATE),
    ClaimCase("a slot that began and failed", _begun(4), slot(4), Form.AGAIN),
    ClaimCase("a slot that began and failed, after one that succeeded", _begun(4, 2), slot(4), Form.AGAIN),
    ClaimCase("the next slot, after one that failed", _begun(2), slot(4), Form.FIRST),
    ClaimCase("a live run on an older slot", _leased(6, slot(2)), slot(4), Refusal.OVERLAP, blocker=DEAD),
    ClaimCase("a live run on this slot", _leased(6, slot(4)), slot(4), Refusal.SLOT_HELD, blocker=DEAD),
    ClaimCase("a live run by hand", _leased(6, None), slot(4), Refusal.OVERLAP, blocker=DEAD),
    ClaimCase("by hand, over a live run", _leased(6, slot(4)), None, Refusal.OVERLAP, blocker=DEAD),
    ClaimCase("by hand, over a live run by hand", _leased(6, None), None, Refusal.OVERLAP, blocker=DEAD),
    ClaimCase(
        "a live run on the same minute of another schedule",
        _leased(6, slot(4, "nightly")),
        slot(4),
        Refusal.OVERLAP,
        blocker=DEAD,
    ),
    ClaimCase("a live run, and a slot that is too late", _leased(6, slot(4)), slot(2), Refusal.TOO_LATE),
    ClaimCase(
        "a lease that ends this very moment", _leased(5, slot(2)), slot(4), Refusal.OVERLAP, blocker=DEAD
    ),
    ClaimCase("a lease that has ended, next slot", _leased(4.99, slot(2)), slot(4), Form.FIRST),
    ClaimCase("a lease that has ended, same slot", _leased(4.99, slot(4)), slot(4), Form.AGAIN),
    ClaimCase("a lease that has ended, by hand", _leased(4.99, slot(4)), None, Form.FIRST),
    ClaimCase("paused", _begun(2, done=2, pause=_PAUSE), slot(4), Refusal.PAUSED),
    ClaimCase("paused before it ever ran", Control(pause=_PAUSE), slot(4), Refusal.PAUSED),
    ClaimCase("paused, by hand", Control(pause=_PAUSE), None, Refusal.PAUSED),
    ClaimCase("paused, again after a failure", _begun(4, pause=_PAUSE), slot(4), Refusal.PAUSED),
    ClaimCase("paused, and a duplicate", _begun(4, done=4, pause=_PAUSE), slot(4), Refusal.DUPLICATE),
    ClaimCase("limited, fresh", Control(), slot(4), Form.FIRST, max_executions=1),
    ClaimCase(
        "limited, one left",
        _begun(2, done=2, executions={"default": 2}),
        slot(4),
        Form.FIRST,
        max_executions=3,
    ),
    ClaimCase(
        "limited, none left",
        _begun(2, done=2, executions={"default": 3}),
        slot(4),
        Refusal.EXHAUSTED,
        max_executions=3,
    ),
    ClaimCase(
        "limited, none left, but this slot began and is counted",
        _begun(4, executions={"default": 3}),
        slot(4),
        Form.AGAIN,
        max_executions=3,
    ),
    ClaimCase(
        "limited per schedule",
        _begun(2, executions={"default": 3}),
        slot(4, "nightly"),
        Form.FIRST,
        max_executions=3,
    ),
    ClaimCase("limited, by hand", _begun(2, executions={"default": 3}), None, Form.FIRST, max_executions=3),
    ClaimCase("limited to none", Control(), slot(4), Refusal.EXHAUSTED, max_executions=0),
    ClaimCase("no longer limited", _begun(2, done=2, executions={"default": 3}), slot(4), Form.FIRST),
)
