"""The pictures of requests, and who may look at them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from volunteer.models import Evidence, Member, Photo, Request, Visit
from volunteer.rules.kinds import Role, Side
from volunteer.rules.roles import Actor
from volunteer.stats.reach import sees_all, units_below, units_of

MAY_LOOK = frozenset({Role.COMMITTEE, Role.COLLEGE, Role.AUDITOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoRow:
    """A picture with the time that its request claims; a typed record claims a whole day."""

    id: int
    request_id: int
    width: int
    height: int
    taken_at: datetime | None
    sent_at: datetime
    on: date
    starts_at: datetime | None
    ends_at: datetime | None


def photos_of(session: Session, request_ids: Collection[int]) -> Mapping[int, list[PhotoRow]]:
    """Return the pictures of each request, without their content."""
    found: dict[int, list[PhotoRow]] = {request_id: [] for request_id in request_ids}
    came = (
        select(func.max(Evidence.at))
        .where(Evidence.visit_id == Request.visit_id, Evidence.side == Side.IN)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Photo.id,
            Photo.request_id,
            Photo.width,
            Photo.height,
            Photo.taken_at,
            Photo.sent_at,
            Request.on,
            func.coalesce(Request.starts_at, came).label("starts_at"),
            Request.ends_at,
        )
        .join(Request, Request.id == Photo.request_id)
        .where(Photo.request_id.in_(request_ids))
        .order_by(Photo.id)
    ).all()
    for row in rows:
        found[row.request_id].append(PhotoRow(**row._mapping))
    return found


def photo_content(session: Session, photo_id: int, actor: Actor) -> bytes | None:
    """Return the picture itself if it is the account's own or in its reach."""
    return session.execute(
        select(Photo.content)
        .join(Request, Request.id == Photo.request_id)
        .join(Member, Member.id == Request.member_id)
        .outerjoin(Visit, Visit.id == Request.visit_id)
        .where(Photo.id == photo_id, _may_look(actor))
    ).scalar_one_or_none()


def _may_look(actor: Actor) -> ColumnElement[bool]:
    """The member, who asked, the leaders of the post, and the committee, college and auditor above her."""
    ways: list[ColumnElement[bool]] = [Request.asked_by_id == actor.account_id]
    if actor.member_id is not None:
        ways.append(Request.member_id == actor.member_id)
    led = [grant.post_id for grant in actor.grants if grant.role is Role.LEADER and grant.post_id]
    if led:
        ways.append(Visit.post_id.in_(led))
    held = units_of(actor, MAY_LOOK)
    if held:
        ways += [Member.unit_id.in_(units_below(held)), Request.unit_id.in_(units_below(held))]
    if sees_all(actor, frozenset({Role.AUDITOR})):
        ways.append(Photo.id.is_not(None))
    return or_(*ways)
