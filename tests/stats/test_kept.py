"""Kept sums with what they lack are the count by hand, whenever the housekeeping ran and what changed."""

from datetime import date
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.stats import by_hand
from tests.stats.college import College
from volunteer.actions.kept import keep_sums, recount_sums
from volunteer.models import KeptSum, Unit, Visit
from volunteer.rules.kinds import Grade, VisitState
from volunteer.rules.places import Whose, by_weekday_and_hour
from volunteer.stats import kept, place, places, rollups
from volunteer.stats.place import Place
from volunteer.stats.rollups import Days

YEAR = Days.calendar_year(2026)
SHANGHAI = ZoneInfo("Asia/Shanghai")
ROUNDS = 4


@pytest.fixture
def college(session: Session) -> College:
    return College.founded(session, 3)


def keep_all(session: Session, *, at_once: int) -> None:
    while keep_sums(session, limit=at_once):
        pass


def change_some(college: College, random: Random) -> None:
    """Void visits, give others other minutes and grades, in the database and in the lists."""
    for visit in random.sample(college.visits, 25):
        counts = random.random() < 0.7
        net = random.choice([15, 60, 181]) if counts else 0
        grade = random.choice([Grade.A, Grade.B, Grade.C, Grade.E]) if counts else Grade.X
        state = VisitState.CONFIRMED if counts else VisitState.VOID
        values = {"state": state, "grade": grade, "net_min": net, "credited_min": net // 2}
        college.session.execute(update(Visit).where(Visit.id == visit["id"]).values(**values))
        made_up = net if grade is Grade.E else 0
        visit |= {"counts": counts, "net": net, "credited": net // 2, "made_up": made_up}


def check(college: College, days: Days) -> None:
    """Hold every roll-up of some units against the lists."""
    session = college.session
    for unit in (college.units[0], college.units[2]):
        visits = by_hand.within(college, days.from_on, days.to_on, unit["id"])
        keys = {
            rollups.by_post: lambda visit: college.posts[visit["post"]][0],
            rollups.by_base: lambda visit: college.bases.get(visit["base"]),
            rollups.by_month: lambda visit: visit["day"].strftime("%Y-%m"),
        }
        for read, key in keys.items():
            rows = read(session, days, unit_path=unit["path"])
            assert {row.code: by_hand.of_row(row) for row in rows} == by_hand.grouped(visits, key)
        rows = {row.code: row for row in rollups.by_unit(session, days, unit_path=unit["path"])}
        for below in [one for one in college.units if unit["id"] in one["above"]]:
            there = by_hand.within(college, days.from_on, days.to_on, below["id"])
            assert by_hand.of_row(rows[below["code"]]) == by_hand.counted(there)
        check_week(college, days, Place(unit_path=unit["path"], whose=Whose.MEMBERS), visits)
        one = rollups.of_unit(session, days, unit_path=unit["path"])
        assert by_hand.of_row(one) == by_hand.counted(visits)
        assert sum(one.by_grade) == one.net


def check_week(college: College, days: Days, here: Place, visits: list[by_hand.Figures]) -> None:
    slots = place.slots(college.session, days, here, SHANGHAI)
    assert by_weekday_and_hour(slots, SHANGHAI) == by_hand.week(visits)


def test_totals_are_never_stale_while_sums_are_kept_a_few_visits_at_a_time(
    college: College, session: Session
) -> None:
    random = Random(7)
    for number in range(ROUNDS):
        change_some(college, random)
        keep_sums(session, limit=(5, 1, 500, 17)[number])
        check(college, YEAR)
    check(college, Days.academic_year(2025))
    assert recount_sums(session) == {}


def test_once_all_is_kept_the_sums_alone_are_the_count_by_hand(college: College, session: Session) -> None:
    keep_all(session, at_once=40)
    assert keep_sums(session) == 0
    assert not session.scalars(select(Visit.id).where(Visit.net_min != Visit.kept_net)).all()
    for days in (YEAR, *(Days(from_on=start, to_on=end) for _, start, end in college.terms)):
        assert days in kept.periods(session)
        check(college, days)


@pytest.mark.parametrize("zone", [SHANGHAI, ZoneInfo("Europe/Berlin")])
def test_the_kept_times_of_the_week_are_those_that_are_counted_wherever_the_campus_lies(
    college: College, session: Session, zone: ZoneInfo
) -> None:
    here = Place(unit_path=college.units[0]["path"], whose=Whose.MEMBERS)
    counted = by_weekday_and_hour(place.slots(session, YEAR, here, zone), zone)
    keep_all(session, at_once=500)
    assert YEAR in kept.periods(session)
    assert by_weekday_and_hour(place.slots(session, YEAR, here, zone), zone) == counted


def test_where_one_unit_is_above_all_both_looks_are_at_all_service(
    college: College, session: Session
) -> None:
    top, other = college.units[0], college.units[-1]
    moved = {"parent_id": top["id"], "path": f"{top['path']}{other['id']}/"}
    session.execute(update(Unit).where(Unit.id == other["id"]).values(**moved))
    visits = [visit for visit in college.visits if YEAR.from_on <= visit["day"] < YEAR.to_on]
    for _ in range(2):
        for whose in Whose:
            here = Place(unit_path=top["path"], whose=whose, is_whole=True)
            rows = place.by_post(session, YEAR, here)
            wanted = by_hand.grouped(visits, lambda visit: college.posts[visit["post"]][0])
            assert {row.code: by_hand.of_row(row) for row in rows} == wanted
            assert by_hand.of_row(place.total(session, YEAR, here)) == by_hand.counted(visits)
            check_week(college, YEAR, here, visits)
            months = places.months_by_post(session, YEAR, here, ["P3"])
            assert sum(months["P3"].values()) == wanted["P3"]["net"]
        keep_all(session, at_once=500)
    assert YEAR in kept.periods(session)


def test_a_sum_that_somebody_changed_is_found_and_mended(college: College, session: Session) -> None:
    keep_all(session, at_once=500)
    period_id = kept.periods(session)[YEAR]
    wrong = select(KeptSum.unit_id).where(KeptSum.period_id == period_id).limit(1).scalar_subquery()
    session.execute(
        update(KeptSum)
        .where(KeptSum.period_id == period_id, KeptSum.unit_id == wrong, KeptSum.kind == "all")
        .values(net=KeptSum.net + 1)
    )
    assert recount_sums(session) == {YEAR: 1}
    assert recount_sums(session, fix=True) == {YEAR: 1}
    assert recount_sums(session) == {}
    check(college, YEAR)


@pytest.mark.parametrize(
    ("day", "year"), [(date(2026, 8, 31), 2025), (date(2026, 9, 1), 2026), (date(2026, 12, 31), 2026)]
)
def test_an_academic_year_begins_in_september(day: date, year: int) -> None:
    assert Days.academic_year_of(day) == Days.academic_year(year)
