"""The two approvals of a request: two people, neither of them the asker, the second with the wider right."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from volunteer.actions.access import chain_of, check_not_own
from volunteer.actions.ask import REASON_LENGTH, check_still_member
from volunteer.actions.audit import note
from volunteer.actions.book import Nearby, Why, around_visit, book, granted_alone
from volunteer.actions.calendar import policy_of_window
from volunteer.actions.keep import keep_end
from volunteer.actions.review import vouched_for
from volunteer.actions.tell import tell_member
from volunteer.models import Account, Approval, Credit, Member, Request, Visit
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import SETTLED, Grade, MessageKind, RequestState, VisitState
from volunteer.rules.names import clean_line
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.rules.spans import whole_minute
from volunteer.stats.claims import made_up_minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """A request as an approver finds it; held while its record is under objection, or void."""

    request: Request
    first: Approval | None
    unit_chain: tuple[int, ...]
    post_id: int | None
    is_held: bool


def approve(
    session: Session,
    *,
    request_id: int,
    actor: Actor,
    campus: Campus,
    now: datetime,
    ends_at: datetime | None = None,
    seen: int | None = None,
) -> RequestState:
    """Give the next approval; the second one books the hours.

    Args:
        ends_at: The end that the approver vouches for; an earlier one than asked for wins.
        seen: How many approvals there were when the approver looked.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED``, ``PROBATION_CLOSED``, ``DEADLINE_PASSED``,
            ``BUDGET_USED``, ``BEYOND_SHIFT`` or ``CHANGED_MEANWHILE``.
    """
    desk = _desk(session, request_id)
    _check_seen(desk, actor, seen)
    request, step = desk.request, 1 if desk.first is None else 2
    _check_approver(session, desk, actor, step)
    check_still_member(session, request.member_id)
    is_late = campus.day(now) > request.deadline_on
    is_college = actor.is_college_of(desk.unit_chain)
    if step == 2 and not request.kind.is_record and not is_college:
        _check_branch_may(session, desk, ends_at, campus)
    if ends_at is not None:
        _check_end(session, request, ends_at)
    session.execute(
        insert(Approval).values(
            request_id=request_id,
            step=step,
            account_id=actor.account_id,
            ends_at=ends_at,
            is_late=is_late,
            at=now,
        )
    )
    note(session, "approve", "request", request_id, actor_id=actor.account_id, now=now, step=step)
    if step == 2:
        _grant(session, request, actor, campus, now)
        _tell(session, request, MessageKind.REQUEST_APPROVED, now)
    elif request.visit_id is not None:
        _book_again(session, request.visit_id, actor, campus, now)
    return request.state


def reject(
    session: Session,
    *,
    request_id: int,
    actor: Actor,
    reason: str,
    campus: Campus,
    now: datetime,
    seen: int | None = None,
) -> None:
    """Turn a request down, as the committee or the college. The record stays, and may be asked for again.

    Args:
        seen: How many approvals there were when the reviewer looked.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED``, ``CHANGED_MEANWHILE`` or ``BAD_FIELD``.
    """
    desk = _desk(session, request_id)
    _check_seen(desk, actor, seen)
    request = desk.request
    _check_new_hand(session, desk, actor)
    _check_no_recorder(session, desk, actor)
    if not actor.may_review(desk.unit_chain):
        raise Refusal(Reason.NOT_ALLOWED)
    request.state = RequestState.REJECTED
    request.rejected_by_id = actor.account_id
    request.answer = clean_line(reason, "reason", longest=REASON_LENGTH) if reason else None
    request.decided_at = now
    session.flush()
    if request.visit_id is not None:
        found, visit = around_visit(session, request.visit_id)
        changed = replace(visit, state=VisitState.REJECTED, grade=Grade.X)
        _book(session, found.replacing(changed), visit.id, "reject", actor, campus, now)
    note(session, "reject", "request", request_id, actor_id=actor.account_id, now=now)
    _tell(session, request, MessageKind.REQUEST_REJECTED, now)


def _tell(session: Session, request: Request, kind: MessageKind, now: datetime) -> None:
    tell_member(
        session,
        request.member_id,
        kind,
        f"request:{request.id}",
        now=now,
        visit_id=request.visit_id,
        number=request.minutes,
        text=request.answer,
    )


def _desk(session: Session, request_id: int) -> _Desk:
    # A check-out that makes the request moot meanwhile must be seen, or wait.
    request = session.get(Request, request_id, with_for_update=True)
    if request is None:
        raise Refusal(Reason.UNKNOWN)
    first = session.execute(
        select(Approval).where(Approval.request_id == request_id, Approval.step == 1)
    ).scalar_one_or_none()
    # One approval of a member at a time, or two would each fit what is left of the budget.
    branch = select(Member.unit_id).where(Member.id == request.member_id)
    unit_id = session.execute(branch.with_for_update(key_share=True)).scalar_one()
    post_id, state = None, None
    if request.visit_id is not None:
        row = session.execute(select(Visit.post_id, Visit.state).where(Visit.id == request.visit_id)).one()
        post_id, state = row
    return _Desk(
        request=request,
        first=first,
        unit_chain=chain_of(session, unit_id or request.unit_id),
        post_id=post_id,
        is_held=state in (VisitState.DISPUTED, *SETTLED),
    )


def _check_seen(desk: _Desk, actor: Actor, seen: int | None) -> None:
    """Of two approvers at once one wins; the other must look again. Who has no part learns nothing."""
    leads = desk.post_id is not None and actor.leads(desk.post_id)
    if seen is None or actor.is_member(desk.request.member_id):
        return
    if not (leads or actor.may_review(desk.unit_chain)):
        raise Refusal(Reason.NOT_ALLOWED)
    if desk.request.state is not RequestState.ASKED or seen != (desk.first is not None):
        raise Refusal(Reason.CHANGED_MEANWHILE)


def _check_approver(session: Session, desk: _Desk, actor: Actor, step: int) -> None:
    """Refuse the asker, the first approver, and who has no such right.

    First the post's leader, the member's committee or the college; then the committee or the college, but not
    who recorded part of it herself. Hours that were not served with us go by the committee, then the college.
    """
    _check_new_hand(session, desk, actor)
    if step == 2:
        _check_no_recorder(session, desk, actor)
    is_college = actor.is_college_of(desk.unit_chain)
    may = is_college or actor.is_committee_of(desk.unit_chain)
    if step == 1 and desk.post_id is not None:
        may = may or actor.leads(desk.post_id)
    if step == 2 and desk.request.kind.is_record:
        may = is_college
    if not may:
        raise Refusal(Reason.NOT_ALLOWED)


def _check_new_hand(session: Session, desk: _Desk, actor: Actor) -> None:
    """Refuse who has a part in the request, and all once it is decided or its record under objection."""
    check_not_own(actor, desk.request.member_id)
    if actor.account_id == desk.request.asked_by_id:
        raise Refusal(Reason.SAME_PERSON)
    if desk.first is not None and desk.first.account_id == actor.account_id:
        raise Refusal(Reason.SAME_PERSON)
    if desk.first is not None and is_same_member(session, desk.first.account_id, actor):
        raise Refusal(Reason.SAME_PERSON)
    if desk.request.state is not RequestState.ASKED or desk.is_held:
        raise Refusal(Reason.NOT_ALLOWED)


def _check_no_recorder(session: Session, desk: _Desk, actor: Actor) -> None:
    """Refuse who took the member in, attested or witnessed: recorder is not approver."""
    if desk.request.visit_id is None:
        return
    _, visit = around_visit(session, desk.request.visit_id)
    if vouched_for(session, visit, actor.account_id):
        raise Refusal(Reason.SAME_PERSON)


def is_same_member(session: Session, account_id: int, actor: Actor) -> bool:
    """Whether two accounts belong to one person."""
    if actor.member_id is None:
        return False
    member_id = session.execute(select(Account.member_id).where(Account.id == account_id)).scalar_one()
    return member_id == actor.member_id


def _check_branch_may(session: Session, desk: _Desk, ends_at: datetime | None, campus: Campus) -> None:
    """Leave to the college what came too late, or goes over the member's budget."""
    request = desk.request
    if desk.first is not None and desk.first.is_late:
        raise Refusal(Reason.DEADLINE_PASSED, day=request.deadline_on)
    assert request.visit_id is not None
    found, visit = around_visit(session, request.visit_id)
    if visit.claim is not None and ends_at is not None:
        visit = replace(visit, claim=replace(visit.claim, ends_at=min(ends_at, visit.claim.ends_at)))
    asked = granted_alone(found, visit, campus.zone)
    policy = policy_of_window(session, request.member_id, request.on)
    left = policy.makeup_budget_min - made_up_minutes(session, request.member_id)
    if asked > left:
        raise Refusal(Reason.BUDGET_USED, minutes_left=max(0, left))


def _check_end(session: Session, request: Request, ends_at: datetime) -> None:
    if request.visit_id is None:
        raise Refusal(Reason.BAD_FIELD, field="end")
    _, visit = around_visit(session, request.visit_id)
    came_at = request.starts_at or (visit.unfinished.at if visit.unfinished else visit.shift.start)
    if not whole_minute(came_at) <= ends_at <= visit.shift.end:
        raise Refusal(Reason.BEYOND_SHIFT, starts_at=visit.shift.start, ends_at=visit.shift.end)


def _grant(session: Session, request: Request, actor: Actor, campus: Campus, now: datetime) -> None:
    visit_id = request.visit_id
    if visit_id is None:
        _book_record(session, request, actor, now)
    else:
        found, visit = around_visit(session, visit_id)
        ends = visit.claimed_ends()
        for end in ends[len(visit.ends) :]:
            keep_end(session, found, end, visit_id, by=actor.account_id, now=now, request_id=request.id)
        changed = replace(
            visit,
            ends=ends,
            claim=None,
            state=VisitState.CONFIRMED,
            grade=Grade.E,
            confirmed_by_id=actor.account_id,
        )
        _book(session, found.replacing(changed), visit_id, "approve", actor, campus, now)
    request.state = RequestState.APPROVED
    request.decided_at = now
    session.flush()


def _book_record(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    """Write the one ledger line of an opening or outside record."""
    assert request.minutes is not None
    last = session.execute(
        select(func.coalesce(func.max(Credit.member_seq), 0)).where(Credit.member_id == request.member_id)
    ).scalar_one()
    session.execute(
        insert(Credit).values(
            member_id=request.member_id,
            member_seq=last + 1,
            request_id=request.id,
            record_kind=request.kind,
            unit_id=request.unit_id,
            day=request.on,
            net_min=request.minutes,
            credited_min=request.minutes,
            is_reversal=False,
            grade=Grade.E,
            cause="approve",
            actor_id=actor.account_id,
            at=now,
        )
    )


def _book_again(session: Session, visit_id: int, actor: Actor, campus: Campus, now: datetime) -> None:
    """Bring the pending minutes up to date: the first approver may have vouched for an earlier end."""
    found, _ = around_visit(session, visit_id)
    _book(session, found, visit_id, "approve", actor, campus, now)


def _book(
    session: Session, found: Nearby, visit_id: int, cause: str, actor: Actor, campus: Campus, now: datetime
) -> None:
    why = Why(cause=cause, actor_id=actor.account_id, now=now)
    book(session, found, zone=campus.zone, why=why, changed=(visit_id,))
