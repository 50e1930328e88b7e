"""What the keepers of a post vouch for: presence, ends of forgotten shifts, members without a phone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from volunteer.actions.access import check_keeper, check_not_own
from volunteer.actions.audit import note
from volunteer.actions.book import Nearby, Why, around_visit, book, drop_claim
from volunteer.actions.coming import check_in
from volunteer.actions.leaving import check_out, closed
from volunteer.actions.near import NearVisit
from volunteer.actions.presence import Judged, ScanResult
from volunteer.actions.scan_context import load_context
from volunteer.models import Evidence, Shift, Visit, Witness
from volunteer.rules.campus import Campus
from volunteer.rules.evidence import ATTEST_WITHIN, CONFIRM_TAKEN_WITHIN, End, grade_of, witness_limit
from volunteer.rules.kinds import SETTLED, Grade, Side, Source, Verdict, VisitState
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.rules.spans import whole_minute


def witness(
    session: Session,
    *,
    visit_id: int,
    actor: Actor,
    campus: Campus,
    now: datetime,
    seen_at: datetime | None = None,
) -> None:
    """Record that another keeper saw the member at the post.

    While the shift runs it lifts a live record to A; within its limit it lifts one that stands alone to C;
    later it changes nothing about a live one.

    Args:
        seen_at: When the keeper saw the member, where that is proven and earlier than now.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED`` or ``DEADLINE_PASSED``.
    """
    found, visit = around_visit(session, visit_id)
    check_not_own(actor, found.member_id)
    check_keeper(session, actor, visit.post_id)
    if visit.state in SETTLED:
        raise Refusal(Reason.NOT_ALLOWED)
    at = seen_at or now
    limit = witness_limit(visit.proof, visit.policy)
    if visit.grade is Grade.D and limit is not None and at > limit:
        raise Refusal(Reason.DEADLINE_PASSED, at=limit)
    seen = select(Witness.at).where(Witness.visit_id == visit_id, Witness.account_id == actor.account_id)
    if session.execute(seen).one_or_none() is not None:
        return
    session.execute(insert(Witness).values(visit_id=visit_id, account_id=actor.account_id, at=at))
    changed = replace(visit, witnessed_at=(*visit.witnessed_at, at))
    if visit.grade is not Grade.E:
        changed = _regraded(changed)
    book(
        session,
        found.replacing(changed),
        zone=campus.zone,
        why=Why(cause="witness", actor_id=actor.account_id, now=now),
        changed=(visit_id,),
    )
    note(session, "witness", "visit", visit_id, actor_id=actor.account_id, now=now)


def _regraded(visit: NearVisit) -> NearVisit:
    """Return the visit with the grade of its evidence; one that was pending for want of a witness settles."""
    if visit.state is VisitState.PENDING and visit.claim is None and visit.unfinished is None:
        return closed(visit)
    return replace(visit, grade=grade_of(visit.proof, visit.policy))


def attest_end(
    session: Session,
    *,
    shift_id: int,
    ends_at: datetime,
    member_ids: Sequence[int],
    actor: Actor,
    campus: Campus,
    now: datetime,
) -> None:
    """Close the visits of members who forgot to check out, with the end that a keeper vouches for.

    All of them or none. Open once the shift has ended, until 24 hours after it.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED``, ``OUTSIDE_SHIFT``, ``DEADLINE_PASSED``,
            ``BEYOND_SHIFT`` or ``NOT_CHECKED_IN``.
    """
    shift = session.get(Shift, shift_id)
    if shift is None:
        raise Refusal(Reason.UNKNOWN)
    for member_id in member_ids:
        check_not_own(actor, member_id)
    check_keeper(session, actor, shift.post_id)
    if now < shift.ends_at:
        raise Refusal(Reason.OUTSIDE_SHIFT, case="running", ends_at=shift.ends_at)
    if now > shift.ends_at + ATTEST_WITHIN:
        raise Refusal(Reason.DEADLINE_PASSED, at=shift.ends_at + ATTEST_WITHIN)
    if not shift.starts_at <= ends_at <= shift.ends_at:
        raise Refusal(Reason.BEYOND_SHIFT, starts_at=shift.starts_at, ends_at=shift.ends_at)
    for member_id in member_ids:
        _attest_one(session, shift, member_id, ends_at, actor, campus, now)


def _attest_one(
    session: Session,
    shift: Shift,
    member_id: int,
    ends_at: datetime,
    actor: Actor,
    campus: Campus,
    now: datetime,
) -> None:
    visit_id = session.execute(
        select(Visit.id).where(
            Visit.member_id == member_id,
            Visit.shift_id == shift.id,
            Visit.state.in_((VisitState.OPEN, VisitState.UNCLOSED)),
        )
    ).scalar_one_or_none()
    if visit_id is None:
        raise Refusal(Reason.NOT_CHECKED_IN)
    found, visit = around_visit(session, visit_id)
    came = visit.unfinished
    if came is None:
        raise Refusal(Reason.NOT_CHECKED_IN)
    if ends_at < whole_minute(came.at):
        raise Refusal(Reason.BEYOND_SHIFT, starts_at=came.at, ends_at=shift.ends_at)
    end = End(stay=came.stay, side=Side.OUT, source=Source.ATTESTED, at=max(ends_at, came.at))
    keep_end(session, found, end, visit.id, by=actor.account_id, now=now)
    book(
        session,
        found.replacing(drop_claim(session, closed(replace(visit, ends=(*visit.ends, end))), now)),
        zone=campus.zone,
        why=Why(cause="attest_end", actor_id=actor.account_id, now=now),
        changed=(visit.id,),
    )
    note(session, "attest_end", "visit", visit.id, actor_id=actor.account_id, now=now)


def keep_end(
    session: Session,
    found: Nearby,
    end: End,
    visit_id: int,
    *,
    by: int | None,
    now: datetime,
    request_id: int | None = None,
) -> None:
    """Keep an end that somebody vouches or asks for as evidence of the visit."""
    session.execute(
        insert(Evidence).values(
            member_id=found.member_id,
            visit_id=visit_id,
            stay=end.stay,
            side=end.side,
            source=end.source,
            is_claim=end.source is Source.CLAIMED,
            at=end.at,
            received_at=now,
            by_account_id=by,
            request_id=request_id,
            verdict=Verdict.ACCEPTED,
        )
    )


def take_in(
    session: Session, *, member_id: int, post_id: int, actor: Actor, campus: Campus, now: datetime
) -> ScanResult:
    """Check in a member who has no phone; it counts once she has confirmed it.

    Raises:
        Refusal: ``NOT_A_MEMBER``, ``SAME_PERSON``, ``NOT_ALLOWED``, and those of a check-in.
    """
    return check_in(session, _taken(session, member_id, post_id, actor, campus, now))


def take_out(
    session: Session, *, member_id: int, post_id: int, actor: Actor, campus: Campus, now: datetime
) -> ScanResult:
    """Check out a member who has no phone; it counts once she has confirmed it.

    Raises:
        Refusal: ``NOT_A_MEMBER``, ``SAME_PERSON``, ``NOT_ALLOWED``, and those of a check-out.
    """
    return check_out(session, _taken(session, member_id, post_id, actor, campus, now))


def _taken(
    session: Session, member_id: int, post_id: int, actor: Actor, campus: Campus, now: datetime
) -> Judged:
    check_not_own(actor, member_id)
    check_keeper(session, actor, post_id)
    context = load_context(
        session,
        member_id=member_id,
        handle=None,
        step=None,
        client_ref=None,
        at=now,
        campus=campus,
        post_id=post_id,
    )
    if context is None:
        raise Refusal(Reason.NOT_A_MEMBER)
    if context.is_closed:
        raise Refusal(Reason.PROBATION_CLOSED)
    return Judged(
        context=context,
        source=Source.TAKEN,
        at=now,
        now=now,
        campus=campus,
        post_id=post_id,
        keeper_id=actor.account_id,
    )


def confirm_taken(session: Session, *, visit_id: int, member_id: int, campus: Campus, now: datetime) -> None:
    """Let the member confirm, within 72 hours of being taken out, that the leader took her in rightly.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_CHECKED_IN`` while it is not closed, ``NOT_ALLOWED`` if nobody took her in
            or out, ``TOO_OLD``.
    """
    found, visit = around_visit(session, visit_id)
    if found.member_id != member_id:
        raise Refusal(Reason.UNKNOWN)
    if visit.is_taken_confirmed:
        return
    if all(end.source is not Source.TAKEN for end in visit.ends) or visit.state in SETTLED:
        raise Refusal(Reason.NOT_ALLOWED)
    if visit.unfinished is not None:
        raise Refusal(Reason.NOT_CHECKED_IN)
    out_at = max(end.at for end in visit.ends)
    if now > out_at + CONFIRM_TAKEN_WITHIN:
        raise Refusal(Reason.TOO_OLD, hours=int(CONFIRM_TAKEN_WITHIN / timedelta(hours=1)))
    book(
        session,
        found.replacing(_regraded(replace(visit, is_taken_confirmed=True))),
        zone=campus.zone,
        why=Why(cause="confirm_taken", actor_id=None, now=now),
        changed=(visit_id,),
    )
    note(session, "confirm_taken", "visit", visit_id, actor_id=None, now=now)
