"""Each storefront of a job has its own claim, cursor, pause, runs, quarantine and fingerprints."""

from __future__ import annotations

from nightshift.state.models import (
    Fingerprints,
    JobKey,
    Pause,
    Quarantined,
    Refusal,
    RunId,
    RunRecord,
    Status,
)
from support.driving import Job, at, slot


def storefronts(job: Job) -> tuple[Job, Job, Job]:
    return job, Job(job.store, JobKey(job.key.job, "berlin")), Job(job.store, JobKey(job.key.job, "berlin-2"))


def test_one_storefront_at_work_does_not_keep_another_from_it(job: Job) -> None:
    leases = [each.granted("run", slot(0)).lease for each in storefronts(job)]
    assert [lease.fence for lease in leases] == [1, 1, 1]
    for each in storefronts(job):
        assert each.refused("other", slot(2)).refusal is Refusal.OVERLAP


def test_cursor_and_slots_are_a_storefronts_own(job: Job) -> None:
    plain, berlin, second = storefronts(job)
    berlin.release(berlin.granted("run", slot(4)).lease, cursor=7)
    assert plain.store.state.control.read(plain.key) is None
    assert second.granted("run", slot(2)).control.cursor == {}
    assert berlin.refused("again", slot(4)).refusal is Refusal.DUPLICATE


def test_pause_and_settings_are_a_storefronts_own(job: Job) -> None:
    plain, berlin, second = storefronts(job)
    job.store.state.control.pause(berlin.key, Pause("stock-taking", at(0)))
    job.store.state.control.override(berlin.key, "batch_size", "5")
    assert berlin.refused("run", slot(0)).refusal is Refusal.PAUSED
    for each in (plain, second):
        assert each.granted("run", slot(0)).control.overrides == {}


def test_what_is_kept_of_a_run_is_a_storefronts_own(job: Job) -> None:
    _, berlin, _ = storefronts(job)
    lease = berlin.granted("run", slot(0)).lease
    record = RunRecord(lease.run, berlin.key, "schedule", Status.RUNNING, at(0))
    set_aside = Quarantined("7", "why", 1, at(0), at(0), "digest", RunId("run"))
    job.store.state.runs.put(record)
    job.store.state.quarantine.put(berlin.key, [set_aside])
    job.store.state.fingerprints.write(lease, [Fingerprints("a", b"1")])
    for each in storefronts(job):
        is_own = each is berlin or each.key == berlin.key
        assert bool(job.store.state.runs.latest(each.key, 5, at(1))) is is_own
        assert bool(job.store.state.quarantine.all(each.key)) is is_own
        assert bool(list(job.store.state.fingerprints.read(each.key, "a", "z"))) is is_own
