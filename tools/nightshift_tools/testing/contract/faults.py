"""Runs that are killed, short of time or left without an answer; and the cursor in all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, pairwise

from nightshift.errors import TryLaterError
from nightshift.state.models import Status
from nightshift_tools.testing.contract.cases import FIRST, Cases, Situation
from nightshift_tools.testing.contract.findings import Findings
from nightshift_tools.testing.contract.places import place_of
from nightshift_tools.testing.contract.promises import CURSORS, DEADLINES, KILLS, LOST_ANSWERS
from nightshift_tools.testing.gate import STATE, UPSTREAM, Act, Fate, kill_after, kill_before
from nightshift_tools.testing.stage import Delivery, Written
from nightshift_tools.testing.upstreams import SECONDS_PER_CALL, lose_answer

_FEWEST_CALLS = 4
_SHARES = (0.25, 0.5, 0.75)
_SHORT_RUNS = 10
_RESERVED_SHARE, _LARGEST_RESERVE = 0.2, 10.0  # of a run's time, for its last commit: nightshift.deadline


def check_kills(cases: Cases) -> Findings:
    """Killed before and after each write to the state and each upstream call."""
    found = Findings(KILLS)
    for situation in cases.situations(found):
        for site in (STATE, UPSTREAM):
            for name, act in {"before": kill_before, "after": kill_after}.items():
                _disturb(cases, found, situation, site, f"killed {name}", act)
    return found


def check_lost_answers(cases: Cases) -> Findings:
    """Each upstream call has its effect, and its answer is lost."""
    found = Findings(LOST_ANSWERS)
    for situation in cases.situations(found):
        _disturb(cases, found, situation, UPSTREAM, "the answer was lost of", lose_answer)
    if not found.cases:
        found.skipped.append(
            "no upstream call was seen: make them with run.http, or pass a double's through JobWorld.reach"
        )
    return found


def check_deadlines(cases: Cases) -> Findings:
    """With a part of the time it needs, a run ends in order, and later ones finish.

    It has the time for a first batch, within half of the whole: how long one takes is not known before.
    """
    found = Findings(DEADLINES)
    calls = cases.undisturbed(FIRST).seen.get(UPSTREAM, 0)
    if calls < _FEWEST_CALLS:
        found.skipped.append(
            f"a run makes {calls} upstream calls, and only they take time: have it make {_FEWEST_CALLS}"
        )
        return found
    whole = cases.undisturbed(FIRST)
    first_batch = min(whole.first_commit, whole.took / 2)
    for share in _SHARES:
        seconds = _time_for(first_batch + (whole.took - first_batch) * share)
        with cases.stage(FIRST) as stage:
            short = stage.tick(seconds_left=seconds)
            wrong = [*_late(short, seconds), *stage.recover(short), *stage.breaches()]
            after = f"with {seconds:.1f} s for {calls} calls of 1 s"
            found.case(after, [*wrong, *cases.excess(FIRST, stage)])
    with cases.stage(FIRST) as stage:
        runs = (stage.tick(seconds_left=seconds) for _ in range(_SHORT_RUNS))
        is_done = any(run.status is Status.SUCCEEDED for run in runs)
        wrong = [] if is_done else [f"{_SHORT_RUNS} runs in a row did not come to the end"]
        found.case(f"{after}, each run", [*wrong, *(stage.breaches() if is_done else ())])
    return found


def check_cursors(cases: Cases) -> Findings:
    """Each cursor that was committed, in runs that were killed at each write and in those that made good."""
    found = Findings(CURSORS)
    for situation in cases.situations(found):
        for place in count():
            with cases.stage(situation) as stage:
                tick = stage.tick(Fate(STATE, place, kill_after))
                list(stage.recover(tick))
                has_fired = tick.worker.gate.has_fired
                places = [(each, stage.world.place(each.cursor)) for each in stage.written if each.cursor]
            if not places or any(where is None for _, where in places):
                reason = (
                    "the cursor's order is not known: write JobWorld.place" if places else "no cursor is set"
                )
                found.skipped.append(f"{situation.name}: {reason}")
                break
            after = f"killed after {place_of(tick)}" if has_fired else "undisturbed"
            found.case(f"{after}, {situation.name}", _gone_back(places))
            if not has_fired:
                break
    return found


def _disturb(cases: Cases, found: Findings, situation: Situation, site: str, what: str, act: Act) -> None:
    """A fault at each place of a site in turn; the source changes on, and clean ticks follow."""
    for place in count():
        with cases.stage(situation) as stage:
            tick = stage.tick(Fate(site, place, act))
            if not tick.worker.gate.has_fired:
                return
            if situation.has_changed:
                stage.world.change()
            wrong = [f"the ended process went on to {request}" for request in tick.worker.gate.went_on]
            wrong += [*stage.recover(tick), *stage.breaches(), *cases.excess(situation, stage)]
            found.case(f"{what} {place_of(tick)}, {situation.name}", wrong)


def _time_for(usable: float) -> float:
    """The seconds of which a run can use so many."""
    share = usable / (1 - _RESERVED_SHARE)
    return share if share * _RESERVED_SHARE <= _LARGEST_RESERVE else usable + _LARGEST_RESERVE


def _late(run: Delivery, seconds: float) -> Iterator[str]:
    """What a run did after its time; the answer to its last call may have come a second late."""
    late = [began for began in run.worker.calls if began > seconds]
    if late:
        yield f"{len(late)} upstream calls were begun after it, the last {late[-1] - seconds:.1f} s"
    if run.took > seconds + SECONDS_PER_CALL:
        yield f"the run took {run.took:.1f} s: Lambda would have ended it"
    is_in_order = run.status in (Status.INCOMPLETE, Status.SUCCEEDED) or isinstance(run.error, TryLaterError)
    if not is_in_order:
        yield f"the run came to {run.told}, and not to `incomplete`"


def _gone_back(places: Sequence[tuple[Written, tuple[object, ...] | None]]) -> Iterator[str]:
    for (before, was), (after, now) in pairwise(places):
        if was is not None and now is not None and now < was:
            yield f"{after.verb} put it from {dict(before.cursor)} back to {dict(after.cursor)}"
