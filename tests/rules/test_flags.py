"""Each flag on both sides of its boundary."""

from datetime import date

import pytest

from volunteer.rules import flags


@pytest.mark.parametrize(
    ("age", "others", "their_sum", "expected"),
    [
        (30, 3, 29, True),
        (29, 3, 9, False),
        (31, 3, 31, False),
        (32, 3, 31, True),
        (60, 2, 4, False),
        (60, 0, 0, False),
    ],
)
def test_a_code_is_old_from_30_seconds_and_three_times_the_age_of_three_others(
    age: int, others: int, their_sum: int, expected: bool
) -> None:
    assert flags.is_old_code(age, others, their_sum) is expected


@pytest.mark.parametrize(
    ("part", "whole", "usual", "expected"),
    [
        (200, 1000, (100, 1000), True),
        (199, 1000, (100, 1000), False),
        (120, 600, (100, 1000), True),
        (119, 599, (100, 1000), False),
        (160, 1000, (70, 1000), False),
        (170, 1000, (70, 1000), True),
        (110, 1000, (10, 1000), True),
        (109, 1000, (10, 1000), False),
        (60, 600, (0, 0), True),
        (59, 600, (0, 0), False),
        (0, 0, (0, 0), False),
    ],
)
def test_a_share_is_far_above_the_usual_at_twice_it_and_ten_points_more_from_ten_hours_on(
    part: int, whole: int, usual: tuple[int, int], expected: bool
) -> None:
    assert flags.is_share_high(part, whole, *usual) is expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 31), False),
        (date(2026, 4, 1), True),
        (date(2026, 4, 10), True),
        (date(2026, 4, 11), False),
        (date(2025, 12, 31), False),
    ],
)
def test_the_last_tenth_of_100_days_begins_with_the_91st(day: date, expected: bool) -> None:
    assert flags.is_in_last_tenth(day, date(2026, 1, 1), date(2026, 4, 11)) is expected


@pytest.mark.parametrize(
    ("last", "whole", "expected"),
    [(401, 1000, True), (400, 1000, False), (241, 600, True), (599, 599, False)],
)
def test_more_than_40_per_cent_in_the_last_tenth_is_a_rush(last: int, whole: int, expected: bool) -> None:
    assert flags.is_rush(last, whole) is expected


@pytest.mark.parametrize(("seconds", "expected"), [(0, True), (4, True), (5, False)])
def test_an_approval_in_under_five_seconds_is_hasty(seconds: int, expected: bool) -> None:
    assert flags.is_hasty(seconds) is expected


@pytest.mark.parametrize(
    ("claims", "round_ones", "expected"), [(3, 3, True), (2, 2, False), (4, 3, False), (0, 0, False)]
)
def test_from_three_claims_on_all_round_times_are_told(claims: int, round_ones: int, expected: bool) -> None:
    assert flags.are_round(claims, round_ones) is expected


@pytest.mark.parametrize(("given", "received", "expected"), [(1, 1, True), (1, 0, False), (0, 1, False)])
def test_two_who_approve_each_other_are_told(given: int, received: int, expected: bool) -> None:
    assert flags.is_reciprocal(given, received) is expected


@pytest.mark.parametrize(
    ("together", "witnessed", "expected"), [(5, 5, True), (4, 4, False), (5, 6, False), (0, 0, False)]
)
def test_always_the_same_pair_is_told_from_five_times_on(
    together: int, witnessed: int, expected: bool
) -> None:
    assert flags.is_same_pair(together, witnessed) is expected


@pytest.mark.parametrize(
    ("cases", "granted", "failed", "expected"),
    [(30, 30, 1, True), (29, 29, 1, False), (30, 29, 1, False), (30, 30, 0, False)],
)
def test_who_approves_all_of_30_cases_is_told_once_a_spot_check_failed(
    cases: int, granted: int, failed: int, expected: bool
) -> None:
    assert flags.never_refuses(cases, granted, failed) is expected
