"""An identity provider on loopback: its keys over HTTPS, and the tokens that it issues."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from jwt.algorithms import RSAAlgorithm


class Provider:
    """Issues tokens with ``key``; what it publishes and whether it answers a test may change."""

    issuer = "https://sso.example.go.id/realms/asn"
    audience = "mkd"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.published: bytes = json.dumps({"keys": [self.jwk("one")]}).encode()
        self.asked = 0
        self.answers = Event()
        self.answers.set()
        self.address = ""

    def jwk(self, kid: str) -> dict[str, Any]:
        """The public key under that name."""
        made: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return {**made, "kid": kid, "use": "sig", "alg": "RS256"}

    def token(
        self, person: object = "k000101", *, kid: str | None = "one", key: Any = None, alg: str = "RS256", **claims: Any
    ) -> str:
        """A token of that person, valid for five minutes, with these claims changed; None leaves one out."""
        now = datetime.now(UTC)
        said = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": "3f2a",
            "iat": now,
            "exp": now + timedelta(minutes=5),
            "employee": person,
            **claims,
        }
        headers = {} if kid is None else {"kid": kid}
        given = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(given, key or self.key, algorithm=alg, headers=headers)


@contextmanager
def provider(folder: Path) -> Iterator[Provider]:
    """A provider whose certificate is signed by the authority in ``ca.pem`` of the folder."""
    made = Provider(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked += 1
            made.answers.wait(30)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(made.published)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.socket = context.wrap_socket(server.socket, server_side=True)
        made.address = f"https://localhost:{server.server_port}/jwks"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield made
        finally:
            made.answers.set()
            server.shutdown()
            thread.join()


def certificate(folder: Path) -> None:
    """Write a certificate for localhost that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (folder / "server.pem").write_bytes(pem)
    (folder / "ca.pem").write_bytes(pem)
    (folder / "server.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
