"""Looking products up without outgrowing a URL, and reading lists to their end."""

from __future__ import annotations

import socket
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from nightshift.connectors.medusa.auth import Credentials, CredentialSource
from nightshift.connectors.medusa.listing import read_list
from nightshift.connectors.medusa.lookup import Lookup
from nightshift.connectors.medusa.session import Session
from nightshift.errors import UpstreamError
from support.host import TestHost, host_of
from support.scripted_server import ScriptedServer, answer, serving


def session_of(host: TestHost, server: ScriptedServer) -> Session:
    source = CredentialSource(lambda fresh: Credentials("a test", api_key="sk_test"), is_renewable=False)
    return Session(host.http("Medusa", server.url), source)


def listed(*ids: str, count: int | None = None) -> bytes:
    products = [{"id": f"prod_{number}", "external_id": number} for number in ids]
    return orjson.dumps({"products": products, "count": len(ids) if count is None else count})


@pytest.mark.parametrize(
    ("keys", "requests"),
    [
        ([str(number) for number in range(200)], 1),
        ([f"{number:064d}" for number in range(200)], 3),
        (["é" * 127] * 10, 2),
        (["x" * 255], 1),
        ([], 0),
    ],
)
def test_ids_are_asked_for_in_urls_that_medusa_takes(keys: list[str], requests: int) -> None:
    with serving(answer(listed())) as server, host_of({}) as host:
        keys = [f"{key}{place}" for place, key in enumerate(keys)]
        assert Lookup(session_of(host, server), host.log).by_external_id(dict.fromkeys(keys), "id") == {}
        assert len(server.asked) == requests
        asked = [parse_qs(urlsplit(one.target).query)["external_id[]"] for one in server.asked]
        assert [key for part in asked for key in part] == keys
        assert all(len(one.target) < 8000 for one in server.asked)


def test_a_list_is_read_to_the_count_it_names() -> None:
    pages = [listed("1", "2", count=5), listed("3", count=5), listed("4", "5", count=5)]
    with serving(*map(answer, pages)) as server, host_of({}) as host:
        read = read_list(session_of(host, server), "/admin/products", "products", [("fields", "id")])
        assert [document["external_id"] for document, _ in read] == ["1", "2", "3", "4", "5"]
        windows = [parse_qs(urlsplit(one.target).query) for one in server.asked]
        assert [window["offset"] for window in windows] == [["0"], ["2"], ["3"]]
        assert {window["fields"][0] for window in windows} == {"id"}


def test_a_list_that_shrinks_while_it_is_read_ends_with_its_new_count() -> None:
    with serving(answer(listed("1", "2", count=3)), answer(listed(count=2))) as server, host_of({}) as host:
        read = read_list(session_of(host, server), "/admin/products", "products", [])
        assert [document["external_id"] for document, _ in read] == ["1", "2"]


def test_the_keys_of_a_long_list_are_all_given_although_they_are_deleted_meanwhile() -> None:
    held = [f"{number:04d}" for number in range(2500)]

    def act(connection: socket.socket) -> None:
        query = parse_qs(urlsplit(server.asked[-1].target).query)
        first, limit = int(query["offset"][0]), int(query["limit"][0])
        products = [
            {"id": f"prod_{key}", "external_id": key, "metadata": {"source": "dummyjson"}}
            for key in held[first : first + limit]
        ]
        answer(orjson.dumps({"products": products, "count": len(held)}))(connection)

    with serving(act) as server, host_of({}) as host:
        seen = []
        for key in Lookup(session_of(host, server), host.log).of_source("dummyjson"):
            seen.append(key)
            held.remove(key)
        assert sorted(seen) == [f"{number:04d}" for number in range(2500)]
        assert len(server.asked) == 4


@pytest.mark.parametrize(
    "body",
    [b"[]", b"{}", b'{"products":[]}', b'{"products":{},"count":0}', b'{"products":[],"count":"0"}',
     b'{"products":[7],"count":1}', b'{"products":[{"id":7}],"count":1}', listed(count=1)],
)  # fmt: skip
def test_what_is_no_list_is_an_error(body: bytes) -> None:
    with serving(answer(body)) as server, host_of({}) as host:
        read = read_list(session_of(host, server), "/admin/products", "products", [])
        with pytest.raises(UpstreamError):
            list(read)


def test_of_two_products_with_one_external_id_and_strange_handles_the_oldest_counts() -> None:
    products = [{"id": f"prod_0{n}", "external_id": "7", "handle": f"h{n}"} for n in (3, 1, 2)]
    with serving(answer(orjson.dumps({"products": products, "count": 3}))) as server, host_of({}) as host:
        found = Lookup(session_of(host, server), host.log).by_external_id({"7": "mug-7"}, "id")
        assert found["7"].id == "prod_01"
        assert [line for line in host.log.lines if "3 products with external_id 7; prod_01" in line]
