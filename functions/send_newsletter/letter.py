"""The letter: a subject, a text and an HTML part with placeholders, read from the job's folder.

Placeholders are those of Python's string.Template: `$first_name`, `${issue}`, and `$$` for a dollar sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from nightshift import ConfigurationError

FOLDER = Path(__file__).parent / "letter"
PARTS = ("subject.txt", "letter.txt", "letter.html")
PLACEHOLDERS = ("first_name", "issue", "shop_name", "unsubscribe")
_REQUIRED = "unsubscribe"
"""A letter that does not say how to get no more of them may not be sent."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter to one customer."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter with its placeholders, all of which are known."""

    subject: Template
    text: Template
    html: Template

    @classmethod
    def read(cls, issue: str, folder: Path | None = None) -> Letter:
        """The letter of an issue: of a folder with its name, where there is one, else the one of every week.

        ConfigurationError names the file and the line that cannot be rendered, and what could be.
        """
        every_week = folder or FOLDER
        own = every_week / issue
        place = own if own.is_dir() else every_week
        subject, text, html = (_read(place / name) for name in PARTS)
        if len(subject.template.strip().splitlines()) != 1:
            raise ConfigurationError(f"{_shown(place / PARTS[0])} must be one line: it is the subject")
        return cls(Template(subject.template.strip()), text, html)

    def render(self, values: Mapping[str, str]) -> Rendered:
        """The letter with a value for each placeholder; in HTML they are text, whatever they hold."""
        return Rendered(
            " ".join(self.subject.substitute(values).split()),
            self.text.substitute(values),
            self.html.substitute({name: escape(value) for name, value in values.items()}),
        )


def _read(path: Path) -> Template:
    try:
        template = Template(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigurationError(f"{_shown(path)} cannot be read: {what}") from None
    found = set()
    for match in template.pattern.finditer(template.template):
        line = template.template.count("\n", 0, match.start()) + 1
        name = match["named"] or match["braced"]
        if match["invalid"] is not None:
            raise ConfigurationError(
                f"{_shown(path)}:{line}: a $ that begins no placeholder; write $$ for it"
            )
        if name and name not in PLACEHOLDERS:
            raise ConfigurationError(
                f"{_shown(path)}:{line}: ${name} is no placeholder; there are: "
                + ", ".join(f"${known}" for known in PLACEHOLDERS)
            )
        found.add(name)
    if path.name != PARTS[0] and _REQUIRED not in found:
        raise ConfigurationError(f"{_shown(path)} has no ${_REQUIRED}: every letter says how to get no more")
    return template


def _shown(path: Path) -> str:
    return "/".join(path.parts[-3:])
