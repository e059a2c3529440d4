"""A crontab: `crontab -l`, or with a user's column as in /etc/crontab. By Vixie's and cronie's rules."""

from __future__ import annotations

import re

from nightshift_tools.importers.commands import name_of_command
from nightshift_tools.importers.model import Findings, Found
from nightshift_tools.manifest.values import Plain

_SETTING = re.compile(r"""\s*(?P<q>["']?)(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P=q)\s*=\s*(?P<value>.*?)\s*""")
_ALIAS = re.compile(r"(?P<when>@\S+)\s+(?P<rest>.+)")
_FIELDS = re.compile(r"(?P<when>[^ \t]+(?:[ \t]+[^ \t]+){4})[ \t]+(?P<rest>.+)")
_PERCENT = re.compile(r"(?<!\\)%")

_LONGEST = 10_000

WHOSE_TIME = (
    "cron fired in the time zone of its machine; without `timezone`, these schedules are in UTC "
    "(--timezone ZONE sets it)"
)


def read(text: str, file: str, *, has_user: bool) -> Findings:
    """Every line that starts something; comments and empty lines say nothing."""
    found: list[Found] = []
    zone: str | None = None
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip(" \t")
        if not stripped or stripped.startswith("#"):
            continue
        setting = _SETTING.fullmatch(line) if len(line) <= _LONGEST else None
        if setting is not None:
            value = setting["value"].strip("\"'")
            if setting["name"] == "CRON_TZ":
                zone = value
            else:
                found += _lost_setting(file, number, setting["name"], stripped)
            continue
        found.append(_line(stripped, file, number, zone, has_user))
    entries = [each for each in found if each.job]
    lost = [each.source for each in found if not each.job]
    general = [f"a setting of the crontab without counterpart: {source}" for source in lost]
    is_open = any("timezone" not in each.schedule for each in entries)
    return Findings(entries, [*([WHOSE_TIME] if is_open else []), *general])


def _lost_setting(file: str, number: int, name: str, line: str) -> list[Found]:
    return [] if name in ("SHELL", "PATH", "HOME", "LOGNAME", "USER") else [Found(file, number, "", line)]


def _line(line: str, file: str, number: int, zone: str | None, has_user: bool) -> Found:
    if len(line) > _LONGEST:
        return Found(
            file, number, line[:80], line[:80], reason=f"the line has more than {_LONGEST} characters"
        )
    matched = (_ALIAS if line.startswith("@") else _FIELDS).fullmatch(line)
    if matched is None:
        reason = "a line of a crontab has five fields, or an alias such as @daily, and then a command"
        return Found(file, number, line, line, reason=reason)
    command, notes = matched["rest"], []
    if has_user:
        user, _, command = command.partition(" ")
        notes.append(f"it ran as the user {user}; a job runs with the role of its function")
        if not command.strip():
            return Found(file, number, line, line, reason="there is no command after the user")
    elif re.match(r"root\s+\S", command):
        notes.append("if `root` is the user's column and not the command, import it with --user")
    if _PERCENT.search(command):
        notes.append("what follows the first % was the command's input")
    schedule: dict[str, Plain] = {"cron": " ".join(matched["when"].split())}
    if zone:
        schedule["timezone"] = zone
    return Found(
        file,
        number,
        name_of_command(command),
        line,
        schedule,
        notes=tuple(notes),
        description=f"Was: {command.strip()}",
    )
