"""What a scan does that was not told what to do, at posts, at bases, and between two shifts (PROTOCOL 1)."""

import pytest

from tests.actions.stage import IN, OUT, Stage, at
from volunteer.models import Evidence, Visit
from volunteer.rules.kinds import Grade, Side, Verdict, VisitState
from volunteer.rules.reasons import Reason

OPEN, UNCLOSED, CONFIRMED = VisitState.OPEN, VisitState.UNCLOSED, VisitState.CONFIRMED


# --- the scan decides itself ---


def test_without_an_open_visit_it_checks_in(stage: Stage) -> None:
    result = stage.scan("mei", "08:50")
    assert (result.verdict, result.action) == (Verdict.ACCEPTED, IN)


@pytest.mark.parametrize("when", ["08:51", "10:00", "11:44:59"])
def test_a_nervous_second_scan_changes_nothing(stage: Stage, when: str) -> None:
    stage.scan("mei", "08:50")
    result = stage.scan("mei", when)
    assert (result.verdict, result.action, result.at) == (Verdict.UNCHANGED, IN, at("08:50"))


@pytest.mark.parametrize("when", ["11:45:00", "12:00", "14:00:00"])
def test_from_15_minutes_before_the_end_it_checks_out(stage: Stage, when: str) -> None:
    stage.scan("mei", "08:50")
    result = stage.scan("mei", when)
    assert (result.verdict, result.action) == (Verdict.ACCEPTED, OUT)
    assert stage.visit(result.visit_id).state is CONFIRMED


def test_leaving_earlier_is_an_explicit_wish(stage: Stage) -> None:
    stage.scan("mei", "08:50")
    assert stage.leave("mei", "10:00").verdict is Verdict.ACCEPTED


def test_in_on_an_open_visit_changes_nothing_even_at_the_end(stage: Stage) -> None:
    stage.scan("mei", "08:50")
    assert stage.come("mei", "11:50").verdict is Verdict.UNCHANGED


def test_who_forgot_to_leave_yesterday_can_come_today(stage: Stage) -> None:
    stage.system.shift("S2", stage.cast.post, at("17 09:00"), at("17 12:00"))
    forgotten = stage.scan("mei", "09:00").visit_id
    result = stage.scan("mei", "17 09:00")
    assert (result.verdict, result.action) == (Verdict.ACCEPTED, IN)
    assert stage.visit(forgotten).state is UNCLOSED


def test_who_forgot_to_leave_this_morning_can_come_in_the_evening(stage: Stage) -> None:
    stage.system.shift("S2", stage.cast.post, at("18:00"), at("20:00"))
    stage.scan("mei", "09:00")
    assert stage.scan("mei", "18:00").action is IN


def test_elsewhere_an_open_visit_stands_in_the_way(stage: Stage) -> None:
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    stage.system.shift("G1", stage.cast.campus_post, at("09:00"), at("12:00"))
    stage.scan("mei", "09:00")
    with stage.refused(Reason.ALREADY_CHECKED_IN):
        stage.scan("mei", "11:50", site_id=gate)


# --- sites of a base ---


@pytest.fixture
def desk(stage: Stage) -> int:
    """A second post at the base: DESK, whose shift D1 runs from 09:00 to 12:00 as S1 does."""
    post = stage.system.post("DESK", stage.cast.law, base_id=stage.cast.base)
    stage.system.shift("D1", post, at("09:00"), at("12:00"))
    return post


def test_two_running_posts_are_for_the_member_to_choose(stage: Stage, desk: int) -> None:
    site = stage.cast.base_site
    with stage.refused(Reason.CHOOSE_POST):
        stage.scan("mei", "09:10", site_id=site)
    result = stage.scan("mei", "09:10", site_id=site, post_id=desk)
    assert stage.visit(result.visit_id).post_id == desk


def test_a_chosen_post_of_elsewhere_has_no_shift_here(stage: Stage, desk: int) -> None:
    stage.system.shift("G1", stage.cast.campus_post, at("09:00"), at("12:00"))
    with stage.refused(Reason.OUTSIDE_SHIFT):
        stage.come("mei", "09:10", site_id=stage.cast.base_site, post_id=stage.cast.campus_post)
    with stage.refused(Reason.OUTSIDE_SHIFT):
        stage.come("mei", "09:10", post_id=desk)


def test_who_is_in_at_one_of_them_need_not_choose_again(stage: Stage, desk: int) -> None:
    site = stage.cast.base_site
    first = stage.scan("mei", "09:10", site_id=site, post_id=desk)
    for action in (None, IN):
        again = stage.scan("mei", "10:00", action, site_id=site)
        assert (again.verdict, again.visit_id) == (Verdict.UNCHANGED, first.visit_id)
    assert stage.scan("mei", "11:50", site_id=site).action is OUT
    assert stage.visit(first.visit_id).state is CONFIRMED


def test_who_is_in_at_one_post_cannot_choose_the_other(stage: Stage, desk: int) -> None:
    stage.come("mei", "09:10", site_id=stage.cast.base_site, post_id=desk)
    with stage.refused(Reason.ALREADY_CHECKED_IN):
        stage.come("mei", "10:00", site_id=stage.cast.base_site, post_id=stage.cast.post)


def test_leaving_needs_no_choice(stage: Stage, desk: int) -> None:
    stage.come("mei", "09:10", site_id=stage.cast.base_site, post_id=desk)
    assert stage.leave("mei", "11:00", site_id=stage.cast.base_site).action is OUT


def test_one_may_come_at_the_posts_own_display_and_leave_at_the_bases(stage: Stage, desk: int) -> None:
    stage.come("mei", "09:00")
    assert stage.minutes(stage.leave("mei", "12:00", site_id=stage.cast.base_site).visit_id) == (180, 180)


def test_the_running_shift_wins_over_the_coming_one(stage: Stage) -> None:
    post = stage.system.post("DESK", stage.cast.law, base_id=stage.cast.base)
    stage.system.shift("D2", post, at("11:30"), at("14:00"))
    result = stage.scan("mei", "11:10", site_id=stage.cast.base_site)
    assert stage.visit(result.visit_id).shift_id == stage.cast.shift


def test_a_chosen_post_whose_shift_is_about_to_begin_is_taken_at_its_word(stage: Stage) -> None:
    post = stage.system.post("DESK", stage.cast.law, base_id=stage.cast.base)
    shift = stage.system.shift("D2", post, at("11:30"), at("14:00"))
    result = stage.scan("mei", "11:10", site_id=stage.cast.base_site, post_id=post)
    assert stage.visit(result.visit_id).shift_id == shift


# --- back to back ---


@pytest.fixture
def afternoon(stage: Stage) -> int:
    """S2 follows S1 at the same post."""
    return stage.system.shift("S2", stage.cast.post, at("12:00"), at("15:00"))


def test_until_the_first_ends_a_scan_belongs_to_it(stage: Stage, afternoon: int) -> None:
    result = stage.come("mei", "11:59:59")
    assert stage.visit(result.visit_id).shift_id == stage.cast.shift
    assert stage.visit(stage.come("ning", "12:00:00").visit_id).shift_id == afternoon


def test_one_button_checks_out_and_into_the_next(stage: Stage, afternoon: int) -> None:
    first = stage.come("mei", "09:00").visit_id
    result = stage.leave("mei", "11:50", takes_next=True)
    assert (result.action, result.verdict) == (IN, Verdict.ACCEPTED)
    assert stage.visit(result.visit_id).shift_id == afternoon
    assert stage.stands(first) == (CONFIRMED, Grade.B, 170)
    second = stage.leave("mei", "15:00").visit_id
    assert stage.stands(second) == (CONFIRMED, Grade.B, 180)


def test_pressed_twice_it_gives_the_same_answer(stage: Stage, afternoon: int) -> None:
    stage.come("mei", "09:00")
    code = stage.code(stage.display(stage.cast.site), at("11:50"))
    first = stage.leave("mei", "11:50", code=code, takes_next=True, client_ref="r1")
    rows = stage.count(Evidence)
    again = stage.leave("mei", "11:52", code=code, takes_next=True, client_ref="r1")
    assert (again.verdict, again.action, again.visit_id) == (first.verdict, first.action, first.visit_id)
    assert stage.count(Evidence) == rows


def test_without_a_next_shift_nothing_is_checked_out_either(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    with stage.refused(Reason.OUTSIDE_SHIFT):
        stage.leave("mei", "11:50", takes_next=True)
    assert stage.visit(visit).state is OPEN


def test_at_a_base_the_next_shift_is_that_of_the_same_post(stage: Stage, desk: int, afternoon: int) -> None:
    site = stage.cast.base_site
    stage.system.shift("D2", desk, at("12:00"), at("15:00"))
    stage.come("mei", "09:00", site_id=site, post_id=stage.cast.post)
    result = stage.leave("mei", "11:50", site_id=site, takes_next=True)
    assert stage.visit(result.visit_id).shift_id == afternoon


def test_one_button_works_where_the_next_shift_was_visited_before(stage: Stage, afternoon: int) -> None:
    first = stage.come("mei", "09:00").visit_id
    second = stage.leave("mei", "11:40", takes_next=True).visit_id
    stage.leave("mei", "11:42")
    assert stage.come("mei", "11:45").visit_id == first
    assert stage.leave("mei", "11:55", takes_next=True).visit_id == second
    stage.leave("mei", "13:00")
    assert stage.minutes(first) == (170, 170)
    assert stage.minutes(second) == (60, 60)


def test_one_presence_is_open_at_a_time(stage: Stage, afternoon: int) -> None:
    stage.come("mei", "09:00")
    stage.leave("mei", "11:50", takes_next=True)
    assert stage.session.query(Visit).filter_by(state=OPEN).count() == 1


def test_an_explicit_in_after_the_end_leaves_the_first_unclosed(stage: Stage, afternoon: int) -> None:
    first = stage.come("mei", "09:00").visit_id
    stage.come("mei", "12:00")
    assert stage.visit(first).state is UNCLOSED


@pytest.mark.parametrize("side", [IN, OUT, None])
def test_a_scan_of_nobodys_wish_is_judged_as_any_other(stage: Stage, side: Side | None) -> None:
    with stage.refused(Reason.OUTSIDE_SHIFT):
        stage.scan("mei", "08:00", side)
