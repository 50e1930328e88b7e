"""Everybody on the roster, and the units to which people belong: what a file of members is held against."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer.models import Member, ProbationWindow, Unit
from volunteer.rules.kinds import UnitKind
from volunteer.rules.roster import RosterEntry

HOLDS_PEOPLE = (UnitKind.BRANCH, UnitKind.GROUP)


def whole_roster(session: Session) -> list[RosterEntry]:
    """Return everybody whom the records know, by student number."""
    rows = session.execute(
        select(
            Member.student_no,
            Member.name,
            Unit.code.label("unit"),
            Member.stage,
            ProbationWindow.starts_on.label("probation_start"),
        )
        .outerjoin(Unit, Unit.id == Member.unit_id)
        .outerjoin(ProbationWindow, ProbationWindow.member_id == Member.id)
        .order_by(Member.student_no)
    ).all()
    return [RosterEntry(**row._mapping) for row in rows]


def branch_codes(session: Session) -> list[str]:
    """Return the codes of the branches and groups; nobody belongs to a college directly."""
    return list(
        session.scalars(select(Unit.code).where(Unit.kind.in_(HOLDS_PEOPLE)).order_by(Unit.code)).all()
    )
