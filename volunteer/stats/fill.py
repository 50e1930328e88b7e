"""How full the shifts of posts were, for who runs them: everybody counts who came, confirmed or not."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, func, select, type_coerce
from sqlalchemy.orm import Session

from volunteer.models import PolicyVersion, Post, Shift, Visit
from volunteer.rules.kinds import SETTLED, VisitState
from volunteer.rules.spans import Span
from volunteer.rules.timetable import LONGEST
from volunteer.stats.json_rows import spelled
from volunteer.stats.places import PostFacts
from volunteer.stats.served import total as summed


def how_full(
    session: Session, posts: Sequence[PostFacts], *, span: Span, now: datetime
) -> Sequence[PostFacts]:
    """Return the posts with how the shifts of those that are run here went, in one statement."""
    ids = [post.id for post in posts if post.is_run_here]
    if not ids:
        return posts
    tables = {
        _begun_shifts(ids, span, now): ("shifts", "capacity", "came", "left_open"),
        _coming_shifts(ids, now): ("coming",),
        _still_in(ids, span, now): ("still_in",),
    }
    counts = [
        func.coalesce(table.c[name], 0).label(name) for table, names in tables.items() for name in names
    ]
    statement = select(Post.id, *counts).where(Post.id.in_(ids))
    for table in tables:
        statement = statement.outerjoin(table, table.c.post_id == Post.id)
    found = {row.id: row for row in session.execute(statement)}
    return [_filled(post, found[post.id]) if post.id in found else post for post in posts]


def _filled(post: PostFacts, row: Any) -> PostFacts:
    return replace(
        post,
        shifts=row.shifts,
        coming=row.coming,
        capacity=row.capacity,
        came=row.came,
        unclosed=row.left_open + row.still_in,
    )


def _begun_shifts(post_ids: Collection[int], span: Span, now: datetime) -> Any:
    """Return the shifts with their room, who came to those with a capacity, and who left any of them open."""
    is_fit = and_(Shift.cancelled_at.is_(None), ~Shift.is_for_make_ups)
    # Shift by shift, so that nobody is counted where it is not told for how many there was room.
    here = select(func.count()).where(Visit.shift_id == Shift.id).correlate(Shift)
    came = here.where(Visit.state.not_in(SETTLED)).scalar_subquery()
    left_open = here.where(Visit.state == VisitState.UNCLOSED).scalar_subquery()
    return (
        select(
            Shift.post_id,
            func.count(case((is_fit, Shift.id))).label("shifts"),
            summed(case((is_fit, Shift.capacity)), "capacity"),
            summed(case((and_(is_fit, Shift.capacity.is_not(None)), came)), "came"),
            summed(left_open, "left_open"),
        )
        .where(Shift.post_id.in_(post_ids), *_begun(span, now))
        .group_by(Shift.post_id)
        .subquery()
    )


def _coming_shifts(post_ids: Collection[int], now: datetime) -> Any:
    return (
        select(Shift.post_id, func.count().label("coming"))
        .where(Shift.post_id.in_(post_ids), Shift.ends_at > now, Shift.starts_at >= now)
        .where(Shift.cancelled_at.is_(None), ~Shift.is_for_make_ups)
        .group_by(Shift.post_id)
        .subquery()
    )


def _still_in(post_ids: Collection[int], span: Span, now: datetime) -> Any:
    """Return who is still in though the grace is over; nobody has written it down yet."""
    grace_s = 60 * PolicyVersion.checkout_grace_min
    # Moments are whole seconds in the database, so that the grace can be added to them.
    is_over = type_coerce(Shift.ends_at, BigInteger) + grace_s < int(now.timestamp())
    # Plus nothing: the few who are in are found by that, and not by the post.
    post_id = Visit.post_id + 0
    return (
        select(post_id.label("post_id"), func.count().label("still_in"))
        .join(Shift, Shift.id == Visit.shift_id)
        .join(PolicyVersion, PolicyVersion.id == Visit.policy_id)
        .where(Visit.state == spelled(VisitState.OPEN), post_id.in_(post_ids), is_over, *_started(span, now))
        .group_by(post_id)
        .subquery()
    )


def _started(span: Span, now: datetime) -> list[ColumnElement[bool]]:
    return [Shift.starts_at >= span.start, Shift.starts_at < min(span.end, now)]


def _begun(span: Span, now: datetime) -> list[ColumnElement[bool]]:
    """Return the condition on a shift; its end, at most a day later, is what the index has."""
    by_end = (Shift.ends_at > span.start, Shift.ends_at < min(span.end, now) + LONGEST)
    return [*_started(span, now), *by_end]
