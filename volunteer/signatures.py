"""Signatures: of phones and certificates by ECDSA over P-256, as every WebCrypto can; of heads by Ed25519."""

import base64
import binascii
import json
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from volunteer.rules.codes import Keyring

POINT_BYTES = 65
SIGNATURE_BYTES = 64
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_HEAD_KEY = b"fifty-hours/ledger-head/1"
_CERTIFICATE_KEY = b"fifty-hours/certificate/1"


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


class CertificateSigner:
    """Signs certificates with ES256 (RFC 7518), by keys from the master secrets, never the database.

    The newest secret signs. Public keys that were in use are kept in a file beside the secrets, so that what
    they signed verifies after an old secret was taken out of the settings.
    """

    def __init__(self, keyring: Keyring, kept: Path | None = None) -> None:
        own = [ECKey(key, key) for key in _certificate_keys(keyring)]
        self._newest = own[-1]
        self._kept = kept
        self._public = {name: key for key in (*_keys_in(kept), *own) if (name := _name_of(key))}

    @property
    def public_keys(self) -> list[dict[str, str]]:
        """The keys as a JWK set lists them (RFC 7517), each under its thumbprint."""
        return [_public_part(key) for key in self._public.values()]

    def sign(self, payload: bytes, purpose: str) -> str:
        """Return the newest key's JWS over *payload*, in compact form."""
        header = {"alg": "ES256", "kid": _name_of(self._newest), "typ": purpose}
        return jws.serialize_compact(header, payload, self._newest, algorithms=["ES256"])

    def is_signed(self, name: str, token: str) -> bool | None:
        """Return whether the key of that name signed *token*; None for no key of ours."""
        key = self._public.get(name)
        if key is None:
            return None
        try:
            # Of the several spellings of one signature, only one is right.
            _bytes_in(token.rpartition(".")[2], SIGNATURE_BYTES)
            jws.deserialize_compact(token, key, algorithms=["ES256"])
        except (JoseError, ValueError):
            return False
        return True

    def keep(self) -> None:
        """Write down the public keys that are in use; those that are there stay."""
        if self._kept is None or {_name_of(key) for key in _keys_in(self._kept)} == self._public.keys():
            return
        self._kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._kept.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps({"keys": self.public_keys}, indent=1), encoding="utf-8")
        fresh.replace(self._kept)


def _certificate_keys(keyring: Keyring) -> list[EllipticCurvePrivateKey]:
    """Return a key of P-256 for each master secret, from more bytes than its order has: none is rarer."""
    numbers = [
        HKDF(SHA256(), length=48, salt=keyring.deployment, info=_CERTIFICATE_KEY).derive(secret)
        for _, secret in keyring.secrets
    ]
    return [
        derive_private_key(int.from_bytes(number, "big") % (P256_ORDER - 1) + 1, SECP256R1())
        for number in numbers
    ]


def _keys_in(path: Path | None) -> list[ECKey]:
    if path is None or not path.exists():
        return []
    return [ECKey.import_key(one) for one in json.loads(path.read_text(encoding="utf-8"))["keys"]]


def _name_of(key: ECKey) -> str:
    # The whole thumbprint (RFC 7638) would only make the code on paper finer.
    return key.thumbprint()[:16]


def _public_part(key: ECKey) -> dict[str, str]:
    part = {name: str(value) for name, value in key.as_dict(private=False).items()}
    return {name: part[name] for name in ("kty", "crv", "x", "y")} | {
        "kid": _name_of(key),
        "alg": "ES256",
        "use": "sig",
    }
