"""The lists of posts and bases: what is registered, and what each received by month and term."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    and_,
    case,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from volunteer.models import Base, Post, Term, Unit, Visit
from volunteer.rules.kinds import BaseStatus, Category
from volunteer.rules.tally import share_pct
from volunteer.stats.place import Place, served
from volunteer.stats.rollups import Days
from volunteer.stats.served import below
from volunteer.stats.served import total as summed


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFacts:
    """A post, and how its shifts of some days that have begun went.

    ``came`` are those who came to shifts with a ``capacity``; ``coming`` shifts are those that have yet to
    begin, whatever the days. Shifts that were cancelled, or entered for make-ups alone, are none. All of it
    is 0 for a post that is not run here, and before it was asked for.
    """

    id: int
    code: str
    name: str
    category: Category
    unit_name: str
    is_run_here: bool
    base_code: str | None
    base_name: str | None
    last_on: date | None
    shifts: int = 0
    coming: int = 0
    capacity: int = 0
    came: int = 0
    unclosed: int = 0

    @property
    def fill_pct(self) -> float | None:
        """Who came among whom there was room for, in per cent; None without a capacity."""
        return share_pct(self.came, self.capacity)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseFacts:
    """A base with its agreement, how many posts it has, and its last service.

    ``posts_here`` are those of its posts that the unit runs.
    """

    id: int
    code: str
    name: str
    kind: str | None
    host: str | None
    contact: str | None
    address: str | None
    status: BaseStatus
    agreement_from: date | None
    agreement_to: date | None
    plaque_on: date | None
    posts: int
    posts_here: int
    last_on: date | None


def posts_of(
    session: Session, *, unit_path: str, served: Collection[str], base_id: int | None = None
) -> Sequence[PostFacts]:
    """Return the posts that the unit runs, and those of the codes *served*, by name; or those of one base.

    How full they were is not told yet.
    """
    which = or_(_runs(unit_path), Post.code.in_(served))
    if base_id is not None:
        which = and_(which, Post.base_id == base_id)
    return _posts(session, which, unit_path)


def post_of(session: Session, code: str, *, unit_path: str) -> PostFacts | None:
    """Return the post of that code, if the unit runs it or any of its members has served there."""
    own = select(Visit.id).where(Visit.post_id == Post.id, _ours(unit_path), _counts())
    which = and_(Post.code == code, or_(_runs(unit_path), own.exists()))
    found = _posts(session, which, unit_path)
    return found[0] if found else None


def _posts(session: Session, which: ColumnElement[bool], unit_path: str) -> Sequence[PostFacts]:
    rows = session.execute(
        select(
            Post.id,
            Post.code,
            Post.name,
            Post.category,
            Unit.name.label("unit_name"),
            _runs(unit_path).label("is_run_here"),
            Base.code.label("base_code"),
            Base.name.label("base_name"),
            _last_service().label("last_on"),
        )
        .join(Unit, Unit.id == Post.unit_id)
        .outerjoin(Base, Base.id == Post.base_id)
        .where(which)
        .order_by(Post.name, Post.id)
    )
    return [PostFacts(**row._mapping) for row in rows]


def bases_of(session: Session, *, unit_path: str, served: Collection[str]) -> Sequence[BaseFacts]:
    """Return the bases of the unit, those where it runs a post, and those of the codes *served*, by name."""
    return _bases(session, or_(_keeps(unit_path), Base.code.in_(served)), unit_path)


def base_of(session: Session, code: str, *, unit_path: str) -> BaseFacts | None:
    """Return the base of that code, if it is the unit's, it runs a post there or its members served there."""
    own = (
        select(Visit.id)
        .join(Post, Post.id == Visit.post_id)
        .where(Post.base_id == Base.id, _ours(unit_path), _counts())
    )
    found = _bases(session, and_(Base.code == code, or_(_keeps(unit_path), own.exists())), unit_path)
    return found[0] if found else None


def _bases(session: Session, which: ColumnElement[bool], unit_path: str) -> Sequence[BaseFacts]:
    by_post = (
        select(
            Post.base_id,
            case((_runs(unit_path), 1), else_=0).label("is_here"),
            _last_service().label("last_on"),
        )
        .where(Post.base_id.is_not(None))
        .subquery()
    )
    at = (
        select(
            by_post.c.base_id,
            func.count().label("posts"),
            func.sum(by_post.c.is_here).label("posts_here"),
            func.max(by_post.c.last_on).label("last_on"),
        )
        .group_by(by_post.c.base_id)
        .subquery()
    )
    columns = (column for column in Base.__table__.c if column.key in BaseFacts.__dataclass_fields__)
    posts = [cast(func.coalesce(at.c[name], 0), Integer).label(name) for name in ("posts", "posts_here")]
    rows = session.execute(
        select(*columns, *posts, at.c.last_on)
        .outerjoin(at, at.c.base_id == Base.id)
        .where(which)
        .order_by(Base.name, Base.id)
    )
    return [BaseFacts(**row._mapping) for row in rows]


def branches_by_base(session: Session, days: Days, place: Place, codes: Collection[str]) -> Mapping[str, int]:
    """Return from how many branches people served at each of the bases, by its code."""
    rows = session.execute(
        select(Base.code, func.count(func.distinct(Visit.unit_id)))
        .select_from(Visit)
        .join(Post, Post.id == Visit.post_id)
        .join(Base, Base.id == Post.base_id)
        .where(*served(place, days), Base.code.in_(codes))
        .group_by(Base.code)
    )
    return {row[0]: row[1] for row in rows}


def months_by_post(
    session: Session, days: Days, place: Place, codes: Collection[str]
) -> Mapping[str, Mapping[str, int]]:
    """Return the minutes that each of the posts received, by its code and by month, as 2026-03."""
    month = func.substr(cast(Visit.served_on, String), 1, 7)
    rows = session.execute(
        select(Post.code, month, summed(Visit.net_min, "net"))
        .select_from(Visit)
        .join(Post, Post.id == Visit.post_id)
        .where(*served(place, days), Post.code.in_(codes))
        .group_by(Post.code, month)
    )
    return _nested(rows)


def terms_by_base(
    session: Session, place: Place, codes: Collection[str], terms: Collection[str]
) -> Mapping[str, Mapping[str, int]]:
    """Return the minutes that each of the bases received in each of the terms, by their codes."""
    inside = and_(Visit.served_on >= Term.starts_on, Visit.served_on < Term.ends_before)
    rows = session.execute(
        select(Base.code, Term.code, summed(Visit.net_min, "net"))
        .select_from(Visit)
        .join(Post, Post.id == Visit.post_id)
        .join(Base, Base.id == Post.base_id)
        .join(Term, inside)
        .where(*served(place), Base.code.in_(codes), Term.code.in_(terms))
        .group_by(Base.code, Term.code)
    )
    return _nested(rows)


def _nested(rows: Any) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for code, part, minutes in rows:
        found.setdefault(code, {})[part] = minutes
    return found


def _last_service() -> Any:
    """Return the last day on which the post of an outer statement served somebody: found from the end."""
    return (
        select(Visit.served_on)
        .where(Visit.post_id == Post.id, _counts())
        .order_by(Visit.served_on.desc())
        .limit(1)
        .correlate(Post)
        .scalar_subquery()
    )


def _counts() -> ColumnElement[bool]:
    # Only confirmed ones have minutes.
    return Visit.net_min > 0


def _below(unit_path: str) -> Any:
    # The statement around it may read units too.
    return below(unit_path).correlate(None)


def _runs(unit_path: str) -> ColumnElement[bool]:
    return Post.unit_id.in_(_below(unit_path))


def _ours(unit_path: str) -> ColumnElement[bool]:
    return Visit.unit_id.in_(_below(unit_path))


def _keeps(unit_path: str) -> ColumnElement[bool]:
    at = select(Post.base_id).where(Post.base_id.is_not(None), _runs(unit_path))
    return or_(Base.unit_id.in_(_below(unit_path)), Base.id.in_(at))
