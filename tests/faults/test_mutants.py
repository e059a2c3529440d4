"""The matrices are worth what they catch: of every copy of the package with a rule broken they must say so,
and of one with nothing broken they must not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.fault_mutants import MUTANTS, Mutant, paths, plant

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_matrices_catch_every_mutant(
    mutant: Mutant, tmp_path: Path, request: pytest.FixtureRequest, record_property: pytest.RecordProperty
) -> None:
    if mutant.backend == "dynamodb":
        request.getfixturevalue("dynamodb_endpoint")  # skips with the reason where there is none
    plant(mutant, tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "support.fault_mutants", mutant.backend],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths(tmp_path))},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    record_property("mutant", f"{mutant.name}: {found['matrix'] or 'not caught'}: {found['breach'][:160]}")
    assert bool(found["matrix"]) == bool(mutant.edits), found
