"""What waits for a decision: records, requests and objections in reach, the oldest first."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session

from volunteer.models import (
    Account,
    Approval,
    Member,
    Objection,
    Post,
    Request,
    Shift,
    Unit,
    Visit,
)
from volunteer.rules.kinds import Grade, RequestKind, RequestState, Role, VisitState
from volunteer.rules.roles import Actor
from volunteer.stats.reach import units_below, units_of

REVIEWERS = (Role.COMMITTEE, Role.COLLEGE)
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingVisit:
    """A record that waits for a witness or for the committee."""

    id: int
    shift_id: int
    member_id: int
    name: str
    unit_name: str
    post_name: str
    starts_at: datetime
    ends_at: datetime
    grade: Grade
    pending: int

    @property
    def may_confirm(self) -> bool:
        """Whether confirming would lift it: what stands alone takes a witness or a request."""
        return self.grade is not Grade.D


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """A request without its second approval."""

    id: int
    kind: RequestKind
    member_id: int
    name: str
    unit_name: str
    post_name: str | None
    on: date
    starts_at: datetime | None
    ends_at: datetime | None
    minutes: int | None
    what: str | None
    reason: str
    deadline_on: date
    asked_at: datetime
    approved_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenObjection:
    """An objection that is not resolved."""

    id: int
    visit_id: int
    member_id: int
    name: str
    unit_name: str
    post_name: str
    served_on: date
    reason: str
    is_own: bool
    filed_at: datetime
    is_in_force: bool


def pending_visits(session: Session, actor: Actor) -> list[PendingVisit]:
    """Return the pending records of the units in reach that no request is about."""
    asked = select(Request.id).where(Request.visit_id == Visit.id, Request.state == RequestState.ASKED)
    rows = session.execute(
        select(
            Visit.id,
            Visit.shift_id,
            Visit.member_id,
            Member.name,
            Unit.name.label("unit_name"),
            Post.name.label("post_name"),
            Shift.starts_at,
            Shift.ends_at,
            Visit.grade,
            Visit.pending_min.label("pending"),
        )
        .join(Member, Member.id == Visit.member_id)
        .join(Unit, Unit.id == Visit.unit_id)
        .join(Shift, Shift.id == Visit.shift_id)
        .join(Post, Post.id == Visit.post_id)
        .where(Visit.state == VisitState.PENDING, _in_units(actor, Visit.unit_id), ~asked.exists())
        .order_by(Shift.ends_at, Visit.id)
        .limit(MOST)
    ).all()
    return [PendingVisit(**row._mapping) for row in rows]


def open_requests(session: Session, actor: Actor) -> list[OpenRequest]:
    """Return the undecided requests of members in reach, and of the posts that the account leads."""
    first = (
        select(Account.name)
        .join(Approval, Approval.account_id == Account.id)
        .where(Approval.request_id == Request.id, Approval.step == 1)
        .scalar_subquery()
    )
    led = [grant.post_id for grant in actor.grants if grant.role is Role.LEADER and grant.post_id]
    rows = session.execute(
        select(
            Request.id,
            Request.kind,
            Request.member_id,
            Member.name,
            func.coalesce(Unit.name, "").label("unit_name"),
            Post.name.label("post_name"),
            Request.on,
            Request.starts_at,
            Request.ends_at,
            Request.minutes,
            Request.what,
            Request.reason,
            Request.deadline_on,
            Request.asked_at,
            first.label("approved_by"),
        )
        .join(Member, Member.id == Request.member_id)
        .outerjoin(Unit, Unit.id == Member.unit_id)
        .outerjoin(Visit, Visit.id == Request.visit_id)
        .outerjoin(Post, Post.id == Visit.post_id)
        .where(
            Request.state == RequestState.ASKED,
            or_(
                _in_units(actor, Member.unit_id),
                _in_units(actor, Request.unit_id),
                Visit.post_id.in_(led) if led else false(),
            ),
        )
        .order_by(Request.deadline_on, Request.id)
        .limit(MOST)
    ).all()
    return [OpenRequest(**row._mapping) for row in rows]


def open_objections(session: Session, actor: Actor) -> list[OpenObjection]:
    """Return the objections to records of the units in reach that are not resolved."""
    rows = session.execute(
        select(
            Objection.id,
            Objection.visit_id,
            Visit.member_id,
            Member.name,
            Unit.name.label("unit_name"),
            Post.name.label("post_name"),
            Visit.served_on,
            Objection.reason,
            Objection.is_own,
            Objection.filed_at,
            Objection.accepted_at.is_not(None).label("is_in_force"),
        )
        .join(Visit, Visit.id == Objection.visit_id)
        .join(Member, Member.id == Visit.member_id)
        .join(Unit, Unit.id == Visit.unit_id)
        .join(Post, Post.id == Visit.post_id)
        .where(Objection.resolved_at.is_(None), _in_units(actor, Visit.unit_id))
        .order_by(Objection.filed_at, Objection.id)
        .limit(MOST)
    ).all()
    return [OpenObjection(**row._mapping) for row in rows]


def _in_units(actor: Actor, column: Any) -> ColumnElement[bool]:
    held = units_of(actor, REVIEWERS)
    return column.in_(units_below(held)) if held else false()
