"""Whom to tell what, read for everybody at once: forgotten check-outs, shifts of tomorrow, thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from volunteer.database import table_of
from volunteer.models import (
    Account,
    Member,
    Message,
    Objection,
    Post,
    ProbationWindow,
    Request,
    RoleGrant,
    Shift,
    SignUp,
    Unit,
    Visit,
)
from volunteer.rules.kinds import (
    COUNTING_CATEGORIES,
    UNPAID,
    MessageKind,
    RequestState,
    Role,
    SignUpFor,
    Stage,
    VisitState,
)
from volunteer.rules.sign_ups import REACH_AHEAD, REMIND_BEFORE
from volunteer.stats.json_rows import spelled
from volunteer.stats.tree import is_below

_COLUMNS = table_of(Message).c
LONGEST_SHIFT = timedelta(days=1)
FORGOTTEN_FOR = timedelta(days=3)
GAPS_AHEAD = timedelta(days=14)
KNOWS_FOR = timedelta(hours=1)
"""Who signed up so short a time ago needs no reminder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A member whose probation runs, with what is counted of it."""

    account_id: int
    unit_path: str
    starts_on: date
    ends_before: date
    counted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A coming shift that counts and at which there is still room."""

    starts_at: datetime
    ends_at: datetime
    unit_path: str
    is_for_unit: bool


def _line(kind: MessageKind, key: ColumnElement[str], now: datetime) -> list[ColumnElement[Any]]:
    return [
        Account.id.label("account_id"),
        literal(kind, _COLUMNS.kind.type).label("kind"),
        key.label("key"),
        literal(now, _COLUMNS.at.type).label("at"),
    ]


def forgotten(now: datetime) -> Select[Any]:
    """Return a line for each of the last days' records that nobody checked out."""
    key = literal("unclosed:") + cast(Visit.id, String)
    return (
        select(*_line(MessageKind.UNCLOSED, key, now), Visit.id.label("visit_id"))
        .join(Account, Account.member_id == Visit.member_id)
        .join(Shift, Shift.id == Visit.shift_id)
        .where(
            Shift.ends_at <= now,
            Shift.ends_at > now - FORGOTTEN_FOR,
            Visit.state == VisitState.UNCLOSED,
            ~Account.is_closed,
        )
    )


def reminders(now: datetime) -> Select[Any]:
    """Return a line for each place at a shift that begins within a day."""
    key = literal("remind:") + cast(SignUp.id, String)
    return (
        select(*_line(MessageKind.REMINDER, key, now), SignUp.shift_id.label("shift_id"))
        .join(Account, Account.member_id == SignUp.member_id)
        .join(Shift, Shift.id == SignUp.shift_id)
        .where(
            Shift.ends_at > now,
            Shift.ends_at <= now + REMIND_BEFORE + LONGEST_SHIFT,
            Shift.starts_at > now,
            Shift.starts_at <= now + REMIND_BEFORE,
            Shift.cancelled_at.is_(None),
            SignUp.seat.is_not(None),
            SignUp.seated_at <= now - KNOWS_FOR,
            ~Account.is_closed,
        )
    )


def _cases() -> Any:
    """Return the unit of each case that waits for a decision."""
    asked = select(Request.id).where(Request.visit_id == Visit.id, Request.state == RequestState.ASKED)
    return union_all(
        select(Visit.unit_id).where(Visit.state == spelled(VisitState.PENDING), ~asked.exists()),
        select(Request.unit_id).where(Request.state == RequestState.ASKED),
        select(Visit.unit_id)
        .join(Objection, Objection.visit_id == Visit.id)
        .where(Objection.resolved_at.is_(None)),
    ).subquery()


def day_figures(session: Session, *, now: datetime) -> tuple[int, int]:
    """Return how many cases wait anywhere, and how many shifts of two weeks have free places."""
    taken = select(func.count()).where(SignUp.shift_id == Shift.id, SignUp.seat.is_not(None))
    gaps = (
        select(func.count(Shift.id))
        .join(Post, Post.id == Shift.post_id)
        .where(
            Shift.starts_at >= now,
            Shift.starts_at < now + GAPS_AHEAD,
            Shift.cancelled_at.is_(None),
            Post.sign_up_for != SignUpFor.NOBODY,
            taken.correlate(Shift).scalar_subquery() < Shift.capacity,
        )
    )
    waiting = select(func.count()).select_from(_cases())
    row = session.execute(select(waiting.scalar_subquery(), gaps.scalar_subquery())).one()
    return int(row[0]), int(row[1])


def reviews_waiting(now: datetime, *, on: date) -> Select[Any]:
    """Return a line for each branch office with the cases on its desk, unless one is unread."""
    cases = _cases()
    top, below, unread = aliased(Unit), aliased(Unit), aliased(Message)
    is_unread = select(unread.id).where(
        unread.account_id == Account.id,
        unread.read_at.is_(None),
        unread.kind == MessageKind.REVIEW_WAITING,
    )
    return (
        select(
            *_line(MessageKind.REVIEW_WAITING, literal(f"review:{on}"), now),
            cast(func.count(), Integer).label("number"),
        )
        .select_from(RoleGrant)
        .join(Account, Account.id == RoleGrant.account_id)
        .join(top, top.id == RoleGrant.unit_id)
        .join(below, is_below(below.path, top.path))
        .join(cases, cases.c.unit_id == below.id)
        .where(
            RoleGrant.role == Role.COMMITTEE,
            RoleGrant.ended_at.is_(None),
            ~Account.is_closed,
            ~is_unread.exists(),
        )
        .group_by(Account.id)
    )


def running_windows(session: Session, *, today: date) -> list[Window]:
    """Return everybody with an account whose probation runs and is undecided, in one statement."""
    rows = session.execute(
        select(
            Account.id.label("account_id"),
            Unit.path.label("unit_path"),
            ProbationWindow.starts_on,
            ProbationWindow.ends_before,
            ProbationWindow.counted_min.label("counted"),
        )
        .join(Member, Member.id == ProbationWindow.member_id)
        .join(Account, Account.member_id == Member.id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(
            ProbationWindow.starts_on <= today,
            ProbationWindow.ends_before > today,
            ProbationWindow.outcome.is_(None),
            Member.stage.not_in((Stage.ACTIVIST, Stage.FULL)),
            ~Account.is_closed,
        )
        .order_by(Account.id)
    ).all()
    return [Window(**row._mapping) for row in rows]


def offers(session: Session, *, now: datetime) -> Sequence[Offer]:
    """Return the published shifts that count and to which one more can come."""
    taken = select(func.count()).where(SignUp.shift_id == Shift.id, SignUp.seat.is_not(None))
    rows = session.execute(
        select(
            Shift.starts_at,
            Shift.ends_at,
            Unit.path.label("unit_path"),
            (Post.sign_up_for == SignUpFor.UNIT).label("is_for_unit"),
        )
        .join(Post, Post.id == Shift.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(
            and_(Shift.ends_at > now, Shift.starts_at < now + REACH_AHEAD),
            Shift.cancelled_at.is_(None),
            ~Shift.is_for_make_ups,
            Post.category.in_(COUNTING_CATEGORIES),
            Post.compensation.in_(UNPAID),
            or_(
                Post.takes_walk_ins,
                Shift.capacity.is_(None),
                taken.correlate(Shift).scalar_subquery() < Shift.capacity,
            ),
        )
    ).all()
    return [Offer(**row._mapping) for row in rows]
