"""How much of what may be claimed a member has used up."""

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from volunteer.models import ProbationWindow, Request, Visit
from volunteer.rules.kinds import Grade, RequestKind, RequestState, VisitState


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
