"""The probation window: a year, month ends clamped, once extended, closed by a meeting (党章 art. 7)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.strategies import POLICY, SHANGHAI, thorough
from volunteer.rules.kinds import Outcome
from volunteer.rules.probation import Probation, check_decision, check_extension, plus_months
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import day_start, local_day

DATES = st.dates(date(2000, 1, 1), date(2090, 12, 31))

WINDOWS = {
    "an ordinary year": ("2025-11-20", "2026-11-20", "2027-05-20"),
    "a leap day is clamped, and the extension runs from there": ("2024-02-29", "2025-02-28", "2025-08-28"),
    "a year that ends in a leap year keeps the 28th": ("2023-02-28", "2024-02-28", "2024-08-28"),
    "the extension is clamped too": ("2024-08-31", "2025-08-31", "2026-02-28"),
    "into a leap February": ("2022-08-31", "2023-08-31", "2024-02-29"),
    "the 31st into a month of 30": ("2024-12-31", "2025-12-31", "2026-06-30"),
    "New Year": ("2025-01-01", "2026-01-01", "2026-07-01"),
}


@pytest.mark.parametrize("start, due, extended", WINDOWS.values(), ids=WINDOWS)
def test_probation_is_a_year_and_an_extension_runs_from_the_due_date(
    start: str, due: str, extended: str
) -> None:
    probation = Probation(starts_on=date.fromisoformat(start))
    assert probation.due_on == probation.ends_before == date.fromisoformat(due)
    longer = replace(probation, extension_months=6)
    assert longer.due_on == date.fromisoformat(due)
    assert longer.ends_before == date.fromisoformat(extended)


def test_a_full_extension_is_another_year() -> None:
    longest = Probation(starts_on=date(2024, 2, 29), extension_months=12)
    assert longest.ends_before == date(2026, 2, 28)


WINDOW = Probation(starts_on=date(2025, 11, 20))
DAYS = {
    "the day before": (date(2025, 11, 19), False),
    "the first day": (date(2025, 11, 20), True),
    "the last day": (date(2026, 11, 19), True),
    "the due day is outside": (date(2026, 11, 20), False),
}


@pytest.mark.parametrize("day, counts", DAYS.values(), ids=DAYS)
def test_the_window_is_half_open(day: date, counts: bool) -> None:
    assert WINDOW.holds(day) is counts


def test_an_extension_makes_later_service_count() -> None:
    longer = replace(WINDOW, extension_months=6)
    assert longer.holds(date(2026, 11, 20))
    assert longer.holds(date(2027, 5, 19))
    assert not longer.holds(date(2027, 5, 20))


def test_the_last_minute_of_probation_counts_and_the_next_does_not() -> None:
    due = day_start(WINDOW.ends_before, SHANGHAI)
    assert WINDOW.holds(local_day(due - timedelta(minutes=1), SHANGHAI))
    assert WINDOW.holds(local_day(due - timedelta(seconds=1), SHANGHAI))
    assert not WINDOW.holds(local_day(due, SHANGHAI))


MONTHS = {
    "none": ("2026-01-31", 0, "2026-01-31"),
    "into February": ("2026-01-31", 1, "2026-02-28"),
    "into a leap February": ("2024-01-31", 1, "2024-02-29"),
    "a leap day a year on": ("2024-02-29", 12, "2025-02-28"),
    "a leap day four years on": ("2024-02-29", 48, "2028-02-29"),
    "over the year's end": ("2026-11-30", 3, "2027-02-28"),
    "into December": ("2026-06-15", 6, "2026-12-15"),
}


@pytest.mark.parametrize("day, months, later", MONTHS.values(), ids=MONTHS)
def test_a_month_that_is_too_short_gives_its_last_day(day: str, months: int, later: str) -> None:
    assert plus_months(date.fromisoformat(day), months) == date.fromisoformat(later)


@thorough
@given(DATES, st.integers(0, 36))
def test_months_keep_the_day_or_end_on_the_last(day: date, months: int) -> None:
    later = plus_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@thorough
@given(DATES, DATES, st.integers(6, 12))
def test_an_earlier_start_is_never_due_later(one: date, other: date, months: int) -> None:
    first, second = sorted((one, other))
    assert Probation(starts_on=first).due_on <= Probation(starts_on=second).due_on
    extended = Probation(starts_on=first, extension_months=months)
    assert extended.ends_before > extended.due_on


# --- Extension --------------------------------------------------------------------------------------

DUE = date(2026, 11, 20)


def reason_of(check: Callable[[], None]) -> Reason | None:
    try:
        check()
    except Refusal as refusal:
        return refusal.reason
    return None


EXTENSIONS = {
    "5 months": (WINDOW, 5, DUE, DUE, Reason.EXTENSION_OUT_OF_RANGE),
    "6 months": (WINDOW, 6, DUE, DUE, None),
    "12 months": (WINDOW, 12, DUE, DUE, None),
    "13 months": (WINDOW, 13, DUE, DUE, Reason.EXTENSION_OUT_OF_RANGE),
    "a second time": (
        replace(WINDOW, extension_months=6),
        6,
        date(2027, 5, 20),
        date(2027, 5, 20),
        Reason.EXTENSION_REPEATED,
    ),
    "a second time, before it is due again": (
        replace(WINDOW, extension_months=6),
        6,
        date(2026, 12, 1),
        date(2026, 12, 1),
        Reason.EXTENSION_REPEATED,
    ),
    "a meeting on the last day": (WINDOW, 6, date(2026, 11, 19), DUE, Reason.NOT_DUE),
    "a meeting of tomorrow": (WINDOW, 6, date(2026, 11, 21), DUE, Reason.NOT_DUE),
    "a meeting of some days ago": (WINDOW, 6, DUE, date(2026, 11, 28), None),
    "after a conversion": (replace(WINDOW, outcome=Outcome.CONVERTED), 6, DUE, DUE, Reason.PROBATION_CLOSED),
    "after a cancellation": (
        replace(WINDOW, outcome=Outcome.CANCELLED),
        6,
        DUE,
        DUE,
        Reason.PROBATION_CLOSED,
    ),
    "closed comes before any other reason": (
        replace(WINDOW, outcome=Outcome.CONVERTED, extension_months=6),
        5,
        date(2020, 1, 1),
        DUE,
        Reason.PROBATION_CLOSED,
    ),
}


@pytest.mark.parametrize("probation, months, meeting_on, today, reason", EXTENSIONS.values(), ids=EXTENSIONS)
def test_an_extension_is_once_and_of_6_to_12_months(
    probation: Probation, months: int, meeting_on: date, today: date, reason: Reason | None
) -> None:
    assert reason is reason_of(
        lambda: check_extension(probation, months=months, meeting_on=meeting_on, today=today, policy=POLICY)
    )


RANGE = {"2": (2, False), "3": (3, True), "4": (4, True), "5": (5, False)}


@pytest.mark.parametrize("months, may", RANGE.values(), ids=RANGE)
def test_the_range_of_an_extension_is_the_policys(months: int, may: bool) -> None:
    shorter = replace(POLICY, extension_months_min=3, extension_months_max=4)
    refused = reason_of(
        lambda: check_extension(WINDOW, months=months, meeting_on=DUE, today=DUE, policy=shorter)
    )
    assert refused is (None if may else Reason.EXTENSION_OUT_OF_RANGE)


# --- Decisions --------------------------------------------------------------------------------------

CONVERTED, CANCELLED = Outcome.CONVERTED, Outcome.CANCELLED
DECISIONS = {
    "met and due": (WINDOW, CONVERTED, DUE, DUE, 3000, None),
    "a minute short": (WINDOW, CONVERTED, DUE, DUE, 2999, Reason.THRESHOLD_NOT_MET),
    "a day early": (WINDOW, CONVERTED, date(2026, 11, 19), DUE, 3000, Reason.NOT_DUE),
    "early and short: not due is said first": (WINDOW, CONVERTED, date(2026, 11, 19), DUE, 0, Reason.NOT_DUE),
    "a meeting of tomorrow": (WINDOW, CONVERTED, date(2026, 11, 21), DUE, 3000, Reason.NOT_DUE),
    "a meeting of last week": (WINDOW, CONVERTED, DUE, date(2026, 11, 27), 3000, None),
    "extended, on the first due day": (
        replace(WINDOW, extension_months=6),
        CONVERTED,
        date(2026, 12, 10),
        date(2026, 12, 10),
        3000,
        Reason.NOT_DUE,
    ),
    "extended and due": (
        replace(WINDOW, extension_months=6),
        CONVERTED,
        date(2027, 5, 20),
        date(2027, 5, 20),
        3000,
        None,
    ),
    "cancelled in the middle": (WINDOW, CANCELLED, date(2026, 3, 1), date(2026, 3, 1), 0, None),
    "cancelled though met": (WINDOW, CANCELLED, DUE, DUE, 3000, None),
    "cancelled when not met at due": (WINDOW, CANCELLED, DUE, DUE, 0, None),
    "cancelled by a meeting of tomorrow": (
        WINDOW,
        CANCELLED,
        date(2026, 3, 2),
        date(2026, 3, 1),
        0,
        Reason.NOT_DUE,
    ),
    "converted twice": (
        replace(WINDOW, outcome=CONVERTED),
        CONVERTED,
        DUE,
        DUE,
        3000,
        Reason.PROBATION_CLOSED,
    ),
    "cancelled after a conversion": (
        replace(WINDOW, outcome=CONVERTED),
        CANCELLED,
        DUE,
        DUE,
        3000,
        Reason.PROBATION_CLOSED,
    ),
}


@pytest.mark.parametrize(
    "probation, outcome, meeting_on, today, counted, reason", DECISIONS.values(), ids=DECISIONS
)
def test_a_decision_against_the_record_is_refused(
    probation: Probation, outcome: Outcome, meeting_on: date, today: date, counted: int, reason: Reason | None
) -> None:
    assert reason is reason_of(
        lambda: check_decision(
            probation,
            outcome,
            meeting_on=meeting_on,
            today=today,
            counted=counted,
            threshold=POLICY.threshold_min,
        )
    )


def test_who_was_extended_once_hears_that_only_a_cancellation_is_left() -> None:
    longer = replace(WINDOW, extension_months=6)
    facts = []
    for probation in (WINDOW, longer):
        with pytest.raises(Refusal) as caught:
            due = probation.ends_before
            check_decision(probation, CONVERTED, meeting_on=due, today=due, counted=2999, threshold=3000)
        facts.append(caught.value.facts)
    assert facts == [
        {"minutes": 2999, "threshold": 3000},
        {"minutes": 2999, "threshold": 3000, "case": "extended"},
    ]


AHEAD = {
    "not due, and the meeting is to come": (date(2026, 11, 21), date(2026, 11, 19), {"day": DUE}),
    "due, and the meeting is to come": (
        date(2026, 11, 21),
        DUE,
        {"day": date(2026, 11, 21), "case": "ahead"},
    ),
    "a meeting before the due day": (date(2026, 11, 19), date(2026, 11, 21), {"day": DUE}),
}


@pytest.mark.parametrize("meeting_on, today, facts", AHEAD.values(), ids=AHEAD)
def test_not_due_says_which_day_to_wait_for(meeting_on: date, today: date, facts: dict[str, object]) -> None:
    with pytest.raises(Refusal) as caught:
        check_decision(WINDOW, CONVERTED, meeting_on=meeting_on, today=today, counted=3000, threshold=3000)
    assert caught.value.facts == facts


@thorough
@given(DATES, st.integers(-400, 1200), st.integers(0, 30), st.sampled_from([None, 6, 12]))
def test_nobody_is_ever_converted_before_the_window_is_over(
    start: date, offset: int, waited: int, months: int | None
) -> None:
    probation = Probation(starts_on=start, extension_months=months)
    meeting_on = start + timedelta(days=offset)
    today = meeting_on + timedelta(days=waited)
    refused = reason_of(
        lambda: check_decision(
            probation, CONVERTED, meeting_on=meeting_on, today=today, counted=3000, threshold=3000
        )
    )
    assert refused is (None if meeting_on >= probation.ends_before else Reason.NOT_DUE)
