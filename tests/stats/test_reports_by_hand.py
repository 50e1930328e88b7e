"""A report's figures equal a count by hand, on random colleges and both engines."""

from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import engines
from tests.cast import LONG_AGO
from tests.stats import by_hand
from tests.stats.college import College
from volunteer.models import Shift, Visit
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import Figure, Outcome, ReportKind, Stage
from volunteer.rules.periods import Period, period_named
from volunteer.rules.report import Axis, Report
from volunteer.rules.workdays import WorkCalendar
from volunteer.stats.reports import report_of
from volunteer.stats.units import unit_row

PERIODS = [
    (ReportKind.YEAR, "2026"),
    (ReportKind.ACADEMIC_YEAR, "2025-2026"),
    (ReportKind.MONTH, "2026-01"),
    (ReportKind.YEAR, "2019"),
]
TODAY = date(2026, 11, 1)


@pytest.fixture(params=range(2))
def college(session: Session, request: pytest.FixtureRequest) -> College:
    return College.founded(session, request.param)


def reported(session: Session, unit: dict[str, Any], period: Period) -> Report:
    campus = engines.fixed_campus()
    calendar = WorkCalendar(published=campus.published_workdays)
    return report_of(
        session, unit_row(session, unit["id"]), period, campus=campus, calendar=calendar, today=TODAY
    )


def is_in_time(ended_on: date, campus: Campus) -> bool:
    """Whether what the random college booked, all at one moment, was booked by the tenth working day."""
    left = 10
    for days in count(1):
        day = ended_on + timedelta(days=days)
        known = campus.published_workdays(day)
        left -= day.weekday() < 5 if known is None else known
        if left == 0:
            return campus.day(LONG_AGO) <= day
    raise AssertionError


def by_key(report: Report, axis: Axis) -> dict[str, dict[str, Any]]:
    return {
        line.key: {
            "headcount": line.headcount,
            "person_times": line.person_times,
            "net": line.net,
            "credited": line.credited,
            "share": line.made_up_pct,
        }
        for line in report.lines[axis]
    }


def test_everything_in_a_report_equals_the_count_by_hand(college: College, session: Session) -> None:
    check_records(college, session)
    check_standing(college, session)
    check_due(college, session)


def check_records(college: College, session: Session) -> None:
    """Hold figures and lines against the records."""
    campus = engines.fixed_campus()
    ends: dict[int, date] = {
        visit_id: campus.day(ends_at)
        for visit_id, ends_at in session.execute(
            select(Visit.id, Shift.ends_at).join(Shift, Shift.id == Visit.shift_id)
        )
    }
    codes = {unit["id"]: unit["code"] for unit in college.units}
    for kind, name in PERIODS:
        period = period_named(kind, name, {})
        for unit in (*college.units[:3], college.units[-1]):
            report = reported(session, unit, period)
            mine = by_hand.within(college, period.from_on, period.to_on, unit["id"])
            visits = [visit for visit in mine if visit["counts"]]
            wanted, figures = by_hand.counted(visits), report.figures
            assert {visit.id for visit in report.visits} == {visit["id"] for visit in visits}
            assert (figures[Figure.HEADCOUNT], figures[Figure.PERSON_TIMES]) == (
                wanted["headcount"],
                wanted["person_times"],
            )
            assert (figures[Figure.NET_MIN], figures[Figure.CREDITED_MIN]) == (
                wanted["net"],
                wanted["credited"],
            )
            assert figures[Figure.MADE_UP_MIN] == sum(visit["made_up"] for visit in visits)
            assert figures[Figure.POSTS] == len({visit["post"] for visit in visits})
            assert figures[Figure.BASES] == len({visit["base"] for visit in visits} - {None})
            assert figures[Figure.VISITS] == len(visits)
            assert figures[Figure.IN_TIME] == sum(is_in_time(ends[visit["id"]], campus) for visit in visits)
            assert figures[Figure.RECORDED_MIN] == by_hand.recorded(
                college, period.from_on, period.to_on, unit["id"]
            )
            keys = {
                Axis.POST: lambda visit: college.posts[visit["post"]][0],
                Axis.BASE: lambda visit: college.bases.get(visit["base"], ""),
                Axis.MONTH: lambda visit: visit["day"].strftime("%Y-%m"),
            }
            for axis, key in keys.items():
                assert by_key(report, axis) == by_hand.grouped(visits, key), (axis, name, unit["code"])
            units = by_key(report, Axis.UNIT)
            assert list(units) == [codes[one["id"]] for one in in_order(college, unit)]
            for one in in_order(college, unit):
                below = by_hand.within(college, period.from_on, period.to_on, one["id"])
                assert units[one["code"]] == by_hand.counted(below)


def in_order(college: College, top: dict[str, Any]) -> list[dict[str, Any]]:
    below = [unit for unit in college.units if top["id"] in unit["above"]]
    return sorted(below, key=lambda unit: [int(part) for part in str(unit["path"]).split("/") if part])


def check_standing(college: College, session: Session) -> None:
    """Hold who stood where against members and ledger lines."""
    for kind, name in PERIODS:
        period = period_named(kind, name, {})
        on = period.judged_on(TODAY)
        for unit in (*college.units[:3], college.units[-1]):
            below = {one["id"] for one in college.units if unit["id"] in one["above"]}
            wanted = {}
            for one in college.members:
                if by_hand.branch_on(one, on) in below and (found := stood(college, one, on)) is not None:
                    wanted[one["id"]] = found
            report = reported(session, unit, period)
            got = {one.member_id: (one.counted, one.key.value) for one in report.members}
            assert got == wanted, (name, unit["code"])
            assert report.figures[Figure.PROBATIONARY] == len(wanted)


def stood(college: College, one: dict[str, Any], on: date) -> tuple[int, str] | None:
    """Return what a member had and where she stood on a day; None: she was not on probation."""
    if one["start"] is None:
        return (0, "no_window") if one["stage"] is Stage.PROBATIONARY else None
    is_open = one["outcome"] is None and one["stage"] not in (Stage.ACTIVIST, Stage.FULL)
    # The random college decides on the day on which the window ends.
    is_decided_later = one["outcome"] is not None and one["end"] > on
    if one["start"] > on or not (is_open or is_decided_later):
        return None
    lines = [line for line in college.credits if line["member"] == one["id"]]
    minutes = sum(
        line["credited"] for line in lines if one["start"] <= line["day"] < one["end"] and line["day"] <= on
    )
    threshold, _ = by_hand.policy_on(one["start"])
    then = one | {"outcome": None, "stage": Stage.PROBATIONARY, "unit": 1}
    phase = by_hand.phase_of(then, on, True, max(0, threshold - minutes))
    status = by_hand.status_of(then, on, phase, minutes, threshold)
    return minutes, (status or phase).value


def check_due(college: College, session: Session) -> None:
    """Hold whose probation was due, and who had the hours."""
    for kind, name in PERIODS:
        period = period_named(kind, name, {})
        before = min(period.to_on, TODAY + timedelta(days=1))
        for unit in college.units[:3]:
            below = {one["id"] for one in college.units if unit["id"] in one["above"]}
            due = [
                one
                for one in college.members
                if has_window(one)
                and period.from_on <= one["end"] < before
                and by_hand.branch_on(one, one["end"]) in below
            ]
            judged = [
                one for one in due if one["outcome"] is not Outcome.CANCELLED and one["unit"] is not None
            ]
            met = [one for one in judged if by_hand.standing(college, one, TODAY)["met"]]
            figures = reported(session, unit, period).figures
            got = [figures[figure] for figure in (Figure.DUE, Figure.JUDGED, Figure.MET)]
            assert got == [len(due), len(judged), len(met)], (name, unit["code"])


def has_window(one: dict[str, Any]) -> bool:
    return one["start"] is not None
