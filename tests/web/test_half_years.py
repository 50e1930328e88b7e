"""Half-years and quarters for the review of a probationary member: none is missing, all add up."""

from datetime import date

import pytest

from volunteer.rules.kinds import Grade
from volunteer.stats.breakdown import Breakdown, Part, Sum
from volunteer.web.half_years import half_years


def part(day: date, minutes: int) -> Part:
    return Part(
        visit_id=1,
        kind=None,
        grade=Grade.B,
        day=day,
        unit_name="一支部",
        post_name="阅览",
        base_name=None,
        net=minutes + 5,
        credited=minutes,
    )


PARTS = Breakdown([part(date(2025, 12, 31), 60), part(date(2026, 1, 1), 30), part(date(2026, 6, 30), 15)])


def test_what_brought_nothing_is_a_row_too_and_the_quarters_add_up() -> None:
    found = half_years(PARTS, date(2025, 11, 1), date(2026, 7, 1))
    assert [(one.year, one.number, one.brought.credited) for one in found] == [
        (2025, 2, 60),
        (2026, 1, 45),
        (2026, 2, 0),
    ]
    assert [[quarter.number for quarter in one.quarters] for one in found] == [[4], [1, 2], [3]]
    for one in found:
        assert one.brought == Sum(
            sum(quarter.brought.net for quarter in one.quarters),
            sum(quarter.brought.credited for quarter in one.quarters),
        )


@pytest.mark.parametrize(
    ("since", "until", "halves"),
    [
        (date(2025, 11, 1), date(2025, 11, 1), [(2025, 2), (2026, 1)]),
        (None, date.min, [(2025, 2), (2026, 1)]),
        (date(2026, 1, 1), date(2026, 6, 30), [(2026, 1)]),
        (date(2026, 1, 1), date(2026, 7, 1), [(2026, 1), (2026, 2)]),
    ],
)
def test_the_last_is_that_of_today_or_of_the_latest_service(
    since: date | None, until: date, halves: list[tuple[int, int]]
) -> None:
    assert [(one.year, one.number) for one in half_years(PARTS, since, until)] == halves


def test_nobody_without_a_window_and_without_service_has_one() -> None:
    assert half_years(Breakdown([]), None, date.min) == []
    assert half_years(Breakdown([]), date(2026, 9, 1), date(2026, 3, 16)) == []
    (one,) = half_years(Breakdown([]), date(2026, 3, 1), date(2026, 3, 16))
    assert (one.brought, len(one.quarters)) == (Sum(0, 0), 1)
