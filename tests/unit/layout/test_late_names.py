"""Packages whose names are found when they are asked for: every name is there, and no module hides one."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

PACKAGES = ["nightshift", "nightshift.connectors.medusa"]


@pytest.mark.parametrize("name", PACKAGES)
def test_every_name_is_found_and_no_other(name: str) -> None:
    package = import_module(name)
    for each in package.__all__:
        assert getattr(package, each).__class__ is not type(sys), f"{each} is a module"
    with pytest.raises(AttributeError, match=f"module '{name}' has no attribute 'nonsense'"):
        package.nonsense  # noqa: B018


@pytest.mark.parametrize("name", PACKAGES)
def test_no_name_is_that_of_a_module(name: str) -> None:
    package = import_module(name)
    assert package.__file__ is not None
    modules = {path.stem for path in Path(package.__file__).parent.iterdir()}
    assert modules.isdisjoint(package.__all__)


def test_who_wants_an_error_or_a_model_loads_no_engine() -> None:
    code = (
        "import sys, nightshift; from nightshift.errors import NightshiftError; nightshift.Cursor;"
        "print(sorted(m for m in sys.modules if m.startswith('nightshift.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(
        [f"nightshift.{name}" for name in ("errors", "late_names", "state", "state.models", "times")]
    )
