"""What the college has set for all, as its pages list it: terms, own days, policy versions."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from volunteer.models import Account, AuditLine, PolicyVersion, Term, Visit, Workday
from volunteer.rules.policy import HoursPolicy
from volunteer.stats.policies import parsed_policies, policies_column
from volunteer.stats.reach import units_below


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRow:
    """A term with its first and its last day."""

    id: int
    code: str
    name: str
    starts_on: date
    ends_on: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.ends_on - self.starts_on).days + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """A policy version: who entered it, when and why, where that is known."""

    id: int
    policy: HoursPolicy
    entered_at: datetime
    entered_by: str | None
    reason: str | None


def terms(session: Session) -> list[TermRow]:
    """Return all terms, the latest first."""
    rows = session.execute(
        select(Term.id, Term.code, Term.name, Term.starts_on, Term.ends_before).order_by(
            Term.starts_on.desc(), Term.id.desc()
        )
    ).all()
    return [
        TermRow(id=number, code=code, name=name, starts_on=start, ends_on=end - timedelta(days=1))
        for number, code, name, start, end in rows
    ]


def members_who_served(session: Session, unit_ids: Collection[int]) -> set[int]:
    """Return whose records belong to the units or to what lies below them."""
    return set(
        session.scalars(select(Visit.member_id).where(Visit.unit_id.in_(units_below(unit_ids))).distinct())
    )


def own_days(session: Session, year: int) -> Mapping[date, bool]:
    """Return the days of a year that the college has set itself, and whether they are workdays."""
    rows = session.execute(
        select(Workday.on, Workday.is_workday)
        .where(Workday.on >= date(year, 1, 1), Workday.on <= date(year, 12, 31))
        .order_by(Workday.on)
    ).all()
    return {on: bool(is_workday) for on, is_workday in rows}


def versions(session: Session) -> list[VersionRow]:
    """Return all policy versions, the one that takes effect last first."""
    text = session.execute(select(policies_column())).scalar_one()
    values = dict(parsed_policies(text))
    line = and_(
        AuditLine.subject == "policy", AuditLine.subject_id == PolicyVersion.id, AuditLine.act == "add_policy"
    )
    rows = session.execute(
        select(PolicyVersion.id, PolicyVersion.entered_at, Account.name, AuditLine.facts)
        .outerjoin(Account, Account.id == PolicyVersion.entered_by_id)
        .outerjoin(AuditLine, line)
        .order_by(PolicyVersion.effective_on.desc())
    ).all()
    return [
        VersionRow(
            id=number,
            policy=values[number],
            entered_at=at,
            entered_by=name,
            reason=json.loads(facts).get("reason") if facts else None,
        )
        for number, at, name, facts in rows
    ]
