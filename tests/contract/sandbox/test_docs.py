"""docs/sandbox.md says what there is, and its commands work."""

import re
from pathlib import Path

import pytest
import urllib3

from contract.sandbox.client import Client
from nightshift_tools.sandbox.faults import Kind
from nightshift_tools.sandbox.server import Sandbox

PAGE = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text()
COMMANDS = re.findall(r"^curl (?:-X (\w+) )?\$SANDBOX(\S+)(?: +-d '(.*)')?", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("method", "path", "body"), COMMANDS)
def test_a_command_of_the_page_works(
    sandbox: Sandbox, pool: urllib3.PoolManager, method: str, path: str, body: str
) -> None:
    sandbox.digital_river.seed(orders=[{"id": "1"}])  # the page's commands follow each other; these do not
    control = Client(f"{sandbox.url}/_sandbox", pool)
    answer = control(method or "GET", path, body=body.encode() if body else None)
    assert answer.status == 200, answer.data


def test_the_page_names_every_kind_and_variable(sandbox: Sandbox) -> None:
    examples = {match for _, _, body in COMMANDS for match in re.findall(r'"kind": "(\w+)"', body)}
    assert examples == set(Kind)
    for name in (*Kind, *sandbox.environment()):
        assert f"`{name}`" in PAGE
