"""The records behind a figure, one by one, each with its steps: the sum that is shown is theirs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from volunteer.models import Base, Member, Post, Unit, Visit
from volunteer.rules.kinds import Grade, Role
from volunteer.rules.roles import Actor
from volunteer.stats.place import Place, served
from volunteer.stats.reach import member_in_reach, unit_in_reach
from volunteer.stats.records import Record, record_of, record_rows
from volunteer.stats.rollups import Days, RollUp, rollup
from volunteer.stats.served import below, figures, within

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """A record with whose it is and the branch at that time. ``name`` is None for other units' members.

    ``member_id`` leads to her page, and is None where it is out of reach; ``whose_id`` is for the trail.
    """

    record: Record
    whose_id: int
    unit_name: str
    name: str | None
    student_no: str | None
    member_id: int | None


def at_place(
    place: Place, days: Days, *, month: date | None = None, grade: Grade | None = None
) -> list[Condition]:
    """Return the condition on the records that count there in *days*, of one month or grade if asked."""
    found = served(place, days)
    if month is not None:
        last = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
        found += within(Days(from_on=month, to_on=last))
    if grade is not None:
        found.append(Visit.grade == grade)
    return found


def coded(*, post: str | None, base: str | None) -> list[Condition]:
    """Return the condition that a record is of the post and of the base with these codes, where given."""
    found: list[Condition] = []
    if post is not None:
        found.append(Visit.post_id.in_(select(Post.id).where(Post.code == post)))
    if base is not None:
        at_base = select(Post.id).join(Base, Base.id == Post.base_id).where(Base.code == base)
        found.append(Visit.post_id.in_(at_base))
    return found


def count_of(session: Session, where: Sequence[Condition]) -> int:
    """Return how many records they are."""
    return session.scalar(select(func.count(Visit.id)).where(*where)) or 0


def sum_of(session: Session, where: Sequence[Condition]) -> RollUp:
    """Return what the records come to."""
    key = cast(0, Integer).label("key")
    return rollup(session.execute(figures(key, where=where)).one_or_none(), "")


def behind(
    session: Session,
    where: Sequence[Condition],
    *,
    actor: Actor,
    roles: Collection[Role],
    unit_path: str | None,
    now: datetime,
    limit: int,
    offset: int = 0,
) -> tuple[Sequence[Behind], int]:
    """Return the records, newest first, and how many there are.

    Args:
        unit_path: Names are those of the unit alone that the page looks from; None names all.
    """
    is_named = Visit.unit_id.in_(below(unit_path)) if unit_path is not None else Visit.id.is_not(None)
    then = aliased(Unit)
    # Chosen and counted first, so that the rest is read of a page's records alone.
    chosen = (
        select(Visit.id, func.count().over().label("all"))
        .where(*where)
        .order_by(Visit.served_on.desc(), Visit.id.desc())
        .limit(limit)
        .offset(offset)
        .subquery()
    )
    rows = session.execute(
        record_rows(
            Visit.member_id,
            Member.name,
            Member.student_no,
            then.name.label("unit_name"),
            is_named.label("is_named"),
            func.coalesce(member_in_reach(actor, roles), False).label("is_in_reach"),
            chosen.c.all,
        )
        .join(chosen, chosen.c.id == Visit.id)
        .join(Member, Member.id == Visit.member_id)
        .join(then, then.id == Visit.unit_id)
        .order_by(Visit.served_on.desc(), Visit.id.desc())
    ).all()
    return [_behind(row, now) for row in rows], rows[0].all if rows else 0


def one_record(
    session: Session, visit_id: int, actor: Actor, roles: Collection[Role], *, now: datetime
) -> Behind | None:
    """Return a record of a branch in reach, or of a member in reach."""
    units = select(Unit.id).where(unit_in_reach(actor, roles))
    members = select(Member.id).where(member_in_reach(actor, roles))
    may = or_(Visit.unit_id.in_(units), Visit.member_id.in_(members))
    found, _ = behind(
        session,
        [Visit.id == visit_id, may],
        actor=actor,
        roles=roles,
        unit_path=None,
        now=now,
        limit=1,
    )
    return found[0] if found else None


def _behind(row: Any, now: datetime) -> Behind:
    return Behind(
        record=record_of(row, now),
        whose_id=row.member_id,
        unit_name=row.unit_name,
        name=row.name if row.is_named else None,
        student_no=row.student_no if row.is_named else None,
        member_id=row.member_id if row.is_named and row.is_in_reach else None,
    )
