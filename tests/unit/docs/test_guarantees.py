"""Every promise on the page names tests that show it, and they exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "guarantees.md").read_text()
PROMISES = {part.splitlines()[0]: part for part in PAGE.split("\n## ")[1:]}
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_names_tests_and_they_exist(promise: str) -> None:
    named = TEST.findall(PROMISES[promise])
    assert named
    for path, test in named:
        module = ast.parse((ROOT / path).read_text())
        assert test in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}, path


def test_every_test_on_the_page_is_named_with_its_file() -> None:
    assert len(re.findall(r"\btest_\w+`", PAGE)) == len(TEST.findall(PAGE))
