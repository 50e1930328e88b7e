"""Stretches of time: half-open, whole minutes, days of the campus zone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.naive import day_of, number
from tests.rules.strategies import MON, SHANGHAI, TUE, WED, moment, span, spans_of, thorough
from volunteer.rules.spans import (
    Span,
    by_day,
    clipped,
    day_start,
    local_day,
    minus,
    minutes_of,
    union,
    whole_minute,
)

START = moment("2 00:00")


@st.composite
def some_spans(draw: st.DrawFn) -> list[Span]:
    """Whole-minute spans over three days, in any order, overlapping, some empty."""
    pairs = draw(st.lists(st.tuples(st.integers(0, 4320), st.integers(0, 900)), max_size=6))
    return [
        Span(START + timedelta(minutes=begin), START + timedelta(minutes=begin + length))
        for begin, length in pairs
    ]


def minutes_in(spans: Sequence[Span]) -> set[int]:
    return {minute for each in spans for minute in range(number(each.start), number(each.end))}


MINUTES = {
    "59 seconds are no minute": ("2 09:00:00-09:00:59", 0),
    "60 seconds are one": ("2 09:00:00-09:01:00", 1),
    "119 seconds are one": ("2 09:00:00-09:01:59", 1),
    "nothing lasts no time": ("2 09:00-09:00", 0),
    "over midnight": ("2 23:59-3 00:01", 2),
}


@pytest.mark.parametrize("stretch, minutes", MINUTES.values(), ids=MINUTES)
def test_minutes_are_whole_and_never_rounded_up(stretch: str, minutes: int) -> None:
    assert span(stretch).minutes == minutes


def test_a_span_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="ends before it starts"):
        Span(moment("2 09:00"), moment("2 08:59:59"))


@pytest.mark.parametrize(
    "clock, cut",
    [
        ("2 09:00:00", "2 09:00"),
        ("2 09:00:59", "2 09:00"),
        ("2 09:01:00", "2 09:01"),
        ("2 23:59:59", "2 23:59"),
    ],
)
def test_a_moment_is_cut_down_to_its_minute(clock: str, cut: str) -> None:
    assert whole_minute(moment(clock)) == moment(cut)


def test_fractions_of_a_second_are_cut_too() -> None:
    assert whole_minute(moment("2 09:00:59") + timedelta(microseconds=999_999)) == moment("2 09:00")


OVERLAPS = {
    "touching is not sharing": ("2 09:00-10:00", "2 10:00-11:00", False),
    "one second is sharing": ("2 09:00-10:00:01", "2 10:00-11:00", True),
    "one within the other": ("2 09:00-12:00", "2 10:00-11:00", True),
    "apart": ("2 09:00-10:00", "2 11:00-12:00", False),
}


@pytest.mark.parametrize("one, other, shared", OVERLAPS.values(), ids=OVERLAPS)
def test_two_spans_overlap_when_they_share_time(one: str, other: str, shared: bool) -> None:
    assert span(one).overlaps(span(other)) is shared
    assert span(other).overlaps(span(one)) is shared
    assert (span(one).within(span(other)) is not None) is shared


def test_what_lies_outside_is_clipped_away() -> None:
    shift = span("2 09:00-12:00")
    stays = spans_of("2 08:00-08:30, 2 08:45-09:10, 2 10:00-10:30, 2 11:50-12:10, 2 12:00-13:00")
    assert clipped(stays, shift) == list(spans_of("2 09:00-09:10, 2 10:00-10:30, 2 11:50-12:00"))


UNIONS = {
    "touching spans are joined": ("2 10:00-11:00, 2 09:00-10:00", "2 09:00-11:00"),
    "overlapping spans are joined": ("2 09:00-10:30, 2 10:00-11:00", "2 09:00-11:00"),
    "an inner span adds nothing": ("2 09:00-12:00, 2 10:00-11:00", "2 09:00-12:00"),
    "a gap of one minute stays": ("2 09:00-10:00, 2 10:01-11:00", "2 09:00-10:00, 2 10:01-11:00"),
    "empty spans vanish": ("2 09:00-09:00, 2 10:00-11:00", "2 10:00-11:00"),
}


@pytest.mark.parametrize("given_spans, joined", UNIONS.values(), ids=UNIONS)
def test_a_union_is_disjoint_and_in_order(given_spans: str, joined: str) -> None:
    assert union(spans_of(given_spans)) == list(spans_of(joined))


MINUS = {
    "a hole in the middle leaves two": ("2 09:00-12:00", "2 10:00-11:00", "2 09:00-10:00, 2 11:00-12:00"),
    "a hole at the start": ("2 09:00-12:00", "2 08:00-10:00", "2 10:00-12:00"),
    "a hole at the end": ("2 09:00-12:00", "2 11:00-13:00", "2 09:00-11:00"),
    "a hole as large leaves nothing": ("2 09:00-12:00", "2 09:00-12:00", ""),
    "a touching hole takes nothing": ("2 09:00-12:00", "2 12:00-13:00", "2 09:00-12:00"),
    "holes that overlap take once": (
        "2 09:00-12:00",
        "2 09:30-10:30, 2 10:00-11:00",
        "2 09:00-09:30, 2 11:00-12:00",
    ),
}


@pytest.mark.parametrize("given_spans, holes, left", MINUS.values(), ids=MINUS)
def test_taken_time_is_subtracted(given_spans: str, holes: str, left: str) -> None:
    assert minus(spans_of(given_spans), spans_of(holes)) == list(spans_of(left))


@thorough
@given(some_spans(), some_spans())
def test_union_and_minus_agree_with_sets_of_minutes(spans: list[Span], holes: list[Span]) -> None:
    assert minutes_in(union(spans)) == minutes_in(spans)
    assert minutes_of(union(spans)) == len(minutes_in(spans))
    left = minus(spans, holes)
    assert minutes_in(left) == minutes_in(spans) - minutes_in(holes)
    assert minutes_of(left) == len(minutes_in(left))
    assert all(one.end < next_one.start for one, next_one in pairwise(left))


DAYS = {
    "the last second of the day": ("2 23:59:59", MON),
    "midnight opens the next day": ("3 00:00:00", TUE),
    "eight in the morning is midnight in UTC": ("2 08:00", MON),
    "a minute earlier is the day before in UTC": ("2 07:59", MON),
}


@pytest.mark.parametrize("clock, day", DAYS.values(), ids=DAYS)
def test_the_campus_zone_decides_the_day(clock: str, day: date) -> None:
    assert local_day(moment(clock), SHANGHAI) == day


def test_a_day_starts_at_its_local_midnight() -> None:
    assert day_start(MON, SHANGHAI) == datetime(2026, 3, 1, 16, 0, tzinfo=UTC)


BY_DAY = {
    "one day": ("2 09:00-10:00", {MON: 60}),
    "midnight splits": ("2 23:00-3 01:00", {MON: 60, TUE: 60}),
    "the last minute": ("2 23:59-3 00:00", {MON: 1}),
    "the first minute": ("3 00:00-00:01", {TUE: 1}),
    "two nights": ("2 23:00-4 01:00", {MON: 60, TUE: 1440, WED: 60}),
    "two stays of one day add up": ("2 09:00-10:00, 2 11:00-12:30", {MON: 150}),
}


@pytest.mark.parametrize("spans, days", BY_DAY.values(), ids=BY_DAY)
def test_a_stay_is_split_at_local_midnight(spans: str, days: dict[date, int]) -> None:
    assert by_day(spans_of(spans), SHANGHAI) == days


@thorough
@given(some_spans())
def test_splitting_at_midnight_keeps_the_sum(spans: list[Span]) -> None:
    disjoint = union(spans)
    split = by_day(disjoint, SHANGHAI)
    assert sum(split.values()) == minutes_of(disjoint)
    for day, minutes in split.items():
        assert minutes == sum(day_of(minute) == day for minute in minutes_in(disjoint))


CLOCK_CHANGES = {
    "a day of 23 hours": (date(2026, 3, 29), 23 * 60),
    "a day of 25 hours": (date(2026, 10, 25), 25 * 60),
    "an ordinary day": (date(2026, 10, 26), 24 * 60),
}


@pytest.mark.parametrize("day, minutes", CLOCK_CHANGES.values(), ids=CLOCK_CHANGES)
def test_where_clocks_change_a_day_has_the_minutes_that_pass(day: date, minutes: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    whole = Span(day_start(day, zone), day_start(day + timedelta(days=1), zone))
    assert by_day([whole], zone) == {day: minutes}
