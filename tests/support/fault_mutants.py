"""Rules that are broken one at a time in copies of the package, each with the matrix that must say so.

Undisturbed, every mutant does its work without a fault: what catches it is the fault.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_ENGINE, _TOOLS = "layers/nightshift/nightshift", "tools/nightshift_tools"


@dataclass(frozen=True)
class Edit:
    """One text of a file and what stands in its place; the text must be there exactly once."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """A rule that is broken, and the matrix of `support.fault_trial` that catches it."""

    name: str
    caught_by: str
    edits: tuple[Edit, ...]


def _engine(path: str, old: str, new: str) -> Edit:
    return Edit(f"{_ENGINE}/{path}", old, new)


MUTANTS = (
    Mutant(
        "commit before write",
        "target down",
        (
            Edit(
                "functions/sync_products/app.py",
                "        done = store.upsert_products(",
                "        from nightshift import Outcome\n"
                "        poisoned = {key: 'refused' for key in batch.keys if key == '4'}\n"
                "        good = [key for key in batch.keys if key not in poisoned]\n"
                "        run.commit(batch, Outcome(updated=good, failed=poisoned))\n"
                "        store.upsert_products(",
            ),
            Edit("functions/sync_products/app.py", "        run.commit(batch, done)\n", ""),
        ),
    ),
    Mutant(
        "no fence, SQLite",
        "pause",
        (
            Edit(
                f"{_TOOLS}/embedded/control.py",
                "control.fence != lease.fence or control.run != lease.run",
                "False",
            ),
        ),
    ),
    Mutant(
        "no fence, DynamoDB",
        "pause on DynamoDB",
        (
            _engine(
                "state/dynamodb/control.py",
                '"#fence = :fence AND #run = :run"',
                '"(#fence = :fence AND #run = :run) OR attribute_exists(#fence)"',
            ),
        ),
    ),
    Mutant(
        "no fence on fingerprints, DynamoDB",
        "pause on DynamoDB",
        (
            _engine(
                "state/dynamodb/fingerprints.py",
                "OR fence <= :fence",
                "OR fence <= :fence OR attribute_exists(fence)",
            ),
        ),
    ),
    Mutant(
        "cursor from the clock: where the scan was when its time was up, not what it had written",
        "time limit of a first run",
        (
            _engine(
                "fingerprints/ledger.py",
                "return min(self._open, default=self._position)",
                "return self._position",
            ),
        ),
    ),
    Mutant(
        "cursor without the key: a place in the scan, and not which keys were met before it",
        "time limit",
        (_engine("changes.py", "for item in self._seen.pack()}", "for item in Seen().pack()}"),),
    ),
    Mutant(
        "release before record",
        "ended at the state",
        (
            _engine("journal.py", "                self._services.state.runs.put(record)\n", ""),
            _engine(
                "journal.py",
                "        self._services.state.control.release(self.lease, release)\n",
                "        self._services.state.control.release(self.lease, release)\n"
                "        if not is_idle:\n            self._services.state.runs.put(record)\n",
            ),
        ),
    ),
    Mutant(
        "no own-success detection of a claim",
        "answer of DynamoDB lost",
        (_engine("state/dynamodb/control.py", "if is_own(old, request):", "if False:"),),
    ),
    Mutant(
        "no own-success detection of a release",
        "answer of DynamoDB lost",
        (_engine("state/dynamodb/control.py", 'if refusal.old.get("last_run") != lease.run:', "if True:"),),
    ),
    Mutant(
        "fingerprints before write",
        "target down",
        (
            _engine(
                "changes.py",
                "        self._on_batch(batch)\n",
                "        for record in taken:\n"
                "            self._records.set(record.key, record.fingerprint)\n"
                "        self._on_batch(batch)\n",
            ),
            _engine(
                "changes.py",
                "        for key, reason in outcome.failed.items():\n",
                "        self._records.forget(list(outcome.failed))\n"
                "        for key, reason in outcome.failed.items():\n",
            ),
            _engine("changes.py", "            self._records.doubt(in_flight)\n", ""),
        ),
    ),
    Mutant(
        "a failed batch is not doubted",
        "target down after an effect",
        (_engine("changes.py", "            self._records.doubt(in_flight)\n", ""),),
    ),
    Mutant(
        "a batch is not doubted once its commit has begun",
        "fault of the state",
        (
            _engine(
                "run.py",
                "_Unwritten(batch.keys, self.counts, self.work.total)",
                "_Unwritten((), self.counts, self.work.total)",
            ),
        ),
    ),
    Mutant(
        "skip instead of raise for the own slot",
        "ended at the target",
        (
            _engine("admission.py", "if refused.refusal is Refusal.SLOT_HELD and not", "if False and not"),
            _engine(
                "admission.py",
                "        Refusal.OVERLAP: f",
                "        Refusal.SLOT_HELD: 'held',\n        Refusal.OVERLAP: f",
            ),
        ),
    ),
    Mutant(
        "no full compare after a kill",
        "ended at the target",
        (_engine("changes.py", "options.full or options.taken_over or", "options.full or"),),
    ),
    Mutant(
        "page digests without the fence of the run that took over",
        "pause",
        (_engine("fingerprints/pages.py", "self._writes_all or new", "new"),),
    ),
    Mutant(
        "an ended run is caught and goes on",
        "ended at the target",
        (
            _engine(
                "execution.py",
                "        except Exception as error:\n            return error\n",
                "        except BaseException as error:\n            return error\n",
            ),
        ),
    ),
    Mutant(
        "a slot may succeed twice",
        "ended at the state",
        (_engine("execution.py", "elif earlier.status is Status.SUCCEEDED and", "elif False and"),),
    ),
    Mutant(
        "a run that was overtaken at its end keeps its record",
        "pause",
        (
            _engine(
                "execution.py",
                "            return self._give_way(run, journal, lost)",
                "            raise lost",
            ),
        ),
    ),
)


def plant(mutant: Mutant, folder: Path) -> None:
    """Copy packages and functions into a folder, broken as the mutant says."""
    for name in ("layers/nightshift/nightshift", "tools/nightshift_tools", "functions"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("template.yaml", ".cache", "tests", "events"):
        if (ROOT / name).exists():
            (folder / name).symlink_to(ROOT / name)
    for edit in mutant.edits:
        file = folder / edit.path
        text = file.read_text()
        if text.count(edit.old) != 1:
            raise AssertionError(
                f"{mutant.name}: {edit.path} has the text {text.count(edit.old)} times: {edit.old}"
            )
        file.write_text(text.replace(edit.old, edit.new))


def paths(folder: Path) -> list[str]:
    """Where Python finds a planted copy and the tests' own support, in order."""
    return [str(folder / name) for name in ("layers/nightshift", "tools", "functions")] + [
        str(ROOT / "tests")
    ]
