"""The compiled manifest that is kept: used while nothing it depends on has changed, and never after."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from nightshift_tools.local import manifest as kept
from nightshift_tools.local.manifest import read_compiled
from nightshift_tools.local.project import Project
from nightshift_tools.manifest import ManifestError

TEXT = """\
version: 1
jobs:
  copy-items:
    batch_size: {default: "${SIZE:-15}", max: 100}
    schedule: "*/2 * * * *"
"""
NOTHING: Mapping[str, str] = {}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "schedules.yaml").write_text(TEXT)
    (tmp_path / ".nightshift").mkdir()
    return Project.find(tmp_path, NOTHING)


def files(project: Project) -> list[Path]:
    return sorted(project.home.iterdir())


def size(project: Project, environment: Mapping[str, str] = NOTHING) -> int:
    return read_compiled(project, environment).job("copy-items").batch_size


def test_what_is_kept_is_what_would_be_compiled(project: Project) -> None:
    compiled = read_compiled(project, NOTHING)
    assert len(files(project)) == 1
    assert read_compiled(project, NOTHING) == compiled


def test_it_is_used_without_reading_yaml_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    read_compiled(project, NOTHING)
    monkeypatch.setitem(sys.modules, "nightshift_tools.manifest", None)  # importing it fails from here on
    assert size(project) == 15


def test_an_edit_holds_at_once_and_leaves_nothing_of_before(project: Project) -> None:
    assert size(project) == 15
    project.manifest.write_text(TEXT.replace(":-15", ":-16"))
    assert size(project) == 16
    assert len(files(project)) == 1


def test_a_variable_that_the_manifest_names_holds_at_once(project: Project) -> None:
    assert [size(project, {"SIZE": text}) for text in ("15", "30", "15", "")] == [15, 30, 15, 15]


def test_other_code_compiles_anew(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_compiled(project, NOTHING)
    (before,) = files(project)
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "rules.py").touch()
    monkeypatch.setattr(kept, "_COMPILERS", (tmp_path / "code",))
    read_compiled(project, NOTHING)
    assert files(project) != [before]


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"version": 99}'])
def test_what_cannot_be_read_of_it_is_compiled_again(project: Project, broken: bytes) -> None:
    read_compiled(project, NOTHING)
    (path,) = files(project)
    path.write_bytes(broken)
    assert size(project) == 15
    assert path.read_bytes() != broken


def test_a_manifest_that_is_wrong_is_refused_each_time_and_not_kept(project: Project) -> None:
    project.manifest.write_text(TEXT.replace("*/2", "*/0"))
    for _ in range(2):
        with pytest.raises(ManifestError):
            read_compiled(project, NOTHING)
    assert files(project) == []


def test_it_belongs_to_its_owner_alone(project: Project) -> None:
    read_compiled(project, NOTHING)
    assert files(project)[0].stat().st_mode & 0o077 == 0


def test_without_a_home_it_is_not_kept(project: Project) -> None:
    project.home.rmdir()
    assert size(project) == 15
    assert not project.home.exists()
