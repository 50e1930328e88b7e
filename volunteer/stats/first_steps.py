"""What a college still has to set up before its first hours, seen from the tables."""

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from volunteer.models import Account, Member, Post, RoleGrant, Shift, Slip, Term, Unit
from volunteer.rules.kinds import Role, UnitKind
from volunteer.rules.roles import Actor
from volunteer.stats.reach import member_in_reach, post_in_reach, unit_in_reach

OFFICE_PEOPLE = 2
"""Accounts of the college office: what one of them proposes another approves."""


class FirstStep(StrEnum):
    """The steps in the order in which they can be taken."""

    COLLEGE = "college"
    BRANCHES = "branches"
    OFFICE = "office"
    ROSTER = "roster"
    SLIPS = "slips"
    COMMITTEES = "committees"
    TERM = "term"
    POSTS = "posts"
    SHIFTS = "shifts"


def is_setting_up(session: Session, actor: Actor, roles: Collection[Role]) -> bool:
    """Whether no shift was ever published in the account's reach: nobody can have served yet."""
    return FirstStep.SHIFTS not in steps_taken(session, actor, roles)


def steps_taken(session: Session, actor: Actor, roles: Collection[Role]) -> frozenset[FirstStep]:
    """Return which steps were taken in what the account reaches by one of *roles*."""
    units, members, posts = (of(actor, roles) for of in (unit_in_reach, member_in_reach, post_in_reach))
    grants = (
        select(RoleGrant.id)
        .join(Unit, Unit.id == RoleGrant.unit_id)
        .where(units, RoleGrant.ended_at.is_(None))
    )
    office = (
        select(func.count(RoleGrant.account_id.distinct()))
        .join(Unit, Unit.id == RoleGrant.unit_id)
        .where(units, RoleGrant.role == Role.COLLEGE, RoleGrant.ended_at.is_(None))
    )
    slips = (
        select(Slip.id)
        .join(Account, Account.id == Slip.account_id)
        .join(Member, Member.id == Account.member_id)
        .where(members)
    )
    found: dict[FirstStep, ColumnElement[bool]] = {
        FirstStep.COLLEGE: select(Unit.id).where(units).exists(),
        FirstStep.BRANCHES: select(Unit.id).where(units, Unit.kind == UnitKind.BRANCH).exists(),
        FirstStep.OFFICE: office.scalar_subquery() >= OFFICE_PEOPLE,
        FirstStep.ROSTER: select(Member.id).where(members).exists(),
        FirstStep.SLIPS: slips.exists(),
        FirstStep.COMMITTEES: grants.where(RoleGrant.role == Role.COMMITTEE).exists(),
        FirstStep.TERM: select(Term.id).exists(),
        FirstStep.POSTS: select(Post.id).where(posts).exists(),
        FirstStep.SHIFTS: select(Shift.id).join(Post, Post.id == Shift.post_id).where(posts).exists(),
    }
    row = session.execute(select(*(truth.label(step.value) for step, truth in found.items()))).one()
    return frozenset(step for step in FirstStep if row._mapping[step.value])
