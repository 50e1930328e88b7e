"""Whom of a unit's probationary members a list shows, in which order; and what they come to together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from volunteer.rules.kinds import Phase, Status
from volunteer.rules.tally import Course, share_pct

STATUSES = (Status.MET, Status.NEAR, Status.ON_TRACK, Status.BEHIND, Status.AT_RISK, Status.UNREACHABLE)
# Where a member stands who has a probation, but no status: it has not begun, or is over and undecided.
PHASES = (Phase.NOT_STARTED, Phase.DUE_WAITING, Phase.NOT_MET)
# Who will not get there, or not in time, unless somebody speaks with them.
TO_CALL = (Status.BEHIND, Status.AT_RISK, Status.UNREACHABLE, Phase.NOT_MET)
IN_TROUBLE = (Status.AT_RISK, Status.UNREACHABLE, Phase.NOT_MET)


class Sort(StrEnum):
    """By what a list of members is ordered."""

    MISSING = "missing"
    PACE = "pace"
    DUE = "due"
    COUNTED = "counted"
    NAME = "name"
    NUMBER = "number"


class Due(StrEnum):
    """When the probation of those on a list ends; who is due in 30 days is due in 60, too."""

    IN_30 = "30"
    IN_60 = "60"
    IN_90 = "90"
    OVER = "over"

    def holds(self, course: Course) -> Any:
        """Whether an undecided member belongs here; over columns, the condition that she does."""
        left = course.days_left
        if self is Due.OVER:
            return left <= 0
        return (course.elapsed >= 0) & (left > 0) & (left <= int(self.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a list is asked to show: who stands at one of ``places``; none asks for all.

    ``under`` is the path of a unit below.
    """

    q: str = ""
    places: tuple[Status | Phase, ...] = ()
    due: Due | None = None
    under: str = ""
    sort: Sort = Sort.MISSING


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of those who were due have met the threshold."""

    met: int
    judged: int

    @property
    def pct(self) -> float | None:
        """In per cent with one decimal; None over nobody."""
        return share_pct(self.met, self.judged)


@dataclass(frozen=True, slots=True)
class Ends:
    """How many probations a meeting ended or extended in some days."""

    converted: int = 0
    extended: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The undecided members of a unit, and of all below it, who stand at one place.

    ``met`` have reached the threshold, ``wished`` are on the list that was asked for; ``missing_hundredths``
    are hundredths of an hour while the windows run; the first window began on ``first_on``.
    """

    unit_id: int
    at: Status | Phase
    members: int
    met: int
    wished: int
    due: Mapping[Due, int]
    missing_hundredths: int
    first_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLine:
    """What the members of a unit and all below it come to; ``at`` has how many stand at each place."""

    members: int
    met: int
    in_trouble: int
    rate: Rate
    ends: Ends
    at: Mapping[Status | Phase, int]
    due: Mapping[Due, int]
    missing_hundredths: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Headway:
    """Where the undecided members of a unit stand, the rate of those due, and what meetings decided.

    By the id of the unit right below.
    """

    groups: tuple[Group, ...]
    rates: Mapping[int, Rate]
    ends: Mapping[int, Ends]

    @property
    def tally(self) -> dict[Status | Phase, int]:
        """How many members have each status, or stand where there is none; the parts make the whole."""
        return _tally(self.groups)

    @property
    def to_call(self) -> int:
        """How many members somebody should speak with."""
        return sum(group.members for group in self.groups if group.at in TO_CALL)

    @property
    def dues(self) -> dict[Due, int]:
        """How many members belong to each."""
        return _dues(self.groups)

    @property
    def wished(self) -> int:
        """How many members are on the list."""
        return sum(group.wished for group in self.groups)

    @property
    def missing_hundredths(self) -> int:
        """Hundredths of an hour that are missing while the windows run."""
        return sum(group.missing_hundredths for group in self.groups)

    @property
    def first_on(self) -> date | None:
        """The first day of the first window."""
        return min((group.first_on for group in self.groups), default=None)

    def lines(self) -> dict[int, UnitLine]:
        """Return the lines of the units that have a member, or had one who was due or decided about."""
        found: dict[int, list[Group]] = {unit_id: [] for unit_id in (*self.rates, *self.ends)}
        for group in self.groups:
            found.setdefault(group.unit_id, []).append(group)
        return {
            unit_id: line(groups, self.rates.get(unit_id), self.ends.get(unit_id))
            for unit_id, groups in found.items()
        }


def line(groups: Iterable[Group] = (), rate: Rate | None = None, ends: Ends | None = None) -> UnitLine:
    """Return what the groups of one unit come to; without any, the line of a unit with nobody."""
    own = list(groups)
    return UnitLine(
        members=sum(group.members for group in own),
        met=sum(group.met for group in own),
        in_trouble=sum(group.members for group in own if group.at in IN_TROUBLE),
        rate=rate or Rate(0, 0),
        ends=ends or Ends(),
        at=_tally(own),
        due=_dues(own),
        missing_hundredths=sum(group.missing_hundredths for group in own),
    )


def _tally(groups: Sequence[Group]) -> dict[Status | Phase, int]:
    return {
        place: sum(group.members for group in groups if group.at is place) for place in (*STATUSES, *PHASES)
    }


def _dues(groups: Sequence[Group]) -> dict[Due, int]:
    return {due: sum(group.due[due] for group in groups) for due in Due}
