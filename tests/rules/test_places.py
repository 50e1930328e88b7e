"""How an agreement stands, which place lies idle, and at which hours people come."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from volunteer.rules.kinds import BaseStatus
from volunteer.rules.places import Agreement, Slot, agreement_on, by_weekday_and_hour, has_one_offset, is_idle

TODAY = date(2026, 3, 16)
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
AGREED, PLAQUED = BaseStatus.AGREED, BaseStatus.PLAQUED

CASES = {
    "on its first day": (AGREED, TODAY, None, Agreement.VALID),
    "before its first day": (AGREED, date(2026, 3, 17), None, Agreement.COMING),
    "on its last day": (PLAQUED, None, TODAY, Agreement.EXPIRING),
    "the day after its last": (PLAQUED, None, date(2026, 3, 15), Agreement.EXPIRED),
    "90 days before its last": (PLAQUED, None, date(2026, 6, 14), Agreement.EXPIRING),
    "91 days before its last": (PLAQUED, None, date(2026, 6, 15), Agreement.VALID),
    "without a day": (AGREED, None, None, Agreement.VALID),
    "applied for": (BaseStatus.APPLIED, TODAY, None, Agreement.NONE),
    "suspended": (BaseStatus.SUSPENDED, TODAY, date(2027, 1, 1), Agreement.NONE),
    "withdrawn": (BaseStatus.WITHDRAWN, TODAY, date(2027, 1, 1), Agreement.NONE),
}


@pytest.mark.parametrize(("status", "since", "until", "found"), CASES.values(), ids=CASES)
def test_how_an_agreement_stands(
    status: BaseStatus, since: date | None, until: date | None, found: Agreement
) -> None:
    assert agreement_on(status, since, until, TODAY) is found


@pytest.mark.parametrize(
    ("last_on", "found"),
    [(None, True), (date(2025, 12, 16), True), (date(2025, 12, 17), False), (TODAY, False)],
)
def test_a_place_lies_idle_after_90_days(last_on: date | None, found: bool) -> None:
    assert is_idle(last_on, TODAY) is found


def filled(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> dict[tuple[int, int], int]:
    cells = by_weekday_and_hour([Slot(starts_at=starts_at, ends_at=ends_at, count=3)], zone)
    assert [len(day) for day in cells] == [24] * 7
    return {(day, hour): cells[day][hour] for day in range(7) for hour in range(24) if cells[day][hour]}


HOURS = {
    "whole hours end before the next": ((9, 0), (11, 0), {(0, 9): 3, (0, 10): 3}),
    "an hour that is touched counts": ((9, 59), (11, 1), {(0, 9): 3, (0, 10): 3, (0, 11): 3}),
}


@pytest.mark.parametrize(("start", "end", "found"), HOURS.values(), ids=HOURS)
def test_a_record_counts_in_every_hour_of_its_shift(
    start: tuple[int, int], end: tuple[int, int], found: dict[tuple[int, int], int]
) -> None:
    begins, ends = (datetime(2026, 3, 16, *time, tzinfo=SHANGHAI) for time in (start, end))
    assert filled(begins, ends, SHANGHAI) == found


def test_a_night_goes_on_on_the_next_weekday_and_sunday_is_followed_by_monday() -> None:
    begins, ends = datetime(2026, 3, 15, 15, tzinfo=UTC), datetime(2026, 3, 15, 17, tzinfo=UTC)
    assert filled(begins, ends, SHANGHAI) == {(6, 23): 3, (0, 0): 3}


def test_the_hour_that_a_clock_skips_is_in_no_cell() -> None:
    begins, ends = datetime(2026, 3, 29, 0, tzinfo=UTC), datetime(2026, 3, 29, 2, tzinfo=UTC)
    assert filled(begins, ends, BERLIN) == {(6, 1): 3, (6, 3): 3}


CHANGES = {
    "the day before the clock is changed": (date(2026, 3, 1), date(2026, 3, 29), True),
    "the day on which it is": (date(2026, 3, 1), date(2026, 3, 30), False),
    "a summer between two changes": (date(2026, 3, 30), date(2026, 10, 25), True),
}


@pytest.mark.parametrize(("first", "end", "is_one"), CHANGES.values(), ids=CHANGES)
def test_a_clock_that_is_changed_makes_weeks_differ(first: date, end: date, is_one: bool) -> None:
    assert has_one_offset(BERLIN, first, end) is is_one
    assert has_one_offset(SHANGHAI, first, end)


def test_the_records_of_several_shifts_add_up() -> None:
    begins = datetime(2026, 3, 16, 9, tzinfo=SHANGHAI)
    slots = [Slot(starts_at=begins, ends_at=begins.replace(hour=10), count=count) for count in (1, 2)]
    assert by_weekday_and_hour(slots, SHANGHAI)[0][9] == 3
