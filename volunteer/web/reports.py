"""Reports of a unit: as the data stand now, frozen, opened down to the records, and compared."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from volunteer import clock
from volunteer.actions.calendar import work_calendar
from volunteer.actions.housekeep import until_done
from volunteer.actions.reports import Written, freeze
from volunteer.actions.seal import BATCH, seal
from volunteer.database import db, in_transaction
from volunteer.rules import report as rules
from volunteer.rules.kinds import ReportKind, Sight, UnitKind
from volunteer.rules.periods import Period, check_begun, latest, name_of, period_named
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.report import Axis, Report
from volunteer.schemas.reports import FreezeForm
from volunteer.stats import reports
from volunteer.stats.reports import SnapshotRow
from volunteer.stats.units import UnitRow
from volunteer.web import access, downloads, looks, paging, reaching, report_files, tables
from volunteer.web import report_words as said
from volunteer.web.forms import Form
from volunteer.web.report_paper import report_pdf
from volunteer.web.report_words import Shown
from volunteer.web.show import settings

bp = Blueprint("reports", __name__)
A_PAGE = 60
LINES_SHOWN = 40
MOST_FROZEN = 500
# How many of each kind the list offers, the running one first.
OFFERED = {
    ReportKind.MONTH: 6,
    ReportKind.QUARTER: 4,
    ReportKind.HALF_YEAR: 3,
    ReportKind.YEAR: 3,
    ReportKind.TERM: 3,
    ReportKind.ACADEMIC_YEAR: 2,
}
# The report that each kind of unit owes; others are a link away.
USUAL = {
    UnitKind.GROUP: ReportKind.MONTH,
    UnitKind.BRANCH: ReportKind.QUARTER,
    UnitKind.GENERAL_BRANCH: ReportKind.HALF_YEAR,
    UnitKind.COLLEGE: ReportKind.YEAR,
    UnitKind.UNIVERSITY: ReportKind.YEAR,
}


@bp.get("/units/<code:code>/reports")
@access.reader
def lists(code: str) -> ResponseReturnValue:
    """List the reports that can be made, and those that were frozen here and below."""
    unit, session, today = reaching.unit(code), db.session(), _today()
    terms = reports.terms(session)
    usual = USUAL[unit.kind]
    kinds = sorted(OFFERED, key=lambda kind: kind is not usual)
    return render_template(
        "reports/lists.html",
        unit=unit,
        offered={kind: latest(kind, today, terms, most=OFFERED[kind]) for kind in kinds},
        today=today,
        said=said,
        page=paging.page(reports.frozen_below(session, unit.path, limit=MOST_FROZEN), A_PAGE),
    )


@bp.get("/units/<code:code>/report")
@access.reader
def now(code: str) -> ResponseReturnValue:
    """Show a report as the data stand now, with the form that freezes it."""
    unit = reaching.unit(code)
    period = asked_period(unit)
    form = Form(values={"ref": str(uuid4()), "kind": period.kind.value, "period": period.name})
    return _page(_shown_now(unit, period), unit, form)


@bp.post("/units/<code:code>/report")
@access.committee
def freeze_it(code: str) -> ResponseReturnValue:
    """Freeze a report as the data stand now."""
    unit, form = reaching.unit(code), Form.typed()
    values = form.load(FreezeForm())
    period = _period(values["kind"], values["period"]) if values else asked_period(unit, form.values)
    if values is not None:
        # A head on paper stands for all lines that the paper counts.
        until_done(seal, BATCH)
        snapshot_id = form.run(lambda: _frozen(unit, period, values))
        if snapshot_id is not None:
            return redirect(f"/reports/{snapshot_id}", 303)
    return _page(_shown_now(unit, period), unit, form)


@bp.get("/units/<code:code>/report.<form:form>")
@access.reader
def file_now(code: str, form: str) -> Response:
    """Take the lines of a report of now along."""
    unit = reaching.unit(code)
    shown = _shown_now(unit, asked_period(unit))
    _note(shown, unit)
    return tables.answer(report_files.lines(shown, zone=settings().zone), form)


@bp.get("/reports/<row:report_id>")
@access.reader
def frozen(report_id: int) -> ResponseReturnValue:
    """Show a frozen report."""
    row = snapshot_to_read(report_id)
    return _page(_shown_frozen(row), None, Form())


@bp.get("/reports/<row:report_id>.<form:form>")
@access.reader
def file_frozen(report_id: int, form: str) -> Response:
    """Take the lines of a frozen report along."""
    row = snapshot_to_read(report_id)
    shown = _shown_frozen(row)
    _note(shown, row.unit)
    return tables.answer(report_files.lines(shown, zone=settings().zone), form)


@bp.get("/reports/<row:report_id>/report.pdf")
@access.reader
def paper(report_id: int) -> Response:
    """Print a frozen report."""
    row = snapshot_to_read(report_id)
    shown = _shown_frozen(row)
    _note(shown, row.unit)
    file = report_pdf(shown, with_members=_has_members(shown.report))
    name = f"{shown.report.unit.name}-{said.title_of(shown.report)}.pdf"
    return downloads.named(Response(file, content_type="application/pdf"), name)


@bp.get("/reports/<row:report_id>/content.json")
@access.reader
def content(report_id: int) -> Response:
    """Give the very bytes of a frozen report: their SHA-256 is its digest. People stand in it by number."""
    row = snapshot_to_read(report_id)
    file = Response(reports.frozen_content(db.session(), row.id), content_type="application/json")
    return downloads.named(file, f"{row.unit.name}-{row.period}-{row.short}.json")


def _page(shown: Shown, unit: UnitRow | None, form: Form) -> ResponseReturnValue:
    """Show a report; with *unit* it is one of now and may be frozen by those who review its records."""
    report = shown.report
    members = paging.page(said.member_lines(shown) if _has_members(report) else [], A_PAGE)
    may_freeze = unit is not None and access.actor().may_review(unit.chain)
    kind, name = report.period.kind, report.period.name
    same = reports.frozen_of(db.session(), report.unit.code, kind, name, limit=MOST_FROZEN)
    page = render_template(
        "reports/report.html",
        shown=shown,
        report=report,
        said=said,
        members=members,
        most=LINES_SHOWN,
        form=form,
        may_freeze=may_freeze,
        same=[one for one in same if shown.frozen is None or one.id != shown.frozen.id],
        asking=urlencode(asking(report.period)),
        text_length=rules.TEXT_LENGTH,
    )
    return page, 422 if form.errors else 200


def _frozen(unit: UnitRow, period: Period, values: dict[str, Any]) -> int:
    actor, campus, moment = access.actor(), settings().campus, clock.utc_now()
    written = Written(ref=values["ref"], shortcomings=values["shortcomings"], plans=values["plans"])
    snapshot_id = in_transaction(
        lambda session: freeze(
            session, written, unit_id=unit.id, period=period, actor=actor, campus=campus, now=moment
        )
    )
    if snapshot_to_read(snapshot_id).ref == written.ref:
        flash(gettext("Frozen. Print it, have it signed, and compare with it later."), "done")
    else:
        flash(gettext("Nothing was added: this report was frozen with the same figures and texts."), "done")
    return snapshot_id


def asked_period(unit: UnitRow, asked: Any = None) -> Period:
    """Return the period that the address or the form asks for; by default the one that the unit owes.

    Raises:
        Refusal: ``BAD_FIELD``: no such kind or period, one that ends before it begins, or one still to come.
    """
    values = request.args if asked is None else asked
    kind = values.get("kind") or USUAL[unit.kind].value
    if kind not in set(ReportKind):
        raise Refusal(Reason.BAD_FIELD, field="kind", case="no_kind")
    name = values.get("period", "")
    if kind == ReportKind.DAYS and not name and "from" in values:
        name = f"{values.get('from', '')}_{values.get('to', '')}"
    return _period(ReportKind(kind), name)


def owed_by(unit: UnitRow, today: date) -> Period:
    """Return the period of the report that a unit owes by its kind; none of these kinds is of a term."""
    kind = USUAL[unit.kind]
    return period_named(kind, name_of(kind, today, {}) or "", {})


def _period(kind: ReportKind, name: str) -> Period:
    today = _today()
    terms = reports.terms(db.session()) if kind is ReportKind.TERM else {}
    period = period_named(kind, name or name_of(kind, today, terms) or "", terms)
    check_begun(period, today)
    return period


def report_now(unit: UnitRow, period: Period) -> Report:
    """Return a report as the data stand now."""
    session, campus = db.session(), settings().campus
    calendar = work_calendar(session, campus)
    return reports.report_of(session, unit, period, campus=campus, calendar=calendar, today=_today())


def _shown_now(unit: UnitRow, period: Period) -> Shown:
    report = report_now(unit, period)
    people = reports.people(db.session(), _member_ids(report)) if _has_members(report) else {}
    return shown_around(report, unit.path, None, people=people)


def _shown_frozen(row: SnapshotRow) -> Shown:
    report = content_of(row)
    people = reports.people(db.session(), _member_ids(report)) if _has_members(report) else {}
    return shown_around(report, row.unit.path, row, people=people)


def shown_around(report: Report, unit_path: str, row: SnapshotRow | None, *, people: Any) -> Shown:
    """Return a report with what stands around it: who made it when, and what people are called now."""
    return Shown(
        report=report,
        unit_path=unit_path,
        made_at=row.frozen_at if row else clock.utc_now(),
        made_by=row.frozen_by if row else access.me().name,
        frozen=row,
        people=people,
    )


def content_of(row: SnapshotRow) -> Report:
    """Return what a frozen report says."""
    return rules.read(reports.frozen_content(db.session(), row.id))


def _member_ids(report: Report) -> set[int]:
    return {int(line.key) for line in report.lines[Axis.MEMBER]}


def _note(shown: Shown, unit: UnitRow) -> None:
    """Note that what is taken along names people."""
    if shown.people:
        looks.saw(Sight.REPORT_FILE, unit_id=unit.id)


def _has_members(report: Report) -> bool:
    """Whether its members are looked at one by one."""
    return report.unit_kind in (UnitKind.BRANCH, UnitKind.GROUP)


def asking(period: Period) -> dict[str, str]:
    """Return what an address asks for to name a period."""
    return {"kind": period.kind.value, "period": period.name}


def snapshot_to_read(report_id: int) -> SnapshotRow:
    """Return a frozen report of a unit in reach.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    row = reports.frozen_in_reach(db.session(), report_id, access.actor(), access.READERS)
    return reaching.found(row)


def _today() -> date:
    return settings().campus.day(clock.utc_now())
