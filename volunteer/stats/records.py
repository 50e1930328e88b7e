"""A member's records as people read them: when, where, what came of it, and every step of the counting."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from volunteer.models import (
    Base,
    Credit,
    Evidence,
    Objection,
    PolicyVersion,
    Post,
    Request,
    Shift,
    Visit,
)
from volunteer.rules.evidence import ATTEST_WITHIN
from volunteer.rules.kinds import (
    Category,
    Compensation,
    Grade,
    Lost,
    RequestKind,
    RequestState,
    Side,
    Source,
    Verdict,
    VisitState,
    is_counting_post,
)
from volunteer.stats.json_rows import json_rows

MOST = 500
BEFORE_NET = (Lost.OUTSIDE_SHIFT, Lost.BREAK, Lost.OVERLAP, Lost.TOO_SHORT)
AFTER_NET = (Lost.ROUNDING, Lost.DAY_CAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEnd:
    """One end of a stay, and what proves it."""

    stay: int
    side: Side
    source: Source
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A visit with its minutes and losses. ``raw`` minus what comes before net is ``net``; and so on."""

    id: int
    shift_id: int
    shift_code: str
    post_id: int
    post_name: str
    base_name: str | None
    starts_at: datetime
    ends_at: datetime
    grace_until: datetime
    served_on: date
    state: VisitState
    grade: Grade
    net: int
    credited: int
    pending: int
    lost: Mapping[Lost, int]
    ends: Sequence[RecordEnd]
    is_counting_post: bool
    is_asked: bool
    is_objected: bool

    @property
    def raw(self) -> int:
        """Minutes between coming and leaving, all stays added."""
        return self.net + sum(self.lost.get(reason, 0) for reason in BEFORE_NET)

    @property
    def came_at(self) -> datetime | None:
        """The first coming."""
        return next((end.at for end in self.ends if end.side is Side.IN), None)

    @property
    def left_at(self) -> datetime | None:
        """The last leaving; None while she is in."""
        last = self.ends[-1] if self.ends else None
        return last.at if last is not None and last.side is Side.OUT else None

    @property
    def counts_from(self) -> datetime | None:
        """From when the running stay counts: not before the shift starts."""
        last = next((end.at for end in reversed(self.ends) if end.side is Side.IN), None)
        return max(last.replace(second=0), self.starts_at) if last else None

    @property
    def before_net(self) -> list[tuple[Lost, int]]:
        """What was taken before the net minutes."""
        return [(reason, self.lost[reason]) for reason in BEFORE_NET if reason in self.lost]

    @property
    def after_net(self) -> list[tuple[Lost, int]]:
        """What was taken between net and credited minutes."""
        return [(reason, self.lost[reason]) for reason in AFTER_NET if reason in self.lost]

    @property
    def away(self) -> int:
        """Minutes of the shift between two stays."""
        return self.lost.get(Lost.AWAY, 0)

    @property
    def attest_until(self) -> datetime:
        """Until when a leader may still attest the end."""
        return self.ends_at + ATTEST_WITHIN

    @property
    def stands_alone(self) -> bool:
        """Whether it waits for a witness; once none can come any more, she may ask for it."""
        return self.state is VisitState.PENDING and self.grade is Grade.D

    @property
    def may_correct(self) -> bool:
        """Whether she may ask for the end to be put right."""
        return self.state is VisitState.UNCLOSED and not self.is_asked

    @property
    def may_object(self) -> bool:
        """Whether she may object."""
        return self.state in (VisitState.CONFIRMED, VisitState.PENDING) and not self.is_objected

    @property
    def waits_for_her(self) -> bool:
        """Whether a leader took her in or out, and she has to confirm it."""
        is_taken = any(end.source is Source.TAKEN for end in self.ends)
        return is_taken and self.state is VisitState.PENDING and self.left_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedRecord:
    """Hours from before the start or from elsewhere: on a line of their own."""

    day: date
    kind: RequestKind
    what: str | None
    credited: int


_LOSSES = tuple(reason for reason in Lost if reason is not Lost.OUTSIDE_WINDOW)


def records_of(
    session: Session,
    member_id: int,
    *,
    now: datetime,
    visit_id: int | None = None,
    before_id: int | None = None,
    limit: int = MOST,
) -> list[Record]:
    """Return the member's records, newest first; or the one that is named, or those older than another."""
    wanted = [Visit.member_id == member_id]
    if visit_id is not None:
        wanted.append(Visit.id == visit_id)
    if before_id is not None:
        wanted.append(older_than(before_id, in_list_of=Visit.member_id))
    rows = session.execute(
        record_rows().where(*wanted).order_by(Visit.served_on.desc(), Visit.id.desc()).limit(limit)
    ).all()
    return [record_of(row, now) for row in rows]


def record_rows(*more: Any) -> Select[*tuple[Any, ...]]:
    """Return the statement whose rows :func:`record_of` reads, with more columns of a visit or its post."""
    ends = (
        select(json_rows(Evidence.stay, Evidence.side, Evidence.source, Evidence.at, Evidence.is_claim))
        .where(Evidence.visit_id == Visit.id, Evidence.verdict == Verdict.ACCEPTED)
        .scalar_subquery()
    )
    asked = select(Request.id).where(Request.visit_id == Visit.id, Request.state == RequestState.ASKED)
    objected = select(Objection.id).where(Objection.visit_id == Visit.id, Objection.resolved_at.is_(None))
    return (
        select(
            Visit.id,
            Visit.shift_id,
            Shift.code.label("shift_code"),
            Visit.post_id,
            Post.name.label("post_name"),
            Post.category,
            Post.compensation,
            Base.name.label("base_name"),
            Shift.starts_at,
            Shift.ends_at,
            PolicyVersion.checkout_grace_min,
            Visit.served_on,
            Visit.state,
            Visit.grade,
            Visit.net_min,
            Visit.credited_min,
            Visit.pending_min,
            *(getattr(Visit, f"lost_{reason.value}") for reason in _LOSSES),
            ends.label("ends"),
            asked.exists().label("is_asked"),
            objected.exists().label("is_objected"),
            *more,
        )
        .join(Shift, Shift.id == Visit.shift_id)
        .join(Post, Post.id == Visit.post_id)
        .outerjoin(Base, Base.id == Post.base_id)
        .join(PolicyVersion, PolicyVersion.id == Visit.policy_id)
    )


def older_than(visit_id: int, *, in_list_of: Any = None) -> ColumnElement[bool]:
    """Return the condition for what stands below the record of that id, in a member's list or in all."""
    last = aliased(Visit)
    below = or_(Visit.served_on < last.served_on, and_(Visit.served_on == last.served_on, Visit.id < last.id))
    found = select(last.id).where(last.id == visit_id, below)
    return (found if in_list_of is None else found.where(last.member_id == in_list_of)).exists()


def typed_records_of(session: Session, member_id: int) -> list[TypedRecord]:
    """Return opening and outside records, newest first."""
    rows = session.execute(
        select(Credit.day, Credit.record_kind, Request.what, Credit.credited_min)
        .join(Request, Request.id == Credit.request_id)
        .where(Credit.member_id == member_id)
        .order_by(Credit.day.desc(), Credit.id.desc())
    ).all()
    return [
        TypedRecord(day=day, kind=RequestKind(kind), what=what, credited=minutes)
        for day, kind, what, minutes in rows
        if kind is not None
    ]


def record_of(row: Any, now: datetime) -> Record:
    """Return a row as a record; it is unclosed by time alone."""
    grace_until = row.ends_at + timedelta(minutes=row.checkout_grace_min)
    state = VisitState(row.state)
    if state is VisitState.OPEN and now > grace_until:
        state = VisitState.UNCLOSED
    lost = {reason: getattr(row, f"lost_{reason.value}") for reason in _LOSSES}
    return Record(
        id=row.id,
        shift_id=row.shift_id,
        shift_code=row.shift_code,
        post_id=row.post_id,
        post_name=row.post_name,
        base_name=row.base_name,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        grace_until=grace_until,
        served_on=row.served_on,
        state=state,
        grade=Grade(row.grade),
        net=row.net_min,
        credited=row.credited_min,
        pending=row.pending_min,
        lost={reason: minutes for reason, minutes in lost.items() if minutes},
        ends=_ends(row.ends),
        is_counting_post=is_counting_post(Category(row.category), Compensation(row.compensation)),
        is_asked=row.is_asked,
        is_objected=row.is_objected,
    )


def _ends(text: str) -> tuple[RecordEnd, ...]:
    """Return the ends in order. An approved claim takes the place of what was scanned for the same end."""
    found: dict[tuple[int, str], RecordEnd] = {}
    for stay, side, source, at, _is_claim in sorted(json.loads(text), key=lambda end: bool(end[4])):
        found[stay, side] = RecordEnd(
            stay=stay, side=Side(side), source=Source(source), at=datetime.fromtimestamp(at, UTC)
        )
    return tuple(sorted(found.values(), key=lambda end: (end.stay, end.side is Side.OUT)))
