"""What the desk says about a record: each flag from real acts, just there and just not."""

from datetime import date, timedelta

import pytest

from tests.actions.stage import Stage, at, leads
from tests.cast import TODAY
from volunteer.actions.kept import keep_sums
from volunteer.rules.kinds import Flag
from volunteer.stats.signs import Sign, signs_of


def look(stage: Stage, visit_id: int, today: date = TODAY) -> dict[Flag, Sign]:
    stage.session.flush()
    return {sign.flag: sign for sign in signs_of(stage.session, [visit_id], today=today)[visit_id]}


def newcomers(stage: Stage, count: int) -> list[int]:
    return [stage.system.member(f"40{number:08}", stage.cast.law) for number in range(count)]


def last_asked(stage: Stage, who: str) -> int:
    return stage.visit_of(who).id


def test_nothing_is_said_of_a_plain_morning(stage: Stage) -> None:
    assert look(stage, stage.serve("mei", "09:00", "12:00")) == {}


def test_no_records_have_no_signs(stage: Stage) -> None:
    assert signs_of(stage.session, [], today=TODAY) == {}


@pytest.mark.parametrize(("age_s", "others", "expected"), [(50, 3, True), (15, 3, False), (50, 2, False)])
def test_a_code_much_older_than_the_others_is_told_with_all_ages(
    stage: Stage, age_s: int, others: int, expected: bool
) -> None:
    for who in newcomers(stage, others):
        stage.come(who, "09:00:05")
    visit = stage.come("mei", "09:01:05", age_s=age_s).visit_id
    found = look(stage, visit)
    assert (Flag.OLD_CODE in found) is expected
    if expected:
        age, count, total, _ = found[Flag.OLD_CODE].numbers
        assert (age >= age_s, count) == (True, 3)
        assert total * 3 < age * count


def weekly(stage: Stage, number: int) -> tuple[int, str]:
    """A shift of three hours on one of the days before, and that day."""
    day = at("09:00") - timedelta(days=number)
    shift = stage.system.shift(f"W{number}", stage.cast.post, day, day + timedelta(hours=3))
    return shift, f"{(day + timedelta(hours=8)):%m-%d}"


def test_a_member_with_twice_the_usual_share_of_made_up_hours_is_told(stage: Stage) -> None:
    requests = []
    for number in range(1, 5):
        shift, day = weekly(stage, number)
        stage.serve("ning", f"{day} 09:00", f"{day} 12:00")
        stage.serve("bo", f"{day} 09:00", f"{day} 12:00")
        if number < 4:
            stage.serve("mei", f"{day} 09:00", f"{day} 12:00")
        else:
            requests.append(stage.make_up("mei", f"{day} 09:07", f"{day} 12:00", "09:00", shift=shift))
    shift, day = weekly(stage, 5)
    waiting = stage.make_up("mei", f"{day} 09:07", f"{day} 12:00", "09:05", shift=shift)
    visit = stage.visit_of("mei", shift).id
    assert Flag.MADE_UP_SHARE not in look(stage, visit)
    stage.approve(requests[0], "leader", "09:10")
    stage.approve(requests[0], "organiser", "09:20")
    found = look(stage, visit)
    assert found[Flag.MADE_UP_SHARE].numbers == (173, 713, 173, 2153)
    assert waiting
    # The usual is that of a calendar year and the one before, from their sums once they are kept.
    keep_sums(stage.session)
    next_year = date(TODAY.year + 1, 12, 31)
    for day, usual in ((TODAY, (173, 2153)), (next_year, (173, 2153)), (next_year + timedelta(1), (0, 0))):
        assert look(stage, visit, day)[Flag.MADE_UP_SHARE].numbers == (173, 713, *usual)


def test_many_hours_at_the_very_end_of_the_probation_are_told(stage: Stage) -> None:
    def served(day: str, minutes: int, code: str) -> int:
        start = at(f"{day} 09:00")
        stage.system.shift(code, stage.cast.campus_post, start, start + timedelta(hours=8))
        end = f"{day} {9 + minutes // 60:02}:{minutes % 60:02}"
        return stage.serve(
            "mei", f"{day} 09:00", end, site_id=stage.system.site_of(post_id=stage.cast.campus_post)
        )

    served("03-16", 360, "A")
    # Of the 365 days the last 36 begin on the 26th of October.
    quiet = served("10-26", 240, "B")
    assert Flag.LATE_RUSH not in look(stage, quiet)
    loud = served("10-27", 60, "C")
    assert look(stage, loud)[Flag.LATE_RUSH].numbers == (300, 660, 0, 0)


@pytest.mark.parametrize(("approved_at", "expected"), [("13:00:04", True), ("13:00:05", False)])
def test_an_approval_within_seconds_of_the_asking_is_told(
    stage: Stage, approved_at: str, expected: bool
) -> None:
    request = stage.make_up("mei", "09:07", "12:00", "13:00")
    stage.approve(request, "leader", approved_at)
    found = look(stage, last_asked(stage, "mei"))
    assert (Flag.HASTY_APPROVAL in found) is expected
    if expected:
        assert (found[Flag.HASTY_APPROVAL].numbers[0], found[Flag.HASTY_APPROVAL].text) == (4, "leader")


@pytest.mark.parametrize(("second_at", "expected"), [("14:00:04", True), ("14:00:05", False)])
def test_two_approvals_of_one_person_within_seconds_are_told(
    stage: Stage, second_at: str, expected: bool
) -> None:
    one = stage.make_up("mei", "09:07", "12:00", "13:00")
    other = stage.make_up("ning", "09:07", "12:00", "13:00")
    stage.approve(one, "leader", "14:00")
    stage.approve(other, "leader", second_at)
    assert Flag.HASTY_APPROVAL not in look(stage, last_asked(stage, "mei"))
    assert (Flag.HASTY_APPROVAL in look(stage, last_asked(stage, "ning"))) is expected


@pytest.mark.parametrize(("third", "expected"), [("09:30", True), ("09:31", False)])
def test_claims_at_full_and_half_hours_alone_are_told(stage: Stage, third: str, expected: bool) -> None:
    for number, start in ((1, "09:00"), (2, "10:30")):
        shift, day = weekly(stage, number)
        stage.make_up("mei", f"{day} {start}", f"{day} 12:00", "09:00", shift=shift)
    shift, day = weekly(stage, 3)
    stage.make_up("mei", f"{day} {third}", f"{day} 12:00", "09:00", shift=shift)
    found = look(stage, stage.visit_of("mei", shift).id)
    assert (Flag.ROUND_TIMES in found) is expected


def test_two_who_approve_each_other_are_told_with_the_name(stage: Stage) -> None:
    leads(stage.session, "mei", stage.cast.post)
    leads(stage.session, "ning", stage.cast.post)
    mine = stage.make_up("mei", "09:07", "12:00", "13:00")
    stage.approve(mine, "ning", "13:10")
    assert Flag.RECIPROCAL not in look(stage, last_asked(stage, "mei"))
    theirs = stage.make_up("ning", "09:07", "12:00", "13:20")
    stage.approve(theirs, "mei", "13:30")
    found = look(stage, last_asked(stage, "mei"))[Flag.RECIPROCAL]
    assert (found.numbers[:2], found.text) == ((1, 1), "ning")


@pytest.mark.parametrize(("times", "expected"), [(5, True), (4, False)])
def test_always_the_same_witness_of_a_keeper_is_told(stage: Stage, times: int, expected: bool) -> None:
    leads(stage.session, "mei", stage.cast.post)
    visit = 0
    for number in range(1, times + 1):
        _, day = weekly(stage, number)
        visit = stage.serve("mei", f"{day} 09:00", f"{day} 12:00")
        stage.witness(visit, "leader", f"{day} 13:00")
    found = look(stage, visit)
    assert (Flag.SAME_PAIR in found) is expected
    if expected:
        assert (found[Flag.SAME_PAIR].numbers[:2], found[Flag.SAME_PAIR].text) == ((5, 5), "leader")


def test_a_second_witness_breaks_the_pair(stage: Stage) -> None:
    leads(stage.session, "mei", stage.cast.post)
    visit = 0
    for number in range(1, 7):
        _, day = weekly(stage, number)
        visit = stage.serve("mei", f"{day} 09:00", f"{day} 12:00")
        stage.witness(visit, "leader" if number > 1 else "organiser", f"{day} 13:00")
    assert Flag.SAME_PAIR not in look(stage, visit)


def test_what_a_shift_and_devices_show_comes_with_figures(stage: Stage) -> None:
    stage.come("ning", "09:00", device="phone-1")
    visit = stage.serve("mei", "09:00:30", "12:00", device="phone-1")
    found = look(stage, visit)
    assert found[Flag.SHARED_DEVICE].numbers[0] == 1
