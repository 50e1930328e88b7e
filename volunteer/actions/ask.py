"""What a member or her branch asks two others to approve. Nothing asked for counts before they have."""

from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from volunteer.actions.access import actor_id, check_reviewer, last_branch
from volunteer.actions.audit import note
from volunteer.actions.book import Nearby, Why, around_visit, book, nearby
from volunteer.actions.calendar import policy_for, record_deadline
from volunteer.actions.near import NearVisit
from volunteer.actions.presence import unit_on
from volunteer.models import Member, ProbationWindow, Request, Shift, Unit, Visit, VisitFlag
from volunteer.rules.campus import Campus
from volunteer.rules.credit import day_of_service
from volunteer.rules.evidence import state_at, stays_of, waits_for_committee, witness_limit
from volunteer.rules.kinds import (
    SETTLED,
    Flag,
    Grade,
    Outcome,
    RequestKind,
    RequestState,
    Side,
    VisitState,
)
from volunteer.rules.names import clean_line
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.rules.spans import Span
from volunteer.stats.claims import recorded_minutes

REASON_LENGTH = 200


def request_correction(
    session: Session,
    *,
    ref: str,
    visit_id: int,
    ends_at: datetime,
    reason: str,
    actor: Actor | None,
    campus: Campus,
    now: datetime,
) -> int:
    """Ask for the end of a visit that was not checked out, and return the request's id.

    A record that stands alone and can no longer be witnessed may be asked for in the same way.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED`` for another's record, ``PROBATION_CLOSED``, ``BEYOND_SHIFT`` or
            ``ALREADY_CHECKED_IN`` where nothing is left to correct.
    """
    if (known := _known(session, ref)) is not None:
        return known
    found, visit = around_visit(session, visit_id)
    _check_own(actor, found.member_id)
    check_still_member(session, found.member_id)
    came_at = max((end.at for end in visit.ends if end.side is Side.IN), default=visit.shift.start)
    if not came_at < ends_at <= visit.shift.end:
        raise Refusal(Reason.BEYOND_SHIFT, starts_at=visit.shift.start, ends_at=visit.shift.end)
    _check_correctable(visit, now)
    ended_on = campus.day(visit.shift.end)
    request_id = _insert(
        session,
        kind=RequestKind.CORRECTION,
        ref=ref,
        member_id=found.member_id,
        visit_id=visit_id,
        unit_id=visit.unit_id,
        starts_at=None,
        ends_at=ends_at,
        on=visit.served_on,
        ended_on=ended_on,
        policy=visit.policy,
        reason=reason,
        actor=actor,
        campus=campus,
        now=now,
    )
    _book_asked(session, visit_id, actor, campus, now)
    return request_id


def _check_correctable(visit: NearVisit, now: datetime) -> None:
    state = state_at(visit.state, visit.shift.end, visit.policy, now)
    if visit.claim is not None:
        raise Refusal(Reason.ALREADY_CHECKED_IN, post_id=visit.post_id)
    if state is VisitState.UNCLOSED or (state is VisitState.OPEN and now >= visit.shift.end):
        return
    limit = witness_limit(visit.proof, visit.policy)
    stands_alone = state is VisitState.PENDING and visit.grade is Grade.D
    if stands_alone and (limit is None or now > limit):
        return
    raise Refusal(Reason.ALREADY_CHECKED_IN, post_id=visit.post_id)


def request_make_up(
    session: Session,
    *,
    ref: str,
    member_id: int,
    shift_id: int,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    actor: Actor | None,
    campus: Campus,
    now: datetime,
) -> int:
    """Ask for a visit that was not scanned at all, and return the request's id.

    The record stands at once, pending, of grade E, with the branch of its service day.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED`` for somebody else, ``PROBATION_CLOSED``, ``BEYOND_SHIFT`` or
            ``ALREADY_CHECKED_IN``.
    """
    if (known := _known(session, ref)) is not None:
        return known
    shift = session.get(Shift, shift_id)
    if shift is None:
        raise Refusal(Reason.UNKNOWN)
    _check_own(actor, member_id)
    unit_id = check_still_member(session, member_id)
    if shift.cancelled_at is not None:
        raise Refusal(Reason.UNKNOWN)
    if not (shift.starts_at <= starts_at < ends_at <= shift.ends_at and ends_at <= now):
        raise Refusal(Reason.BEYOND_SHIFT, starts_at=shift.starts_at, ends_at=shift.ends_at)
    span = Span(shift.starts_at, shift.ends_at)
    served_on = day_of_service(starts_at, span, campus.zone)
    found = nearby(session, member_id=member_id, day=served_on)
    if found.live_visit_of(shift_id) is not None:
        raise Refusal(Reason.ALREADY_CHECKED_IN, post_id=shift.post_id)
    policy_id, policy = policy_for(session, served_on)
    visit = Visit(
        member_id=member_id,
        shift_id=shift_id,
        post_id=shift.post_id,
        unit_id=unit_on(session, member_id, served_on) or unit_id,
        policy_id=policy_id,
        served_on=served_on,
        state=VisitState.PENDING,
        grade=Grade.E,
        waits_for_committee=waits_for_committee(policy),
    )
    session.add(visit)
    session.flush()
    request_id = _insert(
        session,
        kind=RequestKind.MAKE_UP,
        ref=ref,
        member_id=member_id,
        visit_id=visit.id,
        unit_id=visit.unit_id,
        starts_at=starts_at,
        ends_at=ends_at,
        on=served_on,
        ended_on=campus.day(shift.ends_at),
        policy=policy,
        reason=reason,
        actor=actor,
        campus=campus,
        now=now,
    )
    _book_asked(session, visit.id, actor, campus, now)
    return request_id


def request_record(
    session: Session,
    *,
    kind: RequestKind,
    ref: str,
    member_id: int,
    on: date,
    minutes: int,
    what: str,
    reason: str,
    actor: Actor | None,
    campus: Campus,
    now: datetime,
) -> int:
    """Ask for hours from before the start, or from elsewhere: the only typed minutes there are.

    Approved by the committee, then by the college; counted on their day, on a line of their own.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED``, ``PROBATION_CLOSED``, ``BAD_FIELD`` or ``BUDGET_USED``.
    """
    if not kind.is_record:
        raise ValueError(f"not a typed record: {kind}")
    if (known := _known(session, ref)) is not None:
        return known
    if actor is not None and not actor.is_member(member_id):
        check_reviewer(session, actor, last_branch(session, member_id))
    unit_id = check_still_member(session, member_id)
    if minutes <= 0 or on > campus.day(now):
        raise Refusal(Reason.BAD_FIELD, field="minutes" if minutes <= 0 else "on")
    if kind is RequestKind.OPENING:
        _check_before_start(session, unit_id, on)
    _, policy = policy_for(session, on)
    most = policy.opening_max_min if kind is RequestKind.OPENING else policy.outside_max_min
    # Two requests at once must see each other, or both would fit below the limit.
    session.execute(select(Member.id).where(Member.id == member_id).with_for_update(key_share=True))
    before = recorded_minutes(session, member_id, kind)
    if before + minutes > most:
        raise Refusal(Reason.BUDGET_USED, minutes_left=max(0, most - before), case="record")
    return _insert(
        session,
        kind=kind,
        ref=ref,
        member_id=member_id,
        visit_id=None,
        unit_id=unit_on(session, member_id, on) or unit_id,
        starts_at=None,
        ends_at=None,
        on=on,
        ended_on=on,
        policy=policy,
        reason=reason,
        actor=actor,
        campus=campus,
        now=now,
        minutes=minutes,
        what=clean_line(what, "what", longest=120),
    )


def _check_before_start(session: Session, unit_id: int, on: date) -> None:
    """Refuse opening hours of a day on which the college already scanned."""
    unit = session.get_one(Unit, unit_id)
    live_from = session.scalars(
        select(Unit.live_from).where(Unit.id.in_(unit.chain), Unit.live_from.is_not(None))
    ).first()
    if live_from is not None and on >= live_from:
        raise Refusal(Reason.BAD_FIELD, field="on", case="after_start", day=live_from)


def check_still_member(session: Session, member_id: int) -> int:
    """Return the member's present branch.

    Raises:
        Refusal: ``NOT_A_MEMBER``, or ``PROBATION_CLOSED`` after a cancellation or a transfer out.
    """
    row = session.execute(
        select(Member.unit_id, ProbationWindow.outcome)
        .outerjoin(ProbationWindow, ProbationWindow.member_id == Member.id)
        .where(Member.id == member_id)
    ).one_or_none()
    if row is None:
        raise Refusal(Reason.NOT_A_MEMBER)
    if row.unit_id is None or row.outcome is Outcome.CANCELLED:
        raise Refusal(Reason.PROBATION_CLOSED)
    unit_id: int = row.unit_id
    return unit_id


def _check_own(actor: Actor | None, member_id: int) -> None:
    """Refuse to ask in somebody else's name; None is the member herself."""
    if actor is not None and not actor.is_member(member_id):
        raise Refusal(Reason.NOT_ALLOWED)


def _known(session: Session, ref: str) -> int | None:
    """Return the request that was made under this name before: asking twice changes nothing."""
    return session.execute(select(Request.id).where(Request.ref == ref)).scalar_one_or_none()


def _insert(
    session: Session,
    *,
    kind: RequestKind,
    ref: str,
    member_id: int,
    visit_id: int | None,
    unit_id: int,
    starts_at: datetime | None,
    ends_at: datetime | None,
    on: date,
    ended_on: date,
    policy: HoursPolicy,
    reason: str,
    actor: Actor | None,
    campus: Campus,
    now: datetime,
    minutes: int | None = None,
    what: str | None = None,
) -> int:
    deadline = record_deadline(session, ended_on, policy, campus)
    request = Request(
        kind=kind,
        ref=ref,
        member_id=member_id,
        visit_id=visit_id,
        unit_id=unit_id,
        starts_at=starts_at,
        ends_at=ends_at,
        on=on,
        minutes=minutes,
        what=what,
        reason=clean_line(reason, "reason", longest=REASON_LENGTH),
        deadline_on=deadline.day,
        is_deadline_provisional=deadline.is_provisional,
        asked_by_id=actor_id(actor),
        asked_at=now,
        state=RequestState.ASKED,
    )
    session.add(request)
    session.flush()
    note(session, f"ask_{kind}", "request", request.id, actor_id=actor_id(actor), now=now)
    return request.id


def _book_asked(session: Session, visit_id: int, actor: Actor | None, campus: Campus, now: datetime) -> None:
    """Book the pending minutes, and mark a claim that a scan elsewhere speaks against."""
    found, visit = around_visit(session, visit_id)
    why = Why(cause="ask", actor_id=actor_id(actor), now=now)
    book(session, found, zone=campus.zone, why=why, changed=(visit_id,))
    if contradicted_by(found, visit):
        session.execute(
            insert(VisitFlag).values(
                visit_id=visit_id,
                flag=Flag.CLAIM_CONTRADICTS_SCAN,
                facts=contradicted_by(found, visit),
                at=now,
            )
        )


def contradicted_by(found: Nearby, visit: NearVisit) -> str:
    """Return which scanned visits elsewhere overlap what is claimed, as a short list; empty if none does."""
    claimed = stays_of(visit.claimed_ends())
    others = [
        other.id
        for other in found.visits
        if other.id != visit.id
        and other.grade is not Grade.E
        and other.state not in SETTLED
        and any(stay.overlaps(span) for stay in other.stays for span in claimed)
    ]
    return ",".join(str(number) for number in others)
