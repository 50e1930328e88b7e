"""Frozen reports for programs: listed, read with checksum and ledger heads, byte by byte, and compared."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from volunteer.database import db
from volunteer.rules.differences import Change, differences
from volunteer.rules.kinds import Sight
from volunteer.rules.reasons import Reason
from volunteer.rules.report import Axis, Line, Report, Stood, Visited
from volunteer.schemas import frozen as shapes
from volunteer.stats import reports
from volunteer.stats.reports import Person, SnapshotRow
from volunteer.web import access, looks, reaching
from volunteer.web.api.entries import REASONS
from volunteer.web.report_details import compared, other_of
from volunteer.web.reports import content_of, snapshot_to_read

bp = Blueprint("frozen", __name__, description="Frozen reports")
People = Mapping[int, Person]


@bp.get("/reports")
@access.reader
@bp.doc(**{REASONS: (Reason.UNKNOWN,)})
@bp.arguments(shapes.ReportQuery, location="query")
@bp.response(200, shapes.ReportPage)
def listed(asked: dict[str, Any]) -> dict[str, Any]:
    """List the frozen reports in reach, newest first."""
    unit = reaching.unit(asked["unit"]) if asked["unit"] else None
    limit = asked["limit"]
    found = reports.frozen_page(
        db.session(),
        access.actor(),
        access.READERS,
        unit_path=unit.path if unit else None,
        kind=asked["kind"],
        before_id=asked["before"],
        limit=limit + 1,
    )
    page = found[:limit]
    return {
        "reports": [_shown(row) for row in page],
        "next": page[-1].id if len(found) > len(page) else None,
    }


@bp.get("/reports/<row:report_id>")
@access.reader
@bp.response(200, shapes.ReportFull)
def one(report_id: int) -> dict[str, Any]:
    """Return one frozen report with its checksum and the ledger's heads."""
    row = snapshot_to_read(report_id)
    report = content_of(row)
    looks.saw(Sight.REPORT_FILE, unit_id=row.unit.id)
    people = _people(report)
    return {
        **_shown(row),
        "judged_on": report.judged_on,
        "policy": report.policy_on,
        "threshold": report.threshold,
        "figures": {figure.value: value for figure, value in report.figures.items()},
        "lines": [_line(report, axis, line, people) for axis in Axis for line in report.lines[axis]],
        "members": [_stood(one, people) for one in report.members],
        "heads": [asdict(head) for head in report.heads],
        "shortcomings": report.shortcomings,
        "plans": report.plans,
    }


@bp.get("/reports/<row:report_id>/content")
@access.reader
@bp.response(200, content_type="application/json")
def content(report_id: int) -> Response:
    """Return the very bytes that were frozen, records included: their SHA-256 is the digest."""
    row = snapshot_to_read(report_id)
    return Response(reports.frozen_content(db.session(), row.id), content_type="application/json")


@bp.get("/reports/<row:report_id>/changes")
@access.reader
@bp.arguments(shapes.ChangesQuery, location="query")
@bp.response(200, shapes.ChangesAnswer)
def changes(asked: dict[str, Any], report_id: int) -> dict[str, Any]:
    """Return what is different since: from the figures of now, or from another frozen report."""
    row = snapshot_to_read(report_id)
    other = other_of(row, asked["other"])
    looks.saw(Sight.REPORT_FILE, unit_id=row.unit.id)
    before, after = compared(row, other)
    found, people = differences(before, after), _people(before, after)
    return {
        "compared_with": other.id if other else None,
        "is_same": found.is_none,
        "is_policy_other": found.is_policy_other,
        "are_texts_other": found.are_texts_other,
        "figures": [{"figure": one.key, "before": one.before, "after": one.after} for one in found.figures],
        "lines": [
            {
                "table": axis,
                "key": _key(axis, change.key, people),
                "before": change.before and asdict(change.before),
                "after": change.after and asdict(change.after),
            }
            for axis in Axis
            for change in found.lines[axis]
        ],
        "members": [
            {
                "student_no": _key(Axis.MEMBER, change.key, people),
                "before": change.before and _stood(change.before, people),
                "after": change.after and _stood(change.after, people),
            }
            for change in found.members
        ],
        "records": [_record(change, people) for change in found.visits],
    }


def _shown(row: SnapshotRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "unit": row.unit.code,
        "kind": row.kind,
        "period": row.period,
        "from_on": row.from_on,
        "to_on": row.to_on,
        "digest": row.digest,
        "frozen_by": row.frozen_by,
        "frozen_at": row.frozen_at,
    }


def _people(*found: Report) -> People:
    """Return what everybody in the reports is called now."""
    ids = {int(line.key) for report in found for line in report.lines[Axis.MEMBER]}
    return reports.people(db.session(), ids)


def _key(axis: Axis, key: str, people: People) -> str | None:
    """Return the key of a line for programs: of a member her number, if she still has one."""
    if axis is not Axis.MEMBER:
        return key
    person = people.get(int(key))
    return person.student_no if person else None


def _line(report: Report, axis: Axis, line: Line, people: People) -> dict[str, Any]:
    person = people.get(int(line.key)) if axis is Axis.MEMBER else None
    name = person.name if person else report.named(axis).get(line.key)
    return {**asdict(line), "table": axis, "key": _key(axis, line.key, people), "name": name}


def _stood(one: Stood, people: People) -> dict[str, Any]:
    person = people.get(one.member_id)
    return {
        "student_no": person.student_no if person else None,
        "counted": one.counted,
        "threshold": one.threshold,
        "phase": one.phase.value,
        "status": one.status.value if one.status else None,
    }


def _record(change: Change[Visited], people: People) -> dict[str, Any]:
    def counted(visit: Visited | None) -> dict[str, Any] | None:
        if visit is None:
            return None
        student_no = _key(Axis.MEMBER, str(visit.member_id), people)
        return {**asdict(visit), "student_no": student_no, "grade": visit.grade.value}

    return {"id": int(change.key), "before": counted(change.before), "after": counted(change.after)}
