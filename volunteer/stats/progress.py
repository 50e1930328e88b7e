"""The undecided members of a unit: judged, counted, chosen and ordered by the database.

What the ledger has in each window is kept (``probation.counted_min``), and the conditions of
:mod:`volunteer.rules.tally`, read over columns, tell where that leads on a day. So a university is counted in
one pass over its members, and what else a page shows is read for its members alone.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from volunteer.models import Decision, Member, Membership, ProbationWindow, Unit
from volunteer.rules.kinds import Outcome, Phase, Stage, Status
from volunteer.rules.progress import PHASES, STATUSES, Due, Ends, Group, Headway, Rate, Sort, Wish
from volunteer.rules.tally import Course, hundredths, places
from volunteer.stats.elapsed import days_between
from volunteer.stats.people import holds
from volunteer.stats.policies import policy_days
from volunteer.stats.served import Days, above, belonged_on, below
from volunteer.stats.standing import MemberStanding, standings_of
from volunteer.stats.units import UnitRow

ON_PROBATION = (Member.stage.not_in((Stage.ACTIVIST, Stage.FULL)), ProbationWindow.outcome.is_(None))
_PLACES: dict[str, Status | Phase] = {place.value: place for place in (*STATUSES, *PHASES)}
# What stands in that column of the rows that are of no place, and the columns that they leave empty.
_DUE, _DECIDED = "due", "decided"
_NOTHING: tuple[Any, ...] = (*(literal(0) for _ in (*Due, "missing")), cast(null(), Date))
_POLICY = ("threshold_min", "day_cap_min", "near_pct", "at_risk_week_min", "behind_min", "behind_after_days")

Rows = Select[*tuple[Any, ...]]


def headway(session: Session, unit: UnitRow, days: Days, wish: Wish, *, today: date) -> Headway:
    """Return where the present members stand, and for *days* the rate of those due and what meetings decided.

    By the unit right below to which they belong, or *unit* itself; who was due or decided about belongs where
    she was then. One statement.
    """
    course, windows = _courses(today)
    nodes = _nodes(unit)
    parts = (
        _groups(course, windows, nodes, wish),
        _rates(course, windows, nodes, unit, days),
        _ends(nodes, unit, days),
    )
    rows = session.execute(union_all(*parts)).all()
    return Headway(
        groups=tuple(_group(row) for row in rows if row.at in _PLACES),
        rates={row.unit_id: Rate(row.met, row.members) for row in rows if row.at == _DUE},
        # In the columns of the groups, as many as there are of them.
        ends={row.unit_id: Ends(row.members, row.met, row.wished) for row in rows if row.at == _DECIDED},
    )


def chosen(
    session: Session, unit: UnitRow, wish: Wish, *, today: date, limit: int | None = None, offset: int = 0
) -> Sequence[MemberStanding]:
    """Return whom a list shows, in its order; of equals the lower number comes first."""
    course, windows = _courses(today)
    keys = [key.label(f"key_{place}") for place, key in enumerate(_order(wish.sort, course))]
    who = (
        windows.add_columns(Member.id, *keys)
        .where(Member.unit_id.in_(below(unit.path)), *ON_PROBATION, _is_wished(wish, course))
        .order_by(*keys)
        .limit(limit)
        .offset(offset)
        .cte("chosen")
    )
    return standings_of(session, who, order_by=[who.c[key.name] for key in keys], today=today)


def _groups(course: Course, windows: Rows, nodes: CTE, wish: Wish) -> Rows:
    at = case(*((holds, literal(place.value, String)) for place, holds in places(course)))
    is_running = and_(course.elapsed >= 0, course.days_left > 0)
    missing = hundredths(course.policy.threshold_min) - hundredths(course.counted)
    return (
        windows.add_columns(
            nodes.c.node_id.label("unit_id"),
            at.label("at"),
            func.count().label("members"),
            _count(course.short <= 0, "met"),
            _count(_is_wished(wish, course), "wished"),
            *(_count(due.holds(course), f"due_{due.value}") for due in Due),
            _sum(case((and_(is_running, course.short > 0), missing), else_=0), "missing_hundredths"),
            func.min(ProbationWindow.starts_on).label("first_on"),
        )
        .join(nodes, nodes.c.unit_id == Member.unit_id)
        .where(*ON_PROBATION)
        .group_by(nodes.c.node_id, at)
    )


def _rates(course: Course, windows: Rows, nodes: CTE, unit: UnitRow, days: Days) -> Rows:
    """Count those whose window ends in *days*, with extensions, by the branch on that day.

    Judged are who neither left nor was cancelled.
    """
    ends, outcome = ProbationWindow.ends_before, ProbationWindow.outcome
    has_window = or_(outcome.is_not(None), Member.stage.not_in((Stage.ACTIVIST, Stage.FULL)))
    met = _count(and_(has_window, course.short <= 0), "met")
    return (
        windows.add_columns(nodes.c.node_id, literal(_DUE, String), func.count(), met, literal(0), *_NOTHING)
        .join(Membership, Membership.member_id == Member.id)
        .join(nodes, nodes.c.unit_id == Membership.unit_id)
        .where(
            # Said again, so that a branch begins with its own people and not with all who are due.
            Membership.unit_id.in_(below(unit.path)),
            ends >= days.from_on,
            ends < days.to_on,
            belonged_on(ends),
            Member.unit_id.is_not(None),
            or_(outcome.is_(None), outcome == Outcome.CONVERTED),
        )
        .group_by(nodes.c.node_id)
    )


def _ends(nodes: CTE, unit: UnitRow, days: Days) -> Rows:
    """Count what meetings decided in *days*, by the branch on that day."""
    kinds = (
        Decision.outcome == Outcome.CONVERTED,
        Decision.extension_months.is_not(None),
        Decision.outcome == Outcome.CANCELLED,
    )
    counts = [_count(kind, f"kind_{place}") for place, kind in enumerate(kinds)]
    return (
        select(nodes.c.node_id, literal(_DECIDED, String), *counts, *_NOTHING)
        .select_from(Membership)
        .join(Decision, Decision.member_id == Membership.member_id)
        .join(nodes, nodes.c.unit_id == Membership.unit_id)
        .where(
            Membership.unit_id.in_(below(unit.path)),
            Decision.meeting_on >= days.from_on,
            Decision.meeting_on < days.to_on,
            belonged_on(Decision.meeting_on),
        )
        .group_by(nodes.c.node_id)
    )


def _courses(today: date) -> tuple[Course, Rows]:
    """Return the courses of all windows as columns, and the statement, still without any, that has them."""
    window, policy = ProbationWindow, policy_days(*_POLICY)
    on = literal(today, Date)
    course = Course(
        counted=cast(window.counted_min, BigInteger),
        elapsed=cast(days_between(on, window.starts_on), BigInteger),
        days_left=cast(days_between(window.ends_before, on), BigInteger),
        policy=policy.c,
    )
    is_in_force = and_(
        policy.c.from_on <= window.starts_on,
        or_(policy.c.before_on.is_(None), policy.c.before_on > window.starts_on),
    )
    windows = (
        select().select_from(Member).join(window, window.member_id == Member.id).join(policy, is_in_force)
    )
    return course, windows


def _nodes(unit: UnitRow) -> CTE:
    """Return each unit (``unit_id``) at and below *unit* with the one right below *unit*, or itself."""
    pairs = above(below(unit.path))
    is_own = and_(pairs.c.unit_id == unit.id, pairs.c.node_id == unit.id)
    return (
        select(pairs.c.unit_id, pairs.c.node_id)
        .join(Unit, Unit.id == pairs.c.node_id)
        .where(or_(Unit.parent_id == unit.id, is_own))
        .cte()
    )


def _is_wished(wish: Wish, course: Course) -> ColumnElement[bool]:
    """Return the condition that a member is on the list."""
    conditions: list[ColumnElement[bool]] = [true()]
    if wish.places:
        at = case(*((holds, literal(place.value, String)) for place, holds in places(course)))
        conditions.append(at.in_([place.value for place in wish.places]))
    if wish.due is not None:
        conditions.append(wish.due.holds(course))
    if wish.under:
        conditions.append(Member.unit_id.in_(below(wish.under)))
    if wish.q.strip():
        conditions.append(holds(wish.q))
    return and_(*conditions)


def _order(sort: Sort, course: Course) -> list[ColumnElement[Any]]:
    """Return by what a list is ordered; the last of it is the student number."""
    is_running = and_(course.elapsed >= 0, course.days_left > 0)
    keys: dict[Sort, list[Any]] = {
        Sort.MISSING: [case((course.short > 0, -course.short), else_=0)],
        Sort.PACE: [case((and_(is_running, course.short > 0), -course.per_week), else_=0)],
        Sort.DUE: [ProbationWindow.ends_before],
        Sort.COUNTED: [-course.counted],
        Sort.NAME: [Member.sort_key, Member.name],
        Sort.NUMBER: [],
    }
    return [*keys[sort], Member.student_no]


def _group(row: Any) -> Group:
    return Group(
        unit_id=row.unit_id,
        at=_PLACES[row.at],
        members=row.members,
        met=row.met,
        wished=row.wished,
        due={due: getattr(row, f"due_{due.value}") for due in Due},
        missing_hundredths=row.missing_hundredths,
        first_on=row.first_on,
    )


def _count(condition: Any, name: str) -> ColumnElement[int]:
    return _sum(case((condition, 1), else_=0), name)


def _sum(column: Any, name: str) -> ColumnElement[int]:
    return cast(func.sum(column), BigInteger).label(name)
