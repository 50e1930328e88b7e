"""What a unit's groups of members come to: the bar, those due, and its line."""

from datetime import date

import pytest

from volunteer.rules.kinds import Phase, Status
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.progress import IN_TROUBLE, PHASES, STATUSES, Due, Ends, Group, Headway, Rate, line
from volunteer.rules.tally import Course
from volunteer.web.standing_bar import WIDTH, standing_bar

POLICY = HoursPolicy(effective_on=date(2025, 1, 1))


def group(unit_id: int, at: Status | Phase, members: int, **more: object) -> Group:
    given = {"met": 0, "wished": 0, "missing_hundredths": 0, "first_on": date(2026, 1, 1)} | more
    due = {due: members if due is Due.IN_90 else 0 for due in Due}
    return Group(unit_id=unit_id, at=at, members=members, due=due, **given)  # type: ignore[arg-type]


HEADWAY = Headway(
    groups=(
        group(2, Status.MET, 3, met=3, wished=2),
        group(2, Status.AT_RISK, 2, missing_hundredths=250),
        group(3, Status.MET, 1, met=1, wished=1, first_on=date(2025, 9, 1)),
        group(3, Phase.NOT_MET, 4),
    ),
    rates={3: Rate(1, 2), 4: Rate(0, 1)},
    ends={3: Ends(converted=2, cancelled=1), 5: Ends(extended=1)},
)


def test_the_parts_make_the_whole_and_the_bar_is_as_wide_as_they_are() -> None:
    found = HEADWAY.tally
    assert list(found) == [*STATUSES, *PHASES]
    assert {place: count for place, count in found.items() if count} == {
        Status.MET: 4,
        Status.AT_RISK: 2,
        Phase.NOT_MET: 4,
    }
    bar = standing_bar(found)
    assert [(part.place, part.count) for part in bar] == [pair for pair in found.items() if pair[1]]
    assert bar[0].x == 0
    assert [part.x for part in bar[1:]] == [round(part.x + part.width, 2) for part in bar[:-1]]
    assert bar[-1].x + bar[-1].width == WIDTH


def test_a_unit_with_nobody_has_an_empty_bar_and_no_first_day() -> None:
    nobody = Headway(groups=(), rates={}, ends={})
    assert standing_bar(nobody.tally) == []
    assert (nobody.wished, nobody.missing_hundredths, nobody.first_on) == (0, 0, None)
    assert set(nobody.dues.values()) == {0}


def test_what_groups_have_adds_up() -> None:
    assert (HEADWAY.wished, HEADWAY.missing_hundredths, HEADWAY.first_on) == (3, 250, date(2025, 9, 1))
    assert HEADWAY.dues == {Due.IN_30: 0, Due.IN_60: 0, Due.IN_90: 10, Due.OVER: 0}


def test_a_unit_s_line_counts_its_groups_and_its_rate_only_those_who_stayed() -> None:
    lines = HEADWAY.lines()
    assert set(lines) == {2, 3, 4, 5}
    assert (lines[2].members, lines[2].met, lines[2].in_trouble, lines[2].rate.pct) == (5, 3, 2, None)
    assert (lines[3].members, lines[3].met, lines[3].in_trouble, lines[3].rate.pct) == (5, 1, 4, 50.0)
    assert (lines[4].members, lines[4].rate.pct) == (0, 0.0)
    assert (lines[3].ends, lines[2].ends) == (Ends(2, 0, 1), Ends())
    assert (lines[5].members, lines[5].ends.extended) == (0, 1)
    assert (lines[2].at[Status.AT_RISK], lines[2].at[Phase.NOT_MET], lines[2].missing_hundredths) == (
        2,
        0,
        250,
    )
    assert lines[3].at[Phase.NOT_MET] == 4
    assert line() == line([], Rate(0, 0))
    assert Status.AT_RISK in IN_TROUBLE


@pytest.mark.parametrize(
    ("elapsed", "left", "found"),
    [
        (-1, 366, ""),
        (0, 365, ""),
        (0, 91, ""),
        (0, 90, "90"),
        (0, 61, "90"),
        (0, 60, "60 90"),
        (0, 31, "60 90"),
        (0, 30, "30 60 90"),
        (364, 1, "30 60 90"),
        (365, 0, "over"),
        (-1, 30, ""),
    ],
)
def test_a_running_window_is_due_within_its_days_and_one_that_ended_is_over(
    elapsed: int, left: int, found: str
) -> None:
    course = Course(counted=0, elapsed=elapsed, days_left=left, policy=POLICY)
    assert " ".join(due.value for due in Due if due.holds(course)) == found
