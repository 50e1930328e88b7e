"""What programs read: the same figures as on the pages, from the same functions."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from flask_smorest import Blueprint

from volunteer import clock
from volunteer.database import db
from volunteer.rules.kinds import Sight
from volunteer.rules.places import Whose
from volunteer.rules.policy import policy_on
from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas import reads as shapes
from volunteer.stats import rollups, units
from volunteer.stats.behind import at_place, behind, coded, count_of, sum_of
from volunteer.stats.place import Place
from volunteer.stats.policies import policies
from volunteer.stats.records import Record, older_than, records_of
from volunteer.stats.rollups import Days, RollUp
from volunteer.stats.standing import MemberStanding, member_standing, members_of
from volunteer.stats.units import UnitRow
from volunteer.web import access, looks
from volunteer.web.branch import filtered
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
    limit = asked["limit"]
    found = records_of(
        db.session(),
        access.my_member_id(),
        now=clock.utc_now(),
        before_id=asked["before"],
        limit=limit + 1,
    )
    page = found[:limit]
    return {
        "visits": [_visit(record) for record in page],
        "next": page[-1].id if len(found) > len(page) else None,
    }


@bp.get("/units/<code:code>/members")
@access.reader
@bp.arguments(shapes.MemberQuery, location="query")
@bp.response(200, shapes.MemberPage)
def unit_members(asked: dict[str, Any], code: str) -> dict[str, Any]:
    """Return progress rows, furthest from the threshold first.

    All are judged by the rules, as on the page, before the list is cut: order and status come from there.
    """
    unit, today = _unit(code), settings().campus.day(clock.utc_now())
    looks.saw(Sight.MEMBERS, unit_id=unit.id)
    people = members_of(db.session(), unit.path, today=today)
    found = filtered(people, asked["q"] or "", asked["status"] or "")
    if asked["phase"]:
        found = [one for one in found if one.standing.phase == asked["phase"]]
    if asked["after"] is not None:
        found = [one for one in found if _place(one) > asked["after"]]
    page = found[: asked["limit"]]
    return {
        "members": [_standing(one) for one in page],
        "next": shapes.cursor_text(_place(page[-1])) if len(found) > len(page) else None,
    }


@bp.get("/units/<code:code>/visits")
@access.reader
@bp.arguments(shapes.UnitVisitQuery, location="query")
@bp.response(200, shapes.UnitVisitPage)
def unit_visits(asked: dict[str, Any], code: str) -> dict[str, Any]:
    """Return the records behind a unit's figures, newest first, with every step of each calculation.

    Their sum is the roll-up of the same days, by default of the running calendar year.
    """
    unit, session, limit = _unit(code), db.session(), asked["limit"]
    looks.saw(Sight.RECORDS, unit_id=unit.id)
    place = Place(unit_path=unit.path, whose=Whose.MEMBERS)
    where = at_place(place, _days(asked["since"], asked["until"]))
    where += coded(post=asked["post"], base=asked["base"])
    total, records = sum_of(session, where), count_of(session, where)
    before = [] if asked["before"] is None else [older_than(asked["before"])]
    found, _ = behind(
        session,
        [*where, *before],
        actor=access.actor(),
        roles=access.READERS,
        unit_path=unit.path,
        now=clock.utc_now(),
        limit=limit + 1,
    )
    page = found[:limit]
    return {
        "total": {
            "visits": records,
            "headcount": total.headcount,
            "person_times": total.person_times,
            "net": total.net,
            "credited": total.credited,
        },
        "visits": [
            {**_visit(one.record), "student_no": one.student_no, "name": one.name, "unit": one.unit_name}
            for one in page
        ],
        "next": page[-1].record.id if len(found) > len(page) else None,
    }


@bp.get("/stats")
@access.reader
@bp.arguments(shapes.StatsQuery, location="query")
@bp.response(200, shapes.StatsAnswer)
def stats(asked: dict[str, Any]) -> dict[str, Any]:
    """Return a roll-up of a unit in reach, by default over the running calendar year."""
    unit = _unit(asked["unit"]) if asked["unit"] else _own_unit()
    now, days = clock.utc_now(), _days(asked["since"], asked["until"])
    return {
        "basis": {
            "unit": unit.code,
            "since": days.from_on,
            "until": days.to_on,
            "by": asked["by"],
            "policy": policy_on(settings().campus.day(now), policies(db.session())).effective_on,
            "made_at": now,
            "made_by": access.me().name,
        },
        "rows": [_row(row) for row in BY[asked["by"]](unit, days)],
    }


def _days(since: date | None, until: date | None) -> Days:
    """Return the days asked for; where one end is left open, the calendar year goes on to it."""
    this_year = settings().campus.day(clock.utc_now()).year
    first = since or date((until - timedelta(days=1)).year if until else this_year, 1, 1)
    return Days(from_on=first, to_on=until or date(first.year + 1, 1, 1))


BY: dict[str, Callable[[UnitRow, Days], Sequence[RollUp]]] = {
    "post": lambda unit, days: rollups.by_post(db.session(), days, unit_path=unit.path),
    "base": lambda unit, days: rollups.by_base(db.session(), days, unit_path=unit.path),
    "unit": lambda unit, days: rollups.by_unit(db.session(), days, unit_path=unit.path),
    "month": lambda unit, days: rollups.by_month(db.session(), days, unit_path=unit.path),
    "term": lambda unit, days: rollups.by_term(db.session(), days, unit_path=unit.path),
    "member": lambda unit, days: rollups.by_member(db.session(), days, unit_path=unit.path),
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


def _place(one: MemberStanding) -> tuple[int, str]:
    """Return where the member stands in the list: what is missing, most first, then the number."""
    return -one.standing.missing, one.student_no


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
        "recorded": row.recorded,
    }
