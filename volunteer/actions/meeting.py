"""What a branch proposes about a member, and another person of the college enters or turns down.

The rules of the decision itself stand in ``volunteer/actions/decide.py``. Here they are asked twice, when it
is proposed and when it is entered, because the record may change in between.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer.actions import decide
from volunteer.actions.access import (
    check_college,
    check_not_own,
    check_reviewer,
    last_branch,
    load_actor,
)
from volunteer.actions.ask import check_still_member
from volunteer.actions.audit import note
from volunteer.actions.two_people import settle_once
from volunteer.models import DecisionProposal, Member, OverCap
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import DecisionKind, Outcome, ProposalState
from volunteer.rules.names import clean_line
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor

REASON_LENGTH = 200
OUTCOMES = {
    DecisionKind.CONVERSION: Outcome.CONVERTED,
    DecisionKind.CANCELLATION: Outcome.CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What is proposed; ``on`` is the day of the meeting, or the day whose cap is to be lifted."""

    what: DecisionKind
    member_id: int
    on: date
    months: int | None = None


def propose(
    session: Session, proposed: Proposed, *, reason: str, actor: Actor, campus: Campus, now: datetime
) -> int:
    """Propose it and return the proposal's id. The same once more from the same person is the same.

    What the record already speaks against is refused here, before anybody else's time is taken.

    Raises:
        Refusal: ``SAME_PERSON``, ``NOT_ALLOWED``, ``BAD_FIELD``, ``ALREADY_EXISTS`` while another one waits,
            and whatever :mod:`volunteer.actions.decide` refuses.
    """
    check_not_own(actor, proposed.member_id)
    check_reviewer(session, actor, last_branch(session, proposed.member_id))
    text = clean_line(reason, "reason", longest=REASON_LENGTH)
    waiting = _waiting_like(session, proposed)
    if waiting is not None:
        if waiting.proposed_by_id == actor.account_id and _content(waiting) == proposed:
            return waiting.id
        raise Refusal(Reason.ALREADY_EXISTS, case="proposed", what=waiting.what, day=waiting.on)
    _check_record(session, proposed, campus.day(now))
    row = DecisionProposal(
        what=proposed.what,
        member_id=proposed.member_id,
        months=proposed.months,
        on=proposed.on,
        reason=text,
        proposed_by_id=actor.account_id,
        proposed_at=now,
        state=ProposalState.WAITING,
    )
    session.add(row)
    session.flush()
    note(
        session,
        "propose_decision",
        "member",
        row.member_id,
        actor_id=actor.account_id,
        now=now,
        what=row.what,
        on=row.on,
    )
    return row.id


def approve(session: Session, *, proposal_id: int, actor: Actor, campus: Campus, now: datetime) -> None:
    """Enter what another person proposed.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED`` (with the case ``proposer``: who proposed it
            may not any more), ``CHANGED_MEANWHILE`` when something came of it before, and whatever
            :mod:`volunteer.actions.decide` refuses.
    """
    row = _of_another(session, proposal_id, actor)
    proposer = _proposer(session, row)
    _settle(session, row, ProposalState.APPROVED, actor, now)
    if row.what is DecisionKind.EXTENSION:
        decide.extend(
            session,
            member_id=row.member_id,
            months=row.months or 0,
            meeting_on=row.on,
            proposed_by=proposer,
            approved_by=actor,
            campus=campus,
            now=now,
        )
    elif row.what is DecisionKind.OVER_CAP:
        decide.lift_cap(
            session,
            member_id=row.member_id,
            on=row.on,
            reason=row.reason,
            proposed_by=proposer,
            approved_by=actor,
            campus=campus,
            now=now,
        )
    else:
        decide.decide(
            session,
            member_id=row.member_id,
            outcome=OUTCOMES[row.what],
            meeting_on=row.on,
            proposed_by=proposer,
            approved_by=actor,
            campus=campus,
            now=now,
        )


def decline(session: Session, *, proposal_id: int, actor: Actor, reason: str, now: datetime) -> None:
    """Turn down what another person proposed, with a reason.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED``, ``BAD_FIELD`` or ``CHANGED_MEANWHILE``.
    """
    row = _of_another(session, proposal_id, actor)
    answer = clean_line(reason, "reason", longest=REASON_LENGTH)
    _settle(session, row, ProposalState.DECLINED, actor, now, answer=answer)


def withdraw(session: Session, *, proposal_id: int, actor: Actor, now: datetime) -> None:
    """Take an own proposal back.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED`` for another's, or ``CHANGED_MEANWHILE``.
    """
    row = _proposal(session, proposal_id)
    if row.proposed_by_id != actor.account_id:
        raise Refusal(Reason.NOT_ALLOWED)
    _check_waiting(row)
    _settle(session, row, ProposalState.WITHDRAWN, actor, now)


def _check_record(session: Session, proposed: Proposed, today: date) -> None:
    """Refuse what would be refused if it were entered today."""
    if (proposed.months is not None) is not (proposed.what is DecisionKind.EXTENSION):
        raise Refusal(Reason.BAD_FIELD, field="months")
    if proposed.what is DecisionKind.EXTENSION:
        decide.check_extend(
            session,
            member_id=proposed.member_id,
            months=proposed.months or 0,
            meeting_on=proposed.on,
            today=today,
        )
    elif proposed.what is DecisionKind.OVER_CAP:
        check_still_member(session, proposed.member_id)
        if session.get(OverCap, (proposed.member_id, proposed.on)) is not None:
            raise Refusal(Reason.ALREADY_EXISTS, case="lifted", day=proposed.on)
    else:
        decide.check_outcome(
            session,
            member_id=proposed.member_id,
            outcome=OUTCOMES[proposed.what],
            meeting_on=proposed.on,
            today=today,
        )


def _waiting_like(session: Session, proposed: Proposed) -> DecisionProposal | None:
    """Return what already waits in its place: of the meeting's decisions one a member, of days each once."""
    is_day = proposed.what is DecisionKind.OVER_CAP
    which = [
        DecisionProposal.member_id == proposed.member_id,
        DecisionProposal.state == ProposalState.WAITING,
    ]
    if is_day:
        which += [DecisionProposal.what == DecisionKind.OVER_CAP, DecisionProposal.on == proposed.on]
    else:
        which += [DecisionProposal.what != DecisionKind.OVER_CAP]
    return session.scalars(select(DecisionProposal).where(*which)).one_or_none()


def _content(row: DecisionProposal) -> Proposed:
    return Proposed(what=row.what, member_id=row.member_id, on=row.on, months=row.months)


def _proposal(session: Session, proposal_id: int) -> DecisionProposal:
    """Return a proposal, held against others at the same member: the second desk sees what the first one did.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    member = select(DecisionProposal.member_id).where(DecisionProposal.id == proposal_id).scalar_subquery()
    session.execute(select(Member.id).where(Member.id == member).with_for_update(key_share=True))
    row = session.scalars(
        select(DecisionProposal)
        .where(DecisionProposal.id == proposal_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise Refusal(Reason.UNKNOWN)
    return row


def _check_waiting(row: DecisionProposal) -> None:
    if row.state is not ProposalState.WAITING:
        raise Refusal(Reason.CHANGED_MEANWHILE, case="settled", state=row.state)


def _of_another(session: Session, proposal_id: int, actor: Actor) -> DecisionProposal:
    """Return an open proposal that the actor may decide on."""
    row = _proposal(session, proposal_id)
    check_not_own(actor, row.member_id)
    if row.proposed_by_id == actor.account_id:
        raise Refusal(Reason.SAME_PERSON, case="own_proposal")
    check_college(session, actor, last_branch(session, row.member_id))
    _check_waiting(row)
    return row


def _proposer(session: Session, row: DecisionProposal) -> Actor:
    """Return who proposed, with the rights that she holds now: an office that has ended proposes nothing."""
    try:
        found = load_actor(session, row.proposed_by_id)
        check_reviewer(session, found, last_branch(session, row.member_id))
    except Refusal as refusal:
        raise Refusal(Reason.NOT_ALLOWED, case="proposer") from refusal
    return found


def _settle(
    session: Session,
    row: DecisionProposal,
    state: ProposalState,
    actor: Actor,
    now: datetime,
    *,
    answer: str | None = None,
) -> None:
    settle_once(
        session,
        DecisionProposal,
        row.id,
        state=state,
        decided_by_id=actor.account_id,
        decided_at=now,
        answer=answer,
    )
    note(
        session,
        f"{state}_proposal",
        "member",
        row.member_id,
        actor_id=actor.account_id,
        now=now,
        proposal=row.id,
    )
