"""Who left so long ago that the records need no name any more, and who wishes that now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from volunteer.models import Account, Credit, Erasure, Member, Membership, ProbationWindow, Unit, Visit
from volunteer.rules.kinds import Role
from volunteer.rules.roles import Actor
from volunteer.stats.reach import sees_all, units_below, units_of

MOST_WISHES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Somebody who left, and her last day in a branch."""

    member_id: int
    student_no: str
    left_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRow:
    """A wish to be forgotten, with what came of it."""

    id: int
    member_id: int
    name: str
    student_no: str
    unit_name: str | None
    reason: str | None
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    is_granted: bool | None
    answer: str | None


def long_gone(session: Session, *, left_by: date, today: date, limit: int) -> Sequence[Left]:
    """Return who left by that day, has no record after it and no probation that runs; oldest first."""
    last = func.max(Membership.before_on)
    served = select(Visit.id).where(Visit.member_id == Member.id, Visit.served_on > left_by)
    credited = select(Credit.id).where(Credit.member_id == Member.id, Credit.day > left_by)
    rows = session.execute(
        select(Member.id.label("member_id"), Member.student_no, last.label("left_on"))
        .join(Membership, Membership.member_id == Member.id)
        .outerjoin(ProbationWindow, ProbationWindow.member_id == Member.id)
        .where(
            Member.unit_id.is_(None),
            Member.anonymised_at.is_(None),
            ~served.exists(),
            ~credited.exists(),
            or_(
                ProbationWindow.member_id.is_(None),
                ProbationWindow.outcome.is_not(None),
                ProbationWindow.ends_before <= today,
            ),
        )
        .group_by(Member.id, Member.student_no)
        .having(last <= left_by)
        .order_by(last, Member.id)
        .limit(limit)
    ).all()
    return [Left(**row._mapping) for row in rows]


def last_unit(session: Session, member_id: int) -> int | None:
    """Return the member's branch, or the last one that she had."""
    found: int | None = session.execute(
        select(Membership.unit_id)
        .where(Membership.member_id == member_id)
        .order_by(Membership.before_on.is_(None).desc(), Membership.before_on.desc(), Membership.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found


def own_erasures(session: Session, member_id: int) -> Sequence[ErasureRow]:
    """Return the wishes of a member, newest first."""
    return _rows(session, _erasures().where(Erasure.member_id == member_id))


def erasures(
    session: Session, actor: Actor, roles: Collection[Role], *, erasure_id: int | None = None
) -> Sequence[ErasureRow]:
    """Return the wishes in reach, those that wait first, then the newest."""
    wanted = _erasures().where(_in_reach(actor, roles))
    if erasure_id is not None:
        wanted = wanted.where(Erasure.id == erasure_id)
    return _rows(session, wanted)


def _in_reach(actor: Actor, roles: Collection[Role]) -> ColumnElement[bool]:
    # By any branch that she ever had: who left has no present one.
    if sees_all(actor, roles):
        return Erasure.id.is_not(None)
    below = units_below(units_of(actor, roles) or [0])
    return Erasure.member_id.in_(select(Membership.member_id).where(Membership.unit_id.in_(below)))


def _erasures() -> Any:
    decider = aliased(Account)
    return (
        select(
            Erasure.id,
            Erasure.member_id,
            Member.name,
            Member.student_no,
            Unit.name.label("unit_name"),
            Erasure.reason,
            Erasure.asked_at,
            decider.name.label("decided_by"),
            Erasure.decided_at,
            Erasure.is_granted,
            Erasure.answer,
        )
        .join(Member, Member.id == Erasure.member_id)
        .outerjoin(Unit, Unit.id == Member.unit_id)
        .outerjoin(decider, decider.id == Erasure.decided_by_id)
    )


def _rows(session: Session, wanted: Select[Any]) -> list[ErasureRow]:
    rows = session.execute(
        wanted.order_by(Erasure.decided_at.is_not(None), Erasure.asked_at.desc(), Erasure.id.desc()).limit(
            MOST_WISHES
        )
    ).all()
    return [ErasureRow(**row._mapping) for row in rows]
