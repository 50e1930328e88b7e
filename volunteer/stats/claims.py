"""How much of what may be claimed a member has used up, and what she asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Integer, and_, cast, func, select
from sqlalchemy.orm import Session

from volunteer.models import Account, Approval, ProbationWindow, Request, Visit
from volunteer.rules.kinds import Grade, RequestKind, RequestState, VisitState


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenClaim:
    """What somebody asked for a record and two people have not decided yet."""

    starts_at: datetime | None
    ends_at: datetime
    reason: str
    asked_at: datetime
    deadline_on: date
    approved_by: str | None


def open_claim(session: Session, visit_id: int) -> OpenClaim | None:
    """Return the undecided request about a record; there is at most one."""
    row = session.execute(
        select(
            Request.starts_at,
            Request.ends_at,
            Request.reason,
            Request.asked_at,
            Request.deadline_on,
            Account.name.label("approved_by"),
        )
        .outerjoin(Approval, and_(Approval.request_id == Request.id, Approval.step == 1))
        .outerjoin(Account, Account.id == Approval.account_id)
        .where(Request.visit_id == visit_id, Request.state == RequestState.ASKED)
    ).one_or_none()
    return OpenClaim(**row._mapping) if row else None


def own_request(session: Session, ref: object, account_id: int) -> int | None:
    """Return the request that the account made under this name, if there is one."""
    return session.execute(
        select(Request.id).where(Request.ref == ref, Request.asked_by_id == account_id)
    ).scalar_one_or_none()


def made_up_minutes(session: Session, member_id: int) -> int:
    """Return the net minutes of grade E that the member already has inside the window."""
    minutes: int = session.execute(
        select(cast(func.coalesce(func.sum(Visit.net_min), 0), Integer))
        .join(ProbationWindow, ProbationWindow.member_id == Visit.member_id)
        .where(
            Visit.member_id == member_id,
            Visit.grade == Grade.E,
            Visit.state == VisitState.CONFIRMED,
            Visit.served_on >= ProbationWindow.starts_on,
            Visit.served_on < ProbationWindow.ends_before,
        )
    ).scalar_one()
    return minutes


def recorded_minutes(session: Session, member_id: int, kind: RequestKind) -> int:
    """Return the typed minutes of one kind that were granted to the member or are asked for."""
    minutes: int = session.execute(
        select(cast(func.coalesce(func.sum(Request.minutes), 0), Integer)).where(
            Request.member_id == member_id,
            Request.kind == kind,
            Request.state.in_((RequestState.ASKED, RequestState.APPROVED)),
        )
    ).scalar_one()
    return minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedRequest:
    """Hours from before the start or from elsewhere that somebody asked for, not approved (yet)."""

    kind: RequestKind
    on: date
    minutes: int
    what: str | None
    state: RequestState
    has_first: bool
    answer: str | None


def typed_requests(session: Session, member_id: int) -> Sequence[TypedRequest]:
    """Return the typed records of a member that wait or were rejected, newest first."""
    first = select(Approval.request_id).where(Approval.request_id == Request.id, Approval.step == 1)
    rows = session.execute(
        select(
            Request.kind,
            Request.on,
            Request.minutes,
            Request.what,
            Request.state,
            first.exists().label("has_first"),
            Request.answer,
        )
        .where(
            Request.member_id == member_id,
            Request.minutes.is_not(None),
            Request.state.in_((RequestState.ASKED, RequestState.REJECTED)),
        )
        .order_by(Request.asked_at.desc(), Request.id.desc())
    ).all()
    return [TypedRequest(**row._mapping) for row in rows]
