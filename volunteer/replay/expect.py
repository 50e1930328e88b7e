"""What a scenario expects, read through the same statistics as every page."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from volunteer.actions.book import around_visit
from volunteer.actions.calendar import record_deadline
from volunteer.models import Unit
from volunteer.replay.lines import BadScenario, Event
from volunteer.replay.world import World
from volunteer.rules.evidence import state_at
from volunteer.rules.tally import hours_text
from volunteer.stats import rollups
from volunteer.stats.flags import flags_of
from volunteer.stats.rollups import GRADES, Days, RollUp
from volunteer.stats.standing import due_in, member_standing

_SELECTORS = frozenset(
    {"do", "at", "member", "visit", "rollup", "unit", "key", "from", "to", "due_from", "due_to"}
)


def differences(world: World, event: Event) -> list[tuple[str, Any, Any]]:
    """Return what is not as expected: key, wanted, got. Only the given keys are compared."""
    got = _got(world, event)
    wanted = {key: value for key, value in event.keys.items() if key not in _SELECTORS}
    found = []
    for key, value in wanted.items():
        if key not in got:
            raise BadScenario(f"{event.place}: this form of expect knows no {key}")
        found += _compare(key, value, got[key])
    return found


def _compare(key: str, wanted: Any, got: Any) -> list[tuple[str, Any, Any]]:
    if isinstance(wanted, Mapping):
        return [
            (f"{key}.{part}", value, got.get(part, 0))
            for part, value in wanted.items()
            if got.get(part, 0) != value
        ]
    if key == "flags":
        wanted = sorted(wanted)
    return [] if wanted == got else [(key, wanted, got)]


def _got(world: World, event: Event) -> dict[str, Any]:
    if "visit" in event.keys:
        return _visit(world, event)
    if "rollup" in event.keys:
        return _rollup(world, event)
    if "member" in event.keys:
        return _member(world, event)
    if "unit" in event.keys:
        return _due(world, event)
    raise BadScenario(f"{event.place}: expect needs member, visit, rollup or unit")


def _member(world: World, event: Event) -> dict[str, Any]:
    today = world.campus.day(event.at)
    member = member_standing(world.session, world.member(event.text("member")), today=today)
    standing = member.standing
    return {
        "net": member.net,
        "credited": member.credited,
        "counted": standing.counted,
        "pending": member.pending,
        "met": standing.is_met,
        "status": standing.status,
        "phase": standing.phase,
        "starts_on": member.starts_on.isoformat() if member.starts_on else None,
        "ends_before": member.ends_before.isoformat() if member.ends_before else None,
        "lost": {reason.value: minutes for reason, minutes in member.lost.items()},
        "hours": hours_text(standing.counted),
    }


def _visit(world: World, event: Event) -> dict[str, Any]:
    member, _, shift = event.text("visit").partition("@")
    visit_id = world.visit(member, shift)
    _, visit = around_visit(world.session, visit_id)
    ended_on = world.campus.day(visit.shift.end)
    return {
        "state": state_at(visit.state, visit.shift.end, visit.policy, event.at),
        "grade": visit.grade,
        "net": visit.summary[0],
        "credited": visit.summary[1],
        "flags": sorted(flags_of(world.session, [visit_id])[visit_id]),
        "deadline": record_deadline(world.session, ended_on, visit.policy, world.campus).day.isoformat(),
    }


def _rollup(world: World, event: Event) -> dict[str, Any]:
    days = Days(from_on=event.day("from"), to_on=event.day("to"))
    key, kind = event.keys.get("key"), event.text("rollup")
    if kind in ("unit", "college"):
        row = rollups.of_unit(world.session, days, unit_path=_path(world, str(key)))
        return _figures(row) | {"net": row.net + row.recorded, "credited": row.credited + row.recorded}
    read = {
        "post": rollups.by_post,
        "base": rollups.by_base,
        "term": rollups.by_term,
        "month": rollups.by_month,
    }
    if kind not in read:
        raise BadScenario(f"{event.place}: unknown rollup {kind}")
    rows = {row.code: row for row in read[kind](world.session, days)}
    empty = RollUp(
        code=key, name=None, headcount=0, person_times=0, net=0, credited=0, by_grade=(0,) * len(GRADES)
    )
    return _figures(rows.get(key, empty))


def _figures(row: RollUp) -> dict[str, Any]:
    return {
        "headcount": row.headcount,
        "person_times": row.person_times,
        "net": row.net,
        "credited": row.credited,
        "makeup_share_pct": row.makeup_share_pct,
    }


def _due(world: World, event: Event) -> dict[str, Any]:
    due = due_in(
        world.session,
        _path(world, event.text("unit")),
        from_on=event.day("due_from"),
        to_on=event.day("due_to"),
        today=world.campus.day(event.at),
    )
    return {
        "met": due.met,
        "due": due.due,
        "met_rate_pct": due.met_rate_pct,
        "order": [member.student_no for member in due.members],
    }


def _path(world: World, code: str) -> str:
    return world.session.execute(select(Unit.path).where(Unit.id == world.unit(code))).scalar_one()
