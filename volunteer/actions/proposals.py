"""What takes two people about an account: the college's and the technical roles, slips of office-holders.

One proposes, another approves; both must hold the right at the moment of the approval, neither may be the
person concerned, and neither may have printed the slip that opened the account.
"""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer.actions.access import chain_of, load_actor
from volunteer.actions.accounts import (
    GIVEN_BY_ONE,
    check_not_opened_by,
    end_grant,
    grant,
    running_grant,
)
from volunteer.actions.audit import note
from volunteer.actions.slips import holders
from volunteer.actions.two_people import settle_once
from volunteer.models import Proposal
from volunteer.rules.kinds import ProposalKind, Role
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.rules.slips import may_print_with_another


def propose_role(
    session: Session, *, account_id: int, role: Role, unit_id: int, actor: Actor, now: datetime
) -> int:
    """Propose a role that takes two, and return the proposal's id. Proposed twice, it is the same.

    Raises:
        Refusal: ``NOT_ALLOWED``, ``SAME_PERSON`` or ``BAD_FIELD``.
    """
    if role in GIVEN_BY_ONE:
        raise Refusal(Reason.BAD_FIELD, field="role")
    _check_role(session, actor, account_id, unit_id)
    check_not_opened_by(session, actor, account_id)
    return _propose(
        session,
        Proposal(what=ProposalKind.GIVE_ROLE, account_id=account_id, role=role, unit_id=unit_id),
        actor,
        now,
    )


def propose_end(session: Session, *, grant_id: int, actor: Actor, now: datetime) -> int:
    """Propose to end a role that takes two.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED``, ``SAME_PERSON`` or ``BAD_FIELD``.
    """
    row = running_grant(session, grant_id)
    if row.role in GIVEN_BY_ONE:
        raise Refusal(Reason.BAD_FIELD, field="role")
    _check_role(session, actor, row.account_id, row.unit_id)
    return _propose(
        session,
        Proposal(
            what=ProposalKind.END_ROLE,
            account_id=row.account_id,
            role=row.role,
            unit_id=row.unit_id,
            grant_id=row.id,
        ),
        actor,
        now,
    )


def propose_slip(session: Session, *, account_id: int, actor: Actor, now: datetime) -> int:
    """Propose a new slip for somebody who holds a role; another person approves and prints it.

    Raises:
        Refusal: ``NOT_ALLOWED`` or ``SAME_PERSON``.
    """
    _check_slip(session, actor, account_id)
    return _propose(session, Proposal(what=ProposalKind.SLIP, account_id=account_id), actor, now)


def approve(session: Session, *, proposal_id: int, actor: Actor, now: datetime) -> Proposal:
    """Let what another person proposed happen, and return it. A slip is then printed by who approved it.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED`` or ``SAME_PERSON``.
    """
    row = waiting(session, proposal_id)
    if row.proposed_by_id == actor.account_id:
        raise Refusal(Reason.SAME_PERSON, case="own_proposal")
    proposer = load_actor(session, row.proposed_by_id)
    for one in (actor, proposer):
        if row.what is ProposalKind.SLIP:
            _check_slip(session, one, row.account_id)
        else:
            _check_role(session, one, row.account_id, row.unit_id)
            if row.what is ProposalKind.GIVE_ROLE:
                check_not_opened_by(session, one, row.account_id)
    _decide(session, row, actor, is_approved=True, now=now)
    if row.what is ProposalKind.GIVE_ROLE and row.role is not None:
        grant(
            session,
            account_id=row.account_id,
            role=row.role,
            unit_id=row.unit_id,
            given_by_id=row.proposed_by_id,
            approved_by_id=actor.account_id,
            now=now,
        )
    elif row.what is ProposalKind.END_ROLE and row.grant_id is not None:
        end_grant(session, running_grant(session, row.grant_id), ended_by_id=actor.account_id, now=now)
    return row


def decline(session: Session, *, proposal_id: int, actor: Actor, now: datetime) -> None:
    """Turn a proposal down, or take an own one back.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED`` or ``SAME_PERSON``.
    """
    row = waiting(session, proposal_id)
    if row.what is ProposalKind.SLIP:
        _check_slip(session, actor, row.account_id)
    else:
        _check_role(session, actor, row.account_id, row.unit_id)
    _decide(session, row, actor, is_approved=False, now=now)


def waiting(session: Session, proposal_id: int) -> Proposal:
    """Return a proposal that nobody has decided.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    row = session.get(Proposal, proposal_id)
    if row is None or row.decided_at is not None:
        raise Refusal(Reason.UNKNOWN)
    return row


def proposer(session: Session, account_id: int) -> Actor:
    """Return who proposed, with the rights that she holds now."""
    return load_actor(session, account_id)


def print_ref_of(proposal_id: int) -> str:
    """Return the name of the printing that a proposal leads to: the same however often it is asked for."""
    return str(uuid5(NAMESPACE_URL, f"fifty-hours/proposal/{proposal_id}"))


def _propose(session: Session, row: Proposal, actor: Actor, now: datetime) -> int:
    known = session.scalars(
        select(Proposal.id).where(
            Proposal.what == row.what,
            Proposal.account_id == row.account_id,
            Proposal.role == row.role if row.role is not None else Proposal.role.is_(None),
            Proposal.unit_id == row.unit_id if row.unit_id is not None else Proposal.unit_id.is_(None),
            Proposal.decided_at.is_(None),
        )
    ).first()
    if known is not None:
        return known
    row.proposed_by_id, row.proposed_at = actor.account_id, now
    session.add(row)
    session.flush()
    facts = {"what": row.what} | ({"role": row.role} if row.role else {})
    note(session, "propose", "account", row.account_id, actor_id=actor.account_id, now=now, **facts)
    return row.id


def _decide(session: Session, row: Proposal, actor: Actor, *, is_approved: bool, now: datetime) -> None:
    settle_once(
        session,
        Proposal,
        row.id,
        decided_by_id=actor.account_id,
        decided_at=now,
        is_approved=is_approved,
    )
    act = "approve_proposal" if is_approved else "decline_proposal"
    note(session, act, "account", row.account_id, actor_id=actor.account_id, now=now, proposal=row.id)


def _check_role(session: Session, actor: Actor, account_id: int, unit_id: int | None) -> None:
    if actor.account_id == account_id:
        raise Refusal(Reason.SAME_PERSON, case="own_account")
    if not actor.is_college_of(chain_of(session, unit_id)):
        raise Refusal(Reason.NOT_ALLOWED)


def _check_slip(session: Session, actor: Actor, account_id: int) -> None:
    if actor.account_id == account_id:
        raise Refusal(Reason.SAME_PERSON, case="own_account")
    holder = holders(session, [account_id]).get(account_id)
    if holder is None:
        raise Refusal(Reason.UNKNOWN)
    if not may_print_with_another(actor, holder):
        raise Refusal(Reason.NOT_ALLOWED)
