"""The one generated region of template.yaml: found by its markers, replaced, and nothing else touched."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nightshift_tools.template.errors import TemplateError

BEGIN = "  # >>> generated from schedules.yaml by `nightshift generate`: what is changed by hand here is lost"
END = "  # <<< generated"

_BEGINS, _ENDS = re.compile(r"\s*# >>> generated\b"), re.compile(r"\s*# <<< generated\b")
_CURE = f"inside `Resources:`, put the lines\n{BEGIN}\n{END}"


def apply(template: str, region: str) -> str:
    """The template with its region replaced; what is outside the markers stays byte for byte.

    TemplateError where the markers are missing, doubled, in the wrong order or place, or indented otherwise.
    """
    lines = re.findall(r"[^\n]*\n|[^\n]+", template)
    begin = _only(lines, _BEGINS, BEGIN)
    end = _only(lines, _ENDS, END)
    if end < begin:
        raise TemplateError(
            f"template.yaml:{end + 1}: the marker of the end stands before the beginning; {_CURE}"
        )
    _check_place(lines, begin, end)
    newline = lines[begin][len(BEGIN) :]
    inner = "".join(f"{line}{newline}" for line in region.splitlines())
    return "".join(lines[: begin + 1]) + inner + "".join(lines[end:])


def without_region(template: str) -> str:
    """The hand-written part of a template."""
    return apply(template, "")


def _only(lines: Sequence[str], pattern: re.Pattern[str], marker: str) -> int:
    found = [number for number, line in enumerate(lines) if pattern.match(line)]
    if not found:
        raise TemplateError(f"template.yaml has no line {marker.strip()!r}; {_CURE}")
    if len(found) > 1:
        raise TemplateError(
            f"template.yaml:{found[1] + 1}: the marker {marker.strip()!r} stands here again; keep one"
        )
    if lines[found[0]].rstrip("\r\n") != marker:
        raise TemplateError(f"template.yaml:{found[0] + 1}: this marker was changed; {_CURE}")
    return found[0]


def _check_place(lines: Sequence[str], begin: int, end: int) -> None:
    """Both markers belong to `Resources:`, the last key without indentation before them."""
    top = [(number, line) for number, line in enumerate(lines[:end]) if re.match(r"[A-Za-z]", line)]
    if not top or not top[-1][1].startswith("Resources:") or top[-1][0] > begin:
        raise TemplateError(f"template.yaml:{begin + 1}: the markers do not stand in `Resources:`; {_CURE}")
