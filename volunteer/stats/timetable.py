"""The shifts of many posts at once: what is taken, and a week of a unit."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, and_, func, or_, select
from sqlalchemy.orm import Session

from volunteer.models import Base, Post, Shift, SignUp, Unit, Visit
from volunteer.rules.kinds import Role, SignUpFor
from volunteer.rules.roles import Actor
from volunteer.rules.spans import Span
from volunteer.rules.timetable import Taken
from volunteer.stats.reach import post_in_reach
from volunteer.stats.sites import LIVE
from volunteer.stats.tree import is_below


@dataclass(frozen=True, slots=True, kw_only=True)
class PostName:
    """A post as tables of shifts name it."""

    id: int
    code: str
    name: str
    base_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekShift:
    """A shift on a week's page."""

    code: str
    post_id: int
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    came: int
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GapShift:
    """A coming shift for which more people are wanted."""

    code: str
    post_name: str
    base_name: str | None
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    taken: int


def posts_to_keep(session: Session, actor: Actor, roles: Collection[Role]) -> list[PostName]:
    """Return the posts in reach, by name."""
    rows = session.execute(
        select(Post.id, Post.code, Post.name, Base.name.label("base_name"))
        .outerjoin(Base, Base.id == Post.base_id)
        .where(post_in_reach(actor, roles))
        .order_by(Post.name, Post.id)
    ).all()
    return [PostName(**row._mapping) for row in rows]


def posts_of_unit(session: Session, unit_path: str) -> list[PostName]:
    """Return the posts that the unit and those below it run, by base and name."""
    rows = session.execute(
        select(Post.id, Post.code, Post.name, Base.name.label("base_name"))
        .join(Unit, Unit.id == Post.unit_id)
        .outerjoin(Base, Base.id == Post.base_id)
        .where(is_below(Unit.path, unit_path))
        .order_by(Base.name.is_(None), Base.name, Post.name, Post.id)
    ).all()
    return [PostName(**row._mapping) for row in rows]


def taken_times(
    session: Session, post_codes: Collection[str], *, since: datetime, until: datetime
) -> dict[str, Taken]:
    """Return by post the times that its shifts take; cancelled ones make room."""
    rows = session.execute(
        select(Post.code, Shift.starts_at, Shift.ends_at)
        .join(Post, Post.id == Shift.post_id)
        .where(
            Post.code.in_(post_codes),
            Shift.cancelled_at.is_(None),
            Shift.ends_at > since,
            Shift.starts_at < until,
        )
    ).all()
    spans: dict[str, list[Span]] = defaultdict(list)
    for code, starts_at, ends_at in rows:
        spans[code].append(Span(starts_at, ends_at))
    return {code: Taken(spans.get(code, ())) for code in post_codes}


def known_codes(session: Session, codes: Collection[str]) -> set[str]:
    """Return which codes shifts have already."""
    return set(session.scalars(select(Shift.code).where(Shift.code.in_(codes))).all())


def week_of_posts(
    session: Session, post_ids: Collection[int], *, since: datetime, until: datetime
) -> list[WeekShift]:
    """Return the shifts of the posts that start in the time, by start; no cancelled ones."""
    came = select(func.count()).where(Visit.shift_id == Shift.id, LIVE).correlate(Shift).scalar_subquery()
    rows = session.execute(
        select(
            Shift.code,
            Shift.post_id,
            Shift.starts_at,
            Shift.ends_at,
            Shift.capacity,
            came.label("came"),
            _taken().label("taken"),
        )
        .where(
            Shift.post_id.in_(post_ids),
            Shift.cancelled_at.is_(None),
            Shift.starts_at >= since,
            Shift.starts_at < until,
        )
        .order_by(Shift.starts_at, Shift.id)
    ).all()
    return [WeekShift(**row._mapping) for row in rows]


def gaps_of_unit(session: Session, unit_path: str, *, since: datetime, until: datetime) -> list[GapShift]:
    """Return the coming shifts of a unit and those below it with a free place, by start.

    A shift without a limit is one as long as nobody has signed up; where nobody signs up, nothing is known.
    """
    taken = _taken()
    rows = session.execute(
        select(
            Shift.code,
            Post.name.label("post_name"),
            Base.name.label("base_name"),
            Shift.starts_at,
            Shift.ends_at,
            Shift.capacity,
            taken.label("taken"),
        )
        .join(Post, Post.id == Shift.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .outerjoin(Base, Base.id == Post.base_id)
        .where(
            is_below(Unit.path, unit_path),
            Post.sign_up_for != SignUpFor.NOBODY,
            Shift.cancelled_at.is_(None),
            Shift.starts_at >= since,
            Shift.starts_at < until,
            or_(taken < Shift.capacity, and_(Shift.capacity.is_(None), taken == 0)),
        )
        .order_by(Shift.starts_at, Post.name, Shift.id)
    ).all()
    return [GapShift(**row._mapping) for row in rows]


def _taken() -> ScalarSelect[int]:
    """Return how many places of a shift are taken."""
    return (
        select(func.count())
        .where(SignUp.shift_id == Shift.id, SignUp.seat.is_not(None))
        .correlate(Shift)
        .scalar_subquery()
    )
