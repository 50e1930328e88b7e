"""What the branch general meeting decided, entered by two people; and the way from one branch to another."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from volunteer.actions.access import actor_id, check_college, check_not_own, check_reviewer, last_branch
from volunteer.actions.ask import check_still_member
from volunteer.actions.audit import note
from volunteer.actions.book import Why, book, earned_by, nearby
from volunteer.actions.calendar import policy_of_window
from volunteer.actions.sign_ups import withdraw_from_all
from volunteer.models import (
    Decision,
    DecisionProposal,
    Member,
    Membership,
    OverCap,
    ProbationWindow,
    Visit,
)
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import SETTLED, DecisionKind, Outcome, ProposalState, Stage
from volunteer.rules.names import clean_line
from volunteer.rules.probation import Probation, check_decision, check_extension
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.stats.standing import member_standing


def extend(
    session: Session,
    *,
    member_id: int,
    months: int,
    meeting_on: date,
    proposed_by: Actor,
    approved_by: Actor,
    campus: Campus,
    now: datetime,
) -> None:
    """Record that the meeting extended the probation, once, from the original due date.

    Raises:
        Refusal: ``SAME_PERSON``, ``NOT_ALLOWED``, ``PROBATION_CLOSED``, ``EXTENSION_OUT_OF_RANGE``,
            ``EXTENSION_REPEATED`` or ``NOT_DUE``.
    """
    _check_two(session, member_id, proposed_by, approved_by)
    window = check_extend(
        session, member_id=member_id, months=months, meeting_on=meeting_on, today=campus.day(now)
    )
    window.extension_months = months
    window.ends_before = Probation(starts_on=window.starts_on, extension_months=months).ends_before
    _record(session, member_id, None, months, meeting_on, proposed_by, approved_by, now)


def decide(
    session: Session,
    *,
    member_id: int,
    outcome: Outcome,
    meeting_on: date,
    proposed_by: Actor,
    approved_by: Actor,
    campus: Campus,
    now: datetime,
) -> None:
    """Record a conversion or a cancellation. What contradicts the record is not entered.

    Raises:
        Refusal: ``SAME_PERSON``, ``NOT_ALLOWED``, ``PROBATION_CLOSED``, ``NOT_DUE`` or ``THRESHOLD_NOT_MET``.
    """
    _check_two(session, member_id, proposed_by, approved_by)
    window = check_outcome(
        session, member_id=member_id, outcome=outcome, meeting_on=meeting_on, today=campus.day(now)
    )
    window.outcome = outcome
    window.decided_on = meeting_on
    if outcome is Outcome.CONVERTED:
        session.execute(update(Member).where(Member.id == member_id).values(stage=Stage.FULL))
    _record(session, member_id, outcome, None, meeting_on, proposed_by, approved_by, now)


def check_extend(
    session: Session, *, member_id: int, months: int, meeting_on: date, today: date
) -> ProbationWindow:
    """Return the window to extend, held against others who decide at the same time.

    Raises:
        Refusal: As :func:`extend`, but for who acts.
    """
    window = _window(session, member_id)
    policy = policy_of_window(session, member_id, window.starts_on)
    check_extension(probation_of(window), months=months, meeting_on=meeting_on, today=today, policy=policy)
    return window


def check_outcome(
    session: Session, *, member_id: int, outcome: Outcome, meeting_on: date, today: date
) -> ProbationWindow:
    """Return the window to close, held against others who decide at the same time.

    Raises:
        Refusal: As :func:`decide`, but for who acts.
    """
    window = _window(session, member_id)
    standing = member_standing(session, member_id, today=today).standing
    check_decision(
        probation_of(window),
        outcome,
        meeting_on=meeting_on,
        today=today,
        counted=standing.counted,
        threshold=standing.threshold,
    )
    return window


def transfer(
    session: Session,
    *,
    member_id: int,
    to_unit_id: int | None,
    on: date,
    actor: Actor | None,
    campus: Campus,
    now: datetime,
) -> None:
    """Move a member to another branch, or out of the college. Hours go with her; visits keep their branch.

    Raises:
        Refusal: ``NOT_A_MEMBER``, ``SAME_PERSON``, ``NOT_ALLOWED`` (also before the last visit or the last
            transfer), ``PROBATION_CLOSED`` or ``NOT_DUE`` for a day to come.
    """
    check_not_own(actor, member_id)
    check_college(session, actor, last_branch(session, member_id))
    check_still_member(session, member_id)
    if on > campus.day(now):
        raise Refusal(Reason.NOT_DUE, day=on)
    last: date | None = session.execute(
        select(func.max(Visit.served_on)).where(Visit.member_id == member_id, Visit.state.not_in(SETTLED))
    ).scalar()
    since: date = session.execute(
        select(Membership.from_on).where(Membership.member_id == member_id, Membership.before_on.is_(None))
    ).scalar_one()
    last = max(since, last or since)
    if on < last:
        raise Refusal(Reason.NOT_ALLOWED, day=last)
    session.execute(
        update(Membership)
        .where(Membership.member_id == member_id, Membership.before_on.is_(None))
        .values(before_on=on)
    )
    session.execute(update(Member).where(Member.id == member_id).values(unit_id=to_unit_id))
    if to_unit_id is not None:
        session.add(Membership(member_id=member_id, unit_id=to_unit_id, from_on=on))
    session.flush()
    # The new branch has not met about her; of one who has left, no day is lifted either.
    _overtake(session, member_id, actor_id(actor), now, also_days=to_unit_id is None)
    if to_unit_id is None:
        withdraw_from_all(session, member_id=member_id, now=now)
    note(session, "transfer", "member", member_id, actor_id=actor_id(actor), now=now, to=to_unit_id, on=on)


def lift_cap(
    session: Session,
    *,
    member_id: int,
    on: date,
    reason: str,
    proposed_by: Actor,
    approved_by: Actor,
    campus: Campus,
    now: datetime,
) -> None:
    """Lift the cap of one day for one member, and book that day anew.

    Raises:
        Refusal: ``SAME_PERSON``, ``NOT_ALLOWED`` or ``PROBATION_CLOSED``.
    """
    _check_two(session, member_id, proposed_by, approved_by)
    check_still_member(session, member_id)
    if session.get(OverCap, (member_id, on)) is not None:
        return
    session.add(
        OverCap(
            member_id=member_id,
            day=on,
            proposed_by_id=proposed_by.account_id,
            approved_by_id=approved_by.account_id,
            reason=clean_line(reason, "reason", longest=200),
            at=now,
        )
    )
    session.flush()
    why = Why(cause="over_cap", actor_id=approved_by.account_id, now=now)
    book(session, nearby(session, member_id=member_id, day=on), zone=campus.zone, why=why)
    _overtake_day(session, member_id, on, approved_by.account_id, now)
    note(session, "over_cap", "member", member_id, actor_id=approved_by.account_id, now=now, on=on)


def gain_of_lift(session: Session, *, member_id: int, on: date, campus: Campus) -> int:
    """Return the minutes that lifting the day's cap would credit. Nothing is written."""
    found = nearby(session, member_id=member_id, day=on)
    lifted = replace(found, over_cap_days=found.over_cap_days | {on})
    before, after = (
        [credit.credited for credit in earned_by(one, campus.zone).values()] for one in (found, lifted)
    )
    return sum(after) - sum(before)


def probation_of(window: ProbationWindow) -> Probation:
    """Return the row as the rules see it."""
    return Probation(
        starts_on=window.starts_on, extension_months=window.extension_months, outcome=window.outcome
    )


def _check_two(session: Session, member_id: int, proposed_by: Actor, approved_by: Actor) -> None:
    """Two people, neither the member: the committee or the college proposes, the college enters it."""
    check_not_own(proposed_by, member_id)
    check_not_own(approved_by, member_id)
    if proposed_by.account_id == approved_by.account_id:
        raise Refusal(Reason.SAME_PERSON)
    if proposed_by.member_id is not None and proposed_by.member_id == approved_by.member_id:
        raise Refusal(Reason.SAME_PERSON)
    unit_id = last_branch(session, member_id)
    check_reviewer(session, proposed_by, unit_id)
    check_college(session, approved_by, unit_id)


def _window(session: Session, member_id: int) -> ProbationWindow:
    check_still_member(session, member_id)
    # Of two decisions at once, the second must see the first.
    window = session.get(ProbationWindow, member_id, with_for_update=True)
    if window is None:
        raise Refusal(Reason.PROBATION_CLOSED)
    return window


def _record(
    session: Session,
    member_id: int,
    outcome: Outcome | None,
    months: int | None,
    meeting_on: date,
    proposed_by: Actor,
    approved_by: Actor,
    now: datetime,
) -> None:
    session.add(
        Decision(
            member_id=member_id,
            outcome=outcome,
            extension_months=months,
            meeting_on=meeting_on,
            proposed_by_id=proposed_by.account_id,
            approved_by_id=approved_by.account_id,
            at=now,
        )
    )
    session.flush()
    _overtake(session, member_id, approved_by.account_id, now, also_days=outcome is Outcome.CANCELLED)
    if outcome is Outcome.CANCELLED:
        withdraw_from_all(session, member_id=member_id, now=now)
    act = outcome.value if outcome else "extended"
    note(session, act, "member", member_id, actor_id=approved_by.account_id, now=now, meeting_on=meeting_on)


def _overtake(session: Session, member_id: int, by_id: int | None, now: datetime, *, also_days: bool) -> None:
    """Say of the member's waiting proposals that something else was decided meanwhile."""
    which = [DecisionProposal.member_id == member_id]
    if not also_days:
        which.append(DecisionProposal.what != DecisionKind.OVER_CAP)
    _settle_overtaken(session, which, by_id, now)


def _overtake_day(session: Session, member_id: int, on: date, by_id: int, now: datetime) -> None:
    which = [
        DecisionProposal.member_id == member_id,
        DecisionProposal.what == DecisionKind.OVER_CAP,
        DecisionProposal.on == on,
    ]
    _settle_overtaken(session, which, by_id, now)


def _settle_overtaken(
    session: Session, which: Sequence[ColumnElement[bool]], by_id: int | None, now: datetime
) -> None:
    session.execute(
        update(DecisionProposal)
        .where(DecisionProposal.state == ProposalState.WAITING, *which)
        .values(state=ProposalState.OVERTAKEN, decided_by_id=by_id, decided_at=now)
    )
