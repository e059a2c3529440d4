"""Which columns a file may have, and what its header says: all that is wrong with it at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from nightshift.batch_jobs.errors import FileError

_WORDS = re.compile(r"[^\W_]+|[\[\]]")
_MAX_SHOWN = 40
_MAX_COLUMNS = 500


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns by name, and series of them: `Image # Url` stands for `Image 1 Url`, `Image 2 Url`, ….

    `$$$` in a series stands for a currency (`Price $$$`: `Price EUR`). A header may write names in any case.
    It needs all of `required`, and one of each group in `one_of`.
    """

    names: Sequence[str]
    series: Sequence[str] = ()
    required: Sequence[str] = ()
    one_of: Sequence[Sequence[str]] = ()
    _by_name: Mapping[str, str] = field(init=False, repr=False)
    _patterns: Sequence[tuple[re.Pattern[str], str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {_plain(name): name for name in self.names})
        object.__setattr__(self, "_patterns", [(_pattern(series), series) for series in self.series])

    def find(self, written: str) -> str | None:
        """The column that a header means; None where there is none of that name."""
        plain = _plain(written)
        if plain in self._by_name:
            return self._by_name[plain]
        for pattern, series in self._patterns:
            if match := pattern.fullmatch(plain):
                return re.sub(r"#|\$\$\$", match[1].upper(), series)
        return None

    def nearest(self, written: str) -> str | None:
        """The known column that a wrong one is most like."""
        number = re.search(r"\d+", written)
        examples = [
            series.replace("#", number[0] if number else "1").replace("$$$", "EUR") for series in self.series
        ]
        known = {_plain(name): name for name in (*self.names, *examples)}
        near = get_close_matches(_plain(written), known, 1)
        return known[near[0]] if near else None


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file in their order, by the names we know, and what stands between its cells."""

    columns: tuple[str, ...]
    delimiter: str

    @classmethod
    def read(cls, cells: Sequence[str], delimiter: str, known: Columns, file: str, batch_type: str) -> Header:
        """The header of a file; FileError names every column that is unknown, doubled or missing."""
        found = [known.find(cell) for cell in cells]
        problems = list(_problems(cells[:_MAX_COLUMNS], found, known))
        if len(cells) > _MAX_COLUMNS:
            problems.append(f"there are {len(cells)} columns, and {_MAX_COLUMNS} may be")
        if problems:
            raise FileError(
                f"{file}: the header is not that of {batch_type}: {'; '.join(problems)}. "
                f"`nightshift batch template {batch_type}` shows a right one"
            )
        return cls(tuple(name or "" for name in found), delimiter)


def _problems(cells: Sequence[str], found: Sequence[str | None], known: Columns) -> Iterator[str]:
    for place, (cell, name) in enumerate(zip(cells, found, strict=False), 1):
        shown = f"column {place}, {cell.strip()[:_MAX_SHOWN]!a}"
        if name is None:
            near = known.nearest(cell)
            yield f"{shown}, is unknown" + (f" (did you mean {near!r}?)" if near else "")
        elif name in found[: place - 1]:
            yield f"{shown}, is there twice"
    for name in known.required:
        if name not in found:
            yield f"{name!r} is missing"
    for group in known.one_of:
        if not any(name in found for name in group):
            yield f"one of {' and '.join(map(repr, group))} is needed"


def _plain(name: str) -> str:
    return " ".join(_WORDS.findall(name.casefold()))


def _pattern(series: str) -> re.Pattern[str]:
    plain = re.escape(_plain(series.replace("#", "0").replace("$$$", "zzz")))
    return re.compile(plain.replace("0", "([1-9][0-9]?)").replace("zzz", "([a-z]{3})"), re.ASCII)
