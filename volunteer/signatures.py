"""Signatures: of phones by ECDSA over P-256, as every WebCrypto makes them; of the ledger by Ed25519."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from volunteer.rules.codes import Keyring

POINT_BYTES = 65
SIGNATURE_BYTES = 64
_HEAD_KEY = b"fifty-hours/ledger-head/1"


def public_key_in(text: str) -> EllipticCurvePublicKey:
    """Return the key that *text* spells: an uncompressed point, base64url without padding.

    Raises:
        ValueError: It is no point of the curve, or not the one right spelling.
    """
    raw = _bytes_in(text, POINT_BYTES)
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw)


def is_signed(public_key: str, signed: bytes, signature: str) -> bool:
    """Return whether *signature* (r and s in base64url without padding) is the key's over *signed*."""
    try:
        return is_signed_raw(public_key, signed, _bytes_in(signature, SIGNATURE_BYTES))
    except ValueError:
        return False


def is_signed_raw(public_key: str, signed: bytes, signature: bytes) -> bool:
    """Return whether the 64 bytes of *signature* are the key's over *signed*."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    half = SIGNATURE_BYTES // 2
    r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    try:
        public_key_in(public_key).verify(encode_dss_signature(r, s), signed, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _bytes_in(text: str, count: int) -> bytes:
    """Return the bytes of the one right spelling; a second one would be a second name of the same thing."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError(f"not base64url: {text!r}") from error
    if len(raw) != count or base64.urlsafe_b64encode(raw).decode().rstrip("=") != text:
        raise ValueError(f"not {count} bytes in base64url: {text!r}")
    return raw


class HeadSigner:
    """Signs the heads of the ledger with Ed25519, by keys from the master secrets, never the database."""

    def __init__(self, keyring: Keyring) -> None:
        self._keys = [
            Ed25519PrivateKey.from_private_bytes(_seed(secret, keyring.deployment))
            for _, secret in keyring.secrets
        ]

    def sign(self, text: bytes) -> str:
        """Return the newest key's signature, base64url without padding."""
        return base64.urlsafe_b64encode(self._keys[-1].sign(text)).decode().rstrip("=")

    def is_genuine(self, text: bytes, signature: str) -> bool:
        """Return whether one of our keys made *signature* over *text*."""
        try:
            raw = _bytes_in(signature, SIGNATURE_BYTES)
        except ValueError:
            return False
        return any(_is_by(key, raw, text) for key in self._keys)


def _is_by(key: Ed25519PrivateKey, signature: bytes, text: bytes) -> bool:
    try:
        key.public_key().verify(signature, text)
    except InvalidSignature:
        return False
    return True


def _seed(secret: bytes, deployment: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=deployment, info=_HEAD_KEY).derive(secret)
