"""Who served how long in a stretch of days: the rows of the hours export, zero rows included."""

from collections.abc import Sequence

from sqlalchemy import Integer, case, cast, func, select
from sqlalchemy.orm import Session

from volunteer.models import Member, Unit, Visit
from volunteer.rules.kinds import Grade, VisitState
from volunteer.rules.tally import hours_text
from volunteer.rules.tree import chain
from volunteer.stats.rollups import Days
from volunteer.stats.tree import is_below

HEADER = ("student_no", "name", "unit", "person_times", "net_min", "credited_min", "makeup_min", "credited_h")


def hours_rows(session: Session, unit_path: str, days: Days) -> Sequence[tuple[str | int, ...]]:
    """Return one row a member of the unit and all below it, in the order of :data:`HEADER`."""
    served = (
        select(
            Visit.member_id,
            Visit.post_id,
            Visit.served_on,
            func.sum(Visit.net_min).label("net"),
            func.sum(Visit.credited_min).label("credited"),
            func.sum(case((Visit.grade == Grade.E, Visit.net_min), else_=0)).label("makeup"),
        )
        .where(
            Visit.state == VisitState.CONFIRMED,
            Visit.net_min > 0,
            Visit.served_on >= days.from_on,
            Visit.served_on < days.to_on,
        )
        .group_by(Visit.member_id, Visit.post_id, Visit.served_on)
        .subquery()
    )
    totals = [
        cast(func.coalesce(func.sum(served.c[name]), 0), Integer) for name in ("net", "credited", "makeup")
    ]
    rows = session.execute(
        select(Unit.path, Member.student_no, Member.name, Unit.name, func.count(served.c.member_id), *totals)
        .join(Unit, Unit.id == Member.unit_id)
        .outerjoin(served, served.c.member_id == Member.id)
        .where(is_below(Unit.path, unit_path))
        .group_by(Member.id, Member.student_no, Member.name, Unit.name, Unit.path)
        .order_by(Member.student_no)
    )
    found = [row for _path, *row in sorted(rows, key=lambda row: chain(row.path))]
    return [(*row, hours_text(row[5])) for row in found]
