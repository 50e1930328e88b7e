"""What is shown in a unit, and until when: a list is frozen, and a checksum tells if it was changed since."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from volunteer.rules.kinds import NoticeKind
from volunteer.rules.workdays import Deadline, WorkCalendar, deadline_after

LABEL = "fifty-hours/notice/1"
PRINTED_SIGNS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenLine:
    """What is said of one member. ``minutes`` are credited in [from_on, to_on); ``marks`` parts them."""

    number: int
    member_id: int
    from_on: date | None
    to_on: date | None
    minutes: int
    marks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A notice as it was frozen. People are named by their rows: a name may be mended, or go."""

    unit_id: int
    kind: NoticeKind
    starts_on: date
    last_on: date
    threshold_min: int
    lines: Sequence[FrozenLine]

    @property
    def checksum(self) -> str:
        """The SHA-256 over the one spelling of everything, in hex."""
        head = [LABEL, self.unit_id, self.kind.value, str(self.starts_on), str(self.last_on)]
        lines = [
            [line.number, line.member_id, _day(line.from_on), _day(line.to_on), line.minutes, line.marks]
            for line in self.lines
        ]
        spelled = json.dumps([*head, self.threshold_min, lines], ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(spelled.encode()).hexdigest()


def last_day_of_hours(starts_on: date, workdays: int, calendar: WorkCalendar) -> Deadline:
    """Return the last day of a notice of hours: so many working days after its first, which is not one."""
    return deadline_after(starts_on, workdays, calendar)


def last_day_of_certificates(starts_on: date, days: int) -> date:
    """Return the last day of the notice before certificates: so many days of the calendar after its first."""
    return starts_on + timedelta(days=days)


def is_over(last_on: date, today: date) -> bool:
    """Whether the last day has passed."""
    return today > last_on


def marks_text(minutes: Mapping[str, int]) -> str:
    """Return minutes by grade or kind in their one spelling: ``A:60 B:180 opening:30``; nothings left out."""
    return " ".join(f"{mark}:{minutes[mark]}" for mark in sorted(minutes) if minutes[mark])


def marks_in(text: str) -> dict[str, int]:
    """Return what :func:`marks_text` spelled."""
    pairs = (part.partition(":") for part in text.split())
    return {mark: int(minutes) for mark, _, minutes in pairs}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
