"""Freezing a report: what was said of a period is kept as it was said, with its digest."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from volunteer.actions.access import check_reviewer
from volunteer.actions.audit import note
from volunteer.actions.calendar import work_calendar
from volunteer.models import Snapshot
from volunteer.rules.campus import Campus
from volunteer.rules.names import clean_text
from volunteer.rules.periods import Period, check_begun
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.report import TEXT_LENGTH, digest_of
from volunteer.rules.roles import Actor
from volunteer.stats.reports import report_of
from volunteer.stats.units import unit_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody writes under a report; ``ref`` is the form's own name for it."""

    ref: str
    shortcomings: str = ""
    plans: str = ""


def freeze(
    session: Session,
    written: Written,
    *,
    unit_id: int,
    period: Period,
    actor: Actor,
    campus: Campus,
    now: datetime,
) -> int:
    """Freeze a report as the data stand now, and return the snapshot's id.

    A form sent twice freezes once, whatever came in between. Nothing new to say is the earlier snapshot.

    Raises:
        Refusal: ``NOT_ALLOWED``, ``BAD_FIELD``, or ``CLIENT_REF_REUSED`` for another report's form.
    """
    check_reviewer(session, actor, unit_id)
    check_begun(period, campus.day(now))
    texts = [
        clean_text(text, field, longest=TEXT_LENGTH)
        for field, text in (("shortcomings", written.shortcomings), ("plans", written.plans))
    ]
    unit, calendar = unit_row(session, unit_id), work_calendar(session, campus)
    found = report_of(session, unit, period, campus=campus, calendar=calendar, today=campus.day(now))
    spelled = found.with_texts(*texts).spelled
    digest = digest_of(spelled)
    known = session.execute(
        select(Snapshot.id, Snapshot.ref, Snapshot.unit_id, Snapshot.kind, Snapshot.period).where(
            or_(Snapshot.ref == written.ref, Snapshot.digest == digest)
        )
    ).all()
    for row in sorted(known, key=lambda row: row.ref != written.ref):
        if (row.unit_id, row.kind, row.period) != (unit_id, period.kind, period.name):
            raise Refusal(Reason.CLIENT_REF_REUSED)
        return int(row.id)
    snapshot = Snapshot(
        ref=written.ref,
        unit_id=unit_id,
        kind=period.kind,
        period=period.name,
        from_on=period.from_on,
        to_on=period.to_on,
        content=spelled.decode(),
        digest=digest,
        frozen_by_id=actor.account_id,
        frozen_at=now,
    )
    session.add(snapshot)
    session.flush()
    note(
        session,
        "freeze_report",
        "unit",
        unit_id,
        actor_id=actor.account_id,
        now=now,
        period=period.name,
        digest=digest,
    )
    return snapshot.id
