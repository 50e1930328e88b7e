"""What a report says, as one value: its figures, its lines, and the records that all of them are made of.

Every line is a sum over the records, so that each opens down to its own. The value has one spelling in bytes:
the same data give the same bytes, and a frozen report is these bytes with their digest. People stand in it by
number alone, so that a name can go and the digest still holds.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import Any, TypeVar

from volunteer.rules.kinds import Figure, Grade, Phase, ReportKind, Status, UnitKind
from volunteer.rules.periods import Period
from volunteer.rules.tally import hundredths, share_pct

T = TypeVar("T")
FORM = "fifty-hours/report/1"
# Of each of the two texts that its writer adds.
TEXT_LENGTH = 1000


class Axis(StrEnum):
    """What the lines of a table stand for."""

    UNIT = "unit"
    MEMBER = "member"
    POST = "post"
    BASE = "base"
    MONTH = "month"
    GRADE = "grade"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A unit, post or base as it was called. ``above``: the unit over it, or the base of a post."""

    code: str
    name: str
    above: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """A confirmed record with served minutes. Unit, post and base by code; no base is on campus."""

    id: int
    member_id: int
    unit: str
    post: str
    base: str | None
    served_on: date
    net: int
    credited: int
    grade: Grade
    is_in_time: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """Where somebody on probation stood on the day of the report; without a window there is no status."""

    member_id: int
    unit: str
    counted: int
    threshold: int
    phase: Phase
    status: Status | None

    @property
    def missing(self) -> int:
        """The minutes that are missing."""
        return max(0, self.threshold - self.counted)

    @property
    def missing_hundredths(self) -> int:
        """Hundredths of an hour that are missing on paper: both as they are shown."""
        return hundredths(self.threshold) - hundredths(self.counted) if self.missing else 0

    @property
    def key(self) -> StrEnum:
        """The status, or the phase where there is none."""
        return self.status or self.phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of a branch's chain in the ledger."""

    unit: str
    number: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one unit, person, post, base, month or grade adds up to. Minutes."""

    key: str
    headcount: int
    person_times: int
    visits: int
    net: int
    credited: int
    made_up: int

    @property
    def made_up_pct(self) -> float | None:
        """The share of what was made up; None over nothing."""
        return share_pct(self.made_up, self.net)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report of one unit over one period. ``judged_on`` is the day on which it was judged who stands where.

    ``policy_on`` names the policy version in force on that day. The two texts are what its writer adds.
    """

    unit: Place
    unit_kind: UnitKind
    period: Period
    judged_on: date
    policy_on: date
    threshold: int
    figures: Mapping[Figure, int]
    lines: Mapping[Axis, Sequence[Line]]
    units: Sequence[Place]
    posts: Sequence[Place]
    bases: Sequence[Place]
    members: Sequence[Stood]
    visits: Sequence[Visited]
    heads: Sequence[Head]
    shortcomings: str = ""
    plans: str = ""

    @property
    def is_running(self) -> bool:
        """Whether the period was not over."""
        return self.judged_on < self.period.last_on

    @property
    def spelled(self) -> bytes:
        """The one spelling in bytes."""
        period = self.period
        values = {
            "form": FORM,
            "unit": [self.unit.code, self.unit.name, self.unit_kind],
            "period": [period.kind, period.name, period.title, period.from_on, period.to_on],
            "judged_on": self.judged_on,
            "policy": [self.policy_on, self.threshold],
            "figures": self.figures,
            "lines": {axis: _packed(Line, lines) for axis, lines in self.lines.items()},
            "texts": [self.shortcomings, self.plans],
        } | {name: _packed(kind, getattr(self, name)) for name, kind in _LISTS.items()}
        return json.dumps(
            values, default=str, sort_keys=True, ensure_ascii=False, separators=(",", ":")
        ).encode()

    def with_texts(self, shortcomings: str, plans: str) -> "Report":
        """Return it with what its writer adds."""
        return replace(self, shortcomings=shortcomings, plans=plans)

    def below(self, unit: str) -> set[str]:
        """Return the codes of a unit and all below it; they stand in the order of the tree."""
        found = {unit}
        for place in self.units:
            if place.above in found:
                found.add(place.code)
        return found

    def named(self, axis: Axis) -> Mapping[str, str]:
        """Return what the keys of an axis are called; months, grades and people are called otherwise."""
        places = {Axis.UNIT: self.units, Axis.POST: self.posts, Axis.BASE: self.bases}.get(axis, ())
        return {place.code: place.name for place in places}

    def visits_at(self, axis: Axis, key: str) -> list[Visited]:
        """Return the records that a line is made of."""
        if axis is Axis.UNIT:
            inside = self.below(key)
            return [visit for visit in self.visits if visit.unit in inside]
        return [visit for visit in self.visits if key_of(axis, visit) == key]


def digest_of(spelled: bytes) -> str:
    """Return the SHA-256 of a report's bytes, in hex."""
    return hashlib.sha256(spelled).hexdigest()


def read(spelled: str) -> Report:
    """Return the report that the bytes spell."""
    values: dict[str, Any] = json.loads(spelled)
    code, name, unit_kind = values["unit"]
    kind, period, title, from_on, to_on = values["period"]
    policy_on, threshold = values["policy"]
    shortcomings, plans = values["texts"]
    return Report(
        unit=Place(code=code, name=name),
        unit_kind=UnitKind(unit_kind),
        period=Period(
            kind=ReportKind(kind),
            name=period,
            title=title,
            from_on=date.fromisoformat(from_on),
            to_on=date.fromisoformat(to_on),
        ),
        judged_on=date.fromisoformat(values["judged_on"]),
        policy_on=date.fromisoformat(policy_on),
        threshold=threshold,
        figures={Figure(figure): value for figure, value in values["figures"].items()},
        lines={Axis(axis): _unpacked(Line, rows) for axis, rows in values["lines"].items()},
        shortcomings=shortcomings,
        plans=plans,
        **{name: _unpacked(kind, values[name]) for name, kind in _LISTS.items()},
    )


_LISTS: Mapping[str, type[Any]] = {
    "units": Place,
    "posts": Place,
    "bases": Place,
    "members": Stood,
    "visits": Visited,
    "heads": Head,
}
# What JSON has no kind for, by the name of the field.
_KINDS: Mapping[str, Callable[[str], Any]] = {
    "served_on": date.fromisoformat,
    "grade": Grade,
    "phase": Phase,
    "status": lambda text: Status(text) if text else None,
}


def _packed(kind: type[Any], rows: Iterable[Any]) -> list[Any]:
    """Return rows without the names of their fields: a year has thousands of them."""
    values = attrgetter(*(field.name for field in fields(kind)))
    return [values(row) for row in rows]


def _unpacked(kind: type[T], rows: Iterable[Sequence[Any]]) -> list[T]:
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    made = [_KINDS.get(name) for name in names]
    return [
        kind(
            **{
                name: make(value) if make else value
                for name, make, value in zip(names, made, row, strict=True)
            }
        )
        for row in rows
    ]


def key_of(axis: Axis, visit: Visited) -> str:
    """Return to which line of an axis a record belongs; of units to its own alone."""
    match axis:
        case Axis.UNIT:
            return visit.unit
        case Axis.MEMBER:
            return str(visit.member_id)
        case Axis.POST:
            return visit.post
        case Axis.BASE:
            return visit.base or ""
        case Axis.MONTH:
            return f"{visit.served_on:%Y-%m}"
        case Axis.GRADE:
            return visit.grade.value


def line_of(key: str, visits: Collection[Visited]) -> Line:
    """Add records up. A person counts once in the heads, and once a post and day in the person-times."""
    return Line(
        key=key,
        headcount=len({visit.member_id for visit in visits}),
        person_times=len({(visit.member_id, visit.post, visit.served_on) for visit in visits}),
        visits=len(visits),
        net=sum(visit.net for visit in visits),
        credited=sum(visit.credited for visit in visits),
        made_up=sum(visit.net for visit in visits if visit.grade is Grade.E),
    )


def lines_of(
    visits: Iterable[Visited], keys_of: Callable[[Visited], Iterable[str]], always: Iterable[str] = ()
) -> list[Line]:
    """Return a line a key, in the order of *always*, which need no record, and then of the keys."""
    found: dict[str, list[Visited]] = {key: [] for key in always}
    first = list(found)
    for visit in visits:
        for key in keys_of(visit):
            found.setdefault(key, []).append(visit)
    return [line_of(key, found[key]) for key in (*first, *sorted(found.keys() - set(first)))]


def all_lines(
    visits: Sequence[Visited], units: Sequence[Place], members: Sequence[Stood]
) -> dict[Axis, list[Line]]:
    """Return the lines of every axis; units and members who did not serve are among them."""
    above = {place.code: place.above for place in units}

    def chain(visit: Visited) -> Iterable[str]:
        unit: str | None = visit.unit
        while unit is not None:
            yield unit
            unit = above.get(unit)

    found = {
        axis: lines_of(visits, lambda visit, axis=axis: (key_of(axis, visit),))  # type: ignore[misc]
        for axis in (Axis.POST, Axis.BASE, Axis.MONTH, Axis.GRADE)
    }
    for axis in (Axis.POST, Axis.BASE):
        found[axis].sort(key=lambda line: (-line.net, line.key))
    found[Axis.UNIT] = lines_of(visits, chain, (place.code for place in units))
    found[Axis.MEMBER] = lines_of(
        visits, lambda visit: (str(visit.member_id),), (str(one.member_id) for one in members)
    )
    return found


def figures_of(visits: Sequence[Visited], members: Sequence[Stood]) -> dict[Figure, int]:
    """Return the figures that the records and the members give; the others are counted elsewhere."""
    total = line_of("", visits)
    return {
        Figure.PROBATIONARY: len(members),
        Figure.HEADCOUNT: total.headcount,
        Figure.PERSON_TIMES: total.person_times,
        Figure.NET_MIN: total.net,
        Figure.CREDITED_MIN: total.credited,
        Figure.MADE_UP_MIN: total.made_up,
        Figure.POSTS: len({visit.post for visit in visits}),
        Figure.BASES: len({visit.base for visit in visits if visit.base is not None}),
        Figure.VISITS: total.visits,
        Figure.IN_TIME: sum(visit.is_in_time for visit in visits),
    }
