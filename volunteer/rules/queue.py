"""A phone's queue of scans: what it signs, and what the order of its entries tells.

Each entry names its number and the digest of the one before, and is signed with a key that cannot leave the
phone. So a removed, an inserted and a changed entry show, and a queue copied to another phone cannot grow.
"""

import base64
import hashlib
from dataclasses import dataclass
from enum import StrEnum

from volunteer.rules.kinds import Side

LABEL = "fifty-hours/queued-scan/1"


class Break(StrEnum):
    """How a queue is not the unbroken row that one phone writes."""

    GAP = "gap"
    FORK = "fork"


@dataclass(frozen=True, slots=True)
class QueueEnd:
    """The last entry of a phone's queue that was seen; nothing yet is number 0 with an empty digest."""

    seq: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One scan as a phone saved it.

    Attributes:
        device: The phone's registered id; None where it saved before it could register.
        member: The student number of who scanned.
        seq: Its number in the queue, from 1.
        previous: The digest of the entry before; empty for the first.
        phone_at_ms: The phone's clock, milliseconds since 1970; it is kept and decides nothing.
        monotonic_ms: Milliseconds since the page was opened.
        signature: By the phone's key over the text, base64url.
    """

    client_ref: str
    code: str
    action: Side | None
    post_id: int | None
    takes_next: bool
    device: str | None
    member: str
    seq: int
    previous: str
    phone_at_ms: int
    monotonic_ms: int
    signature: str | None

    @property
    def signed_text(self) -> str:
        """What the phone signs: one line a field."""
        fields = (
            LABEL,
            self.client_ref,
            self.code,
            self.action.value if self.action else "",
            "" if self.post_id is None else self.post_id,
            "1" if self.takes_next else "0",
            self.device or "",
            self.member,
            self.seq,
            self.previous,
            self.phone_at_ms,
            self.monotonic_ms,
        )
        return "\n".join(str(field) for field in fields)

    @property
    def digest(self) -> str:
        """By which the next entry names this one: SHA-256, base64url without padding."""
        raw = hashlib.sha256(self.signed_text.encode()).digest()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def break_before(entry: Entry, end: QueueEnd) -> Break | None:
    """Return how *entry* fails to follow what was seen of its queue, or None if it does."""
    if entry.seq > end.seq + 1:
        return Break.GAP
    if entry.seq == end.seq + 1:
        return None if entry.previous == end.digest else Break.FORK
    is_repeat = entry.seq == end.seq and entry.digest == end.digest
    return None if is_repeat else Break.FORK


def end_after(entry: Entry, end: QueueEnd) -> QueueEnd:
    """Return the end of the queue once *entry* was seen; what comes late does not turn it back."""
    return QueueEnd(entry.seq, entry.digest) if entry.seq > end.seq else end
