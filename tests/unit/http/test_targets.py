"""How paths and queries are written into a request."""

from __future__ import annotations

from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightshift.http.query import encode_path, encode_query, escaped
from support.host import host_of
from support.scripted_server import serving


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/admin/products/prod_01", "/admin/products/prod_01"),
        ("/a%20b/%c3%a4", "/a%20b/%c3%a4"),
        ("/a b", "/a%20b"),
        ("/ä", "/%C3%A4"),
        ("/50%", "/50%25"),
        ("/50%/%20", "/50%25/%2520"),
        ("/a%20b c", "/a%20b%20c"),
        ("/a\r\nx: y", "/a%0D%0Ax:%20y"),
        ("/a\n", "/a%0A"),
        ("/a#b", "/a%23b"),
        ("/a?b=c&d[]=e", "/a?b=c&d%5B%5D=e"),
        ("/~a;b=c,d@e:f!$&'()*+", "/~a;b=c,d@e:f!$&'()*+"),
        ("//a", "//a"),
    ],
)
def test_a_path_is_encoded_unless_it_is(path: str, sent: str) -> None:
    assert encode_path(path) == sent
    assert encode_path(sent) == sent


@pytest.mark.parametrize("path", ["", "a", "http://other.example/x", " /a"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="begins with a slash"):
        encode_path(path)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_path_can_break_out_of_its_line(path: str) -> None:
    sent = encode_path(f"/{path}")
    assert sent.isascii()
    assert sent.isprintable()
    assert " " not in sent
    assert encode_path(sent) == sent


@given(st.lists(st.tuples(st.text(), st.text())).filter(lambda query: str(query).isascii()))
def test_a_query_is_written_as_the_standard_library_writes_it(query: list[tuple[str, str]]) -> None:
    assert encode_query(query) == urlencode(query)


def test_every_character_is_escaped_as_the_standard_library_does() -> None:
    for code in range(0x300):
        assert escaped(chr(code)) == quote_plus(chr(code))
        assert escaped(f"a{chr(code)}1\n") == quote_plus(f"a{chr(code)}1\n")


def test_a_path_that_has_to_be_encoded_arrives_below_that_of_the_service() -> None:
    with serving() as server, host_of({}) as host:
        host.http("Shop", f"{server.url}/a b/").request("GET", "/ä?x=1", query=())
        assert server.asked[0].target == "/a%20b/%C3%A4?x=1"
