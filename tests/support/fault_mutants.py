"""Copies of the runtime package in which one rule each is broken, and what the matrices say of them.

`python -m support.fault_mutants` runs the matrices against the package it finds, until the first breach, and
prints that as JSON: the test starts it once for each copy.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
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
    """A rule that is broken, how, and the backend on which it shows."""

    name: str
    edits: tuple[Edit, ...]
    backend: str = "sqlite"


def _engine(path: str, old: str, new: str) -> Edit:
    return Edit(f"{_ENGINE}/{path}", old, new)


MUTANTS = (
    Mutant("nothing broken", ()),
    Mutant("nothing broken, on DynamoDB", (), "dynamodb"),
    Mutant(
        "commit before write",
        (
            Edit(
                "functions/sync_products/app.py",
                "        run.commit(batch, store.upsert_products(batch.records, compare=batch.compare))",
                "        from nightshift import Outcome\n"
                "        poisoned = {key: 'refused' for key in batch.keys if key == '4'}\n"
                "        good = [key for key in batch.keys if key not in poisoned]\n"
                "        run.commit(batch, Outcome(updated=good, failed=poisoned))\n"
                "        store.upsert_products(batch.records, compare=batch.compare)",
            ),
        ),
    ),
    Mutant(
        "no fence, SQLite",
        (
            Edit(
                f"{_TOOLS}/embedded/control.py",
                "control is None or control.fence != lease.fence or control.run != lease.run",
                "control is None",
            ),
        ),
    ),
    Mutant(
        "no fence, DynamoDB",
        (
            _engine(
                "state/dynamodb/control.py",
                '"#fence = :fence AND #run = :run"',
                '"(#fence = :fence AND #run = :run) OR attribute_exists(#fence)"',
            ),
        ),
        "dynamodb",
    ),
    Mutant(
        "no fence on fingerprints, DynamoDB",
        (
            _engine(
                "state/dynamodb/fingerprints.py",
                '"attribute_not_exists(fence) OR fence <= :fence"',
                '"attribute_not_exists(fence) OR fence <= :fence OR attribute_exists(fence)"',
            ),
        ),
        "dynamodb",
    ),
    Mutant(
        "cursor from the clock",
        (
            _engine(
                "scan_cursor.py",
                "return replace(self, skip=max(self.skip, skip), resumes=True)",
                "return replace(self, skip=10**6, resumes=True)",
            ),
        ),
    ),
    Mutant(
        "release before record",
        (
            _engine("journal.py", "            self._services.state.runs.put(record)\n", ""),
            _engine(
                "journal.py",
                "        self._services.state.control.release(self.lease, release)\n",
                "        self._services.state.control.release(self.lease, release)\n"
                "        if not is_idle:\n            self._services.state.runs.put(record)\n",
            ),
        ),
    ),
    Mutant(
        "no own-success detection",
        (
            _engine("state/dynamodb/control.py", "if is_own(old, request):", "if False:"),
            _engine(
                "state/dynamodb/control.py",
                'if refusal.old.get("last_run") != lease.run:',
                "if True:",
            ),
        ),
        "dynamodb",
    ),
    Mutant(
        "fingerprints before write",
        (
            _engine(
                "changes.py",
                "        self._on_batch(batch)\n",
                "        for record in taken:\n"
                "            self._records.set(record.key, record.fingerprint)\n"
                "        self._on_batch(batch)\n",
            ),
            _engine("changes.py", "            self._records.doubt(in_flight)\n", ""),
        ),
    ),
    Mutant(
        "a failed batch is not doubted",
        (_engine("changes.py", "            self._records.doubt(in_flight)\n", ""),),
    ),
    Mutant(
        "a batch is not doubted once its commit has begun",
        (
            _engine(
                "run.py",
                "self._sent, self._unwritten = (), batch.keys",
                "self._sent, self._unwritten = (), ()",
            ),
        ),
    ),
    Mutant(
        "skip instead of raise for the own slot",
        (
            _engine("admission.py", "if refused.refusal is Refusal.SLOT_HELD:", "if False:"),
            _engine(
                "admission.py",
                "        Refusal.OVERLAP: f",
                "        Refusal.SLOT_HELD: 'held',\n        Refusal.OVERLAP: f",
            ),
        ),
    ),
    Mutant(
        "no full compare after a kill",
        (_engine("changes.py", "options.full or options.taken_over or cursor", "options.full or cursor"),),
    ),
    Mutant(
        "page digests without the fence of the run that took over",
        (_engine("fingerprints/pages.py", "self._writes_all or new", "new"),),
    ),
    Mutant(
        "an ended run is caught and goes on",
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
        (_engine("execution.py", "elif earlier.status is Status.SUCCEEDED and", "elif False and"),),
    ),
    Mutant(
        "a run that was overtaken at its end keeps its record",
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


def _matrices(backend_name: str) -> Iterator[tuple[str, str]]:
    from nightshift_tools.sandbox.server import Sandbox
    from nightshift_tools.testing import dynamodb_local
    from nightshift_tools.testing.tables import create_tables
    from support.fault_dynamodb import DynamoBackend
    from support.fault_gate import STATE
    from support.fault_matrix import Tally, state_faults, upstream_faults
    from support.fault_sqlite import SqliteBackend
    from support.fault_upstream import watched_upstreams
    from support.fault_world import CUT_SHORT, EDITED, PRODUCTS, THERE_AND_BACK, Backend
    from support.fault_zombies import zombies

    with ExitStack() as stack:
        stack.enter_context(watched_upstreams())
        sandbox = stack.enter_context(Sandbox(products=PRODUCTS))
        tally, next_slot = Tally(), "of the next slot"
        if backend_name == "sqlite":
            backend: Backend = SqliteBackend()
            matrices = {
                "upstream, for good": upstream_faults(
                    sandbox, backend, EDITED, "medusa", "500 after its effect, from then on", tally
                ),
                "kill at an upstream": upstream_faults(
                    sandbox, backend, EDITED, "medusa", "ended after", tally
                ),
                "short of time": upstream_faults(sandbox, backend, CUT_SHORT, "medusa", "503, once", tally),
                "pause": zombies(sandbox, backend, THERE_AND_BACK, STATE, next_slot, tally),
                "kill at the state": state_faults(sandbox, backend, EDITED, "ended after", tally),
                "fault of the state": state_faults(sandbox, backend, EDITED, "disk broken", tally),
            }
        else:
            endpoint = stack.enter_context(dynamodb_local.running())
            own = dynamodb_local.client(endpoint)
            backend = DynamoBackend(endpoint, create_tables(own, "mutants"))
            stack.callback(backend.close)
            own.close()
            lost = "lost after its effect, once"
            matrices = {
                "lost answers": state_faults(sandbox, backend, EDITED, lost, tally),
                "pause": zombies(sandbox, backend, EDITED, STATE, next_slot, tally),
            }
        for name, breaches in matrices.items():
            for breach in breaches:
                yield name, str(breach)


def main() -> None:
    """Say the first breach, or nothing."""
    try:
        name, what = next(chain(_matrices(sys.argv[1]), iter([("", "")])))
    except AssertionError as error:
        name, what = "the undisturbed run", str(error)
    print(json.dumps({"matrix": name, "breach": what}))


if __name__ == "__main__":
    main()
