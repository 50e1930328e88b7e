"""What the college sets for all, read where an action judges: policy versions and working days."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer.models import ProbationWindow, Workday
from volunteer.rules.campus import Campus
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.workdays import Deadline, WorkCalendar, deadline_after
from volunteer.stats.policies import policies_column, policy_in_force


def policy_for(session: Session, day: date) -> tuple[int, HoursPolicy]:
    """Return id and value of the policy version in force on *day*."""
    return policy_in_force(session.execute(select(policies_column())).scalar_one(), day)


def policy_of_window(session: Session, member_id: int, otherwise: date) -> HoursPolicy:
    """Return the version that sets a member's threshold and budget: that at the window's start."""
    starts_on = session.execute(
        select(ProbationWindow.starts_on).where(ProbationWindow.member_id == member_id)
    ).scalar_one_or_none()
    return policy_for(session, starts_on or otherwise)[1]


def work_calendar(session: Session, campus: Campus) -> WorkCalendar:
    """Return the college's own working days over the published ones."""
    own = {row.on: row.is_workday for row in session.execute(select(Workday.on, Workday.is_workday))}
    return calendar_of(own, campus)


def calendar_of(own: Mapping[date, bool], campus: Campus) -> WorkCalendar:
    """Return the days that the college has set over the published ones."""
    return WorkCalendar(
        own=own, published=campus.published_workdays, published_holidays=campus.published_holidays
    )


def record_deadline(session: Session, ended_on: date, policy: HoursPolicy, campus: Campus) -> Deadline:
    """Return the last day on which service that ended on *ended_on* can be recorded by the branch."""
    return deadline_after(ended_on, policy.record_deadline_workdays, work_calendar(session, campus))
