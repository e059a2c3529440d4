"""The shipped project, and one with many jobs."""

from __future__ import annotations

import pytest

from support.templates import MANY_JOBS, ROOT, Project, make_project, read_project


@pytest.fixture(scope="session")
def shipped() -> Project:
    return read_project(ROOT)


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("many")
    make_project(root, MANY_JOBS)
    return read_project(root)


@pytest.fixture(params=["shipped", "many"])
def project(request: pytest.FixtureRequest) -> Project:
    found: Project = request.getfixturevalue(request.param)
    return found
