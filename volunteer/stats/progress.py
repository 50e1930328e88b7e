"""The undecided members of a unit with no more than it takes to judge, choose and count them.

A whole university is read in one statement; what else a page shows is read for its members alone.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, cast, false, func, or_, select, true, union_all
from sqlalchemy.orm import Session

from volunteer.models import Credit, Member, Membership, ProbationWindow, Unit
from volunteer.rules.kinds import Stage
from volunteer.rules.policy import HoursPolicy, policy_on
from volunteer.rules.probation import Probation
from volunteer.rules.progress import DueMember, Progress, due_member
from volunteer.rules.tally import standing_of
from volunteer.stats.policies import parsed_policies, policies_column
from volunteer.stats.served import Days, below

Policies = Callable[[date], HoursPolicy]
ON_PROBATION = (Member.stage.not_in((Stage.ACTIVIST, Stage.FULL)), ProbationWindow.outcome.is_(None))


def progress_of(session: Session, unit_path: str, *, today: date) -> Sequence[Progress]:
    """Return the present members of a unit and all below it whose probation is not decided."""
    rows = session.execute(_present(unit_path)).all()
    policies = _policies(rows)
    return [_progress(row, policies, today) for row in rows]


def progress_and_due(
    session: Session, unit_path: str, days: Days, *, today: date
) -> tuple[Sequence[Progress], Sequence[DueMember]]:
    """Return the same, and whose window ends in *days*, with extensions, by the branch on that day."""
    both = union_all(
        _present(unit_path).add_columns(true().label("is_present")),
        _due(unit_path, days).add_columns(false()),
    )
    rows = session.execute(both).all()
    policies = _policies(rows)
    return (
        [_progress(row, policies, today) for row in rows if row.is_present],
        [_due_member(row, policies) for row in rows if not row.is_present],
    )


def _present(unit_path: str) -> Select[*tuple[Any, ...]]:
    here = Member.unit_id.in_(below(unit_path))
    return _rows().join(Unit, Unit.id == Member.unit_id).where(here, *ON_PROBATION)


def _due(unit_path: str, days: Days) -> Select[*tuple[Any, ...]]:
    ends = ProbationWindow.ends_before
    return (
        _rows()
        .join(Membership, Membership.member_id == Member.id)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(
            Membership.unit_id.in_(below(unit_path)),
            ends >= days.from_on,
            ends < days.to_on,
            Membership.from_on <= ends,
            or_(Membership.before_on.is_(None), Membership.before_on > ends),
        )
    )


def _progress(row: Any, policies: Policies, today: date) -> Progress:
    return Progress(
        member_id=row.id,
        student_no=row.student_no,
        name=row.name,
        sort_key=row.sort_key,
        initials=row.initials,
        unit_path=row.path,
        starts_on=row.starts_on,
        ends_before=row.ends_before,
        standing=standing_of(
            probation=_probation(row),
            counted=row.counted,
            policy=policies(row.starts_on),
            today=today,
            is_transferred_out=row.unit_id is None,
        ),
    )


def _due_member(row: Any, policies: Policies) -> DueMember:
    return due_member(
        row.path,
        _probation(row),
        counted=row.counted,
        policy=policies(row.starts_on),
        is_here=row.unit_id is not None,
    )


def _rows() -> Select[*tuple[Any, ...]]:
    """Return the statement of members with their window and what they have counted in it."""
    return select(
        Member.id,
        Member.student_no,
        Member.name,
        Member.sort_key,
        Member.initials,
        Member.unit_id,
        Member.stage,
        Unit.path,
        ProbationWindow.starts_on,
        ProbationWindow.ends_before,
        ProbationWindow.extension_months,
        ProbationWindow.outcome,
        _counted().label("counted"),
        policies_column().label("policies"),
    ).join_from(Member, ProbationWindow, ProbationWindow.member_id == Member.id)


def _policies(rows: Sequence[Any]) -> Policies:
    """Return what tells the policy of a day: every row brings all versions along."""
    versions = [policy for _, policy in parsed_policies(rows[0].policies)] if rows else []
    return cache(lambda day: policy_on(day, versions))


def _counted() -> ColumnElement[int]:
    return (
        select(cast(func.coalesce(func.sum(Credit.credited_min), 0), Integer))
        .where(
            Credit.member_id == Member.id,
            Credit.day >= ProbationWindow.starts_on,
            Credit.day < ProbationWindow.ends_before,
        )
        .correlate(Member, ProbationWindow)
        .scalar_subquery()
    )


def _probation(row: Any) -> Probation | None:
    if row.outcome is None and row.stage in (Stage.ACTIVIST, Stage.FULL):
        return None
    return Probation(starts_on=row.starts_on, extension_months=row.extension_months, outcome=row.outcome)
