"""The server itself: ports, the wire, many clients at once, and the process of its own."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import urllib3

from contract.sandbox.client import Client, ManualClock, product
from nightshift_tools.sandbox.errors import PortError, SandboxError
from nightshift_tools.sandbox.server import DEFAULT_PORT, Sandbox
from support.processes import heed_ctrl_c

COMMAND = [sys.executable, "-m", "nightshift_tools.sandbox"]
VARIABLES = [
    *("DUMMYJSON_URL", "SALESFORCE_URL", "SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET"),
    *("MEDUSA_URL", "MEDUSA_EMAIL", "MEDUSA_PASSWORD"),
    *("DIGITAL_RIVER_URL", "DIGITAL_RIVER_API_KEY", "MAIL_FROM"),
]


def raw(sandbox: Sandbox, *parts: bytes) -> bytes:
    """What the server answers to these bytes, until it closes."""
    address = urllib3.util.parse_url(sandbox.url)
    with socket.create_connection((str(address.host), address.port), timeout=5) as connection:
        for part in parts:
            connection.sendall(part)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_the_environment_is_what_jobs_read(sandbox: Sandbox) -> None:
    variables = sandbox.environment()
    assert list(variables) == VARIABLES
    assert variables["DUMMYJSON_URL"] == f"{sandbox.url}/dummyjson"


def test_a_sandbox_has_no_url_before_it_runs() -> None:
    with pytest.raises(SandboxError, match="not running"):
        Sandbox().environment()


def test_a_port_in_use_is_an_error_with_its_number(sandbox: Sandbox) -> None:
    port = urllib3.util.parse_url(sandbox.url).port or 0
    with pytest.raises(PortError, match=f"port {port} "), Sandbox(port=port):
        pass


def test_after_its_end_nothing_answers_any_more(pool: urllib3.PoolManager) -> None:
    with Sandbox(products=1) as sandbox:
        client = Client(sandbox.environment()["DUMMYJSON_URL"], pool)
        assert client("GET", "/products").status == 200
        sandbox.fault("dummyjson", "slow", seconds=60)
        with ThreadPoolExecutor() as threads:
            waiting = threads.submit(client, "GET", "/products", timeout=60)
            while sandbox.count() < 2:
                pass
            sandbox.__exit__(None, None, None)
            with pytest.raises(urllib3.exceptions.ProtocolError):
                waiting.result()
    with pytest.raises(urllib3.exceptions.NewConnectionError):
        client("GET", "/products")


def test_a_connection_carries_many_requests(sandbox: Sandbox) -> None:
    request = b"GET /dummyjson/products/%d HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = raw(sandbox, request % 1 + request % 2, request % 3)
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 3


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GARBAGE\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"400"),
        (b"POST /medusa/x HTTP/1.1\r\nContent-Length: many\r\n\r\n", b"400"),
        (b"POST /medusa/x HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        (b"GET /dummyjson/products?q=" + b"x" * 17_000 + b" HTTP/1.1\r\n\r\n", b"431"),
        (b"GET /dummyjson/products HTTP/1.1\r\n" + b"A: b\r\n" * 3000 + b"\r\n", b"431"),
        (b"GET /dummyjson/products?q=" + b"x" * 900_000 + b" HTTP/1.1\r\nA: b\r\n\r\n", b"431"),
        (b"GET /elsewhere HTTP/1.1\r\n\r\n", b"404"),
    ],
)
def test_a_request_that_cannot_be_read_is_answered_all_the_same(
    sandbox: Sandbox, sent: bytes, status: bytes
) -> None:
    assert raw(sandbox, sent).split(b" ")[1] == status


def test_a_client_that_dies_while_it_sends_has_asked_for_nothing(sandbox: Sandbox) -> None:
    head = b"POST /medusa/admin/products/batch HTTP/1.1\r\nContent-Length: 100\r\n\r\n"
    assert raw(sandbox, head, b'{"create": [') == b""
    assert sandbox.count() == 0


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_dropped_connection_carries_not_a_byte(sandbox: Sandbox, kind: str) -> None:
    sandbox.fault("dummyjson", kind)
    assert raw(sandbox, b"GET /dummyjson/products HTTP/1.1\r\n\r\n") == b""


def test_a_body_may_come_in_chunks(medusa: Client, sandbox: Sandbox) -> None:
    chunks = iter([b'{"name": ', b'"Mugs"}'])
    answer = medusa(
        "POST",
        "/admin/product-categories",
        body=chunks,
        headers={"Content-Type": "application/json", "Transfer-Encoding": "chunked"},
        chunked=True,
    )
    assert (answer.status, sandbox.state().target_categories) == (200, 1)


def test_many_clients_at_once_lose_and_double_nothing(medusa: Client, sandbox: Sandbox) -> None:
    def create(number: int) -> int:
        return medusa("POST", "/admin/products/batch", {"create": [product(number % 20)]}).status

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(create, range(80)))
    assert (statuses.count(200), statuses.count(400)) == (20, 60)
    assert sandbox.state().target_products == 20
    assert sandbox.count(surface="medusa") == 80


@pytest.fixture
def process() -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [*COMMAND, "--port", "0", "--products", "7"],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=heed_ctrl_c,
    ) as child:
        yield child
        child.kill()


def test_a_process_tells_where_it_is_and_ends_when_interrupted(
    process: "subprocess.Popen[str]", pool: urllib3.PoolManager
) -> None:
    assert process.stdout is not None
    banner = process.stdout.readline()
    lines = [process.stdout.readline().strip().partition("=") for _ in VARIABLES]
    variables = {name: value for name, _, value in lines}

    assert banner.startswith("# The sandbox shop, a test double, answers at http://127.0.0.1:")
    assert list(variables) == VARIABLES
    assert Client(variables["DUMMYJSON_URL"], pool).get("/products?limit=1")["total"] == 7
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(timeout=10) == 0


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=30, check=False)


def test_print_env_prints_the_variables_and_ends() -> None:
    printed = run("--print-env")
    assert printed.returncode == 0
    assert [line.partition("=")[0] for line in printed.stdout.splitlines()] == VARIABLES
    assert f"DUMMYJSON_URL=http://127.0.0.1:{DEFAULT_PORT}/dummyjson" in printed.stdout
    assert "http://127.0.0.1:9999/medusa" in run("--print-env", "--port", "9999").stdout


def test_wrong_use_is_exit_code_2_and_one_line(tmp_path: "os.PathLike[str]") -> None:
    refused = run("--catalogue", os.fspath(tmp_path))
    assert refused.returncode == 2
    assert refused.stderr == f"{os.fspath(tmp_path)}: cannot be read: Is a directory\n"


def test_a_shop_goes_back_to_what_was_saved_as_often_as_one_likes(
    sandbox: Sandbox, medusa: Client, clock: ManualClock
) -> None:
    sandbox.edit(1, title="saved")
    medusa.post("/admin/products", product(1))
    saved, then = sandbox.shop.save(), sandbox.state()
    for number in (2, 3):
        sandbox.edit(1, title="since")
        medusa.post("/admin/products", product(number))
        sandbox.fault("medusa", "cut")
        sandbox.shop.restore(saved)
        assert sandbox.state() == then
        assert sandbox.shop.catalogue.document(1)["title"] == "saved"
        assert sandbox.shop.faults() == []
    assert [row["title"] for row in medusa.get("/admin/products")["products"]] == ["Mug 1"]
    clock.now += 365 * 24 * 3600  # the clock is still the one that was handed in
    assert medusa("GET", "/admin/products").status == 401
