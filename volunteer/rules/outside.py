"""A row of another platform's sheet: whose it is, when it was, and what speaks against taking it in."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from volunteer.rules.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideEntry:
    """Service elsewhere, as a sheet tells it. Without a span only the day and the length are known."""

    member_id: int
    student_no: str
    name: str
    on: date
    minutes: int
    span: Span | None
    what: str

    def ref(self, source: str) -> str:
        """Return the name under which the row is kept: the same row of another file has the same one."""
        parts = (source, self.member_id, self.on, self.span, self.minutes, self.what)
        return f"o-{hashlib.sha256(repr(parts).encode()).hexdigest()[:38]}"


class Origin(StrEnum):
    """Where a stretch of time comes from that a row may meet."""

    SERVED = "served"
    OUTSIDE = "outside"
    ROW = "row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Time of a member that is spoken for: served with us, told by another file or by another row."""

    on: date
    span: Span | None
    origin: Origin
    row: int | None = None


class Meets(StrEnum):
    """How a row meets a stretch that is taken."""

    OVERLAPS = "overlaps"
    UNCLEAR = "unclear"


def first_met(entry: OutsideEntry, taken: Iterable[Taken]) -> tuple[Taken, Meets] | None:
    """Return the first stretch that the row overlaps, or of which nobody could tell; None if there is none.

    Where either has no times and both are of one day, it cannot be told, and is not guessed.
    """
    for other in taken:
        if entry.span is not None and other.span is not None:
            if entry.span.overlaps(other.span):
                return other, Meets.OVERLAPS
        elif entry.on == other.on:
            return other, Meets.UNCLEAR
    return None
