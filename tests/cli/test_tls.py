"""The certificate for a first try on a phone: trusted by whom trusts its authority, by nobody else."""

import socket
import ssl
import stat
import threading
from pathlib import Path

import pytest

from volunteer.cli.tls import adhoc_certificate, lan_address


def shaken_hands(certificate: Path, key: Path, trusted: Path | None, name: str) -> str | None:
    """Let a client that trusts one authority meet a server; return the version they agree on."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate, key)
    asking = ssl.create_default_context(cafile=str(trusted) if trusted else None)
    here, there = socket.socketpair()

    def serve() -> None:
        try:
            with serving.wrap_socket(there, server_side=True) as held:
                held.recv(1)
        except (ssl.SSLError, OSError):
            pass

    server = threading.Thread(target=serve)
    server.start()
    try:
        with asking.wrap_socket(here, server_hostname=name) as held:
            held.send(b".")
            return held.version()
    finally:
        here.close()
        server.join(5)


def test_who_trusts_the_authority_meets_the_server_by_its_address(tmp_path: Path) -> None:
    certificate, key, authority = adhoc_certificate(tmp_path / "tls", ["192.0.2.7"])
    for name in ("192.0.2.7", "127.0.0.1", "localhost"):
        assert shaken_hands(certificate, key, authority, name) == "TLSv1.3"


@pytest.mark.parametrize("name", ["192.0.2.8", "example.org"])
def test_under_another_name_it_is_not_believed(tmp_path: Path, name: str) -> None:
    certificate, key, authority = adhoc_certificate(tmp_path / "tls", ["192.0.2.7"])
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken_hands(certificate, key, authority, name)


def test_who_trusts_nothing_of_ours_is_warned(tmp_path: Path) -> None:
    certificate, key, _ = adhoc_certificate(tmp_path / "tls", ["192.0.2.7"])
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken_hands(certificate, key, None, "192.0.2.7")


def test_the_next_start_has_another_certificate_of_the_same_authority(tmp_path: Path) -> None:
    certificate, key, authority = adhoc_certificate(tmp_path, ["192.0.2.7"])
    before, trusted = certificate.read_bytes(), authority.read_bytes()
    adhoc_certificate(tmp_path, ["192.0.2.9"])
    assert authority.read_bytes() == trusted
    assert certificate.read_bytes() != before
    assert shaken_hands(certificate, key, authority, "192.0.2.9") == "TLSv1.3"


def test_nobody_else_on_the_machine_reads_a_key(tmp_path: Path) -> None:
    _, key, authority = adhoc_certificate(tmp_path / "tls", [])
    for secret in (key, authority.with_name("authority-key.pem")):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_the_address_is_one_that_a_certificate_can_name(tmp_path: Path) -> None:
    certificate, key, authority = adhoc_certificate(tmp_path, [lan_address()])
    assert shaken_hands(certificate, key, authority, lan_address()) == "TLSv1.3"
