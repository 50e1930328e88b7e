"""Timetables: which days and times they name, what is in the way, which times make no sense."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from volunteer.holidays import published_holiday, published_workday
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import Span
from volunteer.rules.timetable import InTheWay, PlannedShift, Slot, Taken, Weekly, check_times, looked_at
from volunteer.rules.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(published=published_workday, published_holidays=published_holiday)
NOW = datetime(2026, 9, 1, tzinfo=UTC)
MORNING = Slot(start=time(8), end=time(12))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def span(start: str, end: str) -> Span:
    return Span(local(start), local(end))


def days(
    weekdays: str, since: str, until: str, *, skips: bool, calendar: WorkCalendar = CALENDAR
) -> list[str]:
    weekly = Weekly(
        weekdays={int(one) for one in weekdays},
        slots=[MORNING],
        from_on=date.fromisoformat(since),
        before_on=date.fromisoformat(until),
        skips_holidays=skips,
    )
    return [f"{day:%m-%d}" for day in weekly.days(calendar)]


@pytest.mark.parametrize(
    ("weekdays", "skips", "expected"),
    {
        "every day named": ("04", False, ["09-21", "09-25", "09-28", "10-02", "10-05"]),
        "not on the national day": ("04", True, ["09-21", "09-28"]),
        "an ordinary weekend is no holiday": ("6", True, ["09-20"]),
        "a weekend within a holiday is": ("56", True, ["09-20"]),
        "no weekday": ("", False, []),
    }.values(),
)
def test_a_timetable_names_weekdays_and_may_skip_holidays(
    weekdays: str, skips: bool, expected: list[str]
) -> None:
    # Free are 09-25 to 09-27 and 10-01 to 10-07.
    assert days(weekdays, "2026-09-20", "2026-10-06", skips=skips) == expected


def test_the_colleges_own_days_win_over_the_published_ones() -> None:
    own = WorkCalendar(
        own={date(2026, 10, 2): True, date(2026, 9, 28): False},
        published=published_workday,
        published_holidays=published_holiday,
    )
    assert days("04", "2026-09-27", "2026-10-06", skips=True, calendar=own) == ["10-02"]


def test_the_last_day_is_outside() -> None:
    assert days("0", "2026-09-07", "2026-09-14", skips=False) == ["09-07"]
    assert days("0", "2026-09-07", "2026-09-15", skips=False) == ["09-07", "09-14"]
    assert days("0", "2026-09-07", "2026-09-07", skips=False) == []


@pytest.mark.parametrize(
    ("slot", "expected", "pause"),
    {
        "in the day": (MORNING, span("2026-09-07 08:00", "2026-09-07 12:00"), None),
        "with a break": (
            Slot(start=time(8), end=time(18), break_from=time(12), break_to=time(13)),
            span("2026-09-07 08:00", "2026-09-07 18:00"),
            span("2026-09-07 12:00", "2026-09-07 13:00"),
        ),
        "over midnight": (
            Slot(start=time(22), end=time(2)),
            span("2026-09-07 22:00", "2026-09-08 02:00"),
            None,
        ),
        "a break after midnight": (
            Slot(start=time(22), end=time(6), break_from=time(0, 30), break_to=time(1)),
            span("2026-09-07 22:00", "2026-09-08 06:00"),
            span("2026-09-08 00:30", "2026-09-08 01:00"),
        ),
        "a break over midnight": (
            Slot(start=time(22), end=time(6), break_from=time(23, 45), break_to=time(0, 15)),
            span("2026-09-07 22:00", "2026-09-08 06:00"),
            span("2026-09-07 23:45", "2026-09-08 00:15"),
        ),
        "a whole day": (
            Slot(start=time(8), end=time(8)),
            span("2026-09-07 08:00", "2026-09-08 08:00"),
            None,
        ),
    }.values(),
)
def test_a_slot_on_a_day(slot: Slot, expected: Span, pause: Span | None) -> None:
    assert slot.on(date(2026, 9, 7), ZONE) == (expected, (pause,) if pause else ())


def test_the_times_of_a_day_are_given_by_start() -> None:
    weekly = Weekly(
        weekdays={0},
        slots=[Slot(start=time(14), end=time(16)), MORNING],
        from_on=date(2026, 9, 7),
        before_on=date(2026, 9, 8),
    )
    found = weekly.shifts("READ", 3, calendar=CALENDAR, zone=ZONE)
    assert [shift.span.start for shift in found] == [local("2026-09-07 08:00"), local("2026-09-07 14:00")]
    assert {(shift.post, shift.capacity, shift.code) for shift in found} == {("READ", 3, None)}


# --- what is in the way ---


def planned(start: str, end: str, post: str = "READ") -> PlannedShift:
    return PlannedShift(post=post, span=span(f"2026-09-07 {start}", f"2026-09-07 {end}"))


@pytest.mark.parametrize(
    ("start", "end", "problem"),
    [
        ("06:00", "09:00", None),
        ("12:00", "15:00", None),
        ("09:00", "12:00", InTheWay.SAME),
        ("08:30", "09:01", InTheWay.OVERLAP),
        ("11:59", "13:00", InTheWay.OVERLAP),
        ("10:00", "11:00", InTheWay.OVERLAP),
        ("08:00", "13:00", InTheWay.OVERLAP),
        ("09:00", "12:01", InTheWay.OVERLAP),
    ],
)
def test_shifts_may_touch_not_overlap(start: str, end: str, problem: InTheWay | None) -> None:
    there = planned("09:00", "12:00").span
    (found,) = looked_at([planned(start, end)], {"READ": Taken([there])}, now=NOW)
    assert (found.problem, found.other) == (problem, there if problem else None)
    (elsewhere,) = looked_at([planned(start, end, "GATE")], {"READ": Taken([there])}, now=NOW)
    assert elsewhere.problem is None


def test_planned_shifts_are_in_each_others_way() -> None:
    first, second, third = planned("09:00", "12:00"), planned("11:00", "13:00"), planned("12:00", "13:00")
    found = looked_at([first, second, third], {}, now=NOW)
    assert [one.problem for one in found] == [None, InTheWay.OVERLAP, None]
    assert found[1].other == first.span


@pytest.mark.parametrize(
    ("now", "problem"),
    [
        ("2026-09-07 08:59:59", None),
        ("2026-09-07 09:00:00", InTheWay.PAST),
        ("2026-09-07 09:00:59", InTheWay.PAST),
        ("2026-09-08 09:00:00", InTheWay.PAST),
    ],
)
def test_what_has_begun_is_past(now: str, problem: InTheWay | None) -> None:
    (found,) = looked_at([planned("09:00", "12:00")], {}, now=local(now))
    assert found.problem is problem


def test_what_is_published_already_is_the_same_even_when_it_is_past() -> None:
    shift = planned("09:00", "12:00")
    (found,) = looked_at([shift], {"READ": Taken([shift.span])}, now=local("2026-09-09 09:00"))
    assert found.problem is InTheWay.SAME


SPANS = some.builds(
    lambda start, minutes: Span(NOW + timedelta(minutes=start), NOW + timedelta(minutes=start + minutes)),
    some.integers(1, 3000),
    some.integers(1, 1440),
)


@given(some.lists(SPANS, max_size=30))
def test_what_is_taken_is_found_as_by_looking_at_each(spans: list[Span]) -> None:
    taken, kept = Taken(), list[Span]()
    for one in spans:
        found = taken.overlapping(one)
        assert found == min((other for other in kept if other.overlaps(one)), default=None)
        if found is None:
            taken.take(one)
            kept.append(one)


# --- times that make no sense ---


@pytest.mark.parametrize(
    ("start", "end", "breaks", "capacity", "case"),
    {
        "a day and a minute": ("07 08:00", "08 08:01", [], None, ("ends_at", "over_a_day")),
        "no time at all": ("07 08:00", "07 08:00", [], None, ("ends_at", None)),
        "a break before": (
            "07 08:00",
            "07 12:00",
            [("07 07:59", "07 08:10")],
            None,
            ("breaks", "break_outside"),
        ),
        "a break after": (
            "07 08:00",
            "07 12:00",
            [("07 11:50", "07 12:01")],
            None,
            ("breaks", "break_outside"),
        ),
        "a break of nothing": ("07 08:00", "07 12:00", [("07 10:00", "07 10:00")], None, ("breaks", None)),
        "seconds": ("07 08:00:01", "07 12:00", [], None, ("starts_at", None)),
        "nobody": ("07 08:00", "07 12:00", [], 0, ("capacity", None)),
        "a whole day": ("07 08:00", "08 08:00", [("07 08:00", "07 09:00")], 1, None),
    }.values(),
)
def test_times_that_make_no_sense_are_refused_with_the_case(
    start: str, end: str, breaks: list[tuple[str, str]], capacity: int | None, case: tuple[str, str] | None
) -> None:
    pauses = [span(f"2026-09-{first}", f"2026-09-{last}") for first, last in breaks]
    whole = span(f"2026-09-{start}", f"2026-09-{end}")
    if case is None:
        check_times(whole, pauses, capacity)
        return
    with pytest.raises(Refusal) as refused:
        check_times(whole, pauses, capacity)
    assert refused.value.reason is Reason.BAD_FIELD
    assert (refused.value.facts["field"], refused.value.facts.get("case")) == case
