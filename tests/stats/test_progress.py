"""Who is on probation, and what was served in the windows, against a count by hand."""

from collections import Counter
from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.stats import by_hand
from tests.stats.college import College
from volunteer.rules.kinds import Phase
from volunteer.rules.progress import rate
from volunteer.stats import progress, standing, windows
from volunteer.stats.rollups import Days

TODAYS = [date(2026, 3, 16), date(2026, 11, 1)]
DECIDED = (Phase.NO_WINDOW, Phase.CONVERTED, Phase.CANCELLED, Phase.TRANSFERRED_OUT)


@pytest.fixture
def college(session: Session) -> College:
    return College.founded(session, 5)


def undecided(college: College, unit_id: int, today: date) -> list[by_hand.Figures]:
    """Return the present members of a unit and all below whose probation is not decided."""
    below = {unit["id"] for unit in college.units if unit_id in unit["above"]}
    return [
        one
        for one in college.members
        if one["unit"] in below and by_hand.standing(college, one, today)["phase"] not in DECIDED
    ]


def test_who_is_on_probation_is_judged_as_on_the_full_list(college: College, session: Session) -> None:
    for today in TODAYS:
        for top in college.units:
            found = progress.progress_of(session, top["path"], today=today)
            wanted = undecided(college, top["id"], today)
            assert sorted(one.student_no for one in found) == sorted(one["no"] for one in wanted)
            full = standing.standings(session, [one.member_id for one in found], today=today)
            assert [one.standing for one in found] == [one.standing for one in full]
            wanted_places = Counter(
                (figures["status"] or figures["phase"])
                for figures in (by_hand.standing(college, one, today) for one in wanted)
            )
            assert Counter(one.at for one in found) == wanted_places


def test_the_rate_of_those_due_is_that_of_the_due_list(college: College, session: Session) -> None:
    days = Days(from_on=date(2026, 9, 1), to_on=date(2027, 9, 1))
    for top in college.units:
        present, found = progress.progress_and_due(session, top["path"], days, today=TODAYS[1])
        alone = progress.progress_of(session, top["path"], today=TODAYS[1])
        assert {one.member_id for one in present} == {one.member_id for one in alone}
        due = standing.due_in(session, top["path"], from_on=days.from_on, to_on=days.to_on, today=TODAYS[1])
        got = rate(found, top["path"])
        assert (len(found), got.judged, got.met, got.pct) == (due.due, due.judged, due.met, due.met_rate_pct)


def inside(college: College, unit_id: int) -> list[by_hand.Figures]:
    """Return the visits that members of a unit paid in their own windows, wherever they served."""
    ends = {one["id"]: (one["start"], one["end"]) for one in undecided(college, unit_id, TODAYS[0])}
    return [
        visit
        for visit in college.visits
        if visit["member"] in ends and ends[visit["member"]][0] <= visit["day"] < ends[visit["member"]][1]
    ]


def test_roll_ups_by_window_follow_the_member_and_end_with_her_window(
    college: College, session: Session
) -> None:
    for top in college.units:
        visits = inside(college, top["id"])
        total = windows.of_unit(session, unit_path=top["path"])
        assert by_hand.of_row(total) == by_hand.counted(visits)
        months = {row.code: by_hand.of_row(row) for row in windows.by_month(session, unit_path=top["path"])}
        assert months == by_hand.grouped(visits, lambda visit: visit["day"].strftime("%Y-%m"))
        rows = windows.by_child(session, unit_path=top["path"], unit_id=top["id"])
        children = [unit for unit in college.units if unit["above"][-2:-1] == [top["id"]]]
        wanted = {unit["code"]: by_hand.counted(inside(college, unit["id"])) for unit in children}
        assert {row.code: by_hand.of_row(row) for row in rows} == wanted
