"""Signatures of phones: ECDSA over P-256 with SHA-256, as every browser's WebCrypto makes them."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

POINT_BYTES = 65
SIGNATURE_BYTES = 64


def public_key_in(text: str) -> EllipticCurvePublicKey:
    """Return the key that *text* spells: an uncompressed point, base64url without padding.

    Raises:
        ValueError: It is no point of the curve, or not the one right spelling.
    """
    raw = _bytes_in(text, POINT_BYTES)
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw)


def is_signed(public_key: str, signed: bytes, signature: str) -> bool:
    """Return whether *signature* (r and s, 32 bytes each, base64url without padding) is the key's over *signed*."""
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
