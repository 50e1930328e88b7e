"""Whom a list shows and in which order, and what a unit's line says."""

from datetime import date, timedelta

import pytest

from volunteer.rules.kinds import Phase, Status
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.probation import Probation
from volunteer.rules.progress import (
    PHASES,
    STATUSES,
    Due,
    DueMember,
    Progress,
    Rate,
    Sort,
    Wish,
    chosen,
    dues,
    rate,
    tally,
    unit_lines,
)
from volunteer.rules.tally import standing_of
from volunteer.web.standing_bar import WIDTH, standing_bar

TODAY = date(2026, 3, 16)
POLICY = HoursPolicy(effective_on=date(2025, 1, 1))


def one(number: int, *, counted: int, left: int, path: str = "/1/2/") -> Progress:
    """Return a member whose window of a year ends in *left* days."""
    start = (TODAY + timedelta(days=left)).replace(year=(TODAY + timedelta(days=left)).year - 1)
    probation = Probation(starts_on=start, extension_months=None, outcome=None)
    return Progress(
        member_id=number,
        student_no=f"S{number}",
        name=("李梅", "王宁", "赵博", "陈安")[number % 4],
        sort_key=("li mei", "wang ning", "zhao bo", "chen an")[number % 4],
        initials=("lm", "wn", "zb", "ca")[number % 4],
        unit_path=path,
        starts_on=start,
        ends_before=probation.ends_before,
        standing=standing_of(probation=probation, counted=counted, policy=POLICY, today=TODAY),
    )


PEOPLE = [
    one(0, counted=3000, left=30),
    one(1, counted=0, left=31, path="/1/3/"),
    one(2, counted=2400, left=200),
    one(3, counted=100, left=0, path="/1/3/"),
]


def numbers(**wish: object) -> str:
    return "".join(one.student_no[1:] for one in chosen(PEOPLE, Wish(**wish)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (Sort.MISSING, "1320"),
        (Sort.PACE, "1203"),
        (Sort.DUE, "3012"),
        (Sort.COUNTED, "0231"),
        (Sort.NAME, "3012"),
        (Sort.NUMBER, "0123"),
    ],
)
def test_a_list_has_the_order_that_was_asked_for(sort: Sort, order: str) -> None:
    assert numbers(sort=sort) == order


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ({"q": "lm"}, "0"),
        ({"q": "wangn"}, "1"),
        ({"q": "博"}, "2"),
        ({"q": "s3"}, "3"),
        ({"at": Status.MET}, "0"),
        ({"at": Phase.NOT_MET}, "3"),
        ({"due": Due.IN_30}, "0"),
        ({"due": Due.IN_60}, "10"),
        ({"due": Due.OVER}, "3"),
        ({"under": "/1/3/"}, "13"),
        ({"under": "/1/3/", "due": Due.IN_60}, "1"),
    ],
)
def test_a_list_shows_whom_it_was_asked_for(wish: dict[str, object], found: str) -> None:
    assert numbers(**wish) == found


def test_the_parts_make_the_whole_and_the_bar_is_as_wide_as_they_are() -> None:
    found = tally(PEOPLE)
    assert list(found) == [*STATUSES, *PHASES]
    assert sum(found.values()) == len(PEOPLE)
    bar = standing_bar(found)
    assert [(part.place, part.count) for part in bar] == [pair for pair in found.items() if pair[1]]
    assert bar[0].x == 0
    assert [part.x for part in bar[1:]] == [round(part.x + part.width, 2) for part in bar[:-1]]
    assert bar[-1].x + bar[-1].width == WIDTH
    assert standing_bar(tally([])) == []


def test_as_many_are_due_as_a_list_of_them_shows() -> None:
    assert dues(PEOPLE) == {due: len(chosen(PEOPLE, Wish(due=due))) for due in Due}
    assert any(dues(PEOPLE).values())


def test_a_unit_s_line_counts_what_is_below_it_and_its_rate_only_those_who_stayed() -> None:
    due = [
        DueMember(unit_path="/1/3/", is_judged=True, is_met=True),
        DueMember(unit_path="/1/3/", is_judged=True, is_met=False),
        DueMember(unit_path="/1/3/", is_judged=False, is_met=True),
        DueMember(unit_path="/1/2/", is_judged=True, is_met=True),
    ]
    line = unit_lines(PEOPLE, due, ["/1/2/", "/1/3/"])["/1/3/"]
    assert (line.members, line.met, line.in_trouble) == (2, 0, 2)
    assert (line.rate, line.rate.pct) == (Rate(1, 2), 50.0)
    assert rate(due).pct == 66.7
    assert rate([]).pct is None


def test_the_pace_is_where_a_straight_line_stands_today() -> None:
    assert PEOPLE[0].standing.pace == 3000 * 335 // 365
    assert PEOPLE[3].standing.pace is None
