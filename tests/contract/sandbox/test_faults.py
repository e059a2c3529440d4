"""Every kind of fault, as a client meets it, and which requests meet one."""

import contextlib
import json
import time
import zlib
from typing import Any

import pytest
import urllib3

from contract.sandbox.client import Client, ManualClock, product
from nightshift_tools.sandbox.errors import ControlError
from nightshift_tools.sandbox.faults import Kind
from nightshift_tools.sandbox.server import Sandbox

BATCH = "/admin/products/batch"
CREATE = {"create": [product(1)]}


def test_every_kind_is_tried_here() -> None:
    assert {kind.value for kind in Kind} == {
        *("status", "status_after", "drop_before", "drop_after", "slow", "drip", "cut", "html", "wrong_json"),
        *("empty", "gzip_bomb", "redirect_loop", "expire_tokens", "late_commit"),
    }


@pytest.mark.parametrize(("kind", "stored"), [("status", 0), ("status_after", 1)])
def test_an_error_comes_before_or_after_the_effect(
    medusa: Client, sandbox: Sandbox, kind: str, stored: int
) -> None:
    sandbox.fault("medusa", kind, status=502)
    assert medusa("POST", BATCH, CREATE).status == 502
    assert sandbox.state().target_products == stored
    assert medusa("GET", "/admin/products").status == 200


@pytest.mark.parametrize(("kind", "stored"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_connection_leaves_the_client_without_an_answer(
    medusa: Client, sandbox: Sandbox, kind: str, stored: int
) -> None:
    sandbox.fault("medusa", kind)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        medusa("POST", BATCH, CREATE)
    assert sandbox.state().target_products == stored
    assert medusa("GET", "/admin/products").status == 200
    assert sandbox.requests()[0].status == 0


@pytest.mark.parametrize("kind", ["status_after", "slow", "drip", "cut", "drop_after", "empty"])
def test_an_effect_happens_once(medusa: Client, sandbox: Sandbox, kind: str) -> None:
    sandbox.fault("medusa", kind, seconds=0.01, bytes_per_second=1_000_000)
    with contextlib.suppress(urllib3.exceptions.ProtocolError):
        medusa("POST", "/admin/sales-channels", {"name": "App"})
    assert medusa.get("/admin/sales-channels?name=App")["count"] == 1


@pytest.mark.parametrize("retry_after", [7, "Fri, 21 Nov 2025 04:41:00 GMT", None])
def test_too_many_requests_with_and_without_a_time_to_wait(
    dummyjson: Client, sandbox: Sandbox, retry_after: int | str | None
) -> None:
    sandbox.fault("dummyjson", "status", status=429, retry_after=retry_after)
    answer = dummyjson("GET", "/products")
    assert answer.status == 429
    assert answer.json() == {"message": "request limit exceeded, please wait a few seconds"}
    assert answer.headers.get("retry-after") == (None if retry_after is None else str(retry_after))


CONFLICT = (
    "The request conflicted with another request. "
    "You may retry the request with the provided Idempotency-Key."
)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {"message": "Unauthorized"}),
        (409, {"code": "invalid_state_error", "type": "conflict", "message": CONFLICT}),
        (500, {"code": "unknown_error", "type": "unknown_error", "message": "An unknown error occurred."}),
        (503, {"message": "the sandbox fails with 503"}),
    ],
)
def test_medusa_words_its_errors_itself(
    medusa: Client, sandbox: Sandbox, status: int, body: dict[str, str]
) -> None:
    sandbox.fault("medusa", "status", status=status)
    assert medusa.refused("GET", "/admin/products") == (status, body)


def test_an_error_may_have_a_body_and_headers_of_its_own(medusa: Client, sandbox: Sandbox) -> None:
    sandbox.fault("medusa", "status", status=400, body={"type": "x"}, headers={"X-Trace": "7"})
    answer = medusa("GET", "/admin/products")
    assert (answer.status, answer.json(), answer.headers["x-trace"]) == (400, {"type": "x"}, "7")


def test_a_late_commit_takes_effect_after_its_answer(
    medusa: Client, sandbox: Sandbox, clock: ManualClock
) -> None:
    sandbox.fault("medusa", "late_commit", status=504, seconds=90)
    assert medusa("POST", BATCH, CREATE).status == 504
    clock.now += 89
    assert medusa.get("/admin/products")["count"] == 0
    assert sandbox.state().target_products == 0
    clock.now += 1
    assert sandbox.state().target_products == 1
    assert medusa.get("/admin/products")["count"] == 1


def test_a_late_commit_may_be_overtaken_by_the_next_request(
    medusa: Client, sandbox: Sandbox, clock: ManualClock
) -> None:
    sandbox.fault("medusa", "late_commit", seconds=90)
    medusa("POST", BATCH, CREATE)
    assert medusa("POST", BATCH, {"create": [product(1, title="Second")]}).status == 200
    clock.now += 90
    assert [found["title"] for found in medusa.get("/admin/products")["products"]] == ["Second"]


def test_a_reset_forgets_what_is_still_to_come(medusa: Client, sandbox: Sandbox, clock: ManualClock) -> None:
    sandbox.fault("medusa", "late_commit", seconds=90)
    medusa("POST", BATCH, CREATE)
    sandbox.reset()
    clock.now += 90
    assert sandbox.state().target_products == 0


def test_a_slow_answer_comes_after_its_effect(medusa: Client, sandbox: Sandbox) -> None:
    sandbox.fault("medusa", "slow", seconds=30)
    with pytest.raises(urllib3.exceptions.TimeoutError):
        medusa("POST", BATCH, CREATE, timeout=0.05)
    assert sandbox.state().target_products == 1

    sandbox.fault("medusa", "slow", seconds=0.05)
    before = time.monotonic()
    assert medusa("GET", "/admin/products").status == 200
    assert time.monotonic() - before >= 0.05


def test_a_slow_answer_holds_up_nobody_else(medusa: Client, sandbox: Sandbox) -> None:
    sandbox.fault("medusa", "slow", seconds=30, path="/admin/sales-channels")
    with pytest.raises(urllib3.exceptions.TimeoutError):
        medusa("GET", "/admin/sales-channels", timeout=0.05)
    assert medusa("GET", "/admin/products", timeout=5).status == 200


def test_a_dripping_answer_arrives_whole_in_its_time(dummyjson: Client, sandbox: Sandbox) -> None:
    whole = dummyjson("GET", "/products/1").data
    sandbox.fault("dummyjson", "drip", bytes_per_second=len(whole) * 5)
    before = time.monotonic()
    assert dummyjson("GET", "/products/1").data == whole
    assert time.monotonic() - before >= 0.1


def test_a_cut_answer_promises_more_than_comes(medusa: Client, sandbox: Sandbox) -> None:
    sandbox.fault("medusa", "cut")
    halves = r"IncompleteRead\(\d{3,} bytes read, \d{3,} more"
    with pytest.raises(urllib3.exceptions.ProtocolError, match=halves):
        medusa("POST", BATCH, CREATE)
    assert sandbox.state().target_products == 1


@pytest.mark.parametrize("kind", ["html", "wrong_json", "redirect_loop", "gzip_bomb"])
def test_a_wrong_answer_has_no_effect(medusa: Client, sandbox: Sandbox, kind: str) -> None:
    sandbox.fault("medusa", kind, body={}, megabytes=1)
    medusa("POST", BATCH, CREATE, redirect=False)
    assert sandbox.state().target_products == 0


def test_html_comes_with_200(dummyjson: Client, sandbox: Sandbox) -> None:
    sandbox.fault("dummyjson", "html")
    answer = dummyjson("GET", "/products")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.data.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("body", [{"message": "down"}, [], "text", None, {"products": {}}])
def test_wrong_json_comes_with_200(dummyjson: Client, sandbox: Sandbox, body: object) -> None:
    sandbox.fault("dummyjson", "wrong_json", body=body)
    assert dummyjson.refused("GET", "/products") == (200, body)


def test_an_emptied_list_keeps_its_envelope(dummyjson: Client, medusa: Client, sandbox: Sandbox) -> None:
    medusa.post(BATCH, CREATE)
    sandbox.fault("medusa", "empty")
    nothing = {"products": [], "count": 0, "offset": 0, "limit": 50}
    assert medusa.get("/admin/products") == nothing
    sandbox.fault("dummyjson", "empty", times=2)
    assert dummyjson.get("/products") == {"products": [], "total": 0, "skip": 0, "limit": 0}
    assert dummyjson.get("/products/categories") == []


def test_a_gzip_bomb_is_small_until_it_is_read(dummyjson: Client, sandbox: Sandbox) -> None:
    sandbox.fault("dummyjson", "gzip_bomb", megabytes=20)
    packed = dummyjson("GET", "/products", decode_content=False).data
    assert len(packed) < 200_000
    unpacked = zlib.decompress(packed, wbits=31)
    assert len(unpacked) > 20_000_000
    assert json.loads(unpacked) == {}


def test_a_redirect_loop_has_no_end(dummyjson: Client, sandbox: Sandbox) -> None:
    sandbox.fault("dummyjson", "redirect_loop")
    with pytest.raises(urllib3.exceptions.MaxRetryError):
        dummyjson("GET", "/products", retries=urllib3.Retry(redirect=5))


def test_expired_tokens_are_401_until_a_new_log_in(medusa: Client, sandbox: Sandbox) -> None:
    sandbox.fault("medusa", "expire_tokens", nth=2)
    assert [medusa("GET", "/admin/products").status for _ in range(3)] == [200, 401, 401]
    variables = sandbox.environment()
    body = {"email": variables["MEDUSA_EMAIL"], "password": variables["MEDUSA_PASSWORD"]}
    fresh = medusa.post("/auth/user/emailpass", body)["token"]
    assert medusa("GET", "/admin/products", headers={"Authorization": f"Bearer {fresh}"}).status == 200


@pytest.mark.parametrize(
    ("options", "statuses"),
    [
        ({}, [503, 200, 200, 200]),
        ({"nth": 3}, [200, 200, 503, 200]),
        ({"times": 2}, [503, 503, 200, 200]),
        ({"nth": 2, "times": 2}, [200, 503, 503, 200]),
        ({"times": None}, [503, 503, 503, 503]),
    ],
)
def test_a_fault_fires_at_the_nth_request_and_so_many_times(
    dummyjson: Client, sandbox: Sandbox, options: dict[str, Any], statuses: list[int]
) -> None:
    sandbox.fault("dummyjson", "status", **options)
    assert [dummyjson("GET", "/products").status for _ in statuses] == statuses


@pytest.mark.parametrize(
    ("options", "hit"),
    [
        ({}, {"/products", "/products/1", "/products/search?q=a"}),
        ({"path": "/products"}, {"/products"}),
        ({"path": "/products/{id}"}, {"/products/1"}),
        ({"path": "/products/1"}, {"/products/1"}),
        ({"path": "/products/*"}, {"/products/1", "/products/search?q=a"}),
        ({"method": "post"}, set()),
        ({"method": "get", "path": "/products*"}, {"/products", "/products/1", "/products/search?q=a"}),
    ],
)
def test_a_fault_meets_the_requests_it_names(
    dummyjson: Client, sandbox: Sandbox, options: dict[str, Any], hit: set[str]
) -> None:
    sandbox.fault("dummyjson", "status", times=None, **options)
    paths = ("/products", "/products/1", "/products/search?q=a")
    assert {path for path in paths if dummyjson("GET", path).status == 503} == hit


def test_each_fault_counts_for_itself_and_the_first_that_is_due_fires(
    dummyjson: Client, medusa: Client, sandbox: Sandbox
) -> None:
    sandbox.fault("dummyjson", "status", status=500, nth=2)
    sandbox.fault("dummyjson", "status", status=502, nth=2)
    assert medusa("GET", "/admin/products").status == 200
    assert [dummyjson("GET", "/products").status for _ in range(4)] == [200, 500, 502, 200]

    sandbox.fault("dummyjson", "status", times=None)
    sandbox.clear_faults()
    assert dummyjson("GET", "/products").status == 200


@pytest.mark.parametrize(
    ("surface", "kind", "options", "said"),
    [
        ("shop", "status", {}, "surface is 'shop'"),
        ("medusa", "flood", {}, "kind is 'flood'"),
        ("medusa", "status", {"path": "admin"}, "path is 'admin'"),
        ("medusa", "status", {"nth": 0}, "nth is 0"),
        ("medusa", "status", {"times": 0}, "times is 0"),
        ("medusa", "drip", {"bytes_per_second": 0}, "bytes_per_second is 0"),
    ],
)
def test_a_fault_that_cannot_be_meant_is_refused(
    sandbox: Sandbox, surface: str, kind: str, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(ControlError, match=said):
        sandbox.fault(surface, kind, **options)
