"""What stands in a member's calendar: each shift that she signed up for, as it is now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from volunteer.models import Base, Post, Shift, SignUp

KEPT = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A shift in a calendar. ``sequence`` only grows: whatever changes makes a newer version of the entry."""

    shift_id: int
    post_name: str
    base_name: str | None
    place: str | None
    address: str | None
    content: str | None
    starts_at: datetime
    ends_at: datetime
    cancel_reason: str | None
    is_off: bool
    has_place: bool
    sequence: int


def entries_of(session: Session, member_id: int, *, now: datetime) -> list[Entry]:
    """Return the shifts of the last two months and all to come for which the member ever signed up."""
    has_live = func.max(case((SignUp.withdrawn_at.is_(None), 1), else_=0))
    has_place = func.max(case((SignUp.seat.is_not(None), 1), else_=0))
    # Each sign-up, each place and each withdrawal is one more; none of them is ever taken back.
    steps = func.count(SignUp.id) + func.count(SignUp.seated_at) + func.count(SignUp.withdrawn_at)
    rows = session.execute(
        select(
            Shift.id,
            Post.name,
            Base.name.label("base_name"),
            Post.place,
            Base.address,
            Post.content,
            Shift.starts_at,
            Shift.ends_at,
            Shift.cancel_reason,
            Shift.cancelled_at,
            has_live.label("has_live"),
            has_place.label("has_place"),
            (Shift.revision + steps - 1).label("sequence"),
        )
        .join(SignUp, SignUp.shift_id == Shift.id)
        .join(Post, Post.id == Shift.post_id)
        .outerjoin(Base, Base.id == Post.base_id)
        .where(SignUp.member_id == member_id, Shift.ends_at > now - KEPT)
        .group_by(Shift.id, Post.id, Base.id)
        .order_by(Shift.starts_at, Shift.id)
    ).all()
    return [
        Entry(
            shift_id=row.id,
            post_name=row.name,
            base_name=row.base_name,
            place=row.place,
            address=row.address,
            content=row.content,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            cancel_reason=row.cancel_reason,
            is_off=row.cancelled_at is not None or not row.has_live,
            has_place=bool(row.has_place),
            sequence=row.sequence,
        )
        for row in rows
    ]
