"""A push service over HTTPS for tests, and a browser that can open what was sealed for it."""

import json
import os
import ssl
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import http_ece
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID
from pytest_django import Settings

from liaison.accounts.models import User
from liaison.notices.models import PushSubscription
from liaison.notices.vapid import make_private_key
from tests.factories import NOW


@dataclass(frozen=True)
class Push:
    """A request as the service got it."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Answer:
    """What the service answers; a status of 0 hangs up instead."""

    status: int = 201
    headers: Mapping[str, str] = field(default_factory=dict)


class PushSink(ThreadingHTTPServer):
    """Keeps every request and gives the same answer to all."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.pushes: list[Push] = []
        self.answer = Answer()

    @property
    def service(self) -> str:
        return f"localhost:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hangs up in mid-sentence is part of a test."""


class _Handler(BaseHTTPRequestHandler):
    server: PushSink

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.pushes.append(Push(self.path, dict(self.headers), body))
        answer = self.server.answer
        if not answer.status:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in {"Content-Length": "0", **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Tests read `pushes`."""


class FakeBrowser:
    """The keys of a browser, and reading what was sealed with them."""

    def __init__(self) -> None:
        self._key, self._auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)

    @property
    def keys(self) -> dict[str, str]:
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": _written(point), "auth": _written(self._auth)}

    def read(self, push: Push) -> dict[str, Any]:
        plain = http_ece.decrypt(
            push.body, private_key=self._key, auth_secret=self._auth, version="aes128gcm"
        )
        told: dict[str, Any] = json.loads(plain)
        return told

    def subscribe(self, user: User, sink: PushSink, *, path: str = "/push/1") -> PushSubscription:
        return PushSubscription.objects.create(
            user=user, endpoint=f"https://{sink.service}{path}", device="Chrome, Android", created_at=NOW, **self.keys
        )  # fmt: skip


@contextmanager
def push_sink(folder: Path) -> Iterator[PushSink]:
    """A push service on a free port, for as long as the block lasts; its certificate stands in the folder."""
    certificate = folder / "push.pem"
    certificate.write_bytes(_certificate())
    server = PushSink(certificate)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def sink(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[PushSink]:
    """The only push service the installation knows."""
    with push_sink(tmp_path) as server:
        settings.PUSH_PRIVATE_KEY, settings.PUSH_SERVICES = make_private_key(), [server.service]
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "push.pem"))
        monkeypatch.setenv("NO_PROXY", "localhost")
        yield server


def _certificate() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + made.public_bytes(Encoding.PEM)


def _written(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
