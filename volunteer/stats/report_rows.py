"""What reports are made of: records of some days, the tree of units, who stood where, what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, cast, exists, func, or_, select, union
from sqlalchemy.orm import Session, aliased

from volunteer.models import (
    Approval,
    Base,
    Certificate,
    Credit,
    Decision,
    Member,
    Membership,
    Objection,
    PolicyVersion,
    Post,
    ProbationWindow,
    Request,
    Seal,
    Shift,
    SpotCheck,
    Unit,
    Visit,
)
from volunteer.rules.kinds import Figure, Grade, Outcome, RequestKind, RequestState, Stage, VisitState
from volunteer.rules.policy import HoursPolicy, policy_on
from volunteer.rules.probation import Probation
from volunteer.rules.report import Head, Place, Stood
from volunteer.rules.tally import standing_of
from volunteer.rules.tree import chain
from volunteer.stats.policies import parsed_policies, policies_column
from volunteer.stats.rollups import Days
from volunteer.stats.served import belonged_on, below
from volunteer.stats.tree import is_below


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """A confirmed record; ``booked_at`` is when it first brought hours. Names are as they are now."""

    id: int
    member_id: int
    unit: str
    post: str
    post_name: str
    base: str | None
    base_name: str | None
    served_on: date
    net: int
    credited: int
    grade: Grade
    ended_at: datetime
    deadline_workdays: int
    booked_at: datetime | None


def records(session: Session, days: Days, *, unit_path: str) -> Sequence[RecordRow]:
    """Return the confirmed records with served minutes of a unit and all below it, in order of day."""
    booked = (
        select(func.min(Credit.at))
        .where(Credit.visit_id == Visit.id, ~Credit.is_reversal)
        .correlate(Visit)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Visit.id,
            Visit.member_id,
            Unit.code.label("unit"),
            Post.code.label("post"),
            Post.name.label("post_name"),
            Base.code.label("base"),
            Base.name.label("base_name"),
            Visit.served_on,
            Visit.net_min.label("net"),
            Visit.credited_min.label("credited"),
            Visit.grade,
            Shift.ends_at.label("ended_at"),
            PolicyVersion.record_deadline_workdays.label("deadline_workdays"),
            booked.label("booked_at"),
        )
        .join(Unit, Unit.id == Visit.unit_id)
        .join(Post, Post.id == Visit.post_id)
        .join(Shift, Shift.id == Visit.shift_id)
        .join(PolicyVersion, PolicyVersion.id == Visit.policy_id)
        .outerjoin(Base, Base.id == Post.base_id)
        # By the visit's own column: SQLite would read all visits, each to look whether its unit lies there.
        .where(Visit.unit_id.in_(below(unit_path)), *_of_days(days))
        .where(Visit.state == VisitState.CONFIRMED, Visit.net_min > 0)
        .order_by(Visit.served_on, Visit.id)
    ).all()
    return [RecordRow(**row._mapping) for row in rows]


def tree(session: Session, unit_path: str) -> tuple[Sequence[Place], Sequence[Head]]:
    """Return a unit and all below it in the order of the tree, and the ends of their chains in the ledger."""
    above = aliased(Unit)
    last = select(func.max(Seal.number)).where(Seal.unit_id == Unit.id).correlate(Unit).scalar_subquery()
    rows = session.execute(
        select(Unit.path, Unit.code, Unit.name, above.code.label("above"), Seal.number, Seal.hash)
        .outerjoin(above, above.id == Unit.parent_id)
        .outerjoin(Seal, and_(Seal.unit_id == Unit.id, Seal.number == last))
        .where(_below(unit_path))
    ).all()
    rows = sorted(rows, key=lambda row: chain(row.path))
    known = {row.code for row in rows}
    places = [
        Place(code=row.code, name=row.name, above=row.above if row.above in known else None) for row in rows
    ]
    heads = [Head(unit=row.code, number=row.number, hash=row.hash) for row in rows if row.number is not None]
    return places, heads


def stood(session: Session, unit_path: str, on: date, *, versions: Sequence[HoursPolicy]) -> Sequence[Stood]:
    """Return who was on probation in a unit on a day, by member.

    Counted is what was served up to that day; what was decided later is not known yet. A probationary member
    without a day of admission is there, too, and stands nowhere.
    """
    window = ProbationWindow
    who = (
        select(Membership.member_id, Unit.code.label("unit"))
        .join(Unit, Unit.id == Membership.unit_id)
        .where(
            _below(unit_path),
            belonged_on(on),
        )
        .subquery()
    )
    counted = (
        select(Credit.member_id, func.sum(Credit.credited_min).label("counted"))
        .join(window, window.member_id == Credit.member_id)
        .where(
            Credit.member_id.in_(select(who.c.member_id)),
            Credit.day >= window.starts_on,
            Credit.day < window.ends_before,
            Credit.day <= on,
        )
        .group_by(Credit.member_id)
        .subquery()
    )
    extended_later = exists().where(
        Decision.member_id == who.c.member_id,
        Decision.extension_months.is_not(None),
        Decision.meeting_on > on,
    )
    is_open = and_(window.outcome.is_(None), Member.stage.not_in((Stage.ACTIVIST, Stage.FULL)))
    rows = session.execute(
        select(
            who.c.member_id,
            who.c.unit,
            window.starts_on,
            case((extended_later, None), else_=window.extension_months).label("extension_months"),
            cast(func.coalesce(counted.c.counted, 0), Integer).label("counted"),
        )
        .join(Member, Member.id == who.c.member_id)
        .outerjoin(window, window.member_id == who.c.member_id)
        .outerjoin(counted, counted.c.member_id == who.c.member_id)
        .where(
            or_(
                and_(window.starts_on <= on, or_(is_open, window.decided_on > on)),
                and_(window.member_id.is_(None), Member.stage == Stage.PROBATIONARY),
            )
        )
        .order_by(who.c.member_id)
    ).all()
    return [_stood(row, versions, on) for row in rows]


def _stood(row: Any, versions: Sequence[HoursPolicy], on: date) -> Stood:
    probation = None
    if row.starts_on is not None:
        probation = Probation(starts_on=row.starts_on, extension_months=row.extension_months)
    standing = standing_of(
        probation=probation,
        counted=row.counted,
        policy=policy_on(row.starts_on or on, versions),
        today=on,
    )
    return Stood(
        member_id=row.member_id,
        unit=row.unit,
        counted=standing.counted,
        threshold=standing.threshold,
        phase=standing.phase,
        status=standing.status,
    )


def counted(
    session: Session, days: Days, *, unit_path: str
) -> tuple[dict[Figure, int], Sequence[HoursPolicy]]:
    """Return what is counted beside the records, and all versions of the policy.

    That is requests, objections, checks, decisions, typed minutes; one more of them is one more line here.
    """
    found: dict[Figure, Select[Any]] = {
        Figure.RECORDED_MIN: select(func.coalesce(func.sum(Credit.net_min), 0))
        .join(Unit, Unit.id == Credit.unit_id)
        .where(Credit.request_id.is_not(None), Credit.day >= days.from_on, Credit.day < days.to_on),
        Figure.MAKE_UPS: _requests(days, Request.kind == RequestKind.MAKE_UP, _GRANTED),
        Figure.CORRECTIONS: _requests(days, Request.kind == RequestKind.CORRECTION, _GRANTED),
        Figure.LATE_APPROVALS: _requests(
            days, _OF_VISITS, _GRANTED, exists().where(Approval.request_id == Request.id, Approval.is_late)
        ),
        Figure.REQUESTS_REJECTED: _requests(days, _OF_VISITS, Request.state == RequestState.REJECTED),
        Figure.OBJECTIONS: _visits(days).join(Objection, Objection.visit_id == Visit.id),
        Figure.SPOT_DRAWN: _visits(days).join(SpotCheck, SpotCheck.visit_id == Visit.id),
        Figure.SPOT_CHECKED: _visits(days)
        .join(SpotCheck, SpotCheck.visit_id == Visit.id)
        .where(SpotCheck.checked_at.is_not(None)),
        Figure.FALSE_RECORDS: _visits(days).where(_IS_FALSE),
        Figure.CERTIFICATES: select(func.count(Certificate.id))
        .join(Unit, Unit.id == Certificate.unit_id)
        .where(Certificate.issued_on >= days.from_on, Certificate.issued_on < days.to_on),
        Figure.CONVERTED: _decisions(days, Decision.outcome == Outcome.CONVERTED),
        Figure.EXTENDED: _decisions(days, Decision.extension_months.is_not(None)),
        Figure.CANCELLED: _decisions(days, Decision.outcome == Outcome.CANCELLED),
    }
    columns = [
        cast(statement.where(_below(unit_path)).scalar_subquery(), Integer).label(figure.value)
        for figure, statement in found.items()
    ]
    *values, text = session.execute(select(*columns, policies_column())).one()
    return dict(zip(found, values, strict=True)), [policy for _, policy in parsed_policies(text)]


_GRANTED = Request.state == RequestState.APPROVED
_OF_VISITS = Request.visit_id.is_not(None)
# Somebody looked and found it wrong: an objection was upheld, or a spot check says so.
_IS_FALSE = Visit.id.in_(
    union(
        select(Objection.visit_id).where(Objection.is_upheld.is_(True)),
        select(SpotCheck.visit_id).where(SpotCheck.is_right.is_(False)),
    )
)


def _requests(days: Days, *which: ColumnElement[bool]) -> Select[Any]:
    return (
        select(func.count(Request.id))
        .join(Unit, Unit.id == Request.unit_id)
        .where(Request.on >= days.from_on, Request.on < days.to_on, *which)
    )


def _visits(days: Days) -> Select[Any]:
    return select(func.count(Visit.id)).join(Unit, Unit.id == Visit.unit_id).where(*_of_days(days))


def _decisions(days: Days, which: ColumnElement[bool]) -> Select[Any]:
    """Count decisions by the branch on the day of the meeting."""
    return (
        select(func.count(Decision.id))
        .join(
            Membership,
            and_(Membership.member_id == Decision.member_id, belonged_on(Decision.meeting_on)),
        )
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Decision.meeting_on >= days.from_on, Decision.meeting_on < days.to_on, which)
    )


def _of_days(days: Days) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Visit.served_on >= days.from_on, Visit.served_on < days.to_on


def _below(unit_path: str) -> ColumnElement[bool]:
    return is_below(Unit.path, unit_path)
