"""Who of a unit's probationary members a list shows, and in which order; and what they come to together."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from volunteer.rules.kinds import Outcome, Phase, Status
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.probation import Probation
from volunteer.rules.tally import Standing, share_pct

STATUSES = (Status.MET, Status.NEAR, Status.ON_TRACK, Status.BEHIND, Status.AT_RISK, Status.UNREACHABLE)
# Where a member stands who has a probation, but no status: it has not begun, or is over and undecided.
PHASES = (Phase.NOT_STARTED, Phase.DUE_WAITING, Phase.NOT_MET)
IN_TROUBLE = (Status.AT_RISK, Status.UNREACHABLE, Phase.NOT_MET)


class Sort(StrEnum):
    """By what a list of members is ordered."""

    MISSING = "missing"
    PACE = "pace"
    DUE = "due"
    COUNTED = "counted"
    NAME = "name"
    NUMBER = "number"


_RUNNING = (Phase.IN_WINDOW, Phase.EXTENDED)
_OVER = (Phase.DUE_WAITING, Phase.NOT_MET)


class Due(StrEnum):
    """When the probation of those on a list ends; who is due in 30 days is due in 60, too."""

    IN_30 = "30"
    IN_60 = "60"
    IN_90 = "90"
    OVER = "over"

    def holds(self, one: "Progress") -> bool:
        """Whether a member belongs here."""
        if self is Due.OVER:
            return one.standing.phase in _OVER
        return one.standing.phase in _RUNNING and one.standing.days_left <= int(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A member whose probation is not decided, as lists choose and order them."""

    member_id: int
    student_no: str
    name: str
    sort_key: str
    initials: str
    unit_path: str
    starts_on: date
    ends_before: date
    standing: Standing

    @property
    def at(self) -> Status | Phase:
        """The status, or the phase of who has none."""
        return self.standing.status or self.standing.phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a list is asked to show. ``under`` is the path of a unit below."""

    q: str = ""
    at: Status | Phase | None = None
    due: Due | None = None
    under: str = ""
    sort: Sort = Sort.MISSING

    def holds(self, one: Progress) -> bool:
        """Whether a member is wished for: name, pinyin, initials or number hold the text."""
        text = self.q.strip().lower().replace(" ", "")
        held = (one.name, one.sort_key.replace(" ", ""), one.initials, one.student_no)
        return (
            (self.at is None or one.at is self.at)
            and (self.due is None or self.due.holds(one))
            and one.unit_path.startswith(self.under)
            and (not text or any(text in part.lower() for part in held))
        )


_ORDERS: dict[Sort, Callable[[Progress], Any]] = {
    Sort.MISSING: lambda one: -one.standing.missing,
    Sort.PACE: lambda one: -(one.standing.per_week or 0),
    Sort.DUE: lambda one: one.ends_before,
    Sort.COUNTED: lambda one: -one.standing.counted,
    Sort.NAME: lambda one: (one.sort_key, one.name),
    Sort.NUMBER: lambda one: 0,
}


def chosen(people: Iterable[Progress], wish: Wish) -> list[Progress]:
    """Return whom a list shows, in its order; of equals the lower number comes first."""
    order = _ORDERS[wish.sort]
    return sorted((one for one in people if wish.holds(one)), key=lambda one: (order(one), one.student_no))


def tally(people: Iterable[Progress]) -> dict[Status | Phase, int]:
    """Return how many members have each status, or stand where there is none; the parts make the whole."""
    found = Counter(one.at for one in people)
    return {key: found[key] for key in (*STATUSES, *PHASES)}


def dues(people: Iterable[Progress]) -> dict[Due, int]:
    """Return how many members belong to each."""
    standings = [one.standing for one in people]
    left = Counter(one.days_left for one in standings if one.phase in _RUNNING)
    over = sum(one.phase in _OVER for one in standings)
    return {
        due: over if due is Due.OVER else sum(count for days, count in left.items() if days <= int(due.value))
        for due in Due
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMember:
    """Whose probation ends in the days asked for, with the branch on that day.

    ``is_judged``: neither cancelled nor transferred out; the rate is over those.
    """

    unit_path: str
    is_judged: bool
    is_met: bool


def due_member(
    unit_path: str, probation: Probation | None, *, counted: int, policy: HoursPolicy, is_here: bool
) -> DueMember:
    """Return how one of them stands; of the standing no more is worked out than a rate takes.

    Args:
        counted: Credited minutes inside the window.
        is_here: Not transferred out.
    """
    is_cancelled = probation is not None and probation.outcome not in (None, Outcome.CONVERTED)
    is_met = probation is not None and counted >= policy.threshold_min
    return DueMember(unit_path=unit_path, is_judged=is_here and not is_cancelled, is_met=is_met)


P = TypeVar("P", Progress, DueMember)


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of those who were due have met the threshold."""

    met: int
    judged: int

    @property
    def pct(self) -> float | None:
        """In per cent with one decimal; None over nobody."""
        return share_pct(self.met, self.judged)


def rate(due: Iterable[DueMember], under: str = "") -> Rate:
    """Return the rate of a unit and all below it."""
    judged = [one for one in due if one.is_judged and one.unit_path.startswith(under)]
    return Rate(sum(one.is_met for one in judged), len(judged))


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLine:
    """What the members of a unit and all below it come to."""

    members: int
    met: int
    in_trouble: int
    rate: Rate


def unit_lines(
    people: Iterable[Progress], due: Iterable[DueMember], paths: Sequence[str]
) -> dict[str, UnitLine]:
    """Return the lines of the units at *paths*, none of which lies below another, by path."""
    own, own_due = _by_unit(people, paths), _by_unit(due, paths)
    return {
        path: UnitLine(
            members=len(own[path]),
            met=sum(bool(one.standing.is_met) for one in own[path]),
            in_trouble=sum(one.at in IN_TROUBLE for one in own[path]),
            rate=rate(own_due[path]),
        )
        for path in paths
    }


def _by_unit(people: Iterable[P], paths: Sequence[str]) -> dict[str, list[P]]:
    """Return who belongs to each of the units or to what lies below it; a path is looked for but once."""
    found: dict[str, list[P]] = {path: [] for path in paths}
    units: dict[str, list[P] | None] = {}
    for one in people:
        if one.unit_path not in units:
            above = next((path for path in paths if one.unit_path.startswith(path)), None)
            units[one.unit_path] = None if above is None else found[above]
        own = units[one.unit_path]
        if own is not None:
            own.append(one)
    return found
