"""The conversion desk: what is proposed about members, what was decided, and who has moved."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Integer, cast, func, select
from sqlalchemy.orm import Session, aliased

from volunteer.models import (
    Account,
    Decision,
    DecisionProposal,
    Member,
    Membership,
    Objection,
    Unit,
    Visit,
)
from volunteer.rules.kinds import DecisionKind, Outcome, ProposalState, Role
from volunteer.rules.roles import Actor
from volunteer.stats.reach import member_in_reach, sees_all, units_below, units_of
from volunteer.stats.tree import is_below

MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    """What is proposed about a member, and what came of it."""

    id: int
    what: DecisionKind
    member_id: int
    name: str
    student_no: str
    unit_code: str | None
    unit_name: str | None
    months: int | None
    on: date
    reason: str
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    state: ProposalState
    decided_by: str | None
    decided_at: datetime | None
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """A decision of the branch meeting that was entered; an extension has months and no outcome."""

    outcome: Outcome | None
    months: int | None
    meeting_on: date
    proposed_by: str
    approved_by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRow:
    """A move from one branch to another, or out of the college (``to_name`` is None)."""

    id: int
    member_id: int
    name: str
    student_no: str
    from_name: str
    to_name: str | None
    on: date


def waiting_below(session: Session, unit_path: str) -> Sequence[ProposalRow]:
    """Return what waits for the college about members of a unit and all below it, oldest first."""
    return _proposals(
        session,
        DecisionProposal.state == ProposalState.WAITING,
        is_below(Unit.path, unit_path),
    )


def proposals_about(session: Session, member_id: int) -> Sequence[ProposalRow]:
    """Return everything that was ever proposed about a member, oldest first."""
    return _proposals(session, DecisionProposal.member_id == member_id)


def proposal_in_reach(
    session: Session, proposal_id: int, actor: Actor, roles: Collection[Role]
) -> ProposalRow | None:
    """Return a proposal about a member in reach."""
    found = _proposals(session, DecisionProposal.id == proposal_id, member_in_reach(actor, roles))
    return found[0] if found else None


def decisions_about(session: Session, member_id: int) -> Sequence[DecisionRow]:
    """Return what was decided about a member, oldest first."""
    proposer, approver = aliased(Account), aliased(Account)
    rows = session.execute(
        select(
            Decision.outcome,
            Decision.extension_months.label("months"),
            Decision.meeting_on,
            proposer.name.label("proposed_by"),
            approver.name.label("approved_by"),
            Decision.at,
        )
        .join(proposer, proposer.id == Decision.proposed_by_id)
        .join(approver, approver.id == Decision.approved_by_id)
        .where(Decision.member_id == member_id)
        .order_by(Decision.id)
    ).all()
    return [DecisionRow(**row._mapping) for row in rows]


def open_objections(session: Session, member_ids: Sequence[int]) -> Mapping[int, int]:
    """Return how many objections to each member's records are not resolved."""
    rows = session.execute(
        select(Visit.member_id, func.count())
        .select_from(Objection)
        .join(Visit, Visit.id == Objection.visit_id)
        .where(Objection.resolved_at.is_(None), Visit.member_id.in_(member_ids))
        .group_by(Visit.member_id)
    ).all()
    return dict.fromkeys(member_ids, 0) | {row[0]: row[1] for row in rows}


def days_over_cap(session: Session, member_id: int) -> Sequence[tuple[date, int]]:
    """Return the days on which the cap took minutes from a member, newest first, and how many.

    A record over midnight stands under the day on which it began.
    """
    rows = session.execute(
        select(Visit.served_on, cast(func.sum(Visit.lost_day_cap), Integer))
        .where(Visit.member_id == member_id, Visit.lost_day_cap > 0)
        .group_by(Visit.served_on)
        .order_by(Visit.served_on.desc())
        .limit(MOST)
    ).all()
    return [(day, minutes) for day, minutes in rows]


def transfers_below(session: Session, unit_path: str, *, since: date) -> Sequence[TransferRow]:
    """Return who left a branch of the unit since a day, newest first."""
    old = is_below(Unit.path, unit_path)
    return _transfers(session, Membership.before_on >= since, old)


def transfers_of(session: Session, member_id: int) -> Sequence[TransferRow]:
    """Return the moves of one member, newest first."""
    return _transfers(session, Membership.member_id == member_id)


def transfer_in_reach(
    session: Session, membership_id: int, actor: Actor, roles: Collection[Role]
) -> TransferRow | None:
    """Return a move out of a unit in reach; the new branch has the member's own page."""
    which = [Membership.id == membership_id]
    if not sees_all(actor, roles):
        which.append(Membership.unit_id.in_(units_below(units_of(actor, roles) or [0])))
    found = _transfers(session, *which)
    return found[0] if found else None


def last_left_of(session: Session, member_id: int) -> int:
    """Return the id of the membership that ended last."""
    return session.execute(
        select(func.max(Membership.id)).where(
            Membership.member_id == member_id, Membership.before_on.is_not(None)
        )
    ).scalar_one()


def _proposals(session: Session, *which: ColumnElement[bool]) -> Sequence[ProposalRow]:
    proposer, decider = aliased(Account), aliased(Account)
    statement = (
        select(
            DecisionProposal.id,
            DecisionProposal.what,
            DecisionProposal.member_id,
            Member.name,
            Member.student_no,
            Unit.code.label("unit_code"),
            Unit.name.label("unit_name"),
            DecisionProposal.months,
            DecisionProposal.on,
            DecisionProposal.reason,
            DecisionProposal.proposed_by_id,
            proposer.name.label("proposed_by"),
            DecisionProposal.proposed_at,
            DecisionProposal.state,
            decider.name.label("decided_by"),
            DecisionProposal.decided_at,
            DecisionProposal.answer,
        )
        .join(Member, Member.id == DecisionProposal.member_id)
        .outerjoin(Unit, Unit.id == Member.unit_id)
        .join(proposer, proposer.id == DecisionProposal.proposed_by_id)
        .outerjoin(decider, decider.id == DecisionProposal.decided_by_id)
        .where(*which)
        .order_by(DecisionProposal.id)
        .limit(MOST)
    )
    return [ProposalRow(**row._mapping) for row in session.execute(statement)]


def _transfers(session: Session, *which: ColumnElement[bool]) -> Sequence[TransferRow]:
    after, to = aliased(Membership), aliased(Unit)
    follows = (
        select(func.min(after.id))
        .where(after.member_id == Membership.member_id, after.id > Membership.id)
        .correlate(Membership)
        .scalar_subquery()
    )
    following = aliased(Membership)
    rows = session.execute(
        select(
            Membership.id,
            Membership.member_id,
            Member.name,
            Member.student_no,
            Unit.name.label("from_name"),
            to.name.label("to_name"),
            Membership.before_on.label("on"),
        )
        .join(Member, Member.id == Membership.member_id)
        .join(Unit, Unit.id == Membership.unit_id)
        .outerjoin(following, following.id == follows)
        .outerjoin(to, to.id == following.unit_id)
        .where(Membership.before_on.is_not(None), *which)
        .order_by(Membership.before_on.desc(), Membership.id.desc())
        .limit(MOST)
    ).all()
    return [TransferRow(**row._mapping) for row in rows]
