"""Roll-ups on the basis of the probation window: what members served in their own windows, wherever."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_
from sqlalchemy.orm import Session

from volunteer.models import Member, ProbationWindow, Unit, Visit
from volunteer.rules.tally import RollUpKind
from volunteer.stats.progress import ON_PROBATION
from volunteer.stats.rollups import (
    PLACED,
    MonthsAndPlaces,
    RollUp,
    of_months_and_places,
    of_units,
    rollup,
    unit_rows,
    with_places,
)
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


def months_and_places(session: Session, *, unit_path: str) -> MonthsAndPlaces:
    """Return the same by month, in order, and at how many posts and bases it was."""
    statement = of_months_and_places(*(_figures(kind, unit_path) for kind in PLACED))
    return with_places(session.execute(statement))


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
