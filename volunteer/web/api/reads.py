"""What programs read: the same figures as on the pages, from the same functions."""

from collections.abc import Callable, Sequence
from typing import Any

from flask_smorest import Blueprint

from volunteer import clock
from volunteer.database import db
from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas import reads as shapes
from volunteer.stats import rollups, units
from volunteer.stats.hours_export import hours_rows
from volunteer.stats.records import Record, records_of
from volunteer.stats.rollups import Days, RollUp
from volunteer.stats.standing import MemberStanding, member_standing, members_of
from volunteer.stats.units import UnitRow
from volunteer.web import access
from volunteer.web.branch import asked_days, filtered
from volunteer.web.show import settings

bp = Blueprint("reads", __name__, description="Standing, records, progress and roll-ups")


@bp.get("/me")
@access.member
@bp.response(200, shapes.Standing)
def me() -> dict[str, Any]:
    """Return the asker's own standing."""
    today = settings().campus.day(clock.utc_now())
    return _standing(member_standing(db.session(), access.my_member_id(), today=today))


@bp.get("/me/visits")
@access.member
@bp.arguments(shapes.VisitQuery, location="query")
@bp.response(200, shapes.VisitPage)
def my_visits(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the asker's records, newest first, with every step of the calculation."""
    found = records_of(db.session(), access.my_member_id(), now=clock.utc_now())
    if asked["before"] is not None:
        ids = [record.id for record in found]
        found = found[ids.index(asked["before"]) + 1 :] if asked["before"] in ids else []
    page = found[: asked["limit"]]
    return {
        "visits": [_visit(record) for record in page],
        "next": page[-1].id if len(found) > len(page) else None,
    }


@bp.get("/units/<code:code>/members")
@access.reader
@bp.arguments(shapes.MemberQuery, location="query")
@bp.response(200, shapes.MemberPage)
def unit_members(asked: dict[str, Any], code: str) -> dict[str, Any]:
    """Return progress rows, furthest from the threshold first."""
    unit, today = _unit(code), settings().campus.day(clock.utc_now())
    people = filtered(
        members_of(db.session(), unit.path, today=today), asked["q"] or "", asked["status"] or ""
    )
    end = asked["after"] + asked["limit"]
    return {
        "members": [_standing(one) for one in people[asked["after"] : end]],
        "next": end if end < len(people) else None,
    }


@bp.get("/stats")
@access.reader
@bp.arguments(shapes.StatsQuery, location="query")
@bp.response(200, shapes.StatsAnswer)
def stats(asked: dict[str, Any]) -> dict[str, Any]:
    """Return a roll-up of a unit in reach, by default over the running calendar year."""
    unit = _unit(asked["unit"]) if asked["unit"] else _own_unit()
    year = asked_days()
    days = Days(from_on=asked["since"] or year.from_on, to_on=asked["until"] or year.to_on)
    return {
        "basis": {
            "unit": unit.code,
            "since": days.from_on,
            "until": days.to_on,
            "by": asked["by"],
        },
        "rows": [_row(row) for row in BY[asked["by"]](unit, days)],
    }


def _by_member(unit: UnitRow, days: Days) -> Sequence[RollUp]:
    return [
        RollUp(
            code=str(student_no),
            name=str(name),
            headcount=1 if times else 0,
            person_times=int(times),
            net=int(net),
            credited=int(credited),
            makeup_net=int(makeup),
        )
        for student_no, name, _unit_name, times, net, credited, makeup, _hours in hours_rows(
            db.session(), unit.path, days
        )
    ]


BY: dict[str, Callable[[UnitRow, Days], Sequence[RollUp]]] = {
    "post": lambda unit, days: rollups.by_post(db.session(), days, unit_path=unit.path),
    "base": lambda unit, days: rollups.by_base(db.session(), days, unit_path=unit.path),
    "unit": lambda unit, days: rollups.by_unit(db.session(), days, unit_path=unit.path),
    "month": lambda unit, days: rollups.by_month(db.session(), days, unit_path=unit.path),
    "term": lambda unit, days: rollups.by_term(db.session(), days, unit_path=unit.path),
    "member": _by_member,
}


def _unit(code: str) -> UnitRow:
    found = units.unit_to_read(db.session(), code, access.actor(), access.READERS)
    if found is None:
        raise Refusal(Reason.UNKNOWN)
    return found


def _own_unit() -> UnitRow:
    own = units.own_units(db.session(), access.actor(), access.READERS)
    if not own:
        raise Refusal(Reason.UNKNOWN)
    return own[0]


def _standing(one: MemberStanding) -> dict[str, Any]:
    standing = one.standing
    return {
        "student_no": one.student_no,
        "name": one.name,
        "unit": one.unit_code,
        "starts_on": one.starts_on,
        "ends_before": one.ends_before,
        "threshold": standing.threshold,
        "net": one.net,
        "credited": one.credited,
        "counted": standing.counted,
        "pending": one.pending,
        "met": standing.is_met,
        "phase": standing.phase.value,
        "status": standing.status.value if standing.status else None,
        "missing": standing.missing,
        "days_left": standing.days_left,
        "per_week": standing.per_week,
        "lost": {reason.value: minutes for reason, minutes in one.lost.items()},
    }


def _visit(record: Record) -> dict[str, Any]:
    steps = [("raw", record.raw)]
    steps += [(reason.value, -minutes) for reason, minutes in record.before_net]
    steps.append(("net", record.net))
    steps += [(reason.value, -minutes) for reason, minutes in record.after_net]
    steps.append(("credited", record.credited))
    return {
        "id": record.id,
        "post": record.post_name,
        "shift_starts_at": record.starts_at,
        "shift_ends_at": record.ends_at,
        "served_on": record.served_on,
        "state": record.state.value,
        "grade": record.grade.value,
        "net": record.net,
        "credited": record.credited,
        "pending": record.pending,
        "came_at": record.came_at,
        "left_at": record.left_at,
        "steps": [{"step": name, "minutes": minutes} for name, minutes in steps],
    }


def _row(row: RollUp) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "headcount": row.headcount,
        "person_times": row.person_times,
        "net": row.net,
        "credited": row.credited,
        "makeup_share_pct": row.makeup_share_pct,
    }
