"""Every roll-up, standing and export equals a count by hand, on random colleges and both engines."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.stats import by_hand
from tests.stats.college import College
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.tally import hours_text
from volunteer.stats import hours_export, rollups, standing
from volunteer.stats.rollups import Days

STRETCHES = [
    (date(2025, 9, 1), date(2027, 1, 1)),
    (date(2026, 1, 1), date(2026, 7, 1)),
    (date(2026, 1, 20), date(2026, 1, 21)),
    (date(2019, 1, 1), date(2019, 2, 1)),
]
TODAYS = [date(2025, 9, 2), date(2026, 3, 16), date(2026, 11, 1), date(2028, 6, 1)]


@pytest.fixture(params=range(2))
def college(session: Session, request: pytest.FixtureRequest) -> College:
    return College.founded(session, request.param)


def path_of(college: College, unit_id: int) -> str:
    return next(str(unit["path"]) for unit in college.units if unit["id"] == unit_id)


def test_every_roll_up_equals_the_count_by_hand(college: College, session: Session) -> None:
    for start, end in STRETCHES:
        days = Days(from_on=start, to_on=end)
        for unit in [None, *college.units[:4], *college.units[-2:]]:
            unit_id, path = (unit["id"], unit["path"]) if unit else (None, None)
            visits = by_hand.within(college, start, end, unit_id)
            check_keys(college, session, days, path, visits)


def check_keys(
    college: College, session: Session, days: Days, path: str | None, visits: list[by_hand.Figures]
) -> None:
    """Hold each kind of roll-up against the same visits."""
    numbers = {one["id"]: one["no"] for one in college.members}
    keys = {
        rollups.by_post: lambda visit: college.posts[visit["post"]][0],
        rollups.by_base: lambda visit: college.bases.get(visit["base"]),
        rollups.by_month: lambda visit: visit["day"].strftime("%Y-%m"),
        rollups.by_member: lambda visit: numbers[visit["member"]],
    }
    for read, key in keys.items():
        rows = read(session, days, unit_path=path)
        got = {row.code: by_hand.of_row(row) for row in rows}
        assert len(got) == len(rows)
        assert got == by_hand.grouped(visits, key), (read.__name__, days, path)
    minutes = [row.net for row in rollups.by_post(session, days, unit_path=path)]
    assert minutes == sorted(minutes, reverse=True)
    months = rollups.by_month(session, days, unit_path=path)
    assert [row.code for row in months] == sorted(row.code or "" for row in months)
    if path is not None:
        found = rollups.months_and_places(session, days, unit_path=path)
        assert found == (months, *by_hand.places(visits))


def test_terms_count_what_lies_in_them_and_in_the_days_asked_for(college: College, session: Session) -> None:
    for start, end in STRETCHES:
        for unit in [None, college.units[1]]:
            visits = by_hand.within(college, start, end, unit["id"] if unit else None)
            wanted = {
                code: by_hand.counted(visit for visit in visits if first <= visit["day"] < last)
                for code, first, last in college.terms
                if first < end and last > start
            }
            rows = rollups.by_term(
                session, Days(from_on=start, to_on=end), unit_path=unit["path"] if unit else None
            )
            assert {row.code: by_hand.of_row(row) for row in rows} == wanted
            assert [row.code for row in rows] == sorted(wanted)


def test_a_unit_includes_what_is_below_it(college: College, session: Session) -> None:
    for start, end in STRETCHES:
        days = Days(from_on=start, to_on=end)
        for top in [*college.units[:3], college.units[-1]]:
            rows = {row.code: row for row in rollups.by_unit(session, days, unit_path=top["path"])}
            below = [unit for unit in college.units if top["id"] in unit["above"]]
            assert set(rows) == {unit["code"] for unit in below}
            for unit in below:
                wanted = by_hand.counted(by_hand.within(college, start, end, unit["id"]))
                one = rollups.of_unit(session, days, unit_path=unit["path"])
                for row in (rows[unit["code"]], one):
                    assert by_hand.of_row(row) == wanted, unit["code"]
                    assert row.recorded == by_hand.recorded(college, start, end, unit["id"])
                    assert row.code == unit["code"]


def test_where_everybody_stands(college: College, session: Session) -> None:
    for today in TODAYS:
        for one in college.members:
            got = standing.member_standing(session, one["id"], today=today)
            assert as_figures(got) == by_hand.standing(college, one, today), (one, today)


def as_figures(one: standing.MemberStanding) -> by_hand.Figures:
    return {
        "net": one.net,
        "credited": one.credited,
        "counted": one.standing.counted,
        "pending": one.pending,
        "lost": {reason.value: minutes for reason, minutes in one.lost.items()},
        "missing": one.standing.missing,
        "met": one.standing.is_met,
        "phase": one.standing.phase,
        "status": one.standing.status,
        "recorded": one.recorded,
        "makeup_net": one.makeup_net,
        "budget": one.makeup_budget,
    }


def test_what_is_lost_sums_to_the_difference(college: College, session: Session) -> None:
    for one in college.members:
        got = standing.member_standing(session, one["id"], today=TODAYS[1])
        assert got.credited - got.lost.get("outside_window", 0) == got.standing.counted  # type: ignore[call-overload]


def test_a_stranger_has_no_standing(college: College, session: Session) -> None:
    with pytest.raises(Refusal) as caught:
        standing.member_standing(session, 99_999, today=TODAYS[0])
    assert caught.value.reason is Reason.NOT_A_MEMBER


def test_members_of_a_unit_come_furthest_first_with_zero_rows(college: College, session: Session) -> None:
    for top in college.units:
        below = {unit["id"] for unit in college.units if top["id"] in unit["above"]}
        there = [one for one in college.members if one["unit"] in below]
        wanted = sorted(
            there, key=lambda one: (-by_hand.standing(college, one, TODAYS[1])["missing"], one["no"])
        )
        got = standing.members_of(session, top["path"], today=TODAYS[1])
        assert [row.student_no for row in got] == [one["no"] for one in wanted]
        for row, one in zip(got, wanted, strict=True):
            assert as_figures(row) == by_hand.standing(college, one, TODAYS[1])


def test_the_due_list_is_by_the_branch_on_the_day_with_who_left_outside_the_rate(
    college: College, session: Session
) -> None:
    stretches = [(date(2026, 9, 1), date(2027, 3, 1)), (date(2026, 1, 1), date(2030, 1, 1))]
    for today in (TODAYS[1], TODAYS[3]):
        for start, end in stretches:
            for top in college.units:
                check_due(college, session, top, start, end, today)


def check_due(
    college: College, session: Session, top: by_hand.Figures, start: date, end: date, today: date
) -> None:
    below = {unit["id"] for unit in college.units if top["id"] in unit["above"]}
    due = [
        one
        for one in college.members
        if one["start"] and start <= one["end"] < end and by_hand.branch_on(one, one["end"]) in below
    ]
    places = {one["no"]: by_hand.standing(college, one, today) for one in due}
    staying = [
        one
        for one in due
        if one["unit"] is not None and places[one["no"]]["phase"] not in ("cancelled", "transferred_out")
    ]
    met = sum(bool(places[one["no"]]["met"]) for one in staying)
    got = standing.due_in(session, top["path"], from_on=start, to_on=end, today=today)
    order = sorted(due, key=lambda one: (-places[one["no"]]["missing"], one["no"]))
    assert [row.student_no for row in got.members] == [one["no"] for one in order]
    assert (got.due, got.met) == (len(due), met)
    assert got.met_rate_pct == by_hand.half_up(met * 100, len(staying))


def test_the_hours_export_lists_everybody_with_what_they_served(college: College, session: Session) -> None:
    for start, end in STRETCHES:
        for top in college.units:
            below = {unit["id"]: unit for unit in college.units if top["id"] in unit["above"]}
            rows = hours_export.hours_rows(session, top["path"], Days(from_on=start, to_on=end))
            there = [one for one in college.members if one["unit"] in below]
            assert {row[0] for row in rows} == {one["no"] for one in there}
            assert len(rows) == len(there)
            for row in rows:
                one = next(one for one in there if one["no"] == row[0])
                visits = [
                    visit
                    for visit in college.visits
                    if visit["member"] == one["id"] and visit["counts"] and start <= visit["day"] < end
                ]
                figures = by_hand.counted(visits)
                assert row[3:6] == (figures["person_times"], figures["net"], figures["credited"])
                assert row[6] == sum(visit["made_up"] for visit in visits)
                assert row[7] == hours_text(figures["credited"])
            order = [
                ([int(part) for part in below[one["unit"]]["path"].split("/") if part], one["no"])
                for one in there
            ]
            assert [row[0] for row in rows] == [number for _, number in sorted(order)]
