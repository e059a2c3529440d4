"""The matrices are worth what they catch: of every copy of the package with a rule broken they must say so,
and of one with nothing broken they must not. Undisturbed, all of them do their work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.fault_mutants import MUTANTS, Mutant, paths, plant
from support.fault_trial import ON_DYNAMODB

pytestmark = pytest.mark.faults

NOTHING_BROKEN = [
    Mutant("nothing broken, SQLite", "time limit", ()),
    Mutant("nothing broken, DynamoDB", "pause on DynamoDB", ()),
]


@pytest.mark.parametrize("mutant", [*NOTHING_BROKEN, *MUTANTS], ids=lambda mutant: mutant.name)
def test_a_fault_catches_every_mutant(
    mutant: Mutant, tmp_path: Path, request: pytest.FixtureRequest, record_property: pytest.RecordProperty
) -> None:
    arguments = [mutant.caught_by]
    if mutant.caught_by in ON_DYNAMODB:
        arguments.append(request.getfixturevalue("dynamodb_endpoint"))
    plant(mutant, tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "support.fault_trial", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths(tmp_path))},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    caught = f"{mutant.caught_by}: {found['breach'][:160]}" if found["breach"] else "not caught"
    record_property("mutant", f"{mutant.name}: {caught}")
    assert not found["undisturbed"]
    assert bool(found["breach"]) == bool(mutant.edits)
