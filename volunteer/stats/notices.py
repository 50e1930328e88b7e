"""Notices: what is shown in a unit, what it says of whom, and what was objected while it was shown."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from volunteer.models import (
    Account,
    Member,
    Notice,
    NoticeEnd,
    NoticeLine,
    Objection,
    PolicyVersion,
    Post,
    Unit,
    Visit,
)
from volunteer.rules.kinds import NoticeKind, Role
from volunteer.rules.notices import Frozen, FrozenLine, is_over
from volunteer.rules.roles import Actor
from volunteer.stats.people import holds
from volunteer.stats.reach import unit_in_reach
from volunteer.stats.tree import is_below

MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """A notice; ``lines`` counts whom it lists, ``withdrawn_at`` is set where it was taken down."""

    id: int
    unit_id: int
    unit_code: str
    unit_name: str
    unit_path: str
    kind: NoticeKind
    starts_on: date
    last_on: date
    is_provisional: bool
    threshold_min: int
    policy_on: date
    checksum: str
    opened_by_id: int
    opened_by: str
    opened_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_reason: str | None
    lines: int

    def is_running(self, today: date) -> bool:
        """Whether it is shown today."""
        return self.withdrawn_at is None and not is_over(self.last_on, today)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """What a notice says of a member, with the name that she has today."""

    number: int
    member_id: int
    name: str
    student_no: str
    unit_name: str | None
    from_on: date | None
    to_on: date | None
    minutes: int
    marks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRow:
    """What was objected to a listed member's record while the notice was shown, and what came of it."""

    id: int
    member_id: int
    name: str
    served_on: date
    post_name: str
    reason: str
    is_own: bool
    filed_at: datetime
    accepted_at: datetime | None
    resolved_at: datetime | None
    is_upheld: bool | None
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list of notices is narrowed to; ``running_on`` leaves out what is not shown on that day."""

    unit_path: str
    text: str = ""
    running_on: date | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """What a notice must fulfil."""
        found: list[ColumnElement[bool]] = [is_below(Unit.path, self.unit_path)]
        if self.text:
            listed = (
                select(NoticeLine.notice_id)
                .join(Member, Member.id == NoticeLine.member_id)
                .where(holds(self.text))
            )
            found.append(or_(Unit.name.contains(self.text, autoescape=True), Notice.id.in_(listed)))
        if self.running_on is not None:
            found += [Notice.last_on >= self.running_on, NoticeEnd.at.is_(None)]
        return found


def notices_total(session: Session, asked: Asked) -> int:
    """Return how many notices :func:`notices_below` has in all."""
    return session.execute(
        select(func.count(Notice.id))
        .join(Unit, Unit.id == Notice.unit_id)
        .outerjoin(NoticeEnd, NoticeEnd.notice_id == Notice.id)
        .where(*asked.conditions)
    ).scalar_one()


def notices_below(session: Session, asked: Asked, *, first: int = 0, limit: int) -> Sequence[NoticeRow]:
    """Return the notices of a unit and all below it, newest first."""
    return _notices(session, *asked.conditions, first=first, limit=limit)


def notices_for(session: Session, member_id: int, *, today: date) -> Sequence[NoticeRow]:
    """Return what is shown today in a member's unit and those above it, newest first."""
    return _notices(session, _of_member(member_id), Notice.last_on >= today, NoticeEnd.at.is_(None))


def notice_in_reach(
    session: Session, notice_id: int, actor: Actor, roles: Collection[Role], *, today: date
) -> NoticeRow | None:
    """Return a notice of a unit in reach, or one that is shown today to the member who asks."""
    shown = _of_member(actor.member_id or 0) & (Notice.last_on >= today) & NoticeEnd.at.is_(None)
    found = _notices(session, Notice.id == notice_id, or_(unit_in_reach(actor, roles), shown))
    return found[0] if found else None


def lines_of(session: Session, notice_id: int, *, member_id: int | None = None) -> Sequence[LineRow]:
    """Return what a notice says, in its order; or of one member alone."""
    which = [NoticeLine.notice_id == notice_id]
    if member_id is not None:
        which.append(NoticeLine.member_id == member_id)
    rows = session.execute(
        select(
            NoticeLine.number,
            NoticeLine.member_id,
            Member.name,
            Member.student_no,
            Unit.name.label("unit_name"),
            NoticeLine.from_on,
            NoticeLine.to_on,
            NoticeLine.minutes,
            NoticeLine.marks,
        )
        .join(Member, Member.id == NoticeLine.member_id)
        .outerjoin(Unit, Unit.id == Member.unit_id)
        .where(*which)
        .order_by(NoticeLine.number)
    )
    return [LineRow(**row._mapping) for row in rows]


def member_of_visit(session: Session, notice_id: int, visit_id: int) -> int | None:
    """Return whose record it is, if the notice lists her."""
    found: int | None = session.scalar(
        select(Visit.member_id)
        .join(NoticeLine, NoticeLine.member_id == Visit.member_id)
        .where(Visit.id == visit_id, NoticeLine.notice_id == notice_id)
    )
    return found


def is_as_frozen(notice: NoticeRow, lines: Sequence[LineRow]) -> bool:
    """Whether nothing was changed since the notice was frozen."""
    frozen = Frozen(
        unit_id=notice.unit_id,
        kind=notice.kind,
        starts_on=notice.starts_on,
        last_on=notice.last_on,
        threshold_min=notice.threshold_min,
        lines=[
            FrozenLine(
                number=line.number,
                member_id=line.member_id,
                from_on=line.from_on,
                to_on=line.to_on,
                minutes=line.minutes,
                marks=line.marks,
            )
            for line in lines
        ],
    )
    return frozen.checksum == notice.checksum


def is_frozen(session: Session, notice_id: int) -> bool:
    """Whether nothing was changed of the notice of that row."""
    return is_as_frozen(_notices(session, Notice.id == notice_id)[0], lines_of(session, notice_id))


def objections_during(session: Session, notice: NoticeRow, *, until: datetime) -> Sequence[ObjectionRow]:
    """Return what was objected to records of those listed, from the opening until a moment, oldest first."""
    listed = select(NoticeLine.member_id).where(NoticeLine.notice_id == notice.id)
    rows = session.execute(
        select(
            Objection.id,
            Visit.member_id,
            Member.name,
            Visit.served_on,
            Post.name.label("post_name"),
            Objection.reason,
            Objection.is_own,
            Objection.filed_at,
            Objection.accepted_at,
            Objection.resolved_at,
            Objection.is_upheld,
            Objection.answer,
        )
        .join(Visit, Visit.id == Objection.visit_id)
        .join(Member, Member.id == Visit.member_id)
        .join(Post, Post.id == Visit.post_id)
        .where(
            Visit.member_id.in_(listed),
            Objection.filed_at >= notice.opened_at,
            Objection.filed_at < until,
        )
        .order_by(Objection.id)
        .limit(MOST)
    )
    return [ObjectionRow(**row._mapping) for row in rows]


def _of_member(member_id: int) -> ColumnElement[bool]:
    """Return the condition that a notice's unit is a member's own, or above it."""
    own = aliased(Unit)
    path = (
        select(own.path)
        .join(Member, Member.unit_id == own.id)
        .where(Member.id == member_id)
        .scalar_subquery()
    )
    return is_below(func.coalesce(path, literal("")), Unit.path)


def _notices(
    session: Session, *which: ColumnElement[bool], first: int = 0, limit: int = MOST
) -> Sequence[NoticeRow]:
    opener, ender = aliased(Account), aliased(Account)
    count = (
        select(func.count())
        .select_from(NoticeLine)
        .where(NoticeLine.notice_id == Notice.id)
        .correlate(Notice)
        .scalar_subquery()
    )
    statement = (
        select(
            Notice.id,
            Notice.unit_id,
            Unit.code.label("unit_code"),
            Unit.name.label("unit_name"),
            Unit.path.label("unit_path"),
            Notice.kind,
            Notice.starts_on,
            Notice.last_on,
            Notice.is_provisional,
            Notice.threshold_min,
            PolicyVersion.effective_on.label("policy_on"),
            Notice.checksum,
            Notice.opened_by_id,
            opener.name.label("opened_by"),
            Notice.opened_at,
            NoticeEnd.at.label("withdrawn_at"),
            ender.name.label("withdrawn_by"),
            NoticeEnd.reason.label("withdrawn_reason"),
            count.label("lines"),
        )
        .join(Unit, Unit.id == Notice.unit_id)
        .join(PolicyVersion, PolicyVersion.id == Notice.policy_id)
        .join(opener, opener.id == Notice.opened_by_id)
        .outerjoin(NoticeEnd, NoticeEnd.notice_id == Notice.id)
        .outerjoin(ender, ender.id == NoticeEnd.by_id)
        .where(*which)
        .order_by(Notice.id.desc())
        .offset(first)
        .limit(limit)
    )
    return [NoticeRow(**row._mapping) for row in session.execute(statement)]
