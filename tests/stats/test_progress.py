"""Where the undecided stand, whom a list of them shows, and what was served, against a count by hand."""

from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests.cast import LONG_AGO
from tests.rules.strategies import thorough
from tests.stats import by_hand
from tests.stats.college import College
from volunteer.models import Account, Decision
from volunteer.rules.kinds import Figure, Outcome, Phase, Status, UnitKind
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.progress import IN_TROUBLE, PHASES, STATUSES, TO_CALL, Due, Ends, Rate, Sort, Wish
from volunteer.rules.tally import Course, hundredths, places
from volunteer.stats import progress, report_rows, standing, windows
from volunteer.stats.rollups import Days
from volunteer.stats.units import UnitRow

TODAYS = [date(2026, 3, 16), date(2026, 11, 1)]
DUE_DAYS = Days(from_on=date(2026, 9, 1), to_on=date(2027, 9, 1))
DECIDED = (Phase.NO_WINDOW, Phase.CONVERTED, Phase.CANCELLED, Phase.TRANSFERRED_OUT)


@pytest.fixture
def college(session: Session) -> College:
    return College.founded(session, 5)


def row_of(unit: dict[str, Any]) -> UnitRow:
    return UnitRow(
        id=unit["id"], code=unit["code"], name=unit["code"], kind=UnitKind.COLLEGE, path=unit["path"]
    )


def undecided(college: College, unit_id: int, today: date) -> list[by_hand.Figures]:
    """Return the present members of a unit and all below not yet decided about, with their standing."""
    below = {unit["id"] for unit in college.units if unit_id in unit["above"]}
    found = [one | by_hand.standing(college, one, today) for one in college.members if one["unit"] in below]
    return [one | {"at": one["status"] or one["phase"]} for one in found if one["phase"] not in DECIDED]


def nodes_of(college: College, unit: dict[str, Any]) -> dict[int, int]:
    """Return for each unit at and below one of them the unit right below it, or itself."""
    below = [one for one in college.units if unit["id"] in one["above"]]
    depth = len(unit["above"])
    return {one["id"]: (one["above"][depth] if one is not unit else unit["id"]) for one in below}


def left(one: by_hand.Figures, today: date) -> int:
    """Return the days that are left of a running window; none of any other."""
    return (one["end"] - today).days if one["status"] else 0


def is_due(one: by_hand.Figures, due: Due, today: date) -> bool:
    if due is Due.OVER:
        return one["phase"] in (Phase.DUE_WAITING, Phase.NOT_MET)
    return bool(one["status"]) and left(one, today) <= int(due.value)


def short_on_paper(one: by_hand.Figures) -> int:
    """Return the missing hundredths of an hour of who has a running window."""
    threshold = one["counted"] + one["missing"]
    return (threshold * 100 // 60 - one["counted"] * 100 // 60) if one["status"] and one["missing"] else 0


@pytest.mark.parametrize("today", TODAYS)
def test_where_everybody_stands_is_counted_by_the_unit_right_below(
    college: College, session: Session, today: date
) -> None:
    for top in college.units:
        found = progress.headway(session, row_of(top), DUE_DAYS, Wish(), today=today)
        wanted = undecided(college, top["id"], today)
        nodes = nodes_of(college, top)
        assert Counter({(group.unit_id, group.at): group.members for group in found.groups}) == Counter(
            (nodes[one["unit"]], one["at"]) for one in wanted
        )
        assert sum(found.tally.values()) == found.wished == len(wanted)
        assert found.to_call == sum(found.tally[place] for place in TO_CALL)
        assert found.dues == {due: sum(is_due(one, due, today) for one in wanted) for due in Due}
        assert found.missing_hundredths == sum(map(short_on_paper, wanted))
        assert found.first_on == min((one["start"] for one in wanted), default=None)
        for unit_id, line in found.lines().items():
            own = [one for one in wanted if nodes[one["unit"]] == unit_id]
            assert (line.members, line.met, line.in_trouble) == (
                len(own),
                sum(one["missing"] == 0 for one in own),
                sum(one["at"] in IN_TROUBLE for one in own),
            )


def test_the_rate_of_those_due_is_that_of_the_due_list(college: College, session: Session) -> None:
    days = {"from_on": DUE_DAYS.from_on, "to_on": DUE_DAYS.to_on, "today": TODAYS[1]}
    for top in college.units:
        found = progress.headway(session, row_of(top), DUE_DAYS, Wish(), today=TODAYS[1])
        nodes = nodes_of(college, top)
        for unit in [one for one in college.units if one["id"] in set(nodes.values()) - {top["id"]}]:
            due = standing.due_in(session, unit["path"], **days)
            assert found.rates.get(unit["id"], Rate(0, 0)) == Rate(due.met, due.judged)
        due = standing.due_in(session, top["path"], **days)
        rates = found.rates.values()
        assert (sum(rate.met for rate in rates), sum(rate.judged for rate in rates)) == (due.met, due.judged)


def decide(college: College) -> list[tuple[by_hand.Figures, date, str]]:
    """Let meetings decide about everybody with a window, often on the day of a move; return what they did."""
    offices = [
        college.add(Account(login=login, name=login, created_at=LONG_AGO)).id for login in ("one", "two")
    ]
    found = []
    for number, one in enumerate(college.members):
        moves = [start for _, start, _ in one["homes"][1:]] or [date(2026, 12, 1)]
        for on in {*moves, DUE_DAYS.from_on, DUE_DAYS.to_on} if one["start"] else ():
            kind = ("converted", "extended", "cancelled")[(number + on.day) % 3]
            college.add(
                Decision(
                    member_id=one["id"],
                    outcome=None if kind == "extended" else Outcome(kind),
                    extension_months=6 if kind == "extended" else None,
                    meeting_on=on,
                    proposed_by_id=offices[0],
                    approved_by_id=offices[1],
                    at=LONG_AGO,
                )
            )
            found.append((one, on, kind))
    return found


def test_what_meetings_decided_is_told_by_the_branch_of_that_day_as_the_report_tells_it(
    college: College, session: Session
) -> None:
    kinds = [field.name for field in fields(Ends)]
    decided = [row for row in decide(college) if DUE_DAYS.from_on <= row[1] < DUE_DAYS.to_on]
    assert {kind for _, _, kind in decided} == set(kinds)
    for top in college.units:
        found = progress.headway(session, row_of(top), DUE_DAYS, Wish(), today=TODAYS[1]).ends
        nodes = nodes_of(college, top)
        branches = [(by_hand.branch_on(one, on), kind) for one, on, kind in decided]
        wanted = Counter((nodes[branch], kind) for branch, kind in branches if branch in nodes)
        assert wanted == Counter(
            {(unit_id, kind): getattr(ends, kind) for unit_id, ends in found.items() for kind in kinds}
        )
        told, _ = report_rows.counted(session, DUE_DAYS, unit_path=top["path"])
        for kind in kinds:
            assert sum(getattr(ends, kind) for ends in found.values()) == told[Figure(kind)]


ORDERS: dict[Sort, Callable[[by_hand.Figures, date], Any]] = {
    Sort.MISSING: lambda one, today: -one["missing"],
    Sort.PACE: lambda one, today: one["missing"] * 7 // -left(one, today) if left(one, today) else 0,
    Sort.DUE: lambda one, today: one["end"],
    Sort.COUNTED: lambda one, today: -one["counted"],
    Sort.NAME: lambda one, today: (one["sort_key"], one["name"]),
    Sort.NUMBER: lambda one, today: 0,
}


def listed(college: College, top: dict[str, Any], wish: Wish, today: date) -> list[str]:
    """Return the numbers of those whom a list shows, in its order."""
    paths = {unit["id"]: unit["path"] for unit in college.units}
    people = [
        one
        for one in undecided(college, top["id"], today)
        if (not wish.places or one["at"] in wish.places)
        and (wish.due is None or is_due(one, wish.due, today))
        and paths[one["unit"]].startswith(wish.under)
        and any(wish.q.lower() in one[name].lower() for name in ("name", "pinyin", "initials", "no"))
    ]
    return [one["no"] for one in sorted(people, key=lambda one: (ORDERS[wish.sort](one, today), one["no"]))]


@pytest.mark.parametrize("today", TODAYS)
def test_a_list_shows_whom_it_was_asked_for_in_the_order_that_was_asked_for(
    college: College, session: Session, today: date
) -> None:
    top = college.units[0]
    wishes = [
        *(Wish(sort=sort) for sort in Sort),
        *(Wish(places=(place,)) for place in (*STATUSES, *PHASES)),
        Wish(places=TO_CALL, sort=Sort.DUE),
        *(Wish(due=due, sort=Sort.DUE) for due in Due),
        *(Wish(under=unit["path"], due=Due.OVER) for unit in college.units[1:4]),
        *(Wish(q=text, sort=Sort.PACE) for text in ("wn", "WangN", "s00", "梅", "%", "nobody")),
    ]
    shown = []
    for wish in wishes:
        wanted = listed(college, top, wish, today)
        found = progress.chosen(session, row_of(top), wish, today=today)
        assert [one.student_no for one in found] == wanted, wish
        assert progress.headway(session, row_of(top), DUE_DAYS, wish, today=today).wished == len(wanted)
        shown.append(len(wanted))
    assert len(set(shown)) > 4
    assert listed(college, top, Wish(), today)


def test_the_pages_of_a_list_make_the_list(college: College, session: Session) -> None:
    top = row_of(college.units[0])
    whole = progress.chosen(session, top, Wish(), today=TODAYS[0])
    assert len(whole) > 4
    pages = [
        progress.chosen(session, top, Wish(), today=TODAYS[0], limit=4, offset=offset)
        for offset in range(0, len(whole), 4)
    ]
    assert [one for page in pages for one in page] == list(whole)


def test_a_list_says_of_a_member_what_her_own_page_says(college: College, session: Session) -> None:
    for one in progress.chosen(session, row_of(college.units[0]), Wish(), today=TODAYS[0]):
        assert one == standing.member_standing(session, one.member_id, today=TODAYS[0])


NUMBERS = ("counted", "elapsed", "days_left", "threshold_min", "day_cap_min", "near_pct", "at_risk_week_min")
MORE_NUMBERS = ("behind_min", "behind_after_days")
COURSES = st.tuples(
    st.integers(0, 4000),
    st.integers(-20, 400),
    st.integers(-20, 400),
    st.sampled_from([60, 1500, 3000]),
    st.sampled_from([60, 480]),
    st.integers(0, 100),
    st.sampled_from([0, 60, 360]),
    st.sampled_from([0, 600]),
    st.sampled_from([0, 60, 365]),
)


@settings(thorough, max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.lists(COURSES, min_size=1, max_size=40))
def test_a_university_is_judged_by_the_rule_that_judges_a_member(
    session: Session, rows: list[tuple[int, ...]]
) -> None:
    names = (*NUMBERS, *MORE_NUMBERS)
    given_rows = [
        sa.select(*(sa.literal(number).label(name) for name, number in zip(("n", *names), row, strict=True)))
        for row in ((number, *row) for number, row in enumerate(rows))
    ]
    table = sa.union_all(*given_rows).subquery()
    course = Course(
        counted=table.c.counted, elapsed=table.c.elapsed, days_left=table.c.days_left, policy=table.c
    )
    judged = sa.case(*((holds, sa.literal(place.value)) for place, holds in places(course)))
    week = sa.case((sa.and_(course.short > 0, course.days_left > 0), course.per_week), else_=0)
    dues = [sa.case((due.holds(course), 1), else_=0) for due in Due]
    missing = hundredths(course.policy.threshold_min) - hundredths(course.counted)
    found = session.execute(sa.select(judged, week, missing, *dues).order_by(table.c.n)).all()
    assert [tuple(row) for row in found] == [_judged(dict(zip(names, row, strict=True))) for row in rows]


def _judged(numbers: dict[str, int]) -> tuple[Any, ...]:
    own = ("counted", "elapsed", "days_left")
    policy = HoursPolicy(
        effective_on=date(2025, 1, 1), **{name: numbers[name] for name in numbers if name not in own}
    )
    course = Course(**{name: numbers[name] for name in own}, policy=policy)
    place: Status | Phase = next(place for place, holds in places(course) if holds)
    missing = policy.threshold_min - course.counted
    per_week = -(-missing * 7 // course.days_left) if missing > 0 and course.days_left > 0 else 0
    on_paper = policy.threshold_min * 100 // 60 - course.counted * 100 // 60
    return (place.value, per_week, on_paper, *(int(due.holds(course)) for due in Due))


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
        rows, posts, bases = windows.months_and_places(session, unit_path=top["path"])
        assert (posts, bases) == by_hand.places(visits)
        months = {row.code: by_hand.of_row(row) for row in rows}
        assert months == by_hand.grouped(visits, lambda visit: visit["day"].strftime("%Y-%m"))
        rows = windows.by_child(session, unit_path=top["path"], unit_id=top["id"])
        children = [unit for unit in college.units if unit["above"][-2:-1] == [top["id"]]]
        wanted = {unit["code"]: by_hand.counted(inside(college, unit["id"])) for unit in children}
        assert {row.code: by_hand.of_row(row) for row in rows} == wanted
