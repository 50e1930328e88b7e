"""What was said on site beside the scans: counts, a roll-call, a host's word; and whom keepers take in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from volunteer.models import (
    Account,
    Display,
    Headcount,
    HostStatement,
    Member,
    Post,
    RollCall,
    Unit,
    Visit,
    Witness,
)
from volunteer.rules.kinds import UnitKind, VisitState
from volunteer.stats.sites import LIVE
from volunteer.stats.tree import is_below

FOUND_AT_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One headcount: what was counted, what the records said then, and who counted."""

    id: int
    shift_id: int
    at: datetime
    counted: int
    checked_in: int
    by_account_id: int | None
    display_id: int | None
    by: str | None
    link_by: str | None

    @property
    def is_hosts(self) -> bool:
        """Whether a base's host counted, by a link that ``link_by`` made."""
        return self.by_account_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A host's word that all of a shift is true, by a link that ``link_by`` made."""

    shift_id: int
    display_id: int
    at: datetime
    link_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was said about a shift: headcounts, the newest first, and hosts' words, the oldest first."""

    counts: list[Count]
    statements: list[Statement]


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A name that was drawn and not answered for yet."""

    headcount_id: int
    visit_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A member whom a keeper may take in, and how she stands at the shift."""

    student_no: str
    name: str
    unit_name: str
    visit_id: int | None
    state: VisitState | None


def told_of(session: Session, shift_ids: Collection[int]) -> Mapping[int, Told]:
    """Return what keepers and hosts have said about each shift, in one statement."""
    keeper, maker = aliased(Account), aliased(Account)
    counts = (
        select(
            Headcount.id,
            Headcount.shift_id,
            Headcount.at,
            Headcount.counted,
            Headcount.checked_in,
            Headcount.by_account_id,
            Headcount.display_id,
            keeper.name.label("by"),
            maker.name.label("link_by"),
        )
        .outerjoin(keeper, keeper.id == Headcount.by_account_id)
        .outerjoin(Display, Display.id == Headcount.display_id)
        .outerjoin(maker, maker.id == Display.opened_by_id)
        .where(Headcount.shift_id.in_(shift_ids))
    )
    statement: Any = HostStatement
    words = (
        select(
            null(), statement.shift_id, statement.at, *[null()] * 3, statement.display_id, null(), maker.name
        )
        .join(Display, Display.id == HostStatement.display_id)
        .outerjoin(maker, maker.id == Display.opened_by_id)
        .where(HostStatement.shift_id.in_(shift_ids))
    )
    found = {shift_id: Told(counts=[], statements=[]) for shift_id in shift_ids}
    for row in session.execute(union_all(counts, words)):
        told = found[row.shift_id]
        if row.id is None:
            told.statements.append(
                Statement(shift_id=row.shift_id, display_id=row.display_id, at=row.at, link_by=row.link_by)
            )
        else:
            told.counts.append(Count(**row._mapping))
    for told in found.values():
        told.counts.sort(key=lambda one: (one.at, one.id), reverse=True)
        told.statements.sort(key=lambda one: (one.at, one.display_id))
    return found


def called_now(session: Session, shift_id: int, account_id: int) -> list[Called]:
    """Return the drawn names for which the keeper has still to answer, of her newest count alone."""
    newest = (
        select(Headcount.id)
        .where(Headcount.shift_id == shift_id, Headcount.by_account_id == account_id)
        .order_by(Headcount.at.desc(), Headcount.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(RollCall.headcount_id, RollCall.visit_id, Member.name)
        .join(Visit, Visit.id == RollCall.visit_id)
        .join(Member, Member.id == Visit.member_id)
        .where(RollCall.headcount_id == newest, RollCall.answered_at.is_(None))
        .order_by(Member.sort_key, RollCall.visit_id)
    ).all()
    return [Called(**row._mapping) for row in rows]


def seen_by(session: Session, shift_id: int, account_id: int) -> frozenset[int]:
    """Return the records of the shift that the keeper has witnessed."""
    return frozenset(
        session.scalars(
            select(Witness.visit_id)
            .join(Visit, Visit.id == Witness.visit_id)
            .where(Visit.shift_id == shift_id, Witness.account_id == account_id)
        )
    )


def find_members(session: Session, *, asked: str, post_id: int, shift_id: int) -> list[Found]:
    """Return whom *asked* means, by name.

    A full student number finds anybody of the post's college; the beginning of a name, or of its initials,
    those of the branch that runs the post and who served there before. More would open every roster to every
    leader of a post.
    """
    own = select(Post.unit_id).where(Post.id == post_id)
    by_name = or_(
        Member.name.startswith(asked, autoescape=True),
        Member.initials.startswith(asked.lower(), autoescape=True),
    )
    near = aliased(Unit)
    below = (
        select(Unit.id)
        .join(near, is_below(Unit.path, near.path))
        .where(near.id.in_(own), near.kind.in_((UnitKind.BRANCH, UnitKind.GROUP)))
    )
    before = aliased(Visit)
    has_served = select(before.id).where(before.member_id == Member.id, before.post_id == post_id).exists()
    rows = session.execute(
        select(
            Member.student_no,
            Member.name,
            Unit.name.label("unit_name"),
            Visit.id.label("visit_id"),
            Visit.state,
        )
        .join(Unit, Unit.id == Member.unit_id)
        .outerjoin(Visit, and_(Visit.member_id == Member.id, Visit.shift_id == shift_id, LIVE))
        .where(
            or_(
                and_(Member.student_no == asked, Member.unit_id.in_(_college_of(post_id))),
                and_(or_(Member.unit_id.in_(below), has_served), by_name),
            )
        )
        .order_by(Member.sort_key, Member.id)
        .limit(FOUND_AT_MOST)
    ).all()
    return [Found(**row._mapping) for row in rows]


def member_to_take(session: Session, *, student_no: str, post_id: int) -> int | None:
    """Return the member of that full number in the college of the post, or None."""
    return session.execute(
        select(Member.id).where(Member.student_no == student_no, Member.unit_id.in_(_college_of(post_id)))
    ).scalar_one_or_none()


def _college_of(post_id: int) -> Select[int]:
    """Return all units under the top above the unit that runs the post."""
    own, top = aliased(Unit), aliased(Unit)
    return (
        select(Unit.id)
        .join(top, and_(top.parent_id.is_(None), is_below(Unit.path, top.path)))
        .join(own, is_below(own.path, top.path))
        .join(Post, Post.unit_id == own.id)
        .where(Post.id == post_id)
    )


def people_of(session: Session, visit_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return name and branch of whose each record is."""
    rows = session.execute(
        select(Visit.id, Member.name, Unit.name.label("unit_name"))
        .join(Member, Member.id == Visit.member_id)
        .join(Unit, Unit.id == Visit.unit_id)
        .where(Visit.id.in_(visit_ids))
    ).all()
    return {row.id: (row.name, row.unit_name) for row in rows}
