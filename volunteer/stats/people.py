"""Everybody on the roster who is in reach: searched, counted, a page at a time; and the tree of units."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from volunteer.models import Credit, Member, Post, ProbationWindow, Unit
from volunteer.rules.kinds import BranchKind, Outcome, Role, Stage, UnitKind
from volunteer.rules.roles import Actor
from volunteer.rules.tree import chain
from volunteer.stats.reach import member_in_reach, unit_in_reach
from volunteer.stats.roster import HOLDS_PEOPLE
from volunteer.stats.tree import is_below


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A person on the roster with her branch or group, and her probation if she has one."""

    id: int
    student_no: str
    name: str
    unit_id: int
    unit: str
    unit_name: str
    stage: Stage
    starts_on: date | None
    ends_before: date | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is narrowed down to; empty texts ask for everything."""

    text: str = ""
    unit_path: str = ""
    stage: Stage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeRow:
    """A unit with what lies at and below it, at its depth below the top of what is shown."""

    id: int
    code: str
    name: str
    kind: UnitKind
    branch_kind: BranchKind | None
    path: str
    members: int
    posts: int
    depth: int


_COLUMNS = (
    Member.id,
    Member.student_no,
    Member.name,
    Member.unit_id,
    Unit.code.label("unit"),
    Unit.name.label("unit_name"),
    Member.stage,
    ProbationWindow.starts_on,
    ProbationWindow.ends_before,
    ProbationWindow.outcome,
)


def people(
    session: Session, actor: Actor, roles: Collection[Role], wanted: Wanted, *, limit: int, offset: int
) -> list[PersonRow]:
    """Return people in reach by the pinyin of their names."""
    rows = session.execute(
        _people(actor, roles, wanted, _COLUMNS)
        .order_by(Member.sort_key, Member.student_no, Member.id)
        .limit(limit)
        .offset(offset)
    ).all()
    return [PersonRow(**row._mapping) for row in rows]


def people_count(session: Session, actor: Actor, roles: Collection[Role], wanted: Wanted) -> int:
    """Return how many :func:`people` there are in all."""
    total: int = session.execute(_people(actor, roles, wanted, (func.count(Member.id),))).scalar_one()
    return total


def person(session: Session, member_id: int, actor: Actor, roles: Collection[Role]) -> PersonRow | None:
    """Return one person, if she is in reach."""
    row = session.execute(
        _people(actor, roles, Wanted(), _COLUMNS).where(Member.id == member_id)
    ).one_or_none()
    return PersonRow(**row._mapping) if row else None


def is_credited(session: Session, member_id: int) -> bool:
    """Whether hours were ever credited to the member."""
    found = select(Credit.id).where(Credit.member_id == member_id, Credit.credited_min > 0).limit(1)
    return session.execute(found).first() is not None


def unit_tree(session: Session, actor: Actor, roles: Collection[Role]) -> list[TreeRow]:
    """Return the units in reach in the order of the tree, each with all people and posts at and below it."""
    members = select(Member.unit_id, func.count().label("n")).group_by(Member.unit_id).subquery()
    posts = select(Post.unit_id, func.count().label("n")).group_by(Post.unit_id).subquery()
    rows = session.execute(
        select(
            Unit.id,
            Unit.code,
            Unit.name,
            Unit.kind,
            Unit.branch_kind,
            Unit.path,
            func.coalesce(members.c.n, 0).label("members"),
            func.coalesce(posts.c.n, 0).label("posts"),
        )
        .outerjoin(members, members.c.unit_id == Unit.id)
        .outerjoin(posts, posts.c.unit_id == Unit.id)
        .where(unit_in_reach(actor, roles))
    ).all()
    chains = {row.id: chain(row.path) for row in rows}
    top = min(map(len, chains.values()), default=0)
    people_below, posts_below = Counter[int](), Counter[int]()
    for row in rows:
        for above in chains[row.id]:
            people_below[above] += row.members
            posts_below[above] += row.posts
    return [
        TreeRow(
            id=row.id,
            code=row.code,
            name=row.name,
            kind=row.kind,
            branch_kind=row.branch_kind,
            path=row.path,
            members=people_below[row.id],
            posts=posts_below[row.id],
            depth=len(chains[row.id]) - top,
        )
        for row in sorted(rows, key=lambda row: chains[row.id])
    ]


def branches_in_reach(session: Session, actor: Actor, roles: Collection[Role]) -> list[tuple[str, str]]:
    """Return code and name of the branches and groups in reach: where people can belong."""
    rows = session.execute(
        select(Unit.path, Unit.code, Unit.name).where(
            unit_in_reach(actor, roles), Unit.kind.in_(HOLDS_PEOPLE)
        )
    )
    return [(row.code, row.name) for row in sorted(rows, key=lambda row: chain(row.path))]


def _people(actor: Actor, roles: Collection[Role], wanted: Wanted, columns: tuple[Any, ...]) -> Select[Any]:
    found = (
        select(*columns)
        .select_from(Member)
        .join(Unit, Unit.id == Member.unit_id)
        .outerjoin(ProbationWindow, ProbationWindow.member_id == Member.id)
        .where(member_in_reach(actor, roles))
    )
    if wanted.unit_path:
        found = found.where(is_below(Unit.path, wanted.unit_path))
    if wanted.stage is not None:
        found = found.where(Member.stage == wanted.stage)
    if wanted.text.strip():
        found = found.where(holds(wanted.text))
    return found


def holds(asked: str) -> ColumnElement[bool]:
    """Return the condition that a member's name, pinyin, initials or number hold what is asked."""
    text = asked.strip().replace(" ", "").lower()
    return or_(
        Member.name.icontains(text, autoescape=True),
        func.replace(Member.sort_key, " ", "").contains(text, autoescape=True),
        Member.initials.contains(text, autoescape=True),
        Member.student_no.icontains(text, autoescape=True),
    )
