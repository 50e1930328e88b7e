"""What one post or base, or all of them, received: by month, term and hour of the week, and from whom.

Minutes and heads count confirmed service alone, as everywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, String, and_, cast, func, select, union_all
from sqlalchemy.orm import Session

from volunteer.models import Base, Member, Post, Shift, Term, Unit, Visit
from volunteer.rules.kinds import SETTLED
from volunteer.rules.places import Slot, Whose, has_one_offset
from volunteer.rules.spans import Span, day_start
from volunteer.stats import rollups
from volunteer.stats.rollups import Days, RollUp
from volunteer.stats.served import BY_GRADE, GRADES, below, figures, within
from volunteer.stats.served import total as summed


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which service is looked at: of a unit, at all posts, at one, or at those of one base.

    ``is_whole``: all other units lie below this one, so that all service is its members' and at its posts.
    """

    unit_path: str
    whose: Whose
    post_id: int | None = None
    base_id: int | None = None
    is_whole: bool = False

    @property
    def is_all_of_members(self) -> bool:
        """Whether it is all service of the unit's members: what the roll-ups have at hand."""
        is_of_members = self.is_whole or self.whose is Whose.MEMBERS
        return is_of_members and self.post_id is None and self.base_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRow:
    """Somebody who served there. ``is_here``: she belongs to the unit now, and not only did so then."""

    member_id: int
    student_no: str
    name: str
    unit_name: str | None
    is_here: bool
    person_times: int
    net: int
    last_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRow:
    """A shift with how many came, have not checked out, and the minutes that they brought."""

    code: str
    post_name: str
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    is_cancelled: bool
    is_for_make_ups: bool
    came: int
    net: int


def total(session: Session, days: Days, place: Place) -> RollUp:
    """Return all of it as one sum."""
    if place.is_all_of_members:
        return rollups.of_unit(session, days, unit_path=place.unit_path)
    key = cast(0, Integer).label("key")
    row = session.execute(figures(key, where=served(place, days))).one_or_none()
    return _rollup(row, None)


def by_post(session: Session, days: Days, place: Place) -> Sequence[RollUp]:
    """Return the posts that served somebody."""
    if place.is_all_of_members:
        return rollups.by_post(session, days, unit_path=place.unit_path)
    inner = figures(Visit.post_id.label("key"), where=served(place, days)).subquery()
    rows = session.execute(
        select(Post.code, Post.name, inner).join(inner, inner.c.key == Post.id).order_by(Post.code)
    )
    return [_rollup(row, row.code, row.name) for row in rows]


def by_base(session: Session, days: Days, place: Place) -> Sequence[RollUp]:
    """Return the bases that served somebody; what is at no base is one row without a code."""
    if place.is_all_of_members:
        return rollups.by_base(session, days, unit_path=place.unit_path)
    key = Post.base_id.label("key")
    inner = figures(key, where=served(place, days), joins=[(Post, Post.id == Visit.post_id)]).subquery()
    rows = session.execute(
        select(Base.code, Base.name, inner)
        .select_from(inner)
        .outerjoin(Base, Base.id == inner.c.key)
        .order_by(Base.code)
    )
    return [_rollup(row, row.code, row.name) for row in rows]


def by_month(session: Session, days: Days, place: Place) -> Sequence[RollUp]:
    """Return the months with service, in order, named as 2026-03."""
    if place.is_all_of_members:
        return rollups.by_month(session, days, unit_path=place.unit_path)
    key = _month().label("key")
    rows = session.execute(figures(key, where=served(place, days)).order_by("key"))
    return [_rollup(row, row.key, row.key) for row in rows]


def months_and_total(session: Session, days: Days, place: Place) -> tuple[Sequence[RollUp], RollUp]:
    """Return the months with service, and all of it as one sum: of one place in one statement."""
    if place.is_all_of_members:
        return by_month(session, days, place), total(session, days, place)
    where = served(place, days)
    keys = (_month(), cast("", String))
    rows = session.execute(union_all(*(figures(key.label("key"), where=where) for key in keys)))
    found = {row.key: row for row in rows}
    months = [_rollup(found[key], key, key) for key in sorted(found) if key]
    return months, _rollup(found.get(""), None)


def by_term(session: Session, place: Place, codes: Sequence[str]) -> Mapping[str, RollUp]:
    """Return what each of the terms brought, by code; a term without service is not there."""
    inside = and_(Visit.served_on >= Term.starts_on, Visit.served_on < Term.ends_before)
    inner = figures(
        Term.code.label("key"),
        where=[*served(place), Term.code.in_(codes)],
        joins=[(Term, inside)],
    )
    return {row.key: _rollup(row, row.key) for row in session.execute(inner)}


def slots(session: Session, days: Days, place: Place, zone: ZoneInfo) -> Sequence[Slot]:
    """Return the times for which shifts were set, with the records of service that each brought, by start.

    There are no more of them than different times of a shift, however many posts and people there are. Where
    the clock is never changed in *days*, all weeks are one.
    """
    start = day_start(days.from_on, zone)
    if place.is_all_of_members and has_one_offset(zone, days.from_on, days.to_on):
        found = rollups.by_slot(session, days, unit_path=place.unit_path, since=start)
        if found is not None:
            return found
    rows = session.execute(
        select(Shift.starts_at, Shift.first_ends_at, func.count(Visit.id).label("count"))
        .join(Shift, Shift.id == Visit.shift_id)
        .where(*served(place, days))
        .group_by(Shift.starts_at, Shift.first_ends_at)
        .order_by(Shift.starts_at, Shift.first_ends_at)
    )
    return [Slot(starts_at=starts, ends_at=ends, count=count) for starts, ends, count in rows]


def servers(
    session: Session, days: Days, place: Place, *, limit: int | None = None, offset: int = 0
) -> tuple[Sequence[ServerRow], int]:
    """Return who of the unit served there, by name, and how many they are; others are no names for it."""
    ours = below(place.unit_path)
    days_there = (
        select(Visit.member_id, Visit.served_on, func.sum(Visit.net_min).label("net"))
        .where(*served(place, days), Visit.unit_id.in_(ours))
        .group_by(Visit.member_id, Visit.post_id, Visit.served_on)
        .subquery()
    )
    times = (
        select(
            days_there.c.member_id,
            func.count().label("person_times"),
            summed(days_there.c.net, "net"),
            func.max(days_there.c.served_on).label("last_on"),
        )
        .group_by(days_there.c.member_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Member.id.label("member_id"),
            Member.student_no,
            Member.name,
            Unit.name.label("unit_name"),
            func.coalesce(Member.unit_id.in_(ours), False).label("is_here"),
            times.c.person_times,
            times.c.net,
            times.c.last_on,
            func.count().over().label("all"),
        )
        .join(times, times.c.member_id == Member.id)
        .outerjoin(Unit, Unit.id == Member.unit_id)
        .order_by(Member.sort_key, Member.student_no)
        .limit(limit)
        .offset(offset)
    ).all()
    found = [ServerRow(**{key: value for key, value in row._mapping.items() if key != "all"}) for row in rows]
    return found, rows[0].all if rows else 0


def shifts(
    session: Session, span: Span, place: Place, *, limit: int | None = None, offset: int = 0
) -> tuple[Sequence[ShiftRow], int]:
    """Return the shifts of the posts that the unit runs there, the latest first, and how many they are."""
    # Shift by shift: grouped by shift, all visits would be read that ever were.
    there = Visit.shift_id == Shift.id
    came = select(func.count()).where(there, Visit.state.not_in(SETTLED)).scalar_subquery()
    net = select(summed(Visit.net_min, "net")).where(there).scalar_subquery()
    rows = session.execute(
        select(
            Shift.code,
            Post.name.label("post_name"),
            Shift.starts_at,
            Shift.ends_at,
            Shift.capacity,
            Shift.cancelled_at.is_not(None).label("is_cancelled"),
            Shift.is_for_make_ups,
            came.label("came"),
            net.label("net"),
            func.count().over().label("all"),
        )
        .join(Post, Post.id == Shift.post_id)
        .where(*_posts(place), Shift.starts_at >= span.start, Shift.starts_at < span.end)
        .order_by(Shift.starts_at.desc(), Shift.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    found = [ShiftRow(**{key: value for key, value in row._mapping.items() if key != "all"}) for row in rows]
    return found, rows[0].all if rows else 0


def served(place: Place, days: Days | None = None) -> list[ColumnElement[bool]]:
    """Return the condition that a visit counts, belongs to what is looked at, and lies in *days*, if any.

    Only confirmed ones have minutes; to ask for the state as well would take the visit beside the index.
    """
    found = [*_here(place), Visit.net_min > 0]
    if days is not None:
        found += within(days)
    return found


def _here(place: Place) -> list[ColumnElement[bool]]:
    if place.whose is Whose.POSTS and not place.is_whole:
        return [Visit.post_id.in_(select(Post.id).where(*_posts(place)))]
    found: list[ColumnElement[bool]] = []
    if not place.is_whole:
        found.append(Visit.unit_id.in_(below(place.unit_path)))
    if place.post_id is not None:
        found.append(Visit.post_id == place.post_id)
    if place.base_id is not None:
        found.append(Visit.post_id.in_(select(Post.id).where(Post.base_id == place.base_id)))
    return found


def _posts(place: Place) -> list[ColumnElement[bool]]:
    """Return the condition on a post that the unit runs it, there."""
    found: list[ColumnElement[bool]] = [Post.unit_id.in_(below(place.unit_path))]
    if place.post_id is not None:
        found.append(Post.id == place.post_id)
    if place.base_id is not None:
        found.append(Post.base_id == place.base_id)
    return found


def _month() -> ColumnElement[str]:
    return func.substr(cast(Visit.served_on, String), 1, 7)


def _rollup(row: Any, code: str | None, name: str | None = None) -> RollUp:
    if row is None:
        nothing = tuple(0 for _ in GRADES)
        return RollUp(code=code, name=name, headcount=0, person_times=0, net=0, credited=0, by_grade=nothing)
    return RollUp(
        code=code,
        name=name,
        headcount=row.headcount,
        person_times=row.person_times,
        net=row.net,
        credited=row.credited,
        by_grade=tuple(getattr(row, name) for name in BY_GRADE),
    )
