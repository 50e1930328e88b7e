"""Registered bases and posts, as their forms and lists show them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from volunteer.models import Account, Base, Post, RoleGrant, Shift, ShiftBreak, Unit
from volunteer.rules.kinds import BaseStatus, Category, Compensation, Role, SignUpFor
from volunteer.rules.roles import Actor
from volunteer.stats.reach import base_in_reach, post_in_reach


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRow:
    """A registered post. ``shifts`` are those that are still to end."""

    id: int
    code: str
    name: str
    unit: str
    unit_name: str
    base: str | None
    base_name: str | None
    category: Category
    compensation: Compensation
    place: str | None
    content: str | None
    insurance_note: str | None
    sign_up_for: SignUpFor
    takes_walk_ins: bool
    shifts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRow:
    """A registered base, with how many posts it has."""

    id: int
    code: str
    name: str
    kind: str | None
    unit: str | None
    host: str | None
    contact: str | None
    address: str | None
    agreement_from: date | None
    agreement_to: date | None
    plaque_on: date | None
    status: BaseStatus
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftTimes:
    """A shift as its form shows it."""

    id: int
    code: str
    post: str
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    break_from: datetime | None
    break_to: datetime | None


def posts_kept(
    session: Session, actor: Actor, roles: Collection[Role], *, now: datetime, code: str | None = None
) -> list[PostRow]:
    """Return the posts in reach, by base and name."""
    wanted = post_in_reach(actor, roles)
    rows = session.execute(
        select(
            Post.id,
            Post.code,
            Post.name,
            Unit.code.label("unit"),
            Unit.name.label("unit_name"),
            Base.code.label("base"),
            Base.name.label("base_name"),
            Post.category,
            Post.compensation,
            Post.place,
            Post.content,
            Post.insurance_note,
            Post.sign_up_for,
            Post.takes_walk_ins,
            func.count(Shift.id).label("shifts"),
        )
        .join(Unit, Unit.id == Post.unit_id)
        .outerjoin(Base, Base.id == Post.base_id)
        .outerjoin(Shift, and_(Shift.post_id == Post.id, Shift.ends_at > now, Shift.cancelled_at.is_(None)))
        .where(wanted if code is None else and_(wanted, Post.code == code))
        .group_by(Post.id, Unit.code, Unit.name, Base.code, Base.name)
        .order_by(Base.name.is_(None), Base.name, Post.name, Post.id)
    ).all()
    return [PostRow(**row._mapping) for row in rows]


def kept_post(session: Session, code: str, actor: Actor, roles: Collection[Role]) -> Post | None:
    """Return the post of that code, if it is in reach."""
    return session.execute(
        select(Post).where(Post.code == code, post_in_reach(actor, roles))
    ).scalar_one_or_none()


def bases_kept(
    session: Session, actor: Actor, roles: Collection[Role], *, code: str | None = None
) -> list[BaseRow]:
    """Return the bases in reach, by name."""
    wanted = base_in_reach(actor, roles)
    rows = session.execute(
        select(
            Base.id,
            Base.code,
            Base.name,
            Base.kind,
            Unit.code.label("unit"),
            Base.host,
            Base.contact,
            Base.address,
            Base.agreement_from,
            Base.agreement_to,
            Base.plaque_on,
            Base.status,
            func.count(Post.id).label("posts"),
        )
        .outerjoin(Unit, Unit.id == Base.unit_id)
        .outerjoin(Post, Post.base_id == Base.id)
        .where(wanted if code is None else and_(wanted, Base.code == code))
        .group_by(Base.id, Unit.code)
        .order_by(Base.name, Base.id)
    ).all()
    return [BaseRow(**row._mapping) for row in rows]


def all_bases(session: Session) -> list[tuple[str, str]]:
    """Return code and name of every base that is not withdrawn, for a post's form."""
    rows = session.execute(
        select(Base.code, Base.name).where(Base.status != BaseStatus.WITHDRAWN).order_by(Base.name, Base.id)
    ).all()
    return [(code, name) for code, name in rows]


def base_id(session: Session, code: str) -> int | None:
    """Return the id of the base of that code."""
    return session.execute(select(Base.id).where(Base.code == code)).scalar_one_or_none()


def shift_times(session: Session, code: str, actor: Actor, roles: Collection[Role]) -> ShiftTimes | None:
    """Return a shift that is not cancelled, if its post is in reach."""
    breaks = aliased(ShiftBreak)
    first = select(func.min(breaks.id)).where(breaks.shift_id == Shift.id).scalar_subquery()
    row = session.execute(
        select(
            Shift.id,
            Shift.code,
            Post.code.label("post"),
            Shift.starts_at,
            Shift.ends_at,
            Shift.capacity,
            ShiftBreak.starts_at.label("break_from"),
            ShiftBreak.ends_at.label("break_to"),
        )
        .join(Post, Post.id == Shift.post_id)
        .outerjoin(ShiftBreak, ShiftBreak.id == first)
        .where(Shift.code == code, Shift.cancelled_at.is_(None), post_in_reach(actor, roles))
    ).one_or_none()
    return ShiftTimes(**row._mapping) if row else None


def leaders_of(session: Session, post_id: int) -> Sequence[str]:
    """Return who leads a post, by name."""
    return session.scalars(
        select(Account.name)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(RoleGrant.post_id == post_id, RoleGrant.role == Role.LEADER, RoleGrant.ended_at.is_(None))
        .order_by(Account.name, Account.id)
    ).all()
