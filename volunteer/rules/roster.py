"""What the roster says of one person, as files bring it and as the records keep it."""

from dataclasses import dataclass
from datetime import date

from volunteer.rules.kinds import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """One person. ``unit`` is the code of her branch, None after a transfer out of the college."""

    student_no: str
    name: str
    unit: str | None
    stage: Stage
    probation_start: date | None = None
