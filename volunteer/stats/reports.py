"""Reports as they stand now, and those that were frozen."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from volunteer.models import Account, Member, Snapshot, Term, Unit
from volunteer.rules import report
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import Figure, ReportKind, Role
from volunteer.rules.periods import Period, Terms
from volunteer.rules.policy import policy_on
from volunteer.rules.report import Place, Report, Visited
from volunteer.rules.roles import Actor
from volunteer.rules.workdays import WorkCalendar, deadline_after
from volunteer.stats import report_rows
from volunteer.stats.reach import unit_in_reach
from volunteer.stats.report_rows import RecordRow
from volunteer.stats.rollups import Days
from volunteer.stats.standing import due_in
from volunteer.stats.tree import is_below
from volunteer.stats.units import UnitRow

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRow:
    """A frozen report, without what it says."""

    id: int
    ref: str
    unit: UnitRow
    kind: ReportKind
    period: str
    from_on: date
    to_on: date
    digest: str
    frozen_by: str
    frozen_at: datetime

    @property
    def short(self) -> str:
        """What is shown of the digest in lists."""
        return self.digest[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What a member of a report is called now, and the unit she belongs to now."""

    id: int
    student_no: str
    name: str
    unit_path: str | None


def report_of(
    session: Session, unit: UnitRow, period: Period, *, campus: Campus, calendar: WorkCalendar, today: date
) -> Report:
    """Return the report of a unit with all below it, as the data stand now."""
    days, on = Days(from_on=period.from_on, to_on=period.to_on), period.judged_on(today)
    rows = report_rows.records(session, days, unit_path=unit.path)
    visits = _visited(rows, campus, calendar)
    units, heads = report_rows.tree(session, unit.path)
    figures, versions = report_rows.counted(session, days, unit_path=unit.path)
    members = report_rows.stood(session, unit.path, on, versions=versions)
    due = due_in(session, unit.path, from_on=period.from_on, to_on=on + DAY, today=on)
    ends = {Figure.DUE: due.due, Figure.JUDGED: due.judged, Figure.MET: due.met}
    policy = policy_on(on, versions)
    return Report(
        unit=Place(code=unit.code, name=unit.name),
        unit_kind=unit.kind,
        period=period,
        judged_on=on,
        policy_on=policy.effective_on,
        threshold=policy.threshold_min,
        figures=report.figures_of(visits, members) | figures | ends,
        lines=report.all_lines(visits, units, members),
        units=units,
        posts=_places({row.post: (row.post_name, row.base) for row in rows}),
        bases=_places({row.base: (row.base_name or "", None) for row in rows if row.base is not None}),
        members=members,
        visits=visits,
        heads=heads,
    )


def _visited(rows: Sequence[RecordRow], campus: Campus, calendar: WorkCalendar) -> list[Visited]:
    last: dict[tuple[date, int], date] = {}

    def is_in_time(row: RecordRow) -> bool:
        key = campus.day(row.ended_at), row.deadline_workdays
        if key not in last:
            last[key] = deadline_after(*key, calendar).day
        return row.booked_at is not None and campus.day(row.booked_at) <= last[key]

    return [
        Visited(
            id=row.id,
            member_id=row.member_id,
            unit=row.unit,
            post=row.post,
            base=row.base,
            served_on=row.served_on,
            net=row.net,
            credited=row.credited,
            grade=row.grade,
            is_in_time=is_in_time(row),
        )
        for row in rows
    ]


def _places(found: Mapping[str, tuple[str, str | None]]) -> list[Place]:
    return [Place(code=code, name=found[code][0], above=found[code][1]) for code in sorted(found)]


def terms(session: Session) -> Terms:
    """Return name and days of all terms by code."""
    rows = session.execute(select(Term.code, Term.name, Term.starts_on, Term.ends_before)).all()
    return {code: (name, starts_on, ends_before) for code, name, starts_on, ends_before in rows}


def frozen_below(session: Session, unit_path: str, *, limit: int) -> Sequence[SnapshotRow]:
    """Return what was frozen about a unit and all below it, the newest first."""
    return _snapshots(session, is_below(Unit.path, unit_path), limit=limit)


def frozen_of(
    session: Session, unit_code: str, kind: ReportKind, period: str, *, limit: int
) -> Sequence[SnapshotRow]:
    """Return what was frozen about a unit and a period, the newest first."""
    same = (Snapshot.kind == kind, Snapshot.period == period)
    return _snapshots(session, Unit.code == unit_code, *same, limit=limit)


def frozen_page(
    session: Session,
    actor: Actor,
    roles: Collection[Role],
    *,
    unit_path: str | None,
    kind: ReportKind | None,
    before_id: int | None,
    limit: int,
) -> Sequence[SnapshotRow]:
    """Return the frozen reports in reach, the newest first: of a unit and all below it, of a kind."""
    which = [unit_in_reach(actor, roles)]
    if unit_path is not None:
        which.append(is_below(Unit.path, unit_path))
    if kind is not None:
        which.append(Snapshot.kind == kind)
    if before_id is not None:
        which.append(Snapshot.id < before_id)
    return _snapshots(session, *which, limit=limit)


def frozen_in_reach(
    session: Session, snapshot_id: int, actor: Actor, roles: Collection[Role]
) -> SnapshotRow | None:
    """Return a frozen report about a unit in reach."""
    found = _snapshots(session, Snapshot.id == snapshot_id, unit_in_reach(actor, roles), limit=1)
    return found[0] if found else None


def frozen_content(session: Session, snapshot_id: int) -> str:
    """Return the spelling of a frozen report."""
    return session.execute(select(Snapshot.content).where(Snapshot.id == snapshot_id)).scalar_one()


def people(session: Session, member_ids: Collection[int]) -> Mapping[int, Person]:
    """Return what the members of a report are called now."""
    rows = session.execute(
        select(Member.id, Member.student_no, Member.name, Unit.path)
        .outerjoin(Unit, Unit.id == Member.unit_id)
        .where(Member.id.in_(member_ids))
    ).all()
    return {
        member_id: Person(id=member_id, student_no=number, name=name, unit_path=path)
        for member_id, number, name, path in rows
    }


def _snapshots(session: Session, *which: ColumnElement[bool], limit: int) -> Sequence[SnapshotRow]:
    rows = session.execute(
        select(
            Snapshot.id,
            Snapshot.ref,
            Unit.id.label("unit_id"),
            Unit.code,
            Unit.name,
            Unit.kind.label("unit_kind"),
            Unit.path,
            Snapshot.kind,
            Snapshot.period,
            Snapshot.from_on,
            Snapshot.to_on,
            Snapshot.digest,
            Account.name.label("frozen_by"),
            Snapshot.frozen_at,
        )
        .join(Unit, Unit.id == Snapshot.unit_id)
        .join(Account, Account.id == Snapshot.frozen_by_id)
        .where(*which)
        .order_by(Snapshot.id.desc())
        .limit(limit)
    ).all()
    return [
        SnapshotRow(
            id=row.id,
            ref=row.ref,
            unit=UnitRow(id=row.unit_id, code=row.code, name=row.name, kind=row.unit_kind, path=row.path),
            kind=row.kind,
            period=row.period,
            from_on=row.from_on,
            to_on=row.to_on,
            digest=row.digest,
            frozen_by=row.frozen_by,
            frozen_at=row.frozen_at,
        )
        for row in rows
    ]
