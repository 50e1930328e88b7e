"""A certificate for one evening: phones open the camera only over HTTPS.

Its authority stays in the state folder. A phone that is told to trust it can also install the application and
work offline; one that is not shows a warning, opens the camera all the same, and runs no service worker.
"""

import ipaddress
import os
import socket
from collections.abc import Sequence
from datetime import UTC, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from volunteer import clock

AUTHORITY = "Fifty Hours, this machine's own authority"
AUTHORITY_DAYS = 365
# Phones of Apple refuse what is valid for longer than 825 days.
CERTIFICATE_DAYS = 30


def lan_address() -> str:
    """Return the address under which other machines on the network find this one; alone, 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: the system only looks up by which of its addresses it would.
            probe.connect(("10.255.255.255", 1))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def adhoc_certificate(folder: Path, addresses: Sequence[str]) -> tuple[Path, Path, Path]:
    """Make a certificate for *addresses* and localhost; return its file, its key's, and its authority's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority, authority_key = _authority(folder)
    key = generate_private_key(SECP256R1())
    names: list[x509.GeneralName] = [x509.DNSName("localhost")]
    names += [x509.IPAddress(ipaddress.ip_address(one)) for one in dict.fromkeys([*addresses, "127.0.0.1"])]
    certificate = (
        _begun("Fifty Hours", CERTIFICATE_DAYS)
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(authority_key, SHA256())
    )
    chain = certificate.public_bytes(Encoding.PEM) + authority.public_bytes(Encoding.PEM)
    (folder / "certificate.pem").write_bytes(chain)
    _write_key(folder / "key.pem", key)
    return folder / "certificate.pem", folder / "key.pem", folder / "authority.pem"


def _authority(folder: Path) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    """Return the authority of this folder, the same until it expires: phones were told to trust it."""
    public, private = folder / "authority.pem", folder / "authority-key.pem"
    if public.is_file() and private.is_file():
        held = x509.load_pem_x509_certificate(public.read_bytes())
        key = load_pem_private_key(private.read_bytes(), password=None)
        is_valid = held.not_valid_after_utc > clock.utc_now() + timedelta(days=CERTIFICATE_DAYS)
        if is_valid and isinstance(key, EllipticCurvePrivateKey):
            return held, key
    key = generate_private_key(SECP256R1())
    made = (
        _begun(AUTHORITY, AUTHORITY_DAYS)
        .issuer_name(_name(AUTHORITY))
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    public.write_bytes(made.public_bytes(Encoding.PEM))
    _write_key(private, key)
    return made, key


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _begun(name: str, days: int) -> x509.CertificateBuilder:
    now = clock.utc_now().astimezone(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .serial_number(x509.random_serial_number())
        # A phone's clock may be a little behind.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _write_key(path: Path, key: EllipticCurvePrivateKey) -> None:
    """Write a key that nobody else on the machine can read, not even for a moment."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
