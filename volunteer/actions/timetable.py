"""Publish many shifts at once: all of them or none."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from volunteer.actions.access import actor_id
from volunteer.actions.audit import note
from volunteer.database import table_of
from volunteer.models import Post, Shift, ShiftBreak, Unit
from volunteer.rules.campus import Campus
from volunteer.rules.names import clean_line
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.rules.timetable import InTheWay, Looked, PlannedShift, check_times, looked_at
from volunteer.rules.tree import chain
from volunteer.stats.timetable import known_codes, taken_times

SHIFT, BREAK = table_of(Shift), table_of(ShiftBreak)
CODE_LENGTH = 40


def look(session: Session, *, planned: Sequence[PlannedShift], now: datetime) -> list[Looked]:
    """Return each planned shift with what is in its way; one statement however many they are."""
    if not planned:
        return []
    taken = taken_times(
        session,
        {shift.post for shift in planned},
        since=min(shift.span.start for shift in planned),
        until=max(shift.span.end for shift in planned),
    )
    return looked_at(planned, taken, now=now)


def publish_all(
    session: Session,
    *,
    planned: Sequence[PlannedShift],
    source: str,
    actor: Actor | None,
    campus: Campus,
    now: datetime,
) -> int:
    """Publish the shifts and return how many; those that are published already are left as they are.

    A few statements for all of them, and one line in the trail.

    Args:
        source: Where they come from, for the trail: a timetable, or the digest of a file.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED``, ``BAD_FIELD``, ``SHIFT_IN_PAST``, ``SHIFT_OVERLAPS`` or
            ``ALREADY_EXISTS``: the first that is not right.
    """
    posts = _locked_posts(session, {shift.post for shift in planned}, actor)
    for shift in planned:
        check_times(shift.span, shift.breaks, shift.capacity)
    free = [_free(one) for one in look(session, planned=planned, now=now)]
    rows = [(shift, _code(shift, campus)) for shift in free if shift is not None]
    if not rows:
        return 0
    if known_codes(session, {code for _, code in rows}):
        raise Refusal(Reason.ALREADY_EXISTS, field="code")
    by = actor_id(actor)
    # RETURNING in the order of the rows would be a statement a row on SQLite.
    session.execute(insert(SHIFT), [_row(shift, code, posts[shift.post], by, now) for shift, code in rows])
    _add_breaks(session, {code: shift for shift, code in rows if shift.breaks})
    post_id = next(iter(posts.values())) if len(posts) == 1 else None
    note(session, "publish_shifts", "post", post_id, actor_id=by, now=now, added=len(rows), source=source)
    return len(rows)


def _add_breaks(session: Session, shifts: Mapping[str, PlannedShift]) -> None:
    """Add the breaks of shifts that were just added, by code."""
    if not shifts:
        return
    ids = session.execute(select(Shift.code, Shift.id).where(Shift.code.in_(shifts))).all()
    breaks = [
        {"shift_id": shift_id, "starts_at": pause.start, "ends_at": pause.end}
        for code, shift_id in ids
        for pause in shifts[code].breaks
    ]
    session.execute(insert(BREAK), breaks)


def _locked_posts(session: Session, codes: set[str], actor: Actor | None) -> dict[str, int]:
    """Return the posts' ids, all known and the actor's to keep, and let nobody else write."""
    rows = session.execute(
        select(Post.code, Post.id, Unit.path)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Post.code.in_(codes))
        .order_by(Post.id)
        .with_for_update(of=Post)
    ).all()
    if {row.code for row in rows} != codes:
        raise Refusal(Reason.UNKNOWN)
    for row in rows:
        if actor is not None and not actor.may_keep(row.id, chain(row.path)):
            raise Refusal(Reason.NOT_ALLOWED)
    return {row.code: row.id for row in rows}


def _free(one: Looked) -> PlannedShift | None:
    """Return the shift if nothing is in its way, None if it is published already."""
    match one.problem:
        case None:
            return one.shift
        case InTheWay.SAME:
            return None
        case InTheWay.PAST:
            raise Refusal(Reason.SHIFT_IN_PAST)
        case InTheWay.OVERLAP:
            raise Refusal(Reason.SHIFT_OVERLAPS, other=one.other)


def _code(shift: PlannedShift, campus: Campus) -> str:
    """Return the shift's own code, or post, minute and two letters against chance."""
    if shift.code is not None:
        return clean_line(shift.code, "code", longest=CODE_LENGTH)
    local = shift.span.start.astimezone(campus.zone)
    return f"{shift.post[:20]}-{local:%y%m%d-%H%M}-{secrets.token_hex(2)}"


def _row(
    shift: PlannedShift, code: str, post_id: int, published_by: int | None, now: datetime
) -> dict[str, object]:
    return {
        "code": code,
        "post_id": post_id,
        "starts_at": shift.span.start,
        "ends_at": shift.span.end,
        "first_ends_at": shift.span.end,
        "capacity": shift.capacity,
        "is_opened_on_spot": False,
        "is_for_make_ups": False,
        "published_by_id": published_by,
        "published_at": now,
    }
