"""Signing up: from when until when, which place is free, and what the coming shifts can give."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.rules.strategies import POLICY
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.sign_ups import check_open, free_seat, offers, withdraw_until, within_reach
from volunteer.rules.spans import Span

START = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
LIMIT = START - 12 * HOUR


@pytest.mark.parametrize("now", [START - 14 * DAY, START - SECOND])
def test_it_is_open_from_two_weeks_before_until_the_shift_begins(now: datetime) -> None:
    check_open(START, POLICY, ZONE, now)


@pytest.mark.parametrize(
    ("now", "case"), [(START - 14 * DAY - SECOND, "ahead"), (START, "begun"), (START + DAY, "begun")]
)
def test_before_and_after_that_it_is_closed(now: datetime, case: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_open(START, POLICY, ZONE, now)
    assert (refused.value.reason, refused.value.facts["case"]) == (Reason.SIGN_UP_CLOSED, case)


@pytest.mark.parametrize(
    ("seated_at", "until"),
    [(LIMIT - SECOND, LIMIT), (LIMIT, START), (START - HOUR, START), (None, START)],
    ids=["a place of long ago", "at the limit", "a place of the last hour", "waiting"],
)
def test_one_withdraws_until_twelve_hours_before_or_if_the_place_came_later_until_it_begins(
    seated_at: datetime | None, until: datetime
) -> None:
    assert withdraw_until(START, seated_at, POLICY) == until


@pytest.mark.parametrize(
    ("taken", "capacity", "seat"),
    [
        ((), 1, 1),
        ((1,), 1, None),
        ((2, 3), 3, 1),
        ((1, 2, 4), 4, 3),
        ((2, 3, 4), 3, None),
        ((1, 2), None, 3),
    ],
    ids=["empty", "full", "the lowest", "a gap", "lowered since", "no limit"],
)
def test_the_lowest_free_place_is_taken(
    taken: tuple[int, ...], capacity: int | None, seat: int | None
) -> None:
    assert free_seat(taken, capacity) == seat


def test_overlapping_shifts_of_a_day_count_once_and_up_to_the_cap() -> None:
    monday, tuesday = date(2026, 3, 16), date(2026, 3, 17)
    found = offers(
        [
            (monday, Span(START, START + 3 * HOUR)),
            (monday, Span(START + 2 * HOUR, START + 4 * HOUR)),
            (tuesday, Span(START + DAY, START + DAY + 11 * HOUR)),
        ],
        480,
    )
    assert [one.minutes for one in found] == [240, 480]
    assert (within_reach(found, tuesday), within_reach(found, tuesday + DAY)) == (240, 720)
