"""Which posts of a unit run dry: those for which no shift is published any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from volunteer.models import Post, Shift, Unit


@dataclass(frozen=True, slots=True)
class DryPost:
    """A post without a shift to come."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Dry:
    """The first of them by name, and how many there are."""

    posts: Sequence[DryPost]
    total: int


def dry_posts(session: Session, unit_path: str, *, now: datetime, most: int) -> Dry:
    """Return the posts that the unit and those below it run and that have no shift to come."""
    coming = select(Shift.id).where(
        Shift.post_id == Post.id,
        # What begins later ends later: so the index on the end finds it.
        Shift.ends_at > now,
        Shift.starts_at >= now,
        Shift.cancelled_at.is_(None),
        ~Shift.is_for_make_ups,
    )
    rows = session.execute(
        select(Post.code, Post.name, func.count().over())
        .join(Unit, Unit.id == Post.unit_id)
        .where(Unit.path.startswith(unit_path, autoescape=True), ~coming.exists())
        .order_by(Post.name, Post.id)
        .limit(most)
    ).all()
    return Dry([DryPost(code, name) for code, name, _total in rows], rows[0][2] if rows else 0)
