"""Roll-ups on the basis of the probation window: what members served in their own windows, wherever."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_
from sqlalchemy.orm import Session

from volunteer.models import Member, ProbationWindow, Unit, Visit
from volunteer.rules.tally import RollUpKind
from volunteer.stats.progress import ON_PROBATION
from volunteer.stats.rollups import RollUp, month_rows, of_months, of_units, rollup, unit_rows
from volunteer.stats.served import above, below, figures, key_of

_INSIDE = (
    ProbationWindow,
    and_(
        ProbationWindow.member_id == Visit.member_id,
        Visit.served_on >= ProbationWindow.starts_on,
        Visit.served_on < ProbationWindow.ends_before,
    ),
)
_WHO = (Member, Member.id == Visit.member_id)


def of_unit(session: Session, *, unit_path: str) -> RollUp:
    """Return what the present members of a unit and all below it served in their undecided windows."""
    row = session.execute(_figures(RollUpKind.ALL, unit_path)).one_or_none()
    return rollup(row)


def by_month(session: Session, *, unit_path: str) -> Sequence[RollUp]:
    """Return the same by month, in order."""
    return month_rows(session.execute(of_months(_figures(RollUpKind.MONTH, unit_path))))


def by_child(session: Session, *, unit_path: str, unit_id: int) -> Sequence[RollUp]:
    """Return the same for each unit right below, by the member's present unit."""
    pairs = above(below(unit_path))
    joins = [_INSIDE, _WHO, (pairs, pairs.c.unit_id == Member.unit_id)]
    inner = figures(pairs.c.node_id.label("key"), where=ON_PROBATION, joins=joins)
    return unit_rows(session.execute(of_units(inner.subquery(), Unit.parent_id == unit_id)))


def _figures(kind: RollUpKind, unit_path: str) -> Select[*tuple[Any, ...]]:
    key, joins = key_of(kind)
    here = Member.unit_id.in_(below(unit_path))
    return figures(key, where=[here, *ON_PROBATION], joins=[_INSIDE, _WHO, *joins])
