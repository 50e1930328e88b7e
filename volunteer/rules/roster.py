"""What the roster says of one person, as files bring it and as the records keep it."""

from dataclasses import dataclass
from datetime import date

from volunteer.rules.kinds import Stage, UnitKind

_LEVELS = (UnitKind.UNIVERSITY, UnitKind.COLLEGE, UnitKind.GENERAL_BRANCH, UnitKind.BRANCH, UnitKind.GROUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """One person. ``unit`` is the code of her branch, None after a transfer out of the college."""

    student_no: str
    name: str
    unit: str | None
    stage: Stage
    probation_start: date | None = None


def may_stand_below(kind: UnitKind, parent: UnitKind | None) -> bool:
    """Whether a unit of one kind may stand below one of the other; None is the top of the tree.

    Only a group needs a branch, and only a university or a college stands alone.
    """
    if parent is None:
        return kind in (UnitKind.UNIVERSITY, UnitKind.COLLEGE)
    if kind is UnitKind.GROUP:
        return parent is UnitKind.BRANCH
    return _LEVELS.index(parent) < _LEVELS.index(kind)
