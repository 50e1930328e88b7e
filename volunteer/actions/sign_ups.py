"""Signing up for a shift, and withdrawing. A place that comes free goes to who waits longest, by itself.

Who writes about the places of a shift locks it first; that two never hold one seat is a constraint. No
capacity stands in the way of a scan: that is what happened, this is what was meant.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer.actions.ask import check_still_member
from volunteer.actions.audit import note
from volunteer.actions.calendar import policy_for
from volunteer.actions.tell import tell_member, tell_members
from volunteer.models import Member, Post, Shift, SignUp, Unit
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import MessageKind, SignUpFor
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.sign_ups import check_open, free_seat, withdraw_until
from volunteer.rules.spans import Span, local_day
from volunteer.stats.sign_ups import LIVE, in_her_college, in_her_unit, waiting_number


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedUp:
    """What signing up came to: a place, or the number on the waiting list."""

    has_place: bool
    waiting_number: int


@dataclass(frozen=True, slots=True)
class _Desk:
    """A shift whose places nobody else changes meanwhile."""

    shift: Shift
    sign_up_for: SignUpFor
    unit_name: str
    is_of_unit: bool


def sign_up(session: Session, *, member_id: int, shift_id: int, campus: Campus, now: datetime) -> SignedUp:
    """Sign a member up at her own wish; when all places are taken she waits. Done twice, it is the same.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_A_MEMBER``, ``PROBATION_CLOSED``, ``SIGN_UP_CLOSED``,
            ``SIGN_UP_OVERLAPS`` or ``SIGN_UPS_USED``.
    """
    # One sign-up of a member at a time, or two at once would each overlap nothing.
    session.execute(select(Member.id).where(Member.id == member_id).with_for_update(key_share=True))
    check_still_member(session, member_id)
    desk = _desk(session, shift_id, member_id)
    held = _live(session, shift_id, member_id)
    if held is None:
        policy = policy_for(session, campus.day(now))[1]
        _check_may(session, desk, member_id, policy, campus, now)
        seat = free_seat(_taken(session, shift_id), desk.shift.capacity)
        held = SignUp(
            shift_id=shift_id,
            member_id=member_id,
            asked_at=now,
            seat=seat,
            seated_at=None if seat is None else now,
        )
        session.add(held)
        session.flush()
        note(session, "sign_up", "shift", shift_id, actor_id=None, now=now, member_id=member_id)
    has_place = held.seat is not None
    number = 0 if has_place else waiting_number(session, shift_id, held.id)
    return SignedUp(has_place=has_place, waiting_number=number)


def withdraw(session: Session, *, member_id: int, shift_id: int, campus: Campus, now: datetime) -> None:
    """Give a place, or a wait for one, back; who waits longest then has it. Done twice, it is the same.

    Raises:
        Refusal: ``UNKNOWN``, ``SIGN_UP_CLOSED`` once the shift has begun, or ``WITHDRAW_TOO_LATE``.
    """
    desk = _desk(session, shift_id, member_id)
    held = _live(session, shift_id, member_id)
    if held is None:
        return
    policy = policy_for(session, campus.day(now))[1]
    limit = withdraw_until(desk.shift.starts_at, held.seated_at, policy)
    if now >= desk.shift.starts_at:
        raise Refusal(Reason.SIGN_UP_CLOSED, case="begun")
    if now > limit:
        raise Refusal(Reason.WITHDRAW_TOO_LATE, on=local_day(limit, campus.zone), at=limit)
    _free(session, held, now)
    promote(session, desk.shift, now)


def withdraw_from_all(session: Session, *, member_id: int, now: datetime) -> None:
    """Free the places of somebody who can no longer serve: the probation was cancelled, or she left."""
    found = session.scalars(
        select(SignUp)
        .join(Shift, Shift.id == SignUp.shift_id)
        .where(SignUp.member_id == member_id, LIVE, Shift.starts_at > now)
        .order_by(SignUp.shift_id)
    ).all()
    for held in found:
        shift = _locked(session, held.shift_id)
        _free(session, held, now)
        promote(session, shift, now)


def promote(session: Session, shift: Shift, now: datetime) -> int:
    """Give the free places of a shift that has not begun to who waits, in the order of asking, and tell them.

    The caller has locked the shift.
    """
    if shift.cancelled_at is not None or shift.starts_at <= now:
        return 0
    waiting = select(SignUp).where(SignUp.shift_id == shift.id, LIVE, SignUp.seat.is_(None))
    taken, done = _taken(session, shift.id), 0
    for one in session.scalars(waiting.order_by(SignUp.id)).all():
        seat = free_seat(taken, shift.capacity)
        if seat is None:
            break
        one.seat, one.seated_at = seat, now
        taken.add(seat)
        done += 1
        session.flush()
        key = f"place:{one.id}"
        tell_member(session, one.member_id, MessageKind.PLACE_FREE, key, now=now, shift_id=shift.id)
    return done


def tell_signed_up(session: Session, shift: Shift, kind: MessageKind, *, now: datetime) -> int:
    """Tell who has signed up that the shift is another one now, or is none."""
    who = select(SignUp.member_id).where(SignUp.shift_id == shift.id, LIVE)
    key = f"{kind.value}:{shift.id}:{shift.revision}"
    return tell_members(session, who, kind, key, now=now, shift_id=shift.id, text=shift.cancel_reason)


def _desk(session: Session, shift_id: int, member_id: int) -> _Desk:
    """Lock a shift that the member may see."""
    shift = _locked(session, shift_id)
    row: Any = session.execute(
        select(Post.sign_up_for, Unit.name, in_her_unit(member_id).label("is_of_unit"))
        .join(Unit, Unit.id == Post.unit_id)
        .where(Post.id == shift.post_id, in_her_college(member_id))
    ).one_or_none()
    if row is None or shift.is_for_make_ups:
        raise Refusal(Reason.UNKNOWN)
    return _Desk(shift, row.sign_up_for, row.name, bool(row.is_of_unit))


def _locked(session: Session, shift_id: int) -> Shift:
    # Not against scans: their reference to the shift goes together with this.
    shift = session.get(Shift, shift_id, with_for_update={"key_share": True})
    if shift is None:
        raise Refusal(Reason.UNKNOWN)
    return shift


def _check_may(
    session: Session, desk: _Desk, member_id: int, policy: HoursPolicy, campus: Campus, now: datetime
) -> None:
    shift = desk.shift
    if shift.cancelled_at is not None:
        raise Refusal(Reason.SIGN_UP_CLOSED, case="cancelled")
    if desk.sign_up_for is SignUpFor.NOBODY:
        raise Refusal(Reason.SIGN_UP_CLOSED, case="nobody")
    if desk.sign_up_for is SignUpFor.UNIT and not desk.is_of_unit:
        raise Refusal(Reason.SIGN_UP_CLOSED, case="unit", unit=desk.unit_name)
    check_open(shift.starts_at, policy, campus.zone, now)
    coming = session.execute(
        select(Post.name, Shift.starts_at, Shift.ends_at)
        .join(Shift, Shift.post_id == Post.id)
        .join(SignUp, SignUp.shift_id == Shift.id)
        .where(SignUp.member_id == member_id, LIVE, Shift.ends_at > now, Shift.cancelled_at.is_(None))
        .order_by(Shift.starts_at, Shift.id)
    ).all()
    asked = Span(shift.starts_at, shift.ends_at)
    for name, starts_at, ends_at in coming:
        if asked.overlaps(other := Span(starts_at, ends_at)):
            raise Refusal(Reason.SIGN_UP_OVERLAPS, post=name, span=other)
    if len(coming) >= policy.sign_ups_at_once:
        raise Refusal(Reason.SIGN_UPS_USED, most=policy.sign_ups_at_once)


def _live(session: Session, shift_id: int, member_id: int) -> SignUp | None:
    return session.execute(
        select(SignUp).where(SignUp.shift_id == shift_id, SignUp.member_id == member_id, LIVE)
    ).scalar_one_or_none()


def _taken(session: Session, shift_id: int) -> set[int]:
    seats = select(SignUp.seat).where(SignUp.shift_id == shift_id, SignUp.seat.is_not(None))
    return {seat for seat in session.scalars(seats) if seat is not None}


def _free(session: Session, held: SignUp, now: datetime) -> None:
    held.seat, held.withdrawn_at = None, now
    session.flush()
    note(session, "withdraw", "shift", held.shift_id, actor_id=None, now=now, member_id=held.member_id)
