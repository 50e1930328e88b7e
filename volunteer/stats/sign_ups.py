"""Coming shifts as members see them, who is expected on site, and who did not come."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from volunteer.models import Base, Member, Post, Shift, SignUp, Unit, Visit
from volunteer.rules.kinds import SETTLED, SignUpFor
from volunteer.stats.served import below
from volunteer.stats.tree import is_below

LIVE = SignUp.withdrawn_at.is_(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenShift:
    """A shift to which a member may come, and how she stands with it.

    ``has_place`` is None without a sign-up of hers; ``ahead`` are those who wait before her.
    """

    id: int
    code: str
    post_name: str
    base_name: str | None
    place: str | None
    content: str | None
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    sign_up_for: SignUpFor
    takes_walk_ins: bool
    taken: int
    waiting: int
    seated_at: datetime | None
    has_place: bool | None
    ahead: int

    @property
    def is_full(self) -> bool:
        """Whether who signs up now has to wait."""
        return self.capacity is not None and self.taken >= self.capacity

    @property
    def free(self) -> int | None:
        """How many places are left; None where there is no limit."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Somebody who signed up for a shift, and whether she came."""

    member_id: int
    name: str
    unit_name: str
    has_place: bool
    has_come: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How often somebody had a place at shifts that are over, and came."""

    member_id: int
    name: str
    places: int
    came: int

    @property
    def missed(self) -> int:
        """How often she had a place and did not come. It takes no minute away."""
        return self.places - self.came


def in_her_college(member_id: int) -> ColumnElement[bool]:
    """Return the condition on :class:`Post`: it is run by a unit of the member's college."""
    own, top, other = aliased(Unit), aliased(Unit), aliased(Unit)
    return Post.unit_id.in_(
        select(other.id)
        .join(top, and_(top.parent_id.is_(None), is_below(other.path, top.path)))
        .join(own, is_below(own.path, top.path))
        .join(Member, Member.unit_id == own.id)
        .where(Member.id == member_id)
    )


def in_her_unit(member_id: int) -> ColumnElement[bool]:
    """Return the condition on :class:`Post`: the member belongs to the unit that runs it."""
    own, running = aliased(Unit), aliased(Unit)
    return (
        select(Member.id)
        .join(own, own.id == Member.unit_id)
        .join(running, is_below(own.path, running.path))
        .where(Member.id == member_id, running.id == Post.unit_id)
        .exists()
    )


def open_shifts(
    session: Session,
    member_id: int,
    *,
    now: datetime,
    until: datetime,
    asked: str = "",
    free_only: bool = False,
    offset: int = 0,
    limit: int | None = None,
) -> list[OpenShift]:
    """Return the running and coming shifts at which the member may serve, by start.

    Args:
        asked: Part of the name of a post or a base.
    """
    wanted = [
        in_her_college(member_id),
        or_(Post.sign_up_for != SignUpFor.UNIT, in_her_unit(member_id)),
        Shift.starts_at < until,
    ]
    if asked:
        wanted.append(
            or_(Post.name.contains(asked, autoescape=True), Base.name.contains(asked, autoescape=True))
        )
    if free_only:
        taken = _taken()
        wanted += [or_(Shift.capacity.is_(None), taken < Shift.capacity), Shift.starts_at > now]
    return _shifts(session, member_id, *wanted, now=now, offset=offset, limit=limit)


def own_shifts(session: Session, member_id: int, *, now: datetime) -> list[OpenShift]:
    """Return the running and coming shifts for which the member has signed up."""
    return _shifts(session, member_id, SignUp.id.is_not(None), now=now)


def shift_to_sign_up(session: Session, member_id: int, code: str) -> int | None:
    """Return the shift of that code, if it is one of the member's college."""
    return session.execute(
        select(Shift.id)
        .join(Post, Post.id == Shift.post_id)
        .where(Shift.code == code, in_her_college(member_id))
    ).scalar_one_or_none()


def expected_at(session: Session, shift_id: int) -> list[Expected]:
    """Return who signed up for a shift: who has a place by name, then who waits, in the order of asking."""
    came = _visit_of(SignUp.member_id, SignUp.shift_id).exists()
    rows = session.execute(
        select(
            SignUp.member_id,
            Member.name,
            func.coalesce(Unit.name, "–").label("unit_name"),
            SignUp.seat.is_not(None).label("has_place"),
            came.label("has_come"),
        )
        .join(Member, Member.id == SignUp.member_id)
        .outerjoin(Unit, Unit.id == Member.unit_id)
        .where(SignUp.shift_id == shift_id, LIVE)
        .order_by(
            SignUp.seat.is_(None), case((SignUp.seat.is_not(None), Member.sort_key), else_=""), SignUp.id
        )
    ).all()
    return [Expected(**row._mapping) for row in rows]


def kept_by_member(session: Session, member_id: int, *, now: datetime) -> Kept | None:
    """Return how often one member came of all times that she had a place; None where she never had."""
    found = _kept(session, SignUp.member_id == member_id, now=now)
    return found[0] if found else None


def missing_in_unit(
    session: Session, unit_path: str, *, since: datetime, now: datetime, most: int
) -> list[Kept]:
    """Return the members of a unit who had a place and did not come, those with most of it first."""
    here = Member.unit_id.in_(below(unit_path))
    found = _kept(session, here, Shift.starts_at >= since, now=now, only_missing=True)
    return found[:most]


def _kept(
    session: Session, *wanted: ColumnElement[bool], now: datetime, only_missing: bool = False
) -> list[Kept]:
    came = func.count(Visit.id.distinct())
    places = func.count(SignUp.id.distinct())
    statement = (
        select(SignUp.member_id, Member.name, places.label("places"), came.label("came"))
        .join(Shift, Shift.id == SignUp.shift_id)
        .join(Member, Member.id == SignUp.member_id)
        .outerjoin(
            Visit,
            and_(
                Visit.member_id == SignUp.member_id,
                Visit.shift_id == SignUp.shift_id,
                Visit.state.not_in(tuple(SETTLED)),
            ),
        )
        .where(SignUp.seat.is_not(None), Shift.ends_at <= now, Shift.cancelled_at.is_(None), *wanted)
        .group_by(SignUp.member_id, Member.name, Member.sort_key)
        .order_by((places - came).desc(), Member.sort_key, SignUp.member_id)
    )
    if only_missing:
        statement = statement.having(places > came)
    return [Kept(**row._mapping) for row in session.execute(statement).all()]


def _visit_of(member_id: Any, shift_id: Any) -> Any:
    return select(Visit.id).where(
        Visit.member_id == member_id, Visit.shift_id == shift_id, Visit.state.not_in(tuple(SETTLED))
    )


def _taken() -> Any:
    other = aliased(SignUp)
    return (
        select(func.count())
        .where(other.shift_id == Shift.id, other.seat.is_not(None))
        .correlate(Shift)
        .scalar_subquery()
    )


def _waiting(*more: Any) -> Any:
    other = aliased(SignUp)
    return (
        select(func.count())
        .where(
            other.shift_id == Shift.id,
            other.seat.is_(None),
            other.withdrawn_at.is_(None),
            *(condition(other) for condition in more),
        )
        .correlate(Shift, SignUp)
        .scalar_subquery()
    )


def _shifts(
    session: Session,
    member_id: int,
    *wanted: ColumnElement[bool],
    now: datetime,
    offset: int = 0,
    limit: int | None = None,
) -> list[OpenShift]:
    has_place = case((SignUp.id.is_(None), None), else_=SignUp.seat.is_not(None))
    rows = session.execute(
        select(
            Shift.id,
            Shift.code,
            Post.name.label("post_name"),
            Base.name.label("base_name"),
            Post.place,
            Post.content,
            Shift.starts_at,
            Shift.ends_at,
            Shift.capacity,
            Post.sign_up_for,
            Post.takes_walk_ins,
            _taken().label("taken"),
            _waiting().label("waiting"),
            SignUp.seated_at,
            has_place.label("has_place"),
            _waiting(lambda other: other.id < SignUp.id).label("ahead"),
        )
        .join(Post, Post.id == Shift.post_id)
        .outerjoin(Base, Base.id == Post.base_id)
        .outerjoin(SignUp, and_(SignUp.shift_id == Shift.id, SignUp.member_id == member_id, LIVE))
        .where(Shift.ends_at > now, Shift.cancelled_at.is_(None), ~Shift.is_for_make_ups, *wanted)
        .order_by(Shift.starts_at, Shift.id)
        .offset(offset)
        .limit(limit)
    ).all()
    return [OpenShift(**row._mapping) for row in rows]


def waiting_number(session: Session, shift_id: int, sign_up_id: int) -> int:
    """Return how many wait for a place at a shift up to and with this sign-up."""
    ahead = select(func.count()).where(
        SignUp.shift_id == shift_id, LIVE, SignUp.seat.is_(None), SignUp.id <= sign_up_id
    )
    return session.execute(ahead).scalar_one()
