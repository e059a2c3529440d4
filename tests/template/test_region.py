"""The generated region is replaced, and nothing else is touched."""

from __future__ import annotations

import pytest

from nightshift_tools.template import TemplateError, apply
from nightshift_tools.template.region import BEGIN, END

HEAD = "# a comment, with trailing blanks   \nResources:\n  State:\n    Type: X\n\n"
TAIL = "\nOutputs:\n  A: {Value: é}\n# no newline at the end"


def template(*lines: str) -> str:
    return HEAD + "".join(f"{line}\n" for line in lines) + TAIL


@pytest.mark.parametrize("old", [[], ["  Old:", "    Type: Y"], ["", "", "# >> not a marker"]])
def test_what_is_outside_the_markers_stays_byte_for_byte(old: list[str]) -> None:
    found = apply(template(BEGIN, *old, END), "  New:\n    Type: Z\n")
    assert found == f"{HEAD}{BEGIN}\n  New:\n    Type: Z\n{END}\n{TAIL}"


def test_applying_again_changes_nothing() -> None:
    once = apply(template(BEGIN, END), "  New:\n    Type: Z\n")
    assert apply(once, "  New:\n    Type: Z\n") == once


def test_a_file_with_windows_line_ends_keeps_them_and_gets_them() -> None:
    windows = template(BEGIN, "  Old: 1", END).replace("\n", "\r\n")
    found = apply(windows, "  New:\n    Type: Z\n")
    assert found == f"{HEAD}{BEGIN}\n  New:\n    Type: Z\n{END}\n{TAIL}".replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        (template(), "template.yaml has no line", ">>> generated"),
        (template(BEGIN), "template.yaml has no line", "<<< generated"),
        (template(END), "template.yaml has no line", ">>> generated"),
        (template(BEGIN, END, BEGIN), "template.yaml:8:", "stands here again"),
        (template(BEGIN, END, END), "template.yaml:8:", "stands here again"),
        (template(END, BEGIN), "template.yaml:6:", "before the beginning"),
        (template("  " + BEGIN, END), "template.yaml:6:", "was changed"),
        (template(BEGIN, END.strip()), "template.yaml:7:", "was changed"),
        (template(BEGIN + " x", END), "template.yaml:6:", "was changed"),
        (TAIL + f"\n{BEGIN}\n{END}\n", "template.yaml:5:", "do not stand in `Resources:`"),
        (HEAD + f"{BEGIN}\nOutputs:\n{END}\n", "template.yaml:6:", "do not stand in `Resources:`"),
        (f"{BEGIN}\n{END}\n" + HEAD, "template.yaml:1:", "do not stand in `Resources:`"),
    ],
)
def test_wrong_markers_are_refused_with_their_place(text: str, place: str, reason: str) -> None:
    with pytest.raises(TemplateError) as caught:
        apply(text, "")
    assert str(caught.value).startswith(place)
    assert reason in str(caught.value)
