"""The letter: what renders, what does not, and what is said of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nightshift import ConfigurationError
from nightshift.connectors.medusa import Customer
from send_newsletter import rules
from send_newsletter.letter import PARTS, PLACEHOLDERS, Letter
from send_newsletter.params import Params

VALUES = dict.fromkeys(PLACEHOLDERS, "x")


def write(folder: Path, **texts: str | bytes) -> Path:
    folder.mkdir(exist_ok=True)
    for name in PARTS:
        key = name.replace(".", "_")
        text = texts.get(key, "a line with $unsubscribe")
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_the_shipped_letter_renders() -> None:
    rendered = Letter.read("2026-W48").render({**VALUES, "first_name": "Ada", "shop_name": "Night & Day"})
    assert rendered.subject == "Night & Day: the week in the shop"
    assert "Hello Ada" in rendered.text
    assert "Night &amp; Day" in rendered.html
    assert "$" not in rendered.text + rendered.html


def test_what_a_customer_is_called_is_text_in_html(tmp_path: Path) -> None:
    letter = Letter.read("x", write(tmp_path, letter_html='<a title="$first_name">$unsubscribe'))
    rendered = letter.render({**VALUES, "first_name": '"><script>alert(1)</script>'})
    assert "<script>" not in rendered.html
    assert '"><' not in rendered.html


def test_a_name_on_two_lines_stays_in_the_subject(tmp_path: Path) -> None:
    letter = Letter.read("x", write(tmp_path, subject_txt="Hello $first_name\n"))
    assert letter.render({**VALUES, "first_name": "Ada\r\nBcc: all"}).subject == "Hello Ada Bcc: all"


def test_an_issue_may_have_a_letter_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, subject_txt="every week")
    write(tmp_path / "2026-W49", subject_txt="the one about lamps")
    assert Letter.read("2026-W48", tmp_path).render(VALUES).subject == "every week"
    assert Letter.read("2026-W49", tmp_path).render(VALUES).subject == "the one about lamps"


def test_a_dollar_sign_is_written_twice(tmp_path: Path) -> None:
    letter = Letter.read("x", write(tmp_path, subject_txt="$$5 off"))
    assert letter.render(VALUES).subject == "$5 off"


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (
            {"letter_txt": "a\n\nfor $5 $unsubscribe"},
            "/letter.txt:3: a $ that begins no placeholder; write $$",
        ),
        (
            {"letter_html": "$name $unsubscribe"},
            "/letter.html:1: $name is no placeholder; there are: $first_name",
        ),
        ({"subject_txt": "Hello ${frist_name}"}, "/subject.txt:1: $frist_name is no placeholder"),
        (
            {"letter_txt": "no way out"},
            "/letter.txt has no $unsubscribe: every letter says how to get no more",
        ),
        ({"subject_txt": "two\nlines"}, "/subject.txt must be one line"),
        ({"subject_txt": "\n"}, "/subject.txt must be one line"),
        ({"letter_html": b"\xff $unsubscribe"}, "/letter.html cannot be read: it is not UTF-8"),
    ],
)
def test_a_letter_that_does_not_render_is_told(
    tmp_path: Path, texts: dict[str, str | bytes], told: str
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        Letter.read("x", write(tmp_path, **texts))
    assert told in str(raised.value)


def test_a_part_that_is_missing_is_told(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "letter.html").unlink()
    with pytest.raises(ConfigurationError, match=r"/letter\.html cannot be read: No such file"):
        Letter.read("x", tmp_path)


@pytest.mark.parametrize(
    ("instant", "issue"),
    [
        (datetime(2026, 11, 22, tzinfo=UTC), "2026-W47"),
        (datetime(2026, 11, 23, tzinfo=UTC), "2026-W48"),
        (datetime(2027, 1, 1, tzinfo=UTC), "2026-W53"),
        (datetime(2027, 1, 4, tzinfo=UTC), "2027-W01"),
    ],
)
def test_an_issue_is_an_iso_week(instant: datetime, issue: str) -> None:
    assert rules.issue_of(instant) == issue


def test_a_weekly_schedule_has_an_issue_for_each_of_its_ticks() -> None:
    sundays = [datetime(2026, 1, 4, tzinfo=UTC) + timedelta(weeks=week) for week in range(520)]
    assert len({rules.issue_of(sunday) for sunday in sundays}) == 520


def test_unsubscribing_is_a_mail_or_one_click() -> None:
    customer = Customer("cus_1", "a@b.de", "", "", {})
    by_mail = rules.unsubscribe_link("", "news@shop.example", customer)
    assert rules.unsubscribe_headers(by_mail) == {
        "List-Unsubscribe": "<mailto:news@shop.example?subject=unsubscribe%20cus_1>"
    }
    link = rules.unsubscribe_link("https://shop.example/out?customer={customer}", "x", customer)
    assert rules.unsubscribe_headers(link) == {
        "List-Unsubscribe": "<https://shop.example/out?customer=cus_1>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


@pytest.mark.parametrize(
    "link", ["http://shop.example", "shop.example", "https://a b", "https://a>\r\nBcc: x"]
)
def test_a_link_that_is_none_is_refused(link: str) -> None:
    with pytest.raises(ValueError, match="write an https:// or a mailto: link"):
        Params(unsubscribe=link)
