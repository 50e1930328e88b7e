"""Units that an account may read, and how much there is below them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from volunteer.models import Member, Post, ProbationWindow, Shift, Unit
from volunteer.rules.kinds import Role, Stage, UnitKind
from volunteer.rules.roles import Actor
from volunteer.rules.tree import chain
from volunteer.stats.json_rows import json_rows, rows_in
from volunteer.stats.reach import member_in_reach, sees_all, unit_in_reach, units_of
from volunteer.stats.served import below


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """A unit of the tree. ``is_whole``: it is known that every other unit lies below it."""

    id: int
    code: str
    name: str
    kind: UnitKind
    path: str
    live_from: date | None = None
    is_whole: bool = False

    @property
    def is_leaf(self) -> bool:
        """Whether its members are looked at one by one."""
        return self.kind in (UnitKind.BRANCH, UnitKind.GROUP)

    @property
    def chain(self) -> tuple[int, ...]:
        """The ids of the units from the top down to this one."""
        return chain(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCounts:
    """What lies below a unit: people on probation, and posts that it runs.

    ``dry`` counts the posts without a shift to come; ``driest`` are the first of them, as code and name.
    """

    probationary: int
    posts: int
    dry: int
    driest: Sequence[tuple[str, str]]


DRIEST_SHOWN = 6
_COLUMNS = (Unit.id, Unit.code, Unit.name, Unit.kind, Unit.path, Unit.live_from)


def own_units(session: Session, actor: Actor, roles: Collection[Role]) -> list[UnitRow]:
    """Return the units over which the account holds a right; the top ones for who sees everything."""
    wanted = Unit.parent_id.is_(None) if sees_all(actor, roles) else Unit.id.in_(units_of(actor, roles))
    return _in_order(session.execute(select(*_COLUMNS).where(wanted)))


def unit_to_read(session: Session, code: str, actor: Actor, roles: Collection[Role]) -> UnitRow | None:
    """Return the unit of that code, if it is in reach."""
    other = aliased(Unit)
    another_top = select(other.id).where(other.parent_id.is_(None), other.id != Unit.id).exists()
    is_whole = and_(Unit.parent_id.is_(None), ~another_top).label("is_whole")
    row = session.execute(
        select(*_COLUMNS, is_whole).where(Unit.code == code, unit_in_reach(actor, roles))
    ).one_or_none()
    return UnitRow(**row._mapping) if row else None


def unit_row(session: Session, unit_id: int) -> UnitRow:
    """Return the unit of that id."""
    row = session.execute(select(*_COLUMNS).where(Unit.id == unit_id)).one()
    return UnitRow(**row._mapping)


def units_in_reach(session: Session, actor: Actor, roles: Collection[Role]) -> list[UnitRow]:
    """Return all units in reach, in the order of the tree."""
    return _in_order(session.execute(select(*_COLUMNS).where(unit_in_reach(actor, roles))))


def unit_with_those_below(
    session: Session, code: str, actor: Actor, roles: Collection[Role]
) -> tuple[UnitRow, list[UnitRow]] | None:
    """Return the unit of that code, if it is in reach, and the units right below it, in one statement."""
    top = aliased(Unit)
    rows = session.execute(
        select(*_COLUMNS)
        .join(top, (Unit.id == top.id) | (Unit.parent_id == top.id))
        .where(top.code == code, unit_in_reach(actor, roles))
    )
    found = _in_order(rows)
    # Whoever reaches a unit reaches what is below it, but not the other way round.
    return (found[0], found[1:]) if found and found[0].code == code else None


def _in_order(rows: Iterable[Any]) -> list[UnitRow]:
    """Return the units in the order of the tree."""
    return sorted((UnitRow(**row._mapping) for row in rows), key=lambda unit: unit.chain)


def counts_of(session: Session, unit_path: str, *, now: datetime) -> UnitCounts:
    """Return what lies below the unit, and which of its posts run dry."""
    here = below(unit_path)
    # A cancelled candidacy leaves the stage as it was and the window decided.
    on_probation = (
        select(func.count(Member.id))
        .outerjoin(ProbationWindow, ProbationWindow.member_id == Member.id)
        .where(
            Member.unit_id.in_(here), Member.stage == Stage.PROBATIONARY, ProbationWindow.outcome.is_(None)
        )
    )
    posts = select(func.count(Post.id)).where(Post.unit_id.in_(here))
    dry = _dry(here, now)
    driest = dry.order_by(Post.name, Post.id).limit(DRIEST_SHOWN).subquery()
    row = session.execute(
        select(
            on_probation.scalar_subquery().label("probationary"),
            posts.scalar_subquery().label("posts"),
            select(func.count()).select_from(dry.subquery()).scalar_subquery().label("dry"),
            select(json_rows(driest.c.code, driest.c.name)).scalar_subquery().label("driest"),
        )
    ).one()
    found = dict(row._mapping)
    names = sorted(((code, name) for code, name in rows_in(found.pop("driest"))), key=lambda pair: pair[1])
    return UnitCounts(**found, driest=names)


def _dry(here: Select[int], now: datetime) -> Any:
    """Return the posts for which no shift is published any more."""
    coming = select(Shift.id).where(
        Shift.post_id == Post.id,
        # What begins later ends later: so the index on the end finds it.
        Shift.ends_at > now,
        Shift.starts_at >= now,
        Shift.cancelled_at.is_(None),
        ~Shift.is_for_make_ups,
    )
    return select(Post.code, Post.name).where(Post.unit_id.in_(here), ~coming.exists())


def may_read_member(session: Session, member_id: int, actor: Actor, roles: Collection[Role]) -> bool:
    """Whether the member is in reach."""
    found: Sequence[int] = session.scalars(
        select(Member.id).where(Member.id == member_id, member_in_reach(actor, roles))
    ).all()
    return bool(found)
