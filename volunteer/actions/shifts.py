"""Shifts: published ahead or opened on the spot, prolonged while they run, cancelled with a reason."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from volunteer.actions.access import actor_id, check_keeper, post_chain
from volunteer.actions.audit import note
from volunteer.actions.sign_ups import promote, tell_signed_up
from volunteer.models import Post, Shift, ShiftBreak
from volunteer.rules.kinds import MessageKind
from volunteer.rules.names import clean_line
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.rules.spans import Span, whole_minute
from volunteer.rules.timetable import LONGEST, check_times

ON_THE_SPOT_AT_MOST = timedelta(hours=4)
PROLONG_AT_MOST = timedelta(minutes=120)


def publish(
    session: Session,
    *,
    code: str,
    post_id: int,
    span: Span,
    breaks: Sequence[Span] = (),
    capacity: int | None = None,
    actor: Actor | None,
    now: datetime,
) -> int:
    """Publish a shift and return its id. One that starts this minute is opened on the spot.

    Only the college may enter a past shift, and then nobody can scan into it: it is there for make-ups.

    Raises:
        Refusal: ``NOT_ALLOWED``, ``BAD_FIELD``, ``SHIFT_IN_PAST``, ``ALREADY_EXISTS`` or ``SHIFT_OVERLAPS``.
    """
    check_keeper(session, actor, post_id)
    check_times(span, breaks, capacity)
    is_past = span.start < whole_minute(now)
    is_on_spot = span.start == whole_minute(now)
    if is_past and (actor is None or not actor.is_college_of(post_chain(session, post_id))):
        raise Refusal(Reason.SHIFT_IN_PAST)
    if is_on_spot and span.end - span.start > ON_THE_SPOT_AT_MOST:
        raise Refusal(Reason.SHIFT_IN_PAST)
    _lock_post(session, post_id)
    _check_free(session, post_id, span)
    if session.execute(select(Shift.id).where(Shift.code == code)).scalar_one_or_none() is not None:
        raise Refusal(Reason.ALREADY_EXISTS, field="code")
    shift = Shift(
        code=clean_line(code, "code", longest=40),
        post_id=post_id,
        starts_at=span.start,
        ends_at=span.end,
        first_ends_at=span.end,
        capacity=capacity,
        is_opened_on_spot=is_on_spot,
        is_for_make_ups=is_past,
        published_by_id=actor_id(actor),
        published_at=now,
        breaks=[ShiftBreak(starts_at=pause.start, ends_at=pause.end) for pause in breaks],
    )
    session.add(shift)
    session.flush()
    act = "open_shift_now" if is_on_spot else "publish_shift"
    note(session, act, "shift", shift.id, actor_id=actor_id(actor), now=now)
    return shift.id


def prolong(
    session: Session, *, shift_id: int, ends_at: datetime, actor: Actor | None, now: datetime
) -> None:
    """Move the end of a running shift, by up to two hours in all.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED``, ``OUTSIDE_SHIFT`` while it does not run, ``SHIFT_STARTED`` for
            an earlier end, ``BEYOND_SHIFT`` or ``SHIFT_OVERLAPS``.
    """
    shift = _shift(session, shift_id)
    check_keeper(session, actor, shift.post_id)
    if not shift.starts_at <= now < shift.ends_at:
        raise Refusal(Reason.OUTSIDE_SHIFT, case="not_running", ends_at=shift.ends_at)
    if ends_at <= shift.ends_at:
        raise Refusal(Reason.SHIFT_STARTED)
    if ends_at > shift.first_ends_at + PROLONG_AT_MOST or ends_at - shift.starts_at > LONGEST:
        latest = min(shift.first_ends_at + PROLONG_AT_MOST, shift.starts_at + LONGEST)
        raise Refusal(Reason.BEYOND_SHIFT, starts_at=shift.starts_at, ends_at=latest)
    _lock_post(session, shift.post_id)
    _check_free(session, shift.post_id, Span(shift.starts_at, ends_at), but=shift_id)
    shift.ends_at = whole_minute(ends_at)
    shift.revision += 1
    session.flush()
    note(session, "prolong_shift", "shift", shift_id, actor_id=actor_id(actor), now=now, ends_at=ends_at)


def change(
    session: Session,
    *,
    shift_id: int,
    span: Span,
    breaks: Sequence[Span],
    capacity: int | None,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Change a shift that has not begun.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED``, ``SHIFT_STARTED``, ``SHIFT_IN_PAST``, ``BAD_FIELD`` or
            ``SHIFT_OVERLAPS``.
    """
    shift = _shift(session, shift_id, with_breaks=True)
    check_keeper(session, actor, shift.post_id)
    if shift.starts_at <= now:
        raise Refusal(Reason.SHIFT_STARTED)
    if span.start <= whole_minute(now):
        raise Refusal(Reason.SHIFT_IN_PAST)
    check_times(span, breaks, capacity)
    _lock_post(session, shift.post_id)
    _check_free(session, shift.post_id, span, but=shift_id)
    is_moved = (shift.starts_at, shift.ends_at) != (span.start, span.end)
    shift.starts_at, shift.ends_at, shift.first_ends_at = span.start, span.end, span.end
    shift.capacity = capacity
    shift.revision += 1
    for pause in shift.breaks:
        session.delete(pause)
    session.flush()
    session.add_all(
        ShiftBreak(shift_id=shift_id, starts_at=pause.start, ends_at=pause.end) for pause in breaks
    )
    session.flush()
    if is_moved:
        tell_signed_up(session, shift, MessageKind.SHIFT_CHANGED, now=now)
    promote(session, shift, now)
    note(session, "change_shift", "shift", shift_id, actor_id=actor_id(actor), now=now)


def cancel(session: Session, *, shift_id: int, reason: str, actor: Actor | None, now: datetime) -> None:
    """Cancel a shift: nobody can check in any more. Who is in keeps the record and can still check out.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED`` or ``OUTSIDE_SHIFT`` once it is over.
    """
    shift = _shift(session, shift_id)
    check_keeper(session, actor, shift.post_id)
    if now >= shift.ends_at:
        raise Refusal(Reason.OUTSIDE_SHIFT, case="over", ends_at=shift.ends_at)
    shift.cancelled_at = now
    shift.cancel_reason = clean_line(reason, "reason", longest=200)
    shift.revision += 1
    session.flush()
    tell_signed_up(session, shift, MessageKind.SHIFT_CANCELLED, now=now)
    note(session, "cancel_shift", "shift", shift_id, actor_id=actor_id(actor), now=now)


def _shift(session: Session, shift_id: int, *, with_breaks: bool = False) -> Shift:
    options = [selectinload(Shift.breaks)] if with_breaks else []
    # Who signs up meanwhile is told of the change, or finds it made.
    shift = session.get(Shift, shift_id, options=options, with_for_update={"key_share": True})
    if shift is None or shift.cancelled_at is not None:
        raise Refusal(Reason.UNKNOWN)
    return shift


def _lock_post(session: Session, post_id: int) -> None:
    """Let only one shift of a post be written at a time: no constraint of both engines holds overlaps."""
    session.execute(select(Post.id).where(Post.id == post_id).with_for_update()).one()


def _check_free(session: Session, post_id: int, span: Span, but: int | None = None) -> None:
    """Refuse a shift that shares a minute with another of the post; they may touch."""
    other = session.execute(
        select(Shift.code, Shift.starts_at, Shift.ends_at)
        .where(
            Shift.post_id == post_id,
            Shift.id != (but or 0),
            Shift.cancelled_at.is_(None),
            Shift.starts_at < span.end,
            Shift.ends_at > span.start,
        )
        .order_by(Shift.starts_at)
    ).first()
    if other is not None:
        raise Refusal(Reason.SHIFT_OVERLAPS, shift=other.code, other=Span(other.starts_at, other.ends_at))
