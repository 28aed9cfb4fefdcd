"""Providers are believed only with a certificate this machine trusts, and what it trusts is read once in a process."""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from unittest import mock

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from clinic.notifications.channels import email, posting, trust
from clinic.notifications.channels.outgoing import Outgoing

from .smtp_server import Mailbox, mailbox

ADDRESS: Final = "maya@mail.example"
HELLO: Final = Outgoing(
    id=uuid.uuid4(), to=ADDRESS, subject="Hello", text="Hello,\n", at=datetime(2026, 12, 1, tzinfo=UTC)
)


@pytest.fixture(autouse=True)
def nothing_read_yet() -> Iterator[None]:
    trust.trusted.cache_clear()
    yield
    trust.trusted.cache_clear()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """One that a server signed itself, for this machine."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "here")])
    today = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(today - timedelta(days=1)).not_valid_after(today + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    words = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    kept = tmp_path / "certificate"
    kept.write_bytes(key.private_bytes(*words) + made.sign(key, hashes.SHA256()).public_bytes(words[0]))
    return kept


@pytest.fixture
def encrypted(certificate: Path, settings: Any) -> Iterator[Mailbox]:
    """A mail server that speaks TLS only."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    with mailbox() as server:
        server.socket = serving.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.handle_error = lambda *whoever_hangs_up: None
        settings.EMAIL_URL = f"smtps://localhost:{server.server_address[1]}"
        yield server


def test_a_server_whose_certificate_nobody_signed_gets_nothing(encrypted: Mailbox) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        email.send(HELLO)
    with pytest.raises(ssl.SSLCertVerificationError):
        posting.post(f"https://localhost:{encrypted.server_address[1]}/", b"", {})

    assert (encrypted.accepted, encrypted.commands) == ([], [])


def test_what_is_trusted_is_read_once_however_many_messages_leave(
    encrypted: Mailbox, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    with mock.patch.object(ssl, "create_default_context", wraps=ssl.create_default_context) as read:
        email.send(HELLO)
        email.send(HELLO)

    assert (len(encrypted.accepted), read.call_count) == (2, 1)
