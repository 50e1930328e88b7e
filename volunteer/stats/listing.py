"""The registry as programs read it: one entry by its code, or a page of entries in the order of their codes.

A page begins after a code, so that what is added meanwhile shifts no line onto another page.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from volunteer.models import Base, Member, Post, ProbationWindow, Shift, ShiftBreak, Site, Unit
from volunteer.rules.kinds import (
    BaseStatus,
    BranchKind,
    Category,
    Compensation,
    Outcome,
    Role,
    SignUpFor,
    Stage,
    UnitKind,
)
from volunteer.rules.roles import Actor
from volunteer.rules.spans import Span
from volunteer.stats.reach import base_in_reach, member_in_reach, post_in_reach, unit_in_reach
from volunteer.stats.tree import is_below

_ABOVE = aliased(Unit)
_OF = aliased(Unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for: one ``code``, or at most ``limit`` entries after the code ``after``.

    ``q`` is searched in codes and names; the other wishes by the name of the entry's field.
    """

    code: str | None = None
    after: str | None = None
    limit: int = 1
    q: str | None = None
    wishes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEntry:
    """A unit of the tree."""

    id: int
    code: str
    name: str
    kind: UnitKind
    branch_kind: BranchKind | None
    parent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEntry:
    """A person on the roster. ``unit`` is None after a transfer out."""

    id: int
    student_no: str
    name: str
    unit: str | None
    stage: Stage
    probation_start: date | None
    ends_before: date | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseEntry:
    """A service base."""

    id: int
    code: str
    name: str
    kind: str | None
    unit: str | None
    host: str | None
    contact: str | None
    address: str | None
    agreement_from: date | None
    agreement_to: date | None
    plaque_on: date | None
    status: BaseStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PostEntry:
    """A post."""

    id: int
    code: str
    name: str
    unit: str
    base: str | None
    category: Category
    compensation: Compensation
    place: str | None
    content: str | None
    insurance_note: str | None
    sign_up_for: SignUpFor
    takes_walk_ins: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteEntry:
    """A place where a code is shown: of a post or of a base."""

    id: int
    code: str
    name: str
    post: str | None
    base: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftEntry:
    """A shift, whether it is cancelled or not."""

    id: int
    code: str
    post: str
    starts_at: datetime
    ends_at: datetime
    breaks: Sequence[Span]
    capacity: int | None
    is_opened_on_spot: bool
    is_for_make_ups: bool
    cancelled_at: datetime | None
    cancel_reason: str | None


def units(session: Session, actor: Actor, roles: Collection[Role], asked: Asked) -> list[UnitEntry]:
    """Return units in reach. ``parent`` means directly below."""
    statement = (
        select(Unit.id, Unit.code, Unit.name, Unit.kind, Unit.branch_kind, _ABOVE.code.label("parent"))
        .outerjoin(_ABOVE, _ABOVE.id == Unit.parent_id)
        .where(unit_in_reach(actor, roles))
    )
    wishes = {"kind": Unit.kind, "parent": _ABOVE.code}
    rows = session.execute(_chosen(statement, asked, Unit.code, (Unit.code, Unit.name), wishes))
    return [UnitEntry(**row._mapping) for row in rows]


def members(session: Session, actor: Actor, roles: Collection[Role], asked: Asked) -> list[MemberEntry]:
    """Return members in reach, by student number. ``unit`` means it and all below."""
    statement = (
        select(
            Member.id,
            Member.student_no,
            Member.name,
            Unit.code.label("unit"),
            Member.stage,
            ProbationWindow.starts_on.label("probation_start"),
            ProbationWindow.ends_before,
            ProbationWindow.outcome,
        )
        .outerjoin(Unit, Unit.id == Member.unit_id)
        .outerjoin(ProbationWindow, ProbationWindow.member_id == Member.id)
        .where(member_in_reach(actor, roles), *_below(Unit, asked))
    )
    searched = (Member.student_no, Member.name, Member.initials, func.replace(Member.sort_key, " ", ""))
    chosen = _chosen(statement, asked, Member.student_no, searched, {"stage": Member.stage})
    return [MemberEntry(**row._mapping) for row in session.execute(chosen)]


def bases(session: Session, actor: Actor, roles: Collection[Role], asked: Asked) -> list[BaseEntry]:
    """Return bases in reach. ``unit`` means it and all below."""
    statement = (
        select(
            Base.id,
            Base.code,
            Base.name,
            Base.kind,
            Unit.code.label("unit"),
            Base.host,
            Base.contact,
            Base.address,
            Base.agreement_from,
            Base.agreement_to,
            Base.plaque_on,
            Base.status,
        )
        .outerjoin(Unit, Unit.id == Base.unit_id)
        .where(base_in_reach(actor, roles), *_below(Unit, asked))
    )
    chosen = _chosen(statement, asked, Base.code, (Base.code, Base.name, Base.host), {"status": Base.status})
    return [BaseEntry(**row._mapping) for row in session.execute(chosen)]


def posts(session: Session, actor: Actor, roles: Collection[Role], asked: Asked) -> list[PostEntry]:
    """Return posts in reach. ``unit`` means it and all below."""
    statement = (
        select(
            Post.id,
            Post.code,
            Post.name,
            Unit.code.label("unit"),
            Base.code.label("base"),
            Post.category,
            Post.compensation,
            Post.place,
            Post.content,
            Post.insurance_note,
            Post.sign_up_for,
            Post.takes_walk_ins,
        )
        .join(Unit, Unit.id == Post.unit_id)
        .outerjoin(Base, Base.id == Post.base_id)
        .where(post_in_reach(actor, roles), *_below(Unit, asked))
    )
    wishes = {"base": Base.code, "category": Post.category}
    chosen = _chosen(statement, asked, Post.code, (Post.code, Post.name, Post.place), wishes)
    return [PostEntry(**row._mapping) for row in session.execute(chosen)]


def sites(session: Session, actor: Actor, roles: Collection[Role], asked: Asked) -> list[SiteEntry]:
    """Return the sites of posts and bases in reach."""
    statement = (
        select(Site.id, Site.code, Site.name, Post.code.label("post"), Base.code.label("base"))
        .outerjoin(Post, Post.id == Site.post_id)
        .outerjoin(Base, Base.id == Site.base_id)
        .where(
            or_(
                and_(Site.post_id.is_not(None), post_in_reach(actor, roles)),
                and_(Site.base_id.is_not(None), base_in_reach(actor, roles)),
            )
        )
    )
    wishes = {"post": Post.code, "base": Base.code}
    chosen = _chosen(statement, asked, Site.code, (Site.code, Site.name), wishes)
    return [SiteEntry(**row._mapping) for row in session.execute(chosen)]


def shifts(session: Session, actor: Actor, roles: Collection[Role], asked: Asked) -> list[ShiftEntry]:
    """Return shifts in reach, by start. Of ``since`` and ``until``, moments, they touch the time between."""
    statement = (
        select(
            Shift.id,
            Shift.code,
            Post.code.label("post"),
            Shift.starts_at,
            Shift.ends_at,
            Shift.capacity,
            Shift.is_opened_on_spot,
            Shift.is_for_make_ups,
            Shift.cancelled_at,
            Shift.cancel_reason,
        )
        .join(Post, Post.id == Shift.post_id)
        .join(_OF, _OF.id == Post.unit_id)
        .where(post_in_reach(actor, roles), *_below(_OF, asked))
    )
    wishes = asked.wishes
    if wishes.get("since") is not None:
        statement = statement.where(Shift.ends_at > wishes["since"])
    if wishes.get("until") is not None:
        statement = statement.where(Shift.starts_at < wishes["until"])
    if wishes.get("cancelled") is not None:
        statement = statement.where(Shift.cancelled_at.is_not(None) == wishes["cancelled"])
    if asked.after is not None:
        last = aliased(Shift)
        statement = statement.join(last, last.code == asked.after).where(
            or_(
                Shift.starts_at > last.starts_at,
                and_(Shift.starts_at == last.starts_at, Shift.id > last.id),
            )
        )
    if wishes.get("post") is not None:
        statement = statement.where(Post.code == wishes["post"])
    if asked.code is not None:
        statement = statement.where(Shift.code == asked.code)
    rows = session.execute(statement.order_by(Shift.starts_at, Shift.id).limit(asked.limit)).all()
    breaks = _breaks(session, [row.id for row in rows])
    return [ShiftEntry(**row._mapping, breaks=breaks.get(row.id, ())) for row in rows]


def _breaks(session: Session, shift_ids: Collection[int]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    if shift_ids:
        rows = session.execute(
            select(ShiftBreak.shift_id, ShiftBreak.starts_at, ShiftBreak.ends_at)
            .where(ShiftBreak.shift_id.in_(shift_ids))
            .order_by(ShiftBreak.shift_id, ShiftBreak.starts_at)
        )
        for shift_id, start, end in rows:
            found.setdefault(shift_id, []).append(Span(start, end))
    return found


def _below(unit: Any, asked: Asked) -> list[ColumnElement[bool]]:
    """Return the condition on *unit* that it is the one wished for, or lies below it."""
    code = asked.wishes.get("unit")
    if code is None:
        return []
    top = aliased(Unit)
    return [unit.id.in_(select(Unit.id).join(top, is_below(Unit.path, top.path)).where(top.code == code))]


def _chosen(
    statement: Select[*tuple[Any, ...]],
    asked: Asked,
    key: Any,
    searched: Collection[Any],
    wishes: Mapping[str, Any],
) -> Select[*tuple[Any, ...]]:
    """Return the statement for what is asked, in the order of *key*."""
    for name, column in wishes.items():
        if asked.wishes.get(name) is not None:
            statement = statement.where(column == asked.wishes[name])
    if asked.code is not None:
        statement = statement.where(key == asked.code)
    if asked.after is not None:
        statement = statement.where(key > asked.after)
    if asked.q:
        text = asked.q.strip().lower().replace(" ", "")
        statement = statement.where(
            or_(*(func.lower(column).contains(text, autoescape=True) for column in searched))
        )
    return statement.order_by(key).limit(asked.limit)
