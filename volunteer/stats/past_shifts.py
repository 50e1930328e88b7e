"""Shifts of the last weeks for which a member has no record: what a make-up can be asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer.models import Post, Shift, Visit
from volunteer.rules.kinds import VisitState

LOOKS_BACK = timedelta(days=31)
MOST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class PastShift:
    """A shift that is over."""

    id: int
    code: str
    post_name: str
    starts_at: datetime
    ends_at: datetime


def past_shifts(session: Session, member_id: int, *, now: datetime) -> list[PastShift]:
    """Return the ended shifts of the last month without a record of the member, newest first."""
    own = select(Visit.id).where(
        Visit.shift_id == Shift.id,
        Visit.member_id == member_id,
        Visit.state.not_in((VisitState.VOID, VisitState.REJECTED)),
    )
    rows = session.execute(
        select(Shift.id, Shift.code, Post.name.label("post_name"), Shift.starts_at, Shift.ends_at)
        .join(Post, Post.id == Shift.post_id)
        .where(
            Shift.ends_at <= now,
            Shift.ends_at > now - LOOKS_BACK,
            Shift.cancelled_at.is_(None),
            ~own.exists(),
        )
        .order_by(Shift.ends_at.desc(), Shift.id.desc())
        .limit(MOST)
    ).all()
    return [PastShift(**row._mapping) for row in rows]
