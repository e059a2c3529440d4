"""docs/commands.md has every command and every option, and nothing that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from nightshift_tools.cli.app import build

PAGE = Path(__file__).resolve().parents[3] / "docs" / "commands.md"

GO_WITH_AWS = {"--stack", "--profile", "--region"}

_HEADING = re.compile(r"^### `nightshift (?P<usage>[^`]+)`$", re.MULTILINE)


def commands() -> dict[str, Any]:
    """Every command that is not hidden, by what is typed after `nightshift`."""

    def found(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        children = getattr(command, "commands", None)
        if children is None:
            yield " ".join(path), command
        for name, child in (children or {}).items():
            if not child.hidden:
                yield from found(child, (*path, name))

    return dict(found(get_command(build()), ()))


def sections() -> dict[str, str]:
    """The text of the page's sections, by command."""
    text = PAGE.read_text()
    headings = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    found = {}
    for heading, end in zip(headings, ends, strict=True):
        words = heading["usage"].split()
        name = " ".join(word for word in words if word.islower() and word[0] not in "[-")
        found[name] = text[heading.start() : end].split("\n## ")[0]
    return found


def options_of(command: Any) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts if option.startswith("--")}


def test_every_command_has_a_section_and_every_section_a_command() -> None:
    assert set(sections()) == set(commands())


@pytest.mark.parametrize("name", sorted(commands()))
def test_a_section_has_every_option_of_its_command_and_no_other(name: str) -> None:
    rows = re.findall(r"^\| `(--[a-z-]+)", sections()[name], re.MULTILINE)
    assert set(rows) == options_of(commands()[name]) - {"--help"} - GO_WITH_AWS


def test_what_goes_with_aws_is_told_once_for_all_commands() -> None:
    text = PAGE.read_text().split("### On AWS\n")[1].split("\n#")[0]
    assert set(re.findall(r"^\| `(--[a-z-]+)", text, re.MULTILINE)) == {"--aws"} | GO_WITH_AWS
    found = [options_of(command) for command in commands().values()]
    assert all(options >= {"--aws"} | GO_WITH_AWS for options in found if options & GO_WITH_AWS)
    assert any(options & GO_WITH_AWS for options in found)


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_and_option_has_a_help_text_of_its_own(name: str) -> None:
    command = commands()[name]
    first = (command.help or "").strip().splitlines()[0]
    assert first.endswith(".")
    assert len(first) <= 50
    for parameter in command.params:
        assert getattr(parameter, "help", None), parameter.name
