"""What a report opens down to: the records behind a figure, and what has changed since it was frozen."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from volunteer.database import db
from volunteer.rules import report as rules
from volunteer.rules.differences import Differences, differences
from volunteer.rules.kinds import Sight
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.report import Axis, Report, Visited
from volunteer.stats import reports
from volunteer.stats.reports import SnapshotRow
from volunteer.stats.units import UnitRow
from volunteer.web import access, looks, paging, reaching, report_files, tables
from volunteer.web import report_words as said
from volunteer.web.report_words import Shown
from volunteer.web.reports import (
    MOST_FROZEN,
    asked_period,
    asking,
    content_of,
    report_now,
    shown_around,
    snapshot_to_read,
)
from volunteer.web.show import settings

bp = Blueprint("report_details", __name__)
A_PAGE = 60
LATE = "late"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The records of one line of a report, of those recorded too late, or all of them."""

    axis: Axis | None
    key: str
    is_late: bool
    visits: list[Visited]


@bp.get("/units/<code:code>/report/records")
@access.reader
def records_now(code: str) -> ResponseReturnValue:
    """Show the records that a figure of now is made of."""
    unit = reaching.unit(code)
    period = asked_period(unit)
    found = report_now(unit, period)
    return _records(found, unit.path, f"/units/{unit.code}/report?{urlencode(asking(period))}")


@bp.get("/reports/<row:report_id>/records")
@access.reader
def records_frozen(report_id: int) -> ResponseReturnValue:
    """Show the records that a frozen figure is made of, as they counted then."""
    row = snapshot_to_read(report_id)
    return _records(content_of(row), row.unit.path, f"/reports/{row.id}")


@bp.get("/units/<code:code>/report/records.<form:form>")
@access.reader
def records_file_now(code: str, form: str) -> Response:
    """Take the records along that a figure of now is made of."""
    unit = reaching.unit(code)
    return _records_file(report_now(unit, asked_period(unit)), unit, None, form)


@bp.get("/reports/<row:report_id>/records.<form:form>")
@access.reader
def records_file_frozen(report_id: int, form: str) -> Response:
    """Take the records along that a frozen figure is made of, as they counted then."""
    row = snapshot_to_read(report_id)
    return _records_file(content_of(row), row.unit, row, form)


@bp.get("/reports/<row:report_id>/changes")
@access.reader
def changes(report_id: int) -> ResponseReturnValue:
    """Show what is different between a frozen report and the figures of now, or another frozen one."""
    row = snapshot_to_read(report_id)
    other = _asked_other(row)
    before, after = compared(row, other)
    found = differences(before, after)
    page = paging.page(found.visits, A_PAGE)
    ids = {visit.member_id for change in page.rows for visit in (change.before, change.after) if visit}
    lines, more = _changed_lines(found)
    ids |= {int(change.key) for axis, change in lines if axis is Axis.MEMBER}
    ids |= {int(change.key) for change in found.members[:A_PAGE]}
    shown = shown_around(after, row.unit.path, other, people=reports.people(db.session(), ids))
    return render_template(
        "reports/changes.html",
        row=row,
        other=other,
        others=_others(row),
        found=found,
        lines=lines,
        more=more,
        most=A_PAGE,
        page=page,
        shown=shown,
        was=shown_around(before, row.unit.path, row, people=shown.people),
        said=said,
    )


@bp.get("/reports/<row:report_id>/changes.<form:form>")
@access.reader
def changes_file(report_id: int, form: str) -> Response:
    """Take along what is different, every figure, line, member and record."""
    row = snapshot_to_read(report_id)
    other = _asked_other(row)
    before, after = compared(row, other)
    looks.saw(Sight.REPORT_FILE, unit_id=row.unit.id)
    ids = {visit.member_id for visit in (*before.visits, *after.visits)}
    ids |= {one.member_id for one in (*before.members, *after.members)}
    people = reports.people(db.session(), ids)
    was = shown_around(before, row.unit.path, row, people=people)
    now = shown_around(after, row.unit.path, other, people=people)
    table = report_files.changes(differences(before, after), was, now, zone=settings().zone)
    return tables.answer(table, form)


def compared(row: SnapshotRow, other: SnapshotRow | None) -> tuple[Report, Report]:
    """Return a frozen report, and what it is compared with: another one, or the figures of now."""
    before = content_of(row)
    if other is not None:
        return before, content_of(other)
    return before, report_now(row.unit, before.period).with_texts(before.shortcomings, before.plans)


def _chosen(report: Report) -> Chosen:
    """Return the records that the address asks for.

    Raises:
        Refusal: ``BAD_FIELD``: a report has no such table.
    """
    by, key = request.args.get("by", ""), request.args.get("key", "")
    if by and by != LATE and by not in set(Axis):
        raise Refusal(Reason.BAD_FIELD, field="by", case="mark")
    axis = Axis(by) if by in set(Axis) else None
    if axis is not None:
        return Chosen(axis, key, False, list(report.visits_at(axis, key)))
    is_late = by == LATE
    return Chosen(None, key, is_late, [one for one in report.visits if not (is_late and one.is_in_time)])


def _records(report: Report, unit_path: str, back: str) -> ResponseReturnValue:
    """Show the records of one line, or all of them."""
    chosen = _chosen(report)
    page = paging.page(chosen.visits, A_PAGE)
    ids = {visit.member_id for visit in page.rows}
    if chosen.axis is Axis.MEMBER and chosen.visits:
        ids.add(int(chosen.key))
    return render_template(
        "reports/records.html",
        report=report,
        shown=shown_around(report, unit_path, None, people=reports.people(db.session(), ids)),
        page=page,
        total=rules.line_of("", chosen.visits),
        axis=chosen.axis,
        is_late=chosen.is_late,
        key=_named_key(report, chosen),
        back=back,
        said=said,
    )


def _named_key(report: Report, chosen: Chosen) -> str | None:
    """Return the key of the line, if the report has it: another one has no name."""
    lines = report.lines[chosen.axis] if chosen.axis else ()
    return chosen.key if any(line.key == chosen.key for line in lines) else None


def _records_file(report: Report, unit: UnitRow, row: SnapshotRow | None, form: str) -> Response:
    looks.saw(Sight.REPORT_FILE, unit_id=unit.id)
    chosen = _chosen(report)
    visits = chosen.visits
    people = reports.people(db.session(), {visit.member_id for visit in visits})
    shown: Shown = shown_around(report, unit.path, row, people=people)
    table = report_files.records(shown, visits, _said(shown, chosen), zone=settings().zone)
    return tables.answer(table, form)


def _said(shown: Shown, chosen: Chosen) -> str:
    """Return in words which records are chosen; all of them need none."""
    if chosen.axis is None:
        return str(gettext("Recorded too late")) if chosen.is_late else ""
    key = _named_key(shown.report, chosen)
    line = said.key_text(shown, chosen.axis, key) if key is not None else ""
    return f"{said.axis_title(chosen.axis)}{gettext(': ')}{line}" if line else said.axis_title(chosen.axis)


def _changed_lines(found: Differences) -> tuple[list[tuple[Axis, Any]], int]:
    """Return the first changed lines with their axis, and how many more there are."""
    lines = [(axis, change) for axis in Axis for change in found.lines[axis]]
    return lines[:A_PAGE], max(0, len(lines) - A_PAGE)


def _asked_other(row: SnapshotRow) -> SnapshotRow | None:
    text = request.args.get("with", "")
    if not text:
        return None
    return other_of(row, int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0)


def other_of(row: SnapshotRow, report_id: int | None) -> SnapshotRow | None:
    """Return the frozen report to compare with, if one is named: of the same unit and period.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    if report_id is None:
        return None
    other = snapshot_to_read(report_id)
    if (other.unit.code, other.kind, other.period) != (row.unit.code, row.kind, row.period):
        raise Refusal(Reason.UNKNOWN)
    return other


def _others(row: SnapshotRow) -> list[SnapshotRow]:
    return [
        one
        for one in reports.frozen_of(db.session(), row.unit.code, row.kind, row.period, limit=MOST_FROZEN)
        if one.id > row.id
    ]
