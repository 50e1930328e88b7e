"""Working days as China keeps them, and the tenth of them (民政部令第67号, art. 11)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.strategies import thorough
from volunteer.holidays import published_workday
from volunteer.rules.workdays import Deadline, WorkCalendar, deadline_after, no_year_known, workdays_left

PUBLISHED = WorkCalendar(published=published_workday)
UNKNOWN = WorkCalendar()


def day(text: str) -> date:
    return date.fromisoformat(text)


PUBLISHED_DAYS = {
    "National Day, a Thursday": ("2026-10-01", False),
    "the last day of the week off, a Wednesday": ("2026-10-07", False),
    "a Saturday that is worked": ("2026-10-10", True),
    "a Sunday that is worked": ("2026-09-20", True),
    "an ordinary Saturday": ("2026-10-17", False),
    "an ordinary Monday": ("2026-10-19", True),
}


@pytest.mark.parametrize("text, works", PUBLISHED_DAYS.values(), ids=PUBLISHED_DAYS)
def test_the_published_calendar_decides_and_not_the_day_of_the_week(text: str, works: bool) -> None:
    assert PUBLISHED.is_workday(day(text)) is works
    assert not PUBLISHED.is_provisional(day(text))


DEADLINES = {
    "over the National Day week": ("2026-09-30", 10, "2026-10-20"),
    "from a Saturday": ("2026-10-17", 10, "2026-10-30"),
    "three days, over the week off": ("2026-09-30", 3, "2026-10-10"),
    "the day itself is not counted": ("2026-10-19", 1, "2026-10-20"),
    "no working day at all": ("2026-10-19", 0, "2026-10-19"),
    "on a Friday, the next is Monday": ("2026-10-23", 1, "2026-10-26"),
}


@pytest.mark.parametrize("start, workdays, last", DEADLINES.values(), ids=DEADLINES)
def test_the_deadline_is_the_last_of_so_many_working_days_after(start: str, workdays: int, last: str) -> None:
    assert deadline_after(day(start), workdays, PUBLISHED) == Deadline(day(last), is_provisional=False)


def test_counting_monday_to_friday_gives_another_day_and_is_marked_provisional() -> None:
    assert deadline_after(day("2026-09-30"), 10, UNKNOWN) == Deadline(day("2026-10-14"), is_provisional=True)


def test_a_year_that_is_not_published_is_counted_monday_to_friday() -> None:
    assert published_workday(day("2099-01-01")) is None
    assert PUBLISHED.is_workday(day("2099-01-01"))
    assert not PUBLISHED.is_workday(day("2099-01-03"))
    assert deadline_after(day("2099-01-01"), 10, PUBLISHED) == Deadline(
        day("2099-01-15"), is_provisional=True
    )


def test_a_deadline_that_only_reaches_into_an_unknown_year_is_provisional() -> None:
    calendar = WorkCalendar(published=lambda one: one.weekday() < 5 if one.year == 2026 else None)
    assert not deadline_after(day("2026-12-17"), 10, calendar).is_provisional
    assert deadline_after(day("2026-12-17"), 10, calendar).day == day("2026-12-31")
    assert deadline_after(day("2026-12-18"), 10, calendar) == Deadline(day("2027-01-01"), is_provisional=True)


def test_a_deadline_that_starts_in_an_unknown_year_but_counts_only_known_days_is_certain() -> None:
    calendar = WorkCalendar(published=lambda one: one.weekday() < 5 if one.year == 2027 else None)
    assert not deadline_after(day("2026-12-31"), 10, calendar).is_provisional


OWN = {
    "a workday made free": ({"2026-10-20": False}, "2026-10-21"),
    "a Sunday made a workday": ({"2026-10-18": True}, "2026-10-19"),
    "the day itself changes nothing": ({"2026-09-30": False}, "2026-10-20"),
    "a day after the deadline changes nothing": ({"2026-10-21": False}, "2026-10-20"),
    "a free day entered as free changes nothing": ({"2026-10-01": False}, "2026-10-20"),
}


@pytest.mark.parametrize("entries, last", OWN.values(), ids=OWN)
def test_the_colleges_own_entries_win(entries: dict[str, bool], last: str) -> None:
    own = {day(text): works for text, works in entries.items()}
    calendar = WorkCalendar(own=own, published=published_workday)
    assert deadline_after(day("2026-09-30"), 10, calendar).day == day(last)


def test_days_that_the_college_entered_are_not_provisional() -> None:
    start = day("2099-01-01")
    own = {start + timedelta(days=ahead): ahead <= 10 for ahead in range(1, 11)}
    assert deadline_after(start, 10, WorkCalendar(own=own)) == Deadline(
        day("2099-01-11"), is_provisional=False
    )


CALENDARS = st.builds(
    lambda own: WorkCalendar(own=own, published=no_year_known),
    st.dictionaries(st.dates(day("2026-01-01"), day("2026-03-31")), st.booleans(), max_size=40),
)
STARTS = st.dates(day("2025-12-20"), day("2026-04-05"))


@thorough
@given(CALENDARS, STARTS, st.integers(1, 15))
def test_exactly_so_many_working_days_lie_after_the_start_up_to_the_deadline(
    calendar: WorkCalendar, start: date, workdays: int
) -> None:
    last = deadline_after(start, workdays, calendar).day
    after = [start + timedelta(days=ahead) for ahead in range(1, (last - start).days + 1)]
    assert sum(calendar.is_workday(one) for one in after) == workdays
    assert calendar.is_workday(last)


@thorough
@given(CALENDARS, STARTS, st.integers(0, 15))
def test_a_later_end_never_gives_an_earlier_deadline(
    calendar: WorkCalendar, start: date, workdays: int
) -> None:
    one = deadline_after(start, workdays, calendar).day
    assert deadline_after(start + timedelta(days=1), workdays, calendar).day >= one
    assert deadline_after(start, workdays + 1, calendar).day > one


@pytest.mark.parametrize(
    ("today", "last", "expected"),
    [
        ("2026-09-30", "2026-10-20", 11),
        ("2026-10-19", "2026-10-20", 2),
        ("2026-10-20", "2026-10-20", 1),
        ("2026-10-21", "2026-10-20", 0),
        # A Sunday on which the deadline falls is still a day to act.
        ("2026-10-18", "2026-10-18", 1),
    ],
)
def test_the_working_days_left_count_today_and_the_last_one(today: str, last: str, expected: int) -> None:
    assert workdays_left(day(today), day(last), PUBLISHED) == expected
