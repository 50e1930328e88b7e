"""The drawing of hours by month says what its table says."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteer.rules.kinds import Grade
from volunteer.stats.rollups import GRADES, Days, RollUp
from volunteer.web.charts import HEIGHT, LINES, TOP, months

YEAR = Days.calendar_year(2026)
TODAY = date(2026, 11, 22)
MINUTES = st.integers(0, 10**7)


def row(code: str, *by_grade: int) -> RollUp:
    net = sum(by_grade)
    return RollUp(code=code, name=code, headcount=1, person_times=1, net=net, credited=net, by_grade=by_grade)


def test_every_month_that_has_begun_has_its_place_served_or_not() -> None:
    chart = months([row("2026-03", 60, 0, 0, 0)], YEAR, TODAY)
    assert [bar.label for bar in chart.bars] == [str(number) for number in range(1, 12)]
    assert [bool(bar.parts) for bar in chart.bars] == [number == 2 for number in range(11)]


@pytest.mark.parametrize(
    ("today", "count"),
    [(date(2026, 1, 1), 1), (date(2026, 1, 31), 1), (date(2026, 2, 1), 2), (date(2027, 5, 1), 12)],
)
def test_a_month_begins_on_its_first_day_and_a_past_year_has_twelve(today: date, count: int) -> None:
    assert len(months([], YEAR, today).bars) == count


@pytest.mark.parametrize(
    ("most_min", "hours"),
    [
        (0, [0, 1]),
        (60, [0, 1]),
        (61, [0, 1, 2]),
        (240, [0, 1, 2, 3, 4]),
        (241, [0, 2, 4, 6]),
        (40 * 60, [0, 10, 20, 30, 40]),
        (40 * 60 + 1, [0, 20, 40, 60]),
    ],
)
def test_lines_stand_at_round_hours_above_the_highest_month(most_min: int, hours: list[int]) -> None:
    chart = months([row("2026-03", most_min, 0, 0, 0)], YEAR, TODAY)
    assert [line.hours for line in chart.lines] == hours


@given(st.lists(st.tuples(MINUTES, MINUTES, MINUTES, MINUTES), min_size=1, max_size=11))
def test_a_part_is_as_high_as_its_minutes_and_the_parts_stand_on_each_other(
    served: list[tuple[int, int, int, int]],
) -> None:
    rows = [row(f"2026-{number:02}", *parts) for number, parts in enumerate(served, 1)]
    chart = months(rows, YEAR, TODAY)
    top = chart.lines[-1].hours * 60
    assert len(chart.lines) <= LINES + 1
    for bar, one in zip(chart.bars, rows, strict=False):
        expected = {
            grade: minutes * HEIGHT / top for grade, minutes in zip(GRADES, one.by_grade, strict=True)
        }
        assert {part.grade: part.height for part in bar.parts} == pytest.approx(
            {grade: height for grade, height in expected.items() if height}, abs=0.01
        )
        ground = TOP + HEIGHT
        for part in bar.parts:
            ground -= part.height
            assert part.y == pytest.approx(ground, abs=0.05)
        assert ground >= TOP - 0.1


def test_what_was_made_up_lies_on_top() -> None:
    (bar,) = [bar for bar in months([row("2026-03", 60, 60, 60, 60)], YEAR, TODAY).bars if bar.parts]
    assert [part.grade for part in bar.parts] == [Grade.A, Grade.B, Grade.C, Grade.E]
    assert min(bar.parts, key=lambda part: part.y).grade is Grade.E
