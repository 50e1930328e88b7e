"""The chain over a branch's ledger: each line is sealed together with all that came before it.

Whoever holds a head on paper can show that nothing before it was changed, taken out, put in or moved since.
A line is spelled by numbers and closed lists alone: a person's name can go, and the chain still verifies.
"""

import hashlib
import json
from dataclasses import astuple, dataclass
from datetime import date

LABEL = b"fifty-hours/ledger/1"
HEAD_LABEL = "fifty-hours/ledger-head/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the ledger, as it is sealed. Minutes; ``at`` in seconds since 1970."""

    id: int
    member_id: int
    member_seq: int
    visit_id: int | None
    request_id: int | None
    record_kind: str | None
    unit_id: int
    post_id: int | None
    base_id: int | None
    day: date
    net_min: int
    credited_min: int
    is_reversal: bool
    grade: str
    cause: str
    actor_id: int | None
    at: int

    @property
    def spelled(self) -> bytes:
        """The line's one spelling."""
        values = [value.isoformat() if isinstance(value, date) else value for value in astuple(self)]
        return json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode()


def first_link(unit_id: int) -> bytes:
    """Return what the first line of a branch's chain is sealed onto."""
    return hashlib.sha256(b"\x00" + LABEL + b"/" + str(unit_id).encode()).digest()


def next_link(previous: bytes, line: Line) -> bytes:
    """Return the seal of *line* onto all before it."""
    return hashlib.sha256(b"\x01" + previous + line.spelled).digest()


def head_text(unit_id: int, number: int, seal: str, on: date) -> bytes:
    """Return what is signed of a chain's end: the branch, how many lines, the last seal in hex, the day."""
    return f"{HEAD_LABEL}\n{unit_id}\n{number}\n{seal}\n{on.isoformat()}".encode()
