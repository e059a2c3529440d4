"""TLS: a certificate that does not hold is told at once; one that does is used."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
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
from support.host import host_of


def write_certificate(path: Path) -> None:
    """A self-signed certificate for loopback, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
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
    write_certificate(tmp_path / "loopback.pem")
    return tmp_path / "loopback.pem"


@pytest.fixture
def secure_url(certificate: Path) -> Iterator[str]:
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


def test_a_server_that_does_not_speak_tls_is_told(secure_url: str) -> None:
    with host_of({}) as host, pytest.raises(UnknownOutcomeError, match="broke"):
        host.http("Shop", secure_url.replace("https", "http")).request("POST", "/x", json={})
