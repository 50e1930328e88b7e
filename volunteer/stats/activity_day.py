"""Who served where on one day: the list for an activity day, as the 28th of each month is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer.models import Base, Member, PolicyVersion, Post, Shift, Unit, Visit
from volunteer.rules.kinds import SETTLED, Grade, VisitState
from volunteer.stats.served import below


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """A record of the day, whatever its state, but for what is void or rejected. Minutes."""

    id: int
    member_id: int
    student_no: str
    name: str
    is_here: bool
    unit_code: str
    unit_name: str
    post_code: str
    post_name: str
    base_name: str | None
    starts_at: datetime
    ends_at: datetime
    state: VisitState
    grade: Grade
    net: int
    credited: int


def served_on(session: Session, unit_path: str, on: date, *, now: datetime) -> Sequence[DayRow]:
    """Return the records of a unit and all below it on a day, by post and then by member."""
    units = below(unit_path)
    rows = session.execute(
        select(
            Visit.id,
            Visit.member_id,
            Member.student_no,
            Member.name,
            Member.unit_id.in_(units).label("is_here"),
            Unit.code.label("unit_code"),
            Unit.name.label("unit_name"),
            Post.code.label("post_code"),
            Post.name.label("post_name"),
            Base.name.label("base_name"),
            Shift.starts_at,
            Shift.ends_at,
            PolicyVersion.checkout_grace_min,
            Visit.state,
            Visit.grade,
            Visit.net_min,
            Visit.credited_min,
        )
        .join(Member, Member.id == Visit.member_id)
        .join(Unit, Unit.id == Visit.unit_id)
        .join(Post, Post.id == Visit.post_id)
        .join(Shift, Shift.id == Visit.shift_id)
        .join(PolicyVersion, PolicyVersion.id == Visit.policy_id)
        .outerjoin(Base, Base.id == Post.base_id)
        .where(Visit.unit_id.in_(units), Visit.served_on == on, Visit.state.not_in(SETTLED))
        .order_by(Post.name, Post.code, Shift.starts_at, Member.student_no, Visit.id)
    ).all()
    return [
        DayRow(
            id=row.id,
            member_id=row.member_id,
            student_no=row.student_no,
            name=row.name,
            is_here=bool(row.is_here),
            unit_code=row.unit_code,
            unit_name=row.unit_name,
            post_code=row.post_code,
            post_name=row.post_name,
            base_name=row.base_name,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            state=_state(row.state, row.ends_at + timedelta(minutes=row.checkout_grace_min), now),
            grade=row.grade,
            net=row.net_min,
            credited=row.credited_min,
        )
        for row in rows
    ]


def _state(state: VisitState, grace_until: datetime, now: datetime) -> VisitState:
    return VisitState.UNCLOSED if state is VisitState.OPEN and now > grace_until else state
