"""What the records hold about the members of another platform's sheet, and the files that wait."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, and_, case, cast, func, select
from sqlalchemy.orm import Session, aliased

from volunteer.models import (
    Account,
    Approval,
    Evidence,
    Member,
    Membership,
    OutsideBatch,
    OutsideSource,
    ProbationWindow,
    Request,
    Shift,
    Unit,
    Visit,
)
from volunteer.rules.kinds import SETTLED, Outcome, RequestKind, RequestState, Role, Side, Verdict
from volunteer.rules.outside import Origin, Taken
from volunteer.rules.roles import Actor
from volunteer.rules.spans import Span
from volunteer.stats.reach import unit_in_reach
from volunteer.stats.tree import is_below

IN_FORCE = (RequestState.ASKED, RequestState.APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """Somebody whose rows a sheet of the unit may hold."""

    member_id: int
    student_no: str
    name: str
    is_closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A platform, with the headings that its columns had last time."""

    id: int
    name: str
    mapping: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """A file that was taken in, and how far its rows have come.

    Attributes:
        waiting: Rows that are not decided; ``has_first`` of them have their first approval.
        own: Of the waiting ones, those of the account that asks.
    """

    id: int
    source: str
    name: str
    unit_id: int
    unit_name: str
    sent_by_id: int | None
    sent_by: str | None
    sent_at: datetime
    rows: int
    waiting: int
    has_first: int
    approved: int
    minutes: int
    own: int
    first_by_me: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """One row of such a file."""

    request_id: int
    student_no: str
    name: str
    on: date
    starts_at: datetime | None
    ends_at: datetime | None
    minutes: int
    what: str | None
    state: RequestState
    has_first: bool
    answer: str | None


def people_of(session: Session, unit_path: str) -> list[PersonRow]:
    """Return all who belong to the unit now, or to one below it."""
    rows = session.execute(
        select(
            Member.id.label("member_id"),
            Member.student_no,
            Member.name,
            (func.coalesce(ProbationWindow.outcome, "") == Outcome.CANCELLED.value).label("is_closed"),
        )
        .join(Unit, Unit.id == Member.unit_id)
        .outerjoin(ProbationWindow, ProbationWindow.member_id == Member.id)
        .where(is_below(Unit.path, unit_path))
    ).all()
    return [PersonRow(**row._mapping) for row in rows]


def source_named(session: Session, unit_id: int, name: str) -> SourceRow | None:
    """Return the platform of that name, as the unit knows it."""
    found = _sources(session, select(OutsideSource).where(OutsideSource.name == name), unit_id)
    return found[0] if found else None


def sources_of(session: Session, unit_ids: Collection[int]) -> list[str]:
    """Return the names of the platforms that these units know."""
    names = session.scalars(
        select(OutsideSource.name)
        .where(OutsideSource.unit_id.in_(unit_ids))
        .distinct()
        .order_by(OutsideSource.name)
        .limit(50)
    ).all()
    return list(names)


def _sources(session: Session, wanted: Any, unit_id: int) -> list[SourceRow]:
    rows = session.scalars(wanted.where(OutsideSource.unit_id == unit_id)).all()
    return [SourceRow(id=row.id, name=row.name, mapping=json.loads(row.mapping)) for row in rows]


def taken_by(session: Session, member_ids: Collection[int], days: Collection[date]) -> dict[int, list[Taken]]:
    """Return the time of each member that is spoken for around these days."""
    found: dict[int, list[Taken]] = defaultdict(list)
    if not member_ids:
        return found
    first, last = min(days), max(days)
    for row in session.execute(_served(member_ids, first, last)):
        came = min((one for one in (row.came, row.asked_from) if one is not None), default=row.starts_at)
        left = max((one for one in (row.left, row.asked_to) if one is not None), default=row.ends_at)
        if row.left is None and row.asked_to is None:
            left = row.ends_at
        span = Span(came, left) if came < left else None
        # A record without any length meets nothing.
        if span is not None:
            found[row.member_id].append(Taken(on=row.served_on, span=span, origin=Origin.SERVED))
    for row in session.execute(_outside(member_ids, first, last)):
        span = Span(row.starts_at, row.ends_at) if row.starts_at and row.ends_at else None
        found[row.member_id].append(Taken(on=row.on, span=span, origin=Origin.OUTSIDE))
    return found


def _served(member_ids: Collection[int], first: date, last: date) -> Any:
    """Return from when to when each record shows its member with us; what is only claimed counts too."""
    came = case((Evidence.side == Side.IN, Evidence.at))
    left = case((Evidence.side == Side.OUT, Evidence.at))
    asked = and_(Request.visit_id == Visit.id, Request.state == RequestState.ASKED)
    return (
        select(
            Visit.member_id,
            Visit.served_on,
            Shift.starts_at,
            Shift.ends_at,
            func.min(came, type_=Evidence.at.type).label("came"),
            func.max(left, type_=Evidence.at.type).label("left"),
            func.min(Request.starts_at, type_=Request.starts_at.type).label("asked_from"),
            func.max(Request.ends_at, type_=Request.ends_at.type).label("asked_to"),
        )
        .join(Shift, Shift.id == Visit.shift_id)
        .outerjoin(Evidence, and_(Evidence.visit_id == Visit.id, Evidence.verdict == Verdict.ACCEPTED))
        .outerjoin(Request, asked)
        .where(
            Visit.member_id.in_(member_ids),
            # A night lies on two days.
            Visit.served_on.between(_day(first, -1), _day(last, 1)),
            Visit.state.not_in(SETTLED),
        )
        .group_by(Visit.id, Visit.member_id, Visit.served_on, Shift.starts_at, Shift.ends_at)
    )


def _outside(member_ids: Collection[int], first: date, last: date) -> Any:
    return select(Request.member_id, Request.on, Request.starts_at, Request.ends_at).where(
        Request.member_id.in_(member_ids),
        Request.kind == RequestKind.OUTSIDE,
        Request.on.between(_day(first, -1), _day(last, 1)),
        Request.state.in_(IN_FORCE),
    )


def _day(day: date, step: int) -> date:
    return date.fromordinal(max(1, day.toordinal() + step))


def known_refs(session: Session, member_ids: Collection[int]) -> set[str]:
    """Return the names of the members' outside rows, whatever came of them."""
    return set(
        session.scalars(
            select(Request.ref).where(Request.member_id.in_(member_ids), Request.kind == RequestKind.OUTSIDE)
        )
    )


def outside_minutes(session: Session, member_ids: Collection[int]) -> dict[int, int]:
    """Return the outside minutes of each that were granted or are asked for."""
    rows = session.execute(
        select(Request.member_id, cast(func.sum(Request.minutes), Integer))
        .where(
            Request.member_id.in_(member_ids),
            Request.kind == RequestKind.OUTSIDE,
            Request.state.in_(IN_FORCE),
        )
        .group_by(Request.member_id)
    ).all()
    return {row[0]: row[1] for row in rows}


def branches_over_time(session: Session, member_ids: Collection[int]) -> dict[int, list[tuple[date, int]]]:
    """Return from which day on each was in which branch, the oldest first."""
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    rows = session.execute(
        select(Membership.member_id, Membership.from_on, Membership.unit_id)
        .where(Membership.member_id.in_(member_ids))
        .order_by(Membership.member_id, Membership.from_on, Membership.id)
    )
    for row in rows:
        found[row.member_id].append((row.from_on, row.unit_id))
    return found


def batches(
    session: Session,
    actor: Actor,
    roles: Collection[Role],
    *,
    batch_id: int | None = None,
    limit: int = 100,
) -> Sequence[BatchRow]:
    """Return the files in reach, those that wait first, then the newest."""
    sender = aliased(Account)
    waits = Request.state == RequestState.ASKED
    waiting = _sum_of(waits)
    wanted = (
        select(
            OutsideBatch.id,
            OutsideSource.name.label("source"),
            OutsideBatch.name,
            OutsideBatch.unit_id,
            Unit.name.label("unit_name"),
            OutsideBatch.sent_by_id,
            sender.name.label("sent_by"),
            OutsideBatch.sent_at,
            OutsideBatch.rows,
            waiting.label("waiting"),
            _sum_of(and_(waits, Approval.step.is_not(None))).label("has_first"),
            _sum_of(Request.state == RequestState.APPROVED).label("approved"),
            cast(func.sum(Request.minutes), Integer).label("minutes"),
            _sum_of(and_(waits, Request.member_id == (actor.member_id or 0))).label("own"),
            _sum_of(and_(waits, Approval.account_id == actor.account_id)).label("first_by_me"),
        )
        .join(OutsideSource, OutsideSource.id == OutsideBatch.source_id)
        .join(Unit, Unit.id == OutsideBatch.unit_id)
        .join(Request, Request.batch_id == OutsideBatch.id)
        .outerjoin(Approval, and_(Approval.request_id == Request.id, Approval.step == 1))
        .outerjoin(sender, sender.id == OutsideBatch.sent_by_id)
        .where(unit_in_reach(actor, roles))
        .group_by(OutsideBatch.id, OutsideSource.name, Unit.name, sender.name)
        .order_by((waiting > 0).desc(), OutsideBatch.id.desc())
        .limit(limit)
    )
    if batch_id is not None:
        wanted = wanted.where(OutsideBatch.id == batch_id)
    return [BatchRow(**row._mapping) for row in session.execute(wanted)]


def _sum_of(condition: Any) -> Any:
    return cast(func.coalesce(func.sum(case((condition, 1), else_=0)), 0), Integer)


def lines_of(session: Session, batch_id: int, *, first: int = 0, limit: int) -> list[BatchLine]:
    """Return the rows of a file in the order of the sheet, the waiting ones first."""
    rows = session.execute(
        select(
            Request.id.label("request_id"),
            Member.student_no,
            Member.name,
            Request.on,
            Request.starts_at,
            Request.ends_at,
            Request.minutes,
            Request.what,
            Request.state,
            Approval.step.is_not(None).label("has_first"),
            Request.answer,
        )
        .join(Member, Member.id == Request.member_id)
        .outerjoin(Approval, and_(Approval.request_id == Request.id, Approval.step == 1))
        .where(Request.batch_id == batch_id)
        .order_by((Request.state == RequestState.ASKED).desc(), Request.id)
        .offset(first)
        .limit(limit)
    ).all()
    return [BatchLine(**row._mapping) for row in rows]
