"""The figures once more, counted in Python loops over plain rows. Shares nothing with the SQL."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from tests.stats.college import LOSSES, POLICIES, College
from volunteer.rules.kinds import Outcome, Phase, Stage, Status

Figures = dict[str, Any]


def counted(visits: Iterable[Figures]) -> Figures:
    """Return headcount, person-times and minutes of visits that count."""
    chosen = [visit for visit in visits if visit["counts"]]
    net = sum(visit["net"] for visit in chosen)
    made_up = sum(visit["made_up"] for visit in chosen)
    return {
        "headcount": len({visit["member"] for visit in chosen}),
        "person_times": len({(visit["member"], visit["post"], visit["day"]) for visit in chosen}),
        "net": net,
        "credited": sum(visit["credited"] for visit in chosen),
        "share": half_up(made_up * 100, net),
    }


def places(visits: Iterable[Figures]) -> tuple[int, int]:
    """Return at how many posts and at how many bases visits that count were."""
    chosen = [visit for visit in visits if visit["counts"]]
    return len({visit["post"] for visit in chosen}), len({visit["base"] for visit in chosen} - {None})


def half_up(part: int, whole: int) -> float | None:
    """Return part / whole, rounded half up to one decimal, by counting tenths."""
    if whole == 0:
        return None
    tenths = 0
    while (2 * (tenths + 1) - 1) * whole <= 20 * part:
        tenths += 1
    return tenths / 10


def of_row(row: Any) -> Figures:
    """Return the same of a row of the statistics."""
    return {
        "headcount": row.headcount,
        "person_times": row.person_times,
        "net": row.net,
        "credited": row.credited,
        "share": row.makeup_share_pct,
    }


def within(college: College, start: date, end: date, unit_id: int | None = None) -> list[Figures]:
    """Return the visits of the days, of one unit and all below it."""
    below = {unit["id"] for unit in college.units if unit_id is None or unit_id in unit["above"]}
    return [visit for visit in college.visits if start <= visit["day"] < end and visit["unit"] in below]


def recorded(college: College, start: date, end: date, unit_id: int) -> int:
    """Return the typed minutes of a unit and all below it."""
    below = {unit["id"] for unit in college.units if unit_id in unit["above"]}
    lines = [line for line in college.credits if line["is_record"] and line["unit"] in below]
    return sum(line["net"] for line in lines if start <= line["day"] < end)


def grouped(visits: list[Figures], key: Any) -> dict[Any, Figures]:
    """Return the figures by key, of those that count."""
    keys = {key(visit) for visit in visits if visit["counts"]}
    return {name: counted(visit for visit in visits if key(visit) == name) for name in keys}


def week(visits: Iterable[Figures]) -> list[list[int]]:
    """Return 7 weekdays of 24 hours with the visits that count: here every shift lasts from nine to six."""
    cells = [[0] * 24 for _ in range(7)]
    for visit in visits:
        for hour in range(9, 18) if visit["counts"] else ():
            cells[visit["day"].weekday()][hour] += 1
    return cells


def standing(college: College, one: Figures, today: date) -> Figures:
    """Return where a member stands."""
    mine = [line for line in college.credits if line["member"] == one["id"]]
    own = [visit for visit in college.visits if visit["member"] == one["id"]]
    is_full = one["stage"] in (Stage.ACTIVIST, Stage.FULL)
    has_window = one["start"] is not None and (one["outcome"] is not None or not is_full)
    credited = sum(line["credited"] for line in mine)
    in_window = 0
    if has_window:
        inside = [line for line in mine if one["start"] <= line["day"] < one["end"]]
        in_window = sum(line["credited"] for line in inside)
    threshold, budget_pct = policy_on(one["start"] or today)
    missing = max(0, threshold - in_window) if has_window else 0
    lost = {name: sum(visit["lost"][name] for visit in own) for name in LOSSES}
    lost["outside_window"] = credited - in_window
    asked = sum(request["minutes"] for request in college.asked if request["member"] == one["id"])
    phase = phase_of(one, today, has_window, missing)
    return {
        "net": sum(line["net"] for line in mine),
        "credited": credited,
        "counted": in_window,
        "pending": sum(visit["pending"] for visit in own) + asked,
        "lost": {name: minutes for name, minutes in lost.items() if minutes},
        "missing": missing,
        "met": (missing == 0) if has_window else None,
        "phase": phase,
        "status": status_of(one, today, phase, in_window, threshold),
        "recorded": sum(line["net"] for line in mine if line["is_record"]),
        "makeup_net": sum(visit["made_up"] for visit in own if visit["counts"]),
        "budget": threshold * budget_pct // 100,
    }


def policy_on(day: date) -> tuple[int, int]:
    """Return threshold and budget in force on a day."""
    found = POLICIES[0]
    for version in POLICIES:
        if version[0] <= day:
            found = version
    return found[1], found[2]


def phase_of(one: Figures, today: date, has_window: bool, missing: int) -> Phase:
    """Return the phase, by the closed list."""
    if has_window and one["outcome"] is Outcome.CONVERTED:
        return Phase.CONVERTED
    if has_window and one["outcome"] is Outcome.CANCELLED:
        return Phase.CANCELLED
    if one["unit"] is None:
        return Phase.TRANSFERRED_OUT
    if not has_window:
        return Phase.NO_WINDOW
    if today < one["start"]:
        return Phase.NOT_STARTED
    if today >= one["end"]:
        return Phase.NOT_MET if missing else Phase.DUE_WAITING
    return Phase.EXTENDED if one["months"] else Phase.IN_WINDOW


def status_of(one: Figures, today: date, phase: Phase, minutes: int, threshold: int) -> Status | None:
    """Return the first status that fits, inside the window."""
    if phase not in (Phase.IN_WINDOW, Phase.EXTENDED):
        return None
    left, missing = (one["end"] - today).days, threshold - minutes
    elapsed, length = (today - one["start"]).days, (one["end"] - one["start"]).days
    if missing <= 0:
        return Status.MET
    if missing > left * 480:
        return Status.UNREACHABLE
    if missing * 7 / left > 360:
        return Status.AT_RISK
    if minutes >= threshold * 0.8:
        return Status.NEAR
    if elapsed > 60 and threshold * elapsed / length - minutes > 600:
        return Status.BEHIND
    return Status.ON_TRACK


def branch_on(one: Figures, day: date) -> int | None:
    """Return the branch of a member on a day."""
    found = [unit for unit, start, end in one["homes"] if start <= day and (end is None or day < end)]
    return found[-1] if found else None
