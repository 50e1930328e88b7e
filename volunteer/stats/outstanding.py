"""What is going on just now, for whoever watches the server: one statement over partial indexes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from volunteer.models import Display, Request, Visit
from volunteer.rules.kinds import RequestState, VisitState
from volunteer.stats.json_rows import spelled

ALIVE_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outstanding:
    """Counts of one moment."""

    displays_alive: int
    visits_open: int
    requests_undecided: int


def outstanding(session: Session, *, now: datetime) -> Outstanding:
    """Count screens that beat in the last five minutes, open visits and undecided requests."""
    row = session.execute(
        select(
            select(func.count(Display.id))
            .where(~Display.is_poster, Display.revoked_at.is_(None), Display.seen_at > now - ALIVE_WITHIN)
            .scalar_subquery()
            .label("displays_alive"),
            select(func.count(Visit.id))
            .where(Visit.state == spelled(VisitState.OPEN))
            .scalar_subquery()
            .label("visits_open"),
            select(func.count(Request.id))
            .where(Request.state == RequestState.ASKED)
            .scalar_subquery()
            .label("requests_undecided"),
        )
    ).one()
    return Outstanding(**row._mapping)
