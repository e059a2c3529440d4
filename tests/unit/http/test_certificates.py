"""TLS: a certificate that does not hold is told at once; one that does is used."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from nightshift.errors import UpstreamError
from nightshift.http import UnknownOutcomeError
from nightshift.http.address import parse_address
from nightshift.http.transport import opener
from support.host import host_of


def write_certificate(path: Path, address: str) -> None:
    """A self-signed certificate for an address, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path.write_bytes(
        certificate.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    )


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "300002")
        self.end_headers()
        self.wfile.write(b'"' + b"x" * 300_000 + b'"')

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None: ...


class Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None: ...


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    write_certificate(tmp_path / "loopback.pem", "127.0.0.1")
    return tmp_path / "loopback.pem"


@pytest.fixture
def secure_url(certificate: Path) -> Iterator[str]:
    with serving_securely(certificate) as url:
        yield url


@contextmanager
def serving_securely(certificate: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Server(("127.0.0.1", 0), Answers) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_certificate_nobody_vouches_for_is_told_and_not_tried_again(secure_url: str) -> None:
    with host_of({}) as host:
        with pytest.raises(UpstreamError, match=r"certificate of Shop .* check SHOP_URL") as raised:
            host.http("Shop", secure_url, variable="SHOP_URL").request("GET", "/x")
        assert "self-signed certificate" in str(raised.value)
        assert host.requests == {"Shop": 1}


def test_a_certificate_that_holds_is_used(
    secure_url: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with host_of({}) as host:
        client = host.http("Shop", secure_url)
        assert [len(client.request("GET", "/x").body) for _ in range(3)] == [300_002] * 3
        assert host.requests == {"Shop": 3}


def test_a_certificate_for_another_host_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_certificate(tmp_path / "other.pem", "127.0.0.2")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    with serving_securely(tmp_path / "other.pem") as url, host_of({}) as host:
        with pytest.raises(UpstreamError, match=r"certificate of Shop .*IP address mismatch"):
            host.http("Shop", url).request("POST", "/x", json={})
        assert host.requests == {"Shop": 1}


def test_authorities_are_read_once_for_all_connections_of_a_client(
    secure_url: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    open_one = opener(parse_address(secure_url, "SHOP_URL"), time.monotonic)
    first = open_one()
    certificate.unlink()
    second = open_one()
    for connection in (first, second):
        connection.connect()
        assert connection.is_verified
        connection.close()


def test_threads_may_open_connections_at_the_same_time(
    secure_url: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with host_of({}, max_retries=0) as host:
        client = host.http("Shop", secure_url)
        with ThreadPoolExecutor(8) as threads:
            sizes = list(threads.map(lambda _: len(client.request("GET", "/x").body), range(40)))
        assert sizes == [300_002] * 40


def test_tls_that_breaks_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, host_of({}) as host:

        def babble() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"220 mail.example\r\n")
                connection.recv(65536)

        thread = threading.Thread(target=babble)
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(UnknownOutcomeError, match="broke the TLS connection"):
            host.http("Shop", url).request("POST", "/x", json={})
        thread.join()


def test_a_server_that_does_not_speak_tls_is_told(secure_url: str) -> None:
    with host_of({}) as host, pytest.raises(UnknownOutcomeError, match="broke"):
        host.http("Shop", secure_url.replace("https", "http")).request("POST", "/x", json={})
