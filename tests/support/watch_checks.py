"""What must hold of the weeks of a `World`, worked out from what really happened alone."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import accumulate

from nightshift.manifest import CompiledManifest, ScheduleEntry
from nightshift.state.models import Status
from support.watch_world import EVERY, HOUR, MINUTE, Truth, Try, Watched

DELIVERY = 5 * MINUTE
LOOKS = 4 * EVERY
"""How long it may take until a look is not dropped, and a minute."""


def broken_promises(truth: Truth, until: datetime) -> list[str]:
    """Every breach, as a line of text."""
    checks = (_twice, _strange, _left_open, _false_alarms, _unseen, _one_number_a_look)
    return [breach for check in checks for breach in check(truth, until)]


def _twice(truth: Truth, until: datetime) -> Iterator[str]:
    for (watched, minute), times in truth.succeeded.items():
        if times > 1:
            yield f"{_text(watched)} {minute} succeeded {times} times"


def _strange(truth: Truth, until: datetime) -> Iterator[str]:
    fired = {(watched, minute) for watched, minutes in truth.fired.items() for minute in minutes}
    claimed = {(watched, minute) for watched, tries in truth.tries.items() for minute in tries}
    for watched, minute in sorted(claimed - fired, key=str):
        yield f"{_text(watched)} {minute} was claimed and is no slot of it"


def _left_open(truth: Truth, until: datetime) -> Iterator[str]:
    """A slot that did not succeed is tried again in time, unless a later one of its schedule is.

    Of jobs with one schedule: another's runs would be in its way, and may be.
    """
    schedules = Counter(key for key, _ in truth.tries)
    for watched, slots in truth.tries.items():
        began = sorted((each[0].began, minute) for minute, each in slots.items() if each)
        for minute, tries in slots.items() if schedules[watched[0]] == 1 else ():
            for number, one in enumerate(tries):
                last = _tried_again_by(one, minute) + LOOKS
                again = tries[number + 1].began if number + 1 < len(tries) else None
                followed = any(minute < later and when <= last for when, later in began)
                if one.status is Status.SUCCEEDED or followed or last >= until:
                    continue
                if (again is None or again > last) and not _is_hindered(truth, watched, one.ended, last):
                    yield f"{_text(watched)} {minute} ended {one.status} at {one.ended} and was left open"


def _tried_again_by(one: Try, minute: datetime) -> datetime:
    if one.status is Status.FAILED:
        return one.ended + max(DELIVERY, one.ended - minute)
    return one.lease_until if one.status is Status.INTERRUPTED else one.ended


def _is_hindered(truth: Truth, watched: Watched, since: datetime, until: datetime) -> bool:
    key, _ = watched
    return (
        not _stands(truth, watched, since, until)
        or any(begin <= until and end >= since for begin, end in truth.paused[key])
        or any(began <= until and ended >= since for began, ended in truth.by_hand[key])
    )


def _false_alarms(truth: Truth, until: datetime) -> Iterator[str]:
    """A report is right where the slot was due, was waited for, and nothing of it or later had arrived."""
    arrivals = {watched: _Latest(met) for watched, met in truth.arrived.items()}
    for now, watched, minute in truth.reported:
        key, _ = watched
        what = f"{_text(watched)} {minute} was reported at {now}"
        if minute not in truth.fired[watched]:
            yield f"{what}, and never fired"
        if watched in arrivals and arrivals[watched].has(minute, now):
            yield f"{what}, and had arrived or was made up for"
        if any(since <= minute <= end or since <= now < end for since, end in truth.paused[key]):
            yield f"{what}, and fell into a pause"
        if any(began >= minute and ended <= now for began, ended in truth.by_hand[key]):
            yield f"{what}, after a run by hand"
        if now < _due(truth, watched, minute):
            yield f"{what}, too early"
        if not _stands(truth, watched, minute, now):
            yield f"{what}, and was not deployed"
        if _exhausted(truth, watched, now):
            yield f"{what}, and was exhausted"


def _unseen(truth: Truth, until: datetime) -> Iterator[str]:
    """A slot that never came, nor one after it in time, is reported, unless something excuses it."""
    for watched, minutes in truth.fired.items():
        arrivals = _Latest(truth.arrived[watched])
        reports = _Latest([(now, slot) for now, who, slot in truth.reported if who == watched])
        for minute in minutes:
            last = _due(truth, watched, minute) + LOOKS
            if last >= until or arrivals.has(minute, last) or reports.has(minute, last):
                continue
            if not _is_excused(truth, watched, minute, last):
                yield f"{_text(watched)} {minute} never came and was not reported"


class _Latest:
    """The highest slot that was met up to any moment."""

    def __init__(self, met: list[tuple[datetime, datetime]]) -> None:
        met = sorted(met)
        self._moments = [moment for moment, _ in met]
        self._slots = list(accumulate((slot for _, slot in met), max))

    def has(self, minute: datetime, until: datetime) -> bool:
        """This slot, or a later one, was met by then."""
        place = bisect_right(self._moments, until)
        return place > 0 and self._slots[place - 1] >= minute


def _is_excused(truth: Truth, watched: Watched, minute: datetime, last: datetime) -> bool:
    key, _ = watched
    return (
        not _stands(truth, watched, minute, last)
        or _exhausted(truth, watched, last)
        or any(since <= last and end >= minute for since, end in truth.paused[key])
        or any(began <= last and ended >= minute for began, ended in truth.by_hand[key])
        or any(began <= minute + MINUTE and ended >= minute for began, ended in truth.worked[key])
    )


def _one_number_a_look(truth: Truth, until: datetime) -> Iterator[str]:
    told: dict[datetime, dict[str, int]] = {now: {} for now in truth.looked}
    for now, job, number in truth.told:
        if job in told[now]:
            yield f"{job} was told twice at {now}"
        told[now][job] = number
    for now, numbers in told.items():
        manifest = _in_force(truth, now)
        expected = {
            name
            for name, entry in manifest.jobs.items()
            if entry.enabled and any(schedule.enabled for schedule in entry.schedules)
        }
        if set(numbers) != expected:
            yield f"at {now} {sorted(expected ^ set(numbers))} was told or not told"
        missing = [key.job for when, (key, _), _ in truth.reported if when == now]
        if any(number != missing.count(job) for job, number in numbers.items()):
            yield f"at {now} the numbers are {numbers}, and missing were {missing}"


def _due(truth: Truth, watched: Watched, minute: datetime) -> datetime:
    """When a slot must have been seen: with the next firing, or after an hour; and some time to arrive."""
    minutes = truth.fired[watched]
    place = bisect_right(minutes, minute)
    following = minutes[place] if place < len(minutes) else minute + HOUR
    return min(following, minute + HOUR) + DELIVERY


def _stands(truth: Truth, watched: Watched, minute: datetime, now: datetime) -> bool:
    """From the first look before a minute on until now, the schedule meant the same."""
    looks = bisect_right(truth.looked, minute)
    if not looks:
        return False
    before = truth.looked[looks - 1]
    entries = [_entry(manifest, watched) for when, manifest in _overlapping(truth, before, now)]
    return entries[0] is not None and all(_same(entry, entries[0]) for entry in entries)


def _overlapping(
    truth: Truth, since: datetime, until: datetime
) -> Iterator[tuple[datetime, CompiledManifest]]:
    ends = [when for when, _ in truth.deployed[1:]] + [datetime.max.replace(tzinfo=since.tzinfo)]
    for (when, manifest), end in zip(truth.deployed, ends, strict=True):
        if when <= until and end > since:
            yield when, manifest


def _in_force(truth: Truth, now: datetime) -> CompiledManifest:
    return [manifest for when, manifest in truth.deployed if when <= now][-1]


def _entry(manifest: CompiledManifest, watched: Watched) -> ScheduleEntry | None:
    key, name = watched
    job = manifest.jobs.get(key.job)
    entry = job.schedule(name) if job and job.enabled else None
    return entry if entry and entry.enabled else None


def _same(one: ScheduleEntry | None, other: ScheduleEntry | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.aws, one.timezone, one.not_before, one.not_after) == (
        other.aws,
        other.timezone,
        other.not_before,
        other.not_after,
    )


def _exhausted(truth: Truth, watched: Watched, now: datetime) -> bool:
    key, _ = watched
    job = _in_force(truth, now).jobs.get(key.job)
    most = job.max_executions if job else None
    return most is not None and sum(when <= now for when in truth.first_claims[watched]) >= most


def _text(watched: Watched) -> str:
    key, schedule = watched
    return f"{key} {schedule}"
