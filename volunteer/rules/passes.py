"""The member's pass: her own phone's code, which a keeper's phone scans, so that each has seen the other.

``F3:`` and base32 of ``format and purpose (1) | device handle (4) | step (4) | ECDSA over P-256 (64)``. The
key of the phone cannot leave it, and the signature covers the label and the first nine bytes. Whether it is
right, only the edge of cryptography can tell; here is what is signed, and when a pass is of its time.
"""

import base64
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from volunteer.rules import codes
from volunteer.rules.codes import Code, Purpose
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import Span

PREFIX = "F3:"
LABEL = b"fifty-hours/pass/1"
QUEUED_AT_MOST = timedelta(hours=72)
_HEAD_BYTES = 9
_PAYLOAD_BYTES = _HEAD_BYTES + 64
_SPELLING = re.compile(r"F3:([A-Z2-7]{117})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What a pass says. ``handle`` is the phone's, in hex; ``signature`` is one over ``signed``, or not."""

    handle: str
    step: int
    signature: bytes

    @property
    def signed(self) -> bytes:
        """What the phone signs."""
        return LABEL + _head(self.handle, self.step)

    @property
    def at(self) -> datetime:
        """The moment that it is of: the start of its step."""
        return Code(Purpose.PASS, bytes.fromhex(self.handle), self.step).at


def read(text: str) -> Pass:
    """Return the pass that *text* spells; nothing says yet that it is genuine.

    Raises:
        Refusal: ``CODE_UNKNOWN``: another kind of code, or not the one right spelling.
    """
    found = _SPELLING.fullmatch(text)
    if found is None:
        raise Refusal(Reason.CODE_UNKNOWN, case="no_pass")
    raw = base64.b32decode(f"{found[1]}===")
    one = Pass(handle=raw[1:5].hex(), step=int.from_bytes(raw[5:9], "big"), signature=raw[_HEAD_BYTES:])
    if written(one) != text:
        raise Refusal(Reason.CODE_UNKNOWN, case="no_pass")
    return one


def written(one: Pass) -> str:
    """Return the text to show for a pass."""
    raw = _head(one.handle, one.step) + one.signature
    if len(raw) != _PAYLOAD_BYTES:
        raise ValueError(f"a pass of {len(raw)} bytes")
    return PREFIX + base64.b32encode(raw).decode().rstrip("=")


def seen_at(one: Pass, *, shift: Span, is_queued: bool, now: datetime) -> datetime:
    """Return when the keeper saw the member: now, or for a pass from a queue the start of its step.

    Raises:
        Refusal: ``CODE_FROM_FUTURE``, ``CODE_EXPIRED``, from a queue ``TOO_OLD`` after 72 hours; then
            ``OUTSIDE_SHIFT``: the shift did not run at that moment.
    """
    if one.step > codes.step_at(now) + codes.STEPS_AHEAD:
        raise Refusal(Reason.CODE_FROM_FUTURE, case="pass")
    is_live = one.step >= codes.step_at(now) - codes.STEPS_BACK
    if not is_live and not is_queued:
        raise Refusal(Reason.CODE_EXPIRED, case="pass")
    at = now if is_live else one.at
    if now - at > QUEUED_AT_MOST:
        raise Refusal(Reason.TOO_OLD, case="pass")
    if not shift.start <= at < shift.end:
        raise Refusal(Reason.OUTSIDE_SHIFT, case="pass", starts_at=shift.start, ends_at=shift.end)
    return at


def _head(handle: str, step: int) -> bytes:
    return Code(Purpose.PASS, bytes.fromhex(handle), step).head
