"""The runbook has every alarm of the template, and every command that any page names exists as written."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from samtranslator.yaml_helper import yaml_parse
from typer.main import get_command

from nightshift_tools.cli.app import build

ROOT = Path(__file__).resolve().parents[3]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
TEMPLATE = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))

_IN_BACKTICKS = re.compile(r"`nightshift ([^`]+)`")
_IN_A_BLOCK = re.compile(r"^ *(?:\$ )?nightshift ([^#\n]+)", re.MULTILINE)
_BLOCK = re.compile(r"```(?:sh)?\n(.*?)```", re.DOTALL)


def alarms() -> set[str]:
    """The alarms of the template; those that every job has by one name."""
    resources = TEMPLATE["Resources"]
    names = {name for name, body in resources.items() if body["Type"] == "AWS::CloudWatch::Alarm"}
    functions = {
        name.removesuffix("Function")
        for name, body in resources.items()
        if body["Type"] == "AWS::Serverless::Function"
    }
    of_jobs = sorted(functions, key=len, reverse=True)
    kinds = set()
    for name in names:
        job = next((job for job in of_jobs if name.startswith(job)), None)
        kinds.add(f"<Job>{name.removeprefix(job)}" if job else name)
    return kinds


def sections() -> dict[str, str]:
    return {part.splitlines()[0].strip("`"): part for part in RUNBOOK.split("\n## ")[1:]}


def test_every_alarm_has_its_section() -> None:
    assert alarms() - set(sections()) == set()
    assert {"<Job>FailedRunsAlarm", "<Job>MissingRunsAlarm", "DeadLettersAlarm"} <= alarms()


@pytest.mark.parametrize("alarm", sorted(alarms()))
def test_a_section_says_what_it_means_how_to_look_and_what_to_do(alarm: str) -> None:
    text = sections()[alarm]
    assert "**Means:**" in text
    assert re.search(r"\*\*Look( and do)?:\*\*", text)
    assert re.search(r"\*\*(Look and do|Do):\*\*|\| do \|", text)
    assert "nightshift " in text


def test_the_other_chapters_are_there() -> None:
    assert {
        "The first ten minutes after a deploy",
        "Restoring State from a backup",
        "Moving without a double run",
    } <= set(sections())


def commands() -> dict[str, set[str]]:
    """The options of every command, by what is typed after `nightshift`; groups have none of their own."""
    found: dict[str, set[str]] = {}

    def walk(command: object, path: tuple[str, ...]) -> None:
        children = getattr(command, "commands", None)
        options = {each for param in command.params for each in param.opts if each.startswith("--")}  # type: ignore[attr-defined]
        found[" ".join(path)] = options | {"--help"}
        for name, child in (children or {}).items():
            walk(child, (*path, name))

    walk(get_command(build()), ())
    return found


def named(text: str) -> Iterator[str]:
    """What stands after `nightshift` in inline code and in blocks of commands."""
    yield from _IN_BACKTICKS.findall(_BLOCK.sub("", text))
    for block in _BLOCK.findall(text):
        yield from _IN_A_BLOCK.findall(block)


KNOWN = commands()
USES = [(page, use) for page in PAGES for use in dict.fromkeys(named(page.read_text("utf-8")))]


@pytest.mark.parametrize(
    ("page", "use"), USES, ids=[f"{page.relative_to(ROOT)}: {use.strip()}" for page, use in USES]
)
def test_a_command_that_a_page_names_exists_with_its_options(page: Path, use: str) -> None:
    words = shlex.split(use.replace("…", ""))
    path = max((name for name in KNOWN if words[: len(name.split())] == name.split()), key=len)
    assert path or words[0].startswith("-") or words[0].isupper(), f"nightshift {words[0]} is no command"
    if path:
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert options <= KNOWN[path]


def test_many_commands_are_named() -> None:
    assert len(USES) > 60
