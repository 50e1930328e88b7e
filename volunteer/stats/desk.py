"""What waits for a decision: records, requests and objections in reach, the oldest first."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from volunteer.models import (
    Account,
    Approval,
    AuditLine,
    Evidence,
    Member,
    Objection,
    PolicyVersion,
    Post,
    Request,
    Shift,
    Unit,
    Visit,
    Witness,
)
from volunteer.rules.kinds import Grade, RequestKind, RequestState, Role, VisitState
from volunteer.rules.roles import Actor
from volunteer.stats.json_rows import spelled
from volunteer.stats.reach import units_below, units_of

REVIEWERS = (Role.COMMITTEE, Role.COLLEGE)
MOST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingVisit:
    """A record that waits for a witness or for the committee."""

    id: int
    version: int
    shift_id: int
    member_id: int
    name: str
    unit_name: str
    post_name: str
    served_on: date
    starts_at: datetime
    ends_at: datetime
    grade: Grade
    pending: int
    deadline_workdays: int
    is_recorder: bool
    returned: str | None
    made_up: int
    served: int

    @property
    def visit_id(self) -> int:
        """The record that it is about: itself."""
        return self.id

    @property
    def may_confirm(self) -> bool:
        """Whether confirming would lift it: what stands alone takes a witness or a request."""
        return self.grade is not Grade.D

    @property
    def returned_because(self) -> str | None:
        """Why it was sent back last, if it ever was."""
        return None if self.returned is None else json.loads(self.returned).get("reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """A request without its second approval."""

    id: int
    kind: RequestKind
    visit_id: int | None
    shift_id: int | None
    member_id: int
    name: str
    unit_name: str
    post_name: str | None
    on: date
    starts_at: datetime | None
    ends_at: datetime | None
    shift_starts_at: datetime | None
    shift_ends_at: datetime | None
    grade: Grade | None
    pending: int
    minutes: int | None
    what: str | None
    reason: str
    deadline_on: date
    asked_at: datetime
    asked_by_id: int | None
    asked_by: str | None
    approved_by_id: int | None
    approved_by: str | None
    approved_at: datetime | None
    is_reviewed: bool
    made_up: int
    served: int

    @property
    def approvals(self) -> int:
        """How many there are so far."""
        return 0 if self.approved_by_id is None else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenObjection:
    """An objection that is not resolved."""

    id: int
    visit_id: int
    shift_id: int
    member_id: int
    name: str
    unit_name: str
    post_name: str
    served_on: date
    starts_at: datetime
    ends_at: datetime
    grade: Grade
    net: int
    confirmed_by_id: int | None
    is_recorder: bool
    reason: str
    is_own: bool
    by_account_id: int | None
    by: str | None
    filed_at: datetime
    accept_by_on: date
    is_in_force: bool
    made_up: int
    served: int

    @property
    def pending(self) -> int:
        """The minutes that it is about."""
        return self.net


def pending_visits(session: Session, actor: Actor) -> list[PendingVisit]:
    """Return the pending records of the units in reach that no request is about."""
    asked = select(Request.id).where(Request.visit_id == Visit.id, Request.state == RequestState.ASKED)
    rows = session.execute(
        select(
            Visit.id,
            Visit.version,
            Visit.shift_id,
            Visit.member_id,
            Member.name,
            Unit.name.label("unit_name"),
            Post.name.label("post_name"),
            Visit.served_on,
            Shift.starts_at,
            Shift.ends_at,
            Visit.grade,
            Visit.pending_min.label("pending"),
            PolicyVersion.record_deadline_workdays.label("deadline_workdays"),
            _is_recorder(actor).label("is_recorder"),
            _returned().label("returned"),
            *_member_sums(Visit.member_id),
        )
        .join(Member, Member.id == Visit.member_id)
        .join(Unit, Unit.id == Visit.unit_id)
        .join(Shift, Shift.id == Visit.shift_id)
        .join(Post, Post.id == Visit.post_id)
        .join(PolicyVersion, PolicyVersion.id == Visit.policy_id)
        .where(Visit.state == spelled(VisitState.PENDING), _in_units(actor, Visit.unit_id), ~asked.exists())
        .order_by(Shift.ends_at, Visit.id)
        .limit(MOST)
    ).all()
    return [PendingVisit(**row._mapping) for row in rows]


def open_requests(session: Session, actor: Actor) -> list[OpenRequest]:
    """Return the undecided requests of members in reach, and of the posts that the account leads."""
    asker, approver = aliased(Account), aliased(Account)
    is_reviewed = or_(_in_units(actor, Member.unit_id), _in_units(actor, Request.unit_id))
    led = [grant.post_id for grant in actor.grants if grant.role is Role.LEADER and grant.post_id]
    rows = session.execute(
        select(
            Request.id,
            Request.kind,
            Request.visit_id,
            Visit.shift_id,
            Request.member_id,
            Member.name,
            func.coalesce(Unit.name, "").label("unit_name"),
            Post.name.label("post_name"),
            Request.on,
            Request.starts_at,
            Request.ends_at,
            Shift.starts_at.label("shift_starts_at"),
            Shift.ends_at.label("shift_ends_at"),
            Visit.grade,
            func.coalesce(Visit.pending_min, Request.minutes, 0).label("pending"),
            Request.minutes,
            Request.what,
            Request.reason,
            Request.deadline_on,
            Request.asked_at,
            Request.asked_by_id,
            asker.name.label("asked_by"),
            Approval.account_id.label("approved_by_id"),
            approver.name.label("approved_by"),
            Approval.at.label("approved_at"),
            is_reviewed.label("is_reviewed"),
            *_member_sums(Request.member_id),
        )
        .join(Member, Member.id == Request.member_id)
        .outerjoin(Unit, Unit.id == Member.unit_id)
        .outerjoin(Visit, Visit.id == Request.visit_id)
        .outerjoin(Shift, Shift.id == Visit.shift_id)
        .outerjoin(Post, Post.id == Visit.post_id)
        .outerjoin(asker, asker.id == Request.asked_by_id)
        .outerjoin(Approval, and_(Approval.request_id == Request.id, Approval.step == 1))
        .outerjoin(approver, approver.id == Approval.account_id)
        .where(
            Request.state == RequestState.ASKED,
            # What came in a file is decided as a file.
            Request.batch_id.is_(None),
            or_(is_reviewed, Visit.post_id.in_(led) if led else false()),
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
            Visit.shift_id,
            Visit.member_id,
            Member.name,
            Unit.name.label("unit_name"),
            Post.name.label("post_name"),
            Visit.served_on,
            Shift.starts_at,
            Shift.ends_at,
            Visit.grade,
            (Visit.net_min + Visit.pending_min).label("net"),
            Visit.confirmed_by_id,
            _is_recorder(actor).label("is_recorder"),
            Objection.reason,
            Objection.is_own,
            Objection.by_account_id,
            Account.name.label("by"),
            Objection.filed_at,
            Objection.accept_by_on,
            Objection.accepted_at.is_not(None).label("is_in_force"),
            *_member_sums(Visit.member_id),
        )
        .join(Visit, Visit.id == Objection.visit_id)
        .join(Member, Member.id == Visit.member_id)
        .join(Unit, Unit.id == Visit.unit_id)
        .join(Shift, Shift.id == Visit.shift_id)
        .join(Post, Post.id == Visit.post_id)
        .outerjoin(Account, Account.id == Objection.by_account_id)
        # Plus nothing: the few objections are what it begins with, and not the records of the units.
        .where(Objection.resolved_at.is_(None), _in_units(actor, Visit.unit_id + 0))
        .order_by(Objection.filed_at, Objection.id)
        .limit(MOST)
    ).all()
    return [OpenObjection(**row._mapping) for row in rows]


def visit_of_objection(session: Session, objection_id: int) -> int:
    """Return the record that an objection is about."""
    return session.execute(select(Objection.visit_id).where(Objection.id == objection_id)).scalar_one()


def _in_units(actor: Actor, column: Any) -> ColumnElement[bool]:
    held = units_of(actor, REVIEWERS)
    return column.in_(units_below(held)) if held else false()


def _is_recorder(actor: Actor) -> ColumnElement[bool]:
    """Whether the account took the member in or out, attested the end, or witnessed her."""
    attested = select(Evidence.id).where(
        Evidence.visit_id == Visit.id, Evidence.by_account_id == actor.account_id, ~Evidence.is_claim
    )
    witnessed = select(Witness.visit_id).where(
        Witness.visit_id == Visit.id,
        Witness.account_id == actor.account_id,
        Visit.grade.in_((Grade.A, Grade.C)),
    )
    return or_(attested.exists(), witnessed.exists())


def _returned() -> ColumnElement[str | None]:
    """Return the facts of the last time that the record was sent back."""
    return (
        select(func.coalesce(AuditLine.facts, "{}"))
        .where(
            AuditLine.subject == "visit",
            AuditLine.subject_id == Visit.id,
            AuditLine.act == "return_visit",
        )
        .order_by(AuditLine.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _member_sums(member_id: Any) -> list[ColumnElement[int]]:
    """Return the member's made-up and all served minutes, over every record that counts."""
    own = aliased(Visit)
    counts = and_(own.member_id == member_id, own.state == VisitState.CONFIRMED)
    whole = select(cast(func.coalesce(func.sum(own.net_min), 0), Integer)).where(counts)
    part = whole.where(own.grade == Grade.E)
    return [part.scalar_subquery().label("made_up"), whole.scalar_subquery().label("served")]
