"""Files that are not what they say: one clear line, never a traceback, and soon."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nightshift_tools.importers import apex, celery, crontab, medusa, serverless
from nightshift_tools.importers.errors import ImportFileError
from nightshift_tools.importers.files import MAX_SIZE, read_text
from nightshift_tools.importers.jobs import to_jobs
from nightshift_tools.importers.model import Findings
from nightshift_tools.importers.render import render
from nightshift_tools.manifest import parse

Reader = Callable[[str, str], Findings]


def read_crontab(text: str, file: str) -> Findings:
    return crontab.read(text, file, has_user=False)


REFUSED: list[tuple[Reader, str, str]] = [
    (medusa.read, "export const config = { name: 'n", "f:1: a string begins here with '"),
    (medusa.read, "\n\n/* never ends", "f:3: a comment begins here"),
    (medusa.read, "export const config = {", "f:1: a { opens here that is not closed"),
    (medusa.read, "x = (]", "f:1: a ] closes here what is not open"),
    (medusa.read, "(" * 5000, "f:1: brackets stand more than 60 deep"),
    (apex.read, "System.schedule('a', 'b'", "f:1: a ( opens here"),
    (
        apex.read,
        "for (Integer i = 0; i < 60; i++) { for (Integer j = 0; j < 60; j++) { a(); } }",
        "f:1: its loops have more than 1000 turns",
    ),
    (celery.read, "def (", "f:1: this is no Python"),
    (celery.read, "a = 1\nb = '\\N{nothing}'", "f:2: this is no Python"),
    (celery.read, "a\0b", "f:1: this is no Python"),
    (celery.read, "a = " + "-" * 100_000 + "1", "f:1: this is no Python"),
    (serverless.read, "a: [", "f:1: the YAML cannot be read"),
    (serverless.read, "a: \x07", "this is no YAML"),
    (serverless.read, "service: a", "f:1: there is no key `functions`"),
    (serverless.read, "", "f:1: there is no key `functions`"),
    (serverless.read, "functions: " + "[" * 5000, "more than 60 deep"),
    (
        serverless.read,
        "x: &e\n"
        + "  - {schedule: rate(1 hour)}\n" * 300
        + "functions:\n"
        + "".join(f"  f{n}: {{events: *e}}\n" for n in range(300)),
        "more than 2000 schedules",
    ),
]


@pytest.mark.parametrize(("read", "text", "message"), REFUSED)
def test_what_cannot_be_read_is_told_with_its_line(read: Reader, text: str, message: str) -> None:
    with pytest.raises(ImportFileError) as caught:
        read(text, "f")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


ODD = "\u2028${X}*/5 * * * * \x1b[31m \u202e \U0001f600 # : - { } [ ] ' \" & * ! | > % @ ` \\"
ODD_FILES: list[tuple[Reader, str]] = [
    (read_crontab, f"0 2 * * * {ODD}\n{ODD}\n@daily {ODD}\n"),
    (medusa.read, f"export const config = {{ name: {ODD!r}, schedule: '0 2 * * *' }}"),
    (medusa.read, f"export const config = {{ name: 'n', schedule: {ODD!r} }}"),
    (celery.read, f"beat_schedule = {{{ODD!r}: {{'task': {ODD!r}, 'schedule': 60, 'args': ({ODD!r},)}}}}"),
    (celery.read, "beat_schedule = {**a, None: {'schedule': 60}, 5: {}, 'b': 5, 'c': {'schedule': {}}}"),
    (celery.read, "beat_schedule = make()\nx.add_periodic_task()\nx.add_periodic_task(60)"),
    (
        apex.read,
        "System.schedule('a\\nb: c', '0 0 2 * * ?', new J()); System.schedule(); XScheduler.A.hourly();",
    ),
    (apex.read, "for (;;) { System.schedule('a', 'b', c); } for () {} if () {} = = ; XScheduler.;"),
    (serverless.read, "functions: {? [a] : {events: [{schedule: rate(1 hour)}]}, 5: 5, b: {events: 5}}"),
    (
        serverless.read,
        "functions: [a, {b: {events: [a, {schedule: {}}, {schedule: [1]}, {eventBridge: 5}]}}]",
    ),
]


@pytest.mark.parametrize(("read", "text"), ODD_FILES)
def test_whatever_stands_there_the_manifest_made_of_it_can_be_read(read: Reader, text: str) -> None:
    findings = read(text, "f")
    rendered = render(to_jobs(findings.found, None), findings.remarks)
    manifest = parse(rendered, {}, "schedules.yaml")
    translated = sum(len(job.schedules) for job in manifest.jobs.values())
    assert translated + rendered.count("# NOT TRANSLATED: ") == len(findings.found)
    assert all(line.isprintable() for line in rendered.splitlines())


LONG: list[tuple[Reader, str]] = [
    (read_crontab, "A" + " " * 400_000 + "\n"),
    (read_crontab, "* " * 200_000),
    (medusa.read, "const config: " * 10_000),
    (medusa.read, "/" * 2 + "a" * 400_000),
    (apex.read, "a=" * 20_000),
    (apex.read, "XScheduler." * 5_000),
    (celery.read, "A = " + "+".join(["1"] * 500) + "\n" + "beat_schedule = {'a': {'schedule': A}}\n" * 300),
]


@pytest.mark.parametrize(("read", "text"), LONG)
def test_long_files_take_no_long_time(read: Reader, text: str) -> None:
    assert isinstance(read(text, "f"), Findings)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match=r"nothing.ts:1: it cannot be read \(No such file"):
        read_text(tmp_path / "nothing.ts")
    with pytest.raises(ImportFileError, match=r"cannot be read \(Is a directory"):
        read_text(tmp_path)
    path = tmp_path / "latin.txt"
    path.write_bytes(b"a\n\xff")
    with pytest.raises(ImportFileError, match=r"latin.txt:2: this is not UTF-8"):
        read_text(path)
    path.write_bytes(b"a" * (MAX_SIZE + 1))
    with pytest.raises(ImportFileError, match="more than 500000 bytes"):
        read_text(path)
