"""What one member's hours are made of: the lines of the ledger by record and day, and their sums by anything.

One statement reads the lines; every sum is over them, so that all of them add up to the same total.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from volunteer.models import (
    Base,
    Credit,
    Decision,
    Evidence,
    Objection,
    OverCap,
    Post,
    ProbationWindow,
    Request,
    Unit,
    Visit,
    Witness,
)
from volunteer.rules.kinds import Grade, RequestKind

K = TypeVar("K")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one record brought on one day. Minutes. A typed record has a kind and no post."""

    visit_id: int | None
    kind: RequestKind | None
    grade: Grade
    day: date
    unit_name: str
    post_name: str | None
    base_name: str | None
    net: int
    credited: int

    @property
    def mark(self) -> StrEnum:
        """What stands beside its hours: the grade of a record of ours, or the kind of a typed one."""
        return self.kind or self.grade


@dataclass(frozen=True, slots=True)
class Sum:
    """Minutes served and credited."""

    net: int
    credited: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """All parts of a stretch of days, by day."""

    parts: Sequence[Part]

    @property
    def credited(self) -> int:
        """All credited minutes."""
        return sum(part.credited for part in self.parts)

    def by_mark(self) -> Mapping[StrEnum, Sum]:
        """Return the grades, and the kinds of typed records, strongest first."""
        return self._by(lambda part: part.mark, lambda mark: (isinstance(mark, RequestKind), mark.value))

    def by_quarter(self) -> Mapping[tuple[int, int], Sum]:
        """Return year and quarter, 1 to 4, in order."""
        return self._by(lambda part: (part.day.year, (part.day.month + 2) // 3), lambda key: key)

    def by_half_year(self) -> Mapping[tuple[int, int], Sum]:
        """Return year and half, 1 or 2, in order."""
        return self._by(lambda part: (part.day.year, (part.day.month + 5) // 6), lambda key: key)

    def by_place(self) -> Mapping[tuple[str, str], Sum]:
        """Return the names of post and base (empty: on campus), by name; typed records are at no post."""
        ours = [part for part in self.parts if part.kind is None]
        return Breakdown(ours)._by(
            lambda part: (part.post_name or "", part.base_name or ""), lambda key: (key[1], key[0])
        )

    def by_unit(self) -> Mapping[str, Sum]:
        """Return the branches at the time of service, by name."""
        return self._by(lambda part: part.unit_name, lambda key: key)

    def by_visit(self) -> Mapping[int, Sum]:
        """Return what each record of ours brought within these days."""
        return {key: found for key, found in self._by(lambda part: part.visit_id or 0, int).items() if key}

    def _by(self, key: Callable[[Part], K], order: Callable[[K], Any]) -> dict[K, Sum]:
        found: dict[K, Sum] = {}
        for part in self.parts:
            before = found.get(key(part), Sum(0, 0))
            found[key(part)] = Sum(before.net + part.net, before.credited + part.credited)
        return {one: found[one] for one in sorted(found, key=order)}


def breakdown_of(
    session: Session, member_id: int, *, from_on: date | None = None, to_on: date | None = None
) -> Breakdown:
    """Return what counts of a member within [from_on, to_on); without bounds, of all time."""
    bounds = [Credit.member_id == member_id]
    if from_on is not None:
        bounds.append(Credit.day >= from_on)
    if to_on is not None:
        bounds.append(Credit.day < to_on)
    net, credited = (
        cast(func.coalesce(func.sum(column), 0), Integer) for column in (Credit.net_min, Credit.credited_min)
    )
    rows = session.execute(
        select(
            Credit.visit_id,
            Credit.record_kind.label("kind"),
            # The ledger's line keeps the grade of its day; a witness may have raised it since.
            func.coalesce(Visit.grade, Credit.grade).label("grade"),
            Credit.day,
            Unit.name.label("unit_name"),
            Post.name.label("post_name"),
            Base.name.label("base_name"),
            net.label("net"),
            credited.label("credited"),
        )
        .join(Unit, Unit.id == Credit.unit_id)
        .outerjoin(Visit, Visit.id == Credit.visit_id)
        .outerjoin(Post, Post.id == Credit.post_id)
        .outerjoin(Base, Base.id == Credit.base_id)
        .where(*bounds)
        .group_by(
            Credit.visit_id,
            Credit.request_id,
            Credit.record_kind,
            func.coalesce(Visit.grade, Credit.grade),
            Credit.day,
            Unit.name,
            Post.name,
            Base.name,
        )
        .order_by(Credit.day, Credit.visit_id, Credit.request_id)
    ).all()
    parts = [
        Part(
            visit_id=row.visit_id,
            kind=RequestKind(row.kind) if row.kind else None,
            grade=Grade(row.grade),
            day=row.day,
            unit_name=row.unit_name,
            post_name=row.post_name,
            base_name=row.base_name,
            net=row.net,
            credited=row.credited,
        )
        for row in rows
    ]
    return Breakdown([part for part in parts if part.net])


def last_change(session: Session, member_id: int) -> datetime | None:
    """Return when what a member's paper shows was last changed; None if there is nothing yet.

    Of the name and the policy nothing is known but what is printed.
    """
    visits = select(Visit.id).where(Visit.member_id == member_id)
    requests = select(Request).where(Request.member_id == member_id).subquery()
    objections = select(Objection).where(Objection.visit_id.in_(visits)).subquery()
    moments = (
        select(func.max(Credit.at)).where(Credit.member_id == member_id),
        select(func.max(Evidence.received_at)).where(Evidence.visit_id.in_(visits)),
        select(func.max(Witness.at)).where(Witness.visit_id.in_(visits)),
        select(func.max(requests.c.asked_at)),
        select(func.max(requests.c.decided_at)),
        select(func.max(objections.c.filed_at)),
        select(func.max(objections.c.accepted_at)),
        select(func.max(objections.c.resolved_at)),
        select(func.max(Decision.at)).where(Decision.member_id == member_id),
        select(func.max(OverCap.at)).where(OverCap.member_id == member_id),
    )
    row = session.execute(select(*(moment.scalar_subquery() for moment in moments))).one()
    return max((moment for moment in row if moment is not None), default=None)


def marks_of_members(session: Session, member_ids: Sequence[int]) -> Mapping[int, Mapping[StrEnum, int]]:
    """Return the credited minutes of each member inside the window by grade, or by kind of typed record."""
    minutes = cast(func.coalesce(func.sum(Credit.credited_min), 0), Integer)
    grade = func.coalesce(Visit.grade, Credit.grade)
    rows = session.execute(
        select(Credit.member_id, Credit.record_kind, grade, minutes)
        .join(ProbationWindow, ProbationWindow.member_id == Credit.member_id)
        .outerjoin(Visit, Visit.id == Credit.visit_id)
        .where(
            Credit.member_id.in_(member_ids),
            Credit.day >= ProbationWindow.starts_on,
            Credit.day < ProbationWindow.ends_before,
        )
        .group_by(Credit.member_id, Credit.record_kind, grade)
        .order_by(Credit.member_id, Credit.record_kind.is_not(None), grade, Credit.record_kind)
    ).all()
    found: dict[int, dict[StrEnum, int]] = {member_id: {} for member_id in member_ids}
    for member_id, kind, letter, credited in rows:
        if credited:
            found[member_id][RequestKind(kind) if kind else Grade(letter)] = credited
    return found
