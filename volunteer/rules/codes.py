"""The check-in code: 19 bytes that prove a display and a moment, and nothing else.

``format, purpose and key generation (1) | display handle (4) | step (4) | HMAC-SHA-256, cut (10)``.
The key of a display is derived from the master secret, which is never in the database: rotation of the
shown code without a secret behind it is broken by one photo.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from functools import lru_cache

from volunteer.rules.reasons import Reason, Refusal

STEP_SECONDS = 15
STEPS_BACK = 3
STEPS_AHEAD = 2
CODE_CHARACTERS = 31
TYPED_DIGITS = 8

_FORMAT = 1
_PAYLOAD_BYTES = 19
_HEAD_BYTES = 9
_MAC_BYTES = 10
_LABEL = b"fifty-hours/code/1"
_TYPED_LABEL = b"fifty-hours/typed/1"
# Letters by their range, not by case folding: the capitals of ı, ſ and ß would be second spellings.
_SPELLING = re.compile(r"[A-Za-z2-7]{31}")
# Python reads base 32 with the digits 0 to V.
_TO_DIGITS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHIJKLMNOPQRSTUV")


class Purpose(IntEnum):
    """What a code is for; labels and keys differ, so that one is never taken for the other."""

    LIVE = 1
    PRINTED = 2
    PASS = 3


_PURPOSES: Mapping[int, Purpose] = {purpose.value: purpose for purpose in Purpose}


@dataclass(frozen=True, slots=True)
class Code:
    """The fields of a code. ``handle`` is 4 bytes; ``step`` is 0 on a poster."""

    purpose: Purpose
    handle: bytes
    step: int
    generation: int = 0

    @property
    def head(self) -> bytes:
        """The nine bytes that the MAC covers."""
        first = self.generation << 6 | _FORMAT << 3 | self.purpose
        return bytes((first,)) + self.handle + self.step.to_bytes(4, "big")

    @property
    def at(self) -> datetime:
        """The moment that a live code proves: the start of its step."""
        return datetime.fromtimestamp(self.step * STEP_SECONDS, UTC)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The master secrets by key generation (0 to 3), newest last, and the deployment that they serve."""

    # Not in its text: a traceback must not show it.
    secrets: tuple[tuple[int, bytes], ...] = field(repr=False)
    deployment: bytes

    @property
    def generation(self) -> int:
        """The generation that new codes are made with."""
        return self.secrets[-1][0]

    def key(self, handle: bytes, purpose: Purpose, generation: int) -> bytes | None:
        """Return the key of one display for one purpose, or None for a generation that is not held."""
        return _derived(self.secrets, self.deployment, generation, handle, purpose)


@lru_cache(maxsize=4096)
def _derived(
    secrets: tuple[tuple[int, bytes], ...],
    deployment: bytes,
    generation: int,
    handle: bytes,
    purpose: Purpose,
) -> bytes | None:
    """HKDF-SHA-256 (RFC 5869) with one block of output."""
    held: Mapping[int, bytes] = dict(secrets)
    if generation not in held:
        return None
    pseudorandom = hmac.digest(deployment, held[generation], "sha256")
    info = _LABEL + bytes((purpose,)) + handle
    return hmac.digest(pseudorandom, info + b"\x01", "sha256")


def step_at(moment: datetime) -> int:
    """Return the number of the 15-second step in which *moment* lies."""
    return int(moment.timestamp()) // STEP_SECONDS


def written(code: Code, keyring: Keyring) -> str:
    """Return the 31 characters to show for *code*.

    Raises:
        ValueError: The keyring does not hold the code's generation.
    """
    mac = _mac(code, keyring)
    if mac is None:
        raise ValueError(f"no key of generation {code.generation}")
    return _spelled(code.head + mac)


def live_code(handle: bytes, moment: datetime, keyring: Keyring) -> str:
    """Return the code that a display shows at *moment*."""
    return written(Code(Purpose.LIVE, handle, step_at(moment), keyring.generation), keyring)


def printed_code(handle: bytes, keyring: Keyring) -> str:
    """Return the code of a poster."""
    return written(Code(Purpose.PRINTED, handle, 0, keyring.generation), keyring)


def read(text: str, keyring: Keyring) -> Code:
    """Return the genuine code that *text* spells; letter case does not matter.

    Raises:
        Refusal: ``CODE_UNKNOWN``: misspelled, of another format, or not made with our keys.
    """
    raw = _decoded(text)
    generation, format_, purpose = raw[0] >> 6, raw[0] >> 3 & 7, raw[0] & 7
    if format_ != _FORMAT or purpose not in _PURPOSES:
        raise Refusal(Reason.CODE_UNKNOWN)
    code = Code(_PURPOSES[purpose], raw[1:5], int.from_bytes(raw[5:9], "big"), generation)
    mac = _mac(code, keyring)
    if mac is None or not hmac.compare_digest(mac, raw[_HEAD_BYTES:]):
        raise Refusal(Reason.CODE_UNKNOWN)
    return code


def check_fresh(step: int, now: datetime) -> None:
    """Refuse a live code that is not of about now.

    Raises:
        Refusal: ``CODE_EXPIRED`` from the fourth step back, ``CODE_FROM_FUTURE`` from the third ahead.
    """
    check_not_ahead(step, now)
    if step < step_at(now) - STEPS_BACK:
        raise Refusal(Reason.CODE_EXPIRED)


def check_not_ahead(step: int, now: datetime) -> None:
    """Refuse a code from further ahead than a display's clock may be.

    Raises:
        Refusal: ``CODE_FROM_FUTURE``.
    """
    if step > step_at(now) + STEPS_AHEAD:
        raise Refusal(Reason.CODE_FROM_FUTURE)


def typed_code(handle: bytes, step: int, keyring: Keyring) -> str:
    """Return the eight digits beside the QR of that step (truncation of RFC 4226, own label)."""
    key = keyring.key(handle, Purpose.LIVE, keyring.generation)
    if key is None:
        raise ValueError(f"no key of generation {keyring.generation}")
    digest = hmac.digest(key, _TYPED_LABEL + handle + step.to_bytes(4, "big"), "sha256")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**TYPED_DIGITS:0{TYPED_DIGITS}d}"


def typed_step(digits: str, handle: bytes, now: datetime, keyring: Keyring) -> int | None:
    """Return the step whose typed code at this display is *digits*, in the same window as the QR, or None."""
    if len(digits) != TYPED_DIGITS or not digits.isascii():
        return None
    current = step_at(now)
    found = None
    for step in range(current - STEPS_BACK, current + STEPS_AHEAD + 1):
        if hmac.compare_digest(typed_code(handle, step, keyring).encode(), digits.encode()):
            found = step
    return found


def _mac(code: Code, keyring: Keyring) -> bytes | None:
    key = keyring.key(code.handle, code.purpose, code.generation)
    return None if key is None else hmac.digest(key, _LABEL + code.head, hashlib.sha256)[:_MAC_BYTES]


def _spelled(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    """Return the bytes of the one right spelling."""
    if not _SPELLING.fullmatch(text):
        raise Refusal(Reason.CODE_UNKNOWN)
    number = int(text.upper().translate(_TO_DIGITS), 32)
    # 31 characters hold three bits more than 19 bytes: set, they would be second spellings.
    if number & 7:
        raise Refusal(Reason.CODE_UNKNOWN)
    return (number >> 3).to_bytes(_PAYLOAD_BYTES, "big")
