"""Who can sign in and who still needs a slip; and of an own account, how it was opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from volunteer.models import Account, Member, RoleGrant, Slip, Unit
from volunteer.rules.kinds import Stage
from volunteer.rules.tree import chain
from volunteer.stats.tree import is_below


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """How far somebody has come on the way in."""

    member_id: int
    student_no: str
    name: str
    unit_name: str
    stage: Stage
    account_id: int | None
    has_role: bool
    password_set_at: datetime | None
    is_in: bool
    """Whether she has a password."""
    printed_at: datetime | None
    expires_at: datetime | None
    printed_by: str | None
    used_at: datetime | None
    replaced_at: datetime | None

    def waits(self, now: datetime) -> bool:
        """Whether a slip is out that still opens the account."""
        is_open = self.used_at is None and self.replaced_at is None
        return self.expires_at is not None and is_open and self.expires_at > now


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryCounts:
    """How many of a unit's members can sign in, have a slip in hand, or neither; those without alone new."""

    code: str
    name: str
    members: int
    inside: int
    waiting: int
    new: int
    new_probationary: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEntry:
    """How an account was opened, and the slip that waits for it, if one does."""

    password_set_at: datetime | None
    used_at: datetime | None
    used_printed_by: str | None
    waiting_since: datetime | None
    waiting_printed_by: str | None
    has_used: bool
    """Whether the password in force came with a slip."""


def _is_open(now: datetime, slip: type[Slip] = Slip) -> ColumnElement[bool]:
    return and_(slip.used_at.is_(None), slip.replaced_at.is_(None), slip.expires_at > now)


def _needs_slip(now: datetime, *, but_unused: bool) -> ColumnElement[bool]:
    """Return the condition on a member with her account, or without one: no password, role or open slip."""
    wanted = [
        Account.password_hash.is_(None),
        or_(Account.id.is_(None), ~Account.is_closed),
        ~_has_role(),
    ]
    if but_unused:
        held = aliased(Slip)
        wanted.append(~exists().where(held.account_id == Account.id, _is_open(now, held)))
    return and_(*wanted)


def _has_role() -> ColumnElement[bool]:
    return exists().where(RoleGrant.account_id == Account.id, RoleGrant.ended_at.is_(None))


def _below(unit_path: str) -> Select[Any]:
    return (
        select(Member.id)
        .join(Unit, Unit.id == Member.unit_id)
        .outerjoin(Account, Account.member_id == Member.id)
        .where(is_below(Unit.path, unit_path))
    )


def members_to_invite(
    session: Session, unit_path: str, *, now: datetime, only_probationary: bool, but_unused: bool, limit: int
) -> list[int]:
    """Return members without a password and without a role, in the order of their numbers.

    Args:
        but_unused: Leave out those who hold a slip that still opens.
    """
    wanted = _below(unit_path).where(_needs_slip(now, but_unused=but_unused))
    if only_probationary:
        wanted = wanted.where(Member.stage == Stage.PROBATIONARY)
    return list(session.scalars(wanted.order_by(Member.student_no, Member.id).limit(limit)))


def entry_counts(session: Session, unit_path: str, *, now: datetime) -> list[EntryCounts]:
    """Return a line for each unit below that has members of its own, the unit itself included."""
    rows = session.execute(
        select(
            Unit.path,
            Unit.code,
            Unit.name,
            func.count(Member.id).label("members"),
            func.count(Account.password_hash).label("inside"),
            func.count(Slip.id).label("waiting"),
            func.count(Member.id).filter(_needs_slip(now, but_unused=True)).label("new"),
            func.count(Member.id)
            .filter(_needs_slip(now, but_unused=True), Member.stage == Stage.PROBATIONARY)
            .label("new_probationary"),
        )
        .join(Member, Member.unit_id == Unit.id)
        .outerjoin(Account, Account.member_id == Member.id)
        .outerjoin(Slip, (Slip.account_id == Account.id) & _is_open(now))
        .where(is_below(Unit.path, unit_path))
        .group_by(Unit.id)
    )
    found = sorted(rows, key=lambda row: chain(row.path))
    names = EntryCounts.__dataclass_fields__
    return [EntryCounts(**{name: getattr(row, name) for name in names}) for row in found]


def entries(
    session: Session, unit_path: str, *, search: str = "", first: int = 0, limit: int
) -> Sequence[Entry]:
    """Return the members of the unit, those without a password first, each with her latest slip."""
    rows = session.execute(
        _entries(unit_path, search)
        .order_by(Account.password_hash.is_not(None), Member.sort_key, Member.id)
        .offset(first)
        .limit(limit)
    ).all()
    return [Entry(**row._mapping) for row in rows]


def entries_total(session: Session, unit_path: str, *, search: str = "") -> int:
    """Return how many rows :func:`entries` has in all."""
    return session.execute(
        select(func.count()).select_from(_entries(unit_path, search).order_by(None).subquery())
    ).scalar_one()


def _entries(unit_path: str, search: str) -> Select[*tuple[Any, ...]]:
    printer, latest = aliased(Account), aliased(Slip)
    last = select(func.max(latest.id)).where(latest.account_id == Account.id).scalar_subquery()
    found: Select[*tuple[Any, ...]] = (
        select(
            Member.id.label("member_id"),
            Member.student_no,
            Member.name,
            Unit.name.label("unit_name"),
            Member.stage,
            Account.id.label("account_id"),
            _has_role().label("has_role"),
            Account.password_set_at,
            Account.password_hash.is_not(None).label("is_in"),
            Slip.printed_at,
            Slip.expires_at,
            printer.name.label("printed_by"),
            Slip.used_at,
            Slip.replaced_at,
        )
        .join(Unit, Unit.id == Member.unit_id)
        .outerjoin(Account, Account.member_id == Member.id)
        .outerjoin(Slip, Slip.id == last)
        .outerjoin(printer, printer.id == Slip.printed_by_id)
        .where(is_below(Unit.path, unit_path))
    )
    if search:
        text = search.strip().lower()
        found = found.where(
            or_(
                Member.name.contains(search.strip(), autoescape=True),
                Member.initials.startswith(text, autoescape=True),
                Member.student_no.startswith(search.strip(), autoescape=True),
            )
        )
    return found


def own_entry(session: Session, account_id: int, *, now: datetime) -> OwnEntry:
    """Return how the account was last opened, and whether somebody has printed another slip for it."""
    used, waiting = aliased(Slip), aliased(Slip)
    used_by, waiting_by = aliased(Account), aliased(Account)
    last_used = (
        select(func.max(Slip.id)).where(Slip.account_id == account_id, Slip.used_at.is_not(None))
    ).scalar_subquery()
    open_slip = (
        select(func.max(Slip.id)).where(Slip.account_id == account_id, _is_open(now))
    ).scalar_subquery()
    row = session.execute(
        select(
            Account.password_set_at,
            used.used_at,
            used_by.name.label("used_printed_by"),
            waiting.printed_at.label("waiting_since"),
            waiting_by.name.label("waiting_printed_by"),
        )
        .select_from(Account)
        .outerjoin(used, used.id == last_used)
        .outerjoin(used_by, used_by.id == used.printed_by_id)
        .outerjoin(waiting, waiting.id == open_slip)
        .outerjoin(waiting_by, waiting_by.id == waiting.printed_by_id)
        .where(Account.id == account_id)
    ).one()
    has_used = row.used_at is not None and row.used_at == row.password_set_at
    return OwnEntry(**row._mapping, has_used=has_used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whose name goes on a slip."""

    id: int
    login: str
    name: str
    unit_name: str | None


def people_of(session: Session, account_ids: Sequence[int]) -> list[Person]:
    """Return login, name and unit of each account."""
    rows = session.execute(
        select(Account.id, Account.login, Account.name, Unit.name.label("unit_name"))
        .outerjoin(Member, Member.id == Account.member_id)
        .outerjoin(Unit, Unit.id == func.coalesce(Member.unit_id, Account.unit_id))
        .where(Account.id.in_(account_ids))
    ).all()
    return [Person(**row._mapping) for row in rows]


def members_of_printing(session: Session, unit_path: str, print_ref: str) -> list[int]:
    """Return the members of the unit for whom a printing was, in the order of their numbers."""
    return list(
        session.scalars(
            _below(unit_path)
            .join(Slip, Slip.account_id == Account.id)
            .where(Slip.print_ref == print_ref)
            .order_by(Member.student_no, Member.id)
        )
    )


def is_member_below(session: Session, unit_path: str, member_id: int) -> bool:
    """Whether somebody is on the roster of the unit or of one below it."""
    return session.execute(_below(unit_path).where(Member.id == member_id)).first() is not None
