"""When a scan counts: the shift's window to the second, stays, and one presence at a time."""

from datetime import date, timedelta

import pytest

from tests.actions.stage import IN, OUT, Stage, at
from volunteer.actions import decide, registry
from volunteer.models import AuditLine, Credit, Evidence, Visit
from volunteer.rules import kinds
from volunteer.rules.kinds import (
    Category,
    Compensation,
    Grade,
    Side,
    Source,
    Verdict,
    VisitState,
)
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.reasons import Reason

OPEN, UNCLOSED, PENDING, CONFIRMED = (
    VisitState.OPEN,
    VisitState.UNCLOSED,
    VisitState.PENDING,
    VisitState.CONFIRMED,
)


@pytest.mark.parametrize("when", ["08:29:59", "12:00:00", "12:00:01", "15 09:00", "17 09:00"])
def test_nobody_comes_before_30_minutes_ahead_or_from_the_end_on(stage: Stage, when: str) -> None:
    with stage.refused(Reason.OUTSIDE_SHIFT):
        stage.come("mei", when)


@pytest.mark.parametrize("when", ["08:30:00", "09:00", "11:59:59"])
def test_one_comes_from_30_minutes_ahead_until_the_last_second(stage: Stage, when: str) -> None:
    result = stage.come("mei", when)
    assert (result.verdict, result.action, result.state) == (Verdict.ACCEPTED, IN, OPEN)
    assert result.counts_from == max(at(when).replace(second=0), at("09:00"))
    assert stage.evidence(result.visit_id)[0].at == at(when)


@pytest.mark.parametrize(
    ("came", "left", "net"),
    [
        ("08:40", "12:30", 180),
        ("08:30", "12:00", 180),
        ("09:00:59", "11:59:59", 179),
        ("09:10", "09:25", 15),
        ("09:10", "09:24:59", 0),
        ("08:31", "08:58", 0),
        ("11:59:59", "14:00:00", 0),
        ("10:00", "14:00:00", 120),
    ],
)
def test_both_ends_are_cut_to_the_minute_and_to_the_shift(
    stage: Stage, came: str, left: str, net: int
) -> None:
    visit = stage.serve("mei", came, left)
    assert stage.stands(visit) == (CONFIRMED, Grade.B, net)


def test_exactly_120_minutes_after_the_end_one_still_leaves(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "14:00:00")
    assert stage.stands(visit) == (CONFIRMED, Grade.B, 180)


def test_one_second_later_the_grace_is_over_and_the_visit_stays_unclosed(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    with stage.refused(Reason.OUTSIDE_SHIFT):
        stage.leave("mei", "14:00:01")
    assert stage.visit(visit).net_min == 0


def test_a_check_out_writes_scan_visit_credit_and_audit_together(stage: Stage) -> None:
    stage.come("mei", "09:00")
    before = [stage.count(table) for table in (Evidence, Visit, Credit, AuditLine)]
    visit = stage.leave("mei", "12:00").visit_id
    after = [stage.count(table) for table in (Evidence, Visit, Credit, AuditLine)]
    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 0, 1, 1]
    assert stage.minutes(visit) == (180, 180)


def test_a_service_over_midnight_is_booked_on_both_days(stage: Stage) -> None:
    night = stage.system.shift("NIGHT", stage.cast.campus_post, at("22:00"), at("17 02:00"))
    site = stage.system.site_of(post_id=stage.cast.campus_post)
    visit = stage.serve("mei", "23:00", "17 01:30", site_id=site)
    assert stage.visit(visit).shift_id == night
    lines = stage.session.query(Credit).filter_by(visit_id=visit).order_by(Credit.day)
    assert [(line.day.day, line.net_min) for line in lines] == [(16, 60), (17, 90)]
    assert stage.visit(visit).served_on.day == 16


# --- stays ---


def test_she_may_come_three_times_and_the_time_between_is_away(stage: Stage) -> None:
    first = stage.serve("mei", "09:00", "09:30")
    assert stage.serve("mei", "10:00", "10:30") == first
    assert stage.serve("mei", "11:00", "11:30") == first
    assert stage.stands(first) == (CONFIRMED, Grade.B, 90)
    assert stage.visit(first).lost_away == 60


def test_a_fourth_stay_is_refused(stage: Stage) -> None:
    for came, left in (("09:00", "09:30"), ("10:00", "10:30"), ("11:00", "11:30")):
        visit = stage.serve("mei", came, left)
    with stage.refused(Reason.ALREADY_CHECKED_IN):
        stage.come("mei", "11:40")
    assert stage.minutes(visit) == (90, 90)


def test_while_she_is_in_again_nothing_counts_and_all_of_it_after(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "10:00")
    stage.come("mei", "10:30")
    assert stage.stands(visit) == (OPEN, Grade.B, 0)
    stage.leave("mei", "11:00")
    assert stage.stands(visit) == (CONFIRMED, Grade.B, 90)
    kinds = [line.is_reversal for line in stage.session.query(Credit).order_by(Credit.id)]
    assert kinds == [False, True, False]


def test_coming_twice_changes_nothing(stage: Stage) -> None:
    first = stage.come("mei", "09:00")
    rows = stage.count(Evidence)
    again = stage.come("mei", "09:05")
    assert (again.verdict, again.visit_id, again.at) == (Verdict.UNCHANGED, first.visit_id, at("09:00"))
    assert stage.count(Evidence) == rows


def test_leaving_twice_is_refused_and_counts_once(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "11:00")
    with stage.refused(Reason.NOT_CHECKED_IN):
        stage.leave("mei", "11:05")
    assert stage.minutes(visit) == (120, 120)


def test_nobody_leaves_who_never_came(stage: Stage) -> None:
    with stage.refused(Reason.NOT_CHECKED_IN):
        stage.leave("mei", "10:00")


# --- one place at a time ---


def test_who_is_in_here_cannot_come_elsewhere_while_the_shift_runs(stage: Stage) -> None:
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    stage.system.shift("G1", stage.cast.campus_post, at("09:00"), at("15:00"))
    stage.come("mei", "09:00")
    with stage.refused(Reason.ALREADY_CHECKED_IN):
        stage.come("mei", "11:59:59", site_id=gate)


def test_from_the_end_of_the_shift_on_the_forgotten_visit_gives_way(stage: Stage) -> None:
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    stage.system.shift("G1", stage.cast.campus_post, at("09:00"), at("15:00"))
    forgotten = stage.come("mei", "09:00").visit_id
    new = stage.come("mei", "12:00:00", site_id=gate).visit_id
    assert stage.visit(forgotten).state is UNCLOSED
    assert stage.visit(new).state is OPEN


def test_a_visit_that_gave_way_cannot_be_checked_out_any_more(stage: Stage) -> None:
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    stage.system.shift("G1", stage.cast.campus_post, at("12:00"), at("15:00"))
    stage.come("mei", "09:00")
    stage.come("mei", "12:10", site_id=gate)
    with stage.refused(Reason.NOT_CHECKED_IN):
        stage.leave("mei", "12:20")


def test_scanned_minutes_in_two_places_count_once(stage: Stage) -> None:
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    stage.system.shift("G1", stage.cast.campus_post, at("09:00"), at("15:00"))
    first = stage.serve("mei", "09:00", "10:00")
    second = stage.serve("mei", "10:00", "12:00", site_id=gate)
    assert stage.minutes(first)[0] + stage.minutes(second)[0] == 180


# --- who may, and what counts ---


def test_a_stranger_is_no_member(stage: Stage) -> None:
    with stage.refused(Reason.NOT_A_MEMBER):
        stage.come(999_999, "09:00")


def test_a_member_of_another_branch_scans_as_anybody(stage: Stage) -> None:
    visit = stage.serve("bo", "09:00", "12:00")
    assert stage.visit(visit).unit_id == stage.cast.bio


@pytest.mark.parametrize("rank", list(kinds.Stage))
def test_the_window_decides_what_counts_never_who_may_scan(stage: Stage, rank: kinds.Stage) -> None:
    somebody = registry.add_member(
        stage.session,
        student_no="2025000001",
        name="赵云",
        unit_id=stage.cast.law,
        stage=rank,
        actor=None,
        now=at("08:00"),
    )
    assert stage.minutes(stage.serve(somebody, "09:00", "12:00")) == (180, 180)


def test_after_a_transfer_out_nobody_scans_any_more(stage: Stage) -> None:
    decide.transfer(
        stage.session,
        member_id=stage.cast.mei,
        to_unit_id=None,
        on=at("08:00").date(),
        actor=stage.actor("office"),
        campus=stage.campus,
        now=at("08:00"),
    )
    with stage.refused(Reason.PROBATION_CLOSED):
        stage.come("mei", "09:00")


@pytest.mark.parametrize(
    ("category", "compensation", "net"),
    [
        (Category.SERVICE, Compensation.EXPENSES, 60),
        (Category.SERVICE, Compensation.PAID, 0),
        (Category.TRAINING, Compensation.NONE, 0),
        (Category.MEETING, Compensation.NONE, 0),
        (Category.PRACTICE, Compensation.NONE, 0),
        (Category.DUTY, Compensation.NONE, 0),
    ],
)
def test_only_unpaid_service_counts(
    stage: Stage, category: Category, compensation: Compensation, net: int
) -> None:
    post = stage.system.post("X", stage.cast.law, category=category, compensation=compensation)
    stage.system.shift("X1", post, at("09:00"), at("12:00"))
    visit = stage.serve("mei", "09:00", "10:00", site_id=stage.system.site_of(post_id=post))
    assert stage.stands(visit) == (CONFIRMED, Grade.B, net)


def test_the_policy_is_that_of_the_day_on_which_presence_starts(stage: Stage) -> None:
    registry.add_policy(
        stage.session,
        policy=HoursPolicy(
            effective_on=at("17 00:00").astimezone(stage.campus.zone).date(), min_record_min=30
        ),
        actor=None,
        now=at("08:00"),
    )
    stage.system.shift("S2", stage.cast.post, at("17 09:00"), at("17 12:00"))
    assert stage.minutes(stage.serve("mei", "09:00", "09:20")) == (20, 20)
    assert stage.minutes(stage.serve("mei", "17 09:00", "17 09:20")) == (0, 0)


def test_a_night_shift_keeps_the_grace_that_it_began_under(stage: Stage) -> None:
    stage.system.shift("N1", stage.cast.post, at("16 20:00"), at("17 02:00"))
    registry.add_policy(
        stage.session,
        policy=HoursPolicy(effective_on=date(2026, 3, 17), checkout_grace_min=60),
        actor=None,
        now=at("08:00"),
    )
    visit = stage.serve("mei", "16 20:00", "17 04:00")
    assert stage.minutes(visit) == (360, 360)


def test_a_cancelled_shift_takes_nobody_in_but_lets_out_who_is_in(stage: Stage) -> None:
    from volunteer.actions import shifts

    stage.come("mei", "09:00")
    shifts.cancel(
        stage.session, shift_id=stage.cast.shift, reason="停电", actor=stage.actor("leader"), now=at("10:00")
    )
    with stage.refused(Reason.OUTSIDE_SHIFT):
        stage.come("ning", "10:01")
    assert stage.stands(stage.leave("mei", "10:05").visit_id) == (CONFIRMED, Grade.B, 65)


def test_capacity_refuses_nobody(stage: Stage) -> None:
    stage.system.shift("S2", stage.cast.post, at("17 09:00"), at("17 12:00"), capacity=1)
    assert stage.come("mei", "17 09:00").verdict is Verdict.ACCEPTED
    assert stage.come("ning", "17 09:00").verdict is Verdict.ACCEPTED


def test_a_past_shift_of_the_college_takes_no_scan(stage: Stage) -> None:
    from volunteer.actions import shifts
    from volunteer.rules.spans import Span

    shifts.publish(
        stage.session,
        code="LATE",
        post_id=stage.cast.campus_post,
        span=Span(at("09:00"), at("12:00")),
        actor=stage.actor("office"),
        now=at("10:00"),
    )
    with stage.refused(Reason.OUTSIDE_SHIFT):
        stage.come("mei", "10:00", site_id=stage.system.site_of(post_id=stage.cast.campus_post))


def test_an_open_visit_of_days_ago_gives_way_to_a_new_one(stage: Stage) -> None:
    forgotten = stage.come("mei", "09:00").visit_id
    stage.system.shift("S9", stage.cast.post, at("30 09:00"), at("30 12:00"))
    new = stage.come("mei", "30 09:00").visit_id
    assert (stage.visit(forgotten).state, stage.visit(new).state) == (UNCLOSED, OPEN)


def test_the_day_cap_fills_in_the_order_of_presence(stage: Stage) -> None:
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    stage.system.shift("G0", stage.cast.campus_post, at("17 08:00"), at("17 14:00"))
    stage.system.shift("R0", stage.cast.post, at("17 15:00"), at("17 20:00"))
    first = stage.serve("mei", "17 08:00", "17 14:00", site_id=gate)
    second = stage.serve("mei", "17 15:00", "17 20:00")
    assert stage.minutes(first) == (360, 360)
    assert stage.minutes(second) == (300, 120)
    assert stage.visit(second).lost_day_cap == 180


def test_evidence_keeps_who_what_and_how_old(stage: Stage) -> None:
    visit = stage.come("mei", "09:00:40", age_s=30, device="phone-1", client_ref="r1").visit_id
    (end,) = stage.evidence(visit)
    assert (end.side, end.source, end.device, end.client_ref) == (Side.IN, Source.LIVE, "phone-1", "r1")
    assert end.at == end.received_at == at("09:00:40")
    assert end.code_age_s is not None
    assert 30 <= end.code_age_s < 45


def test_leaving_before_having_come_by_the_ticket_is_no_stay(stage: Stage) -> None:
    stage.come("mei", "09:10")
    with stage.refused(Reason.NOT_CHECKED_IN):
        stage.leave("mei", "09:11", judged_at="09:09")


def test_a_visit_keeps_the_branch_of_its_day(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "12:00")
    decide.transfer(
        stage.session,
        member_id=stage.cast.mei,
        to_unit_id=stage.cast.bio,
        on=at("09:00").date() + timedelta(days=1),
        actor=stage.actor("office"),
        campus=stage.campus,
        now=at("18 08:00"),
    )
    stage.system.shift("S2", stage.cast.post, at("18 09:00"), at("18 12:00"))
    later = stage.serve("mei", "18 09:00", "18 12:00")
    assert (stage.visit(visit).unit_id, stage.visit(later).unit_id) == (stage.cast.law, stage.cast.bio)


def test_out_at_the_moment_of_in_is_a_stay_of_nothing(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "09:00")
    assert stage.stands(visit) == (CONFIRMED, Grade.B, 0)


@pytest.mark.parametrize("side", [IN, OUT])
def test_a_scan_at_a_site_without_a_shift_is_outside(stage: Stage, side: Side) -> None:
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    with stage.refused(Reason.OUTSIDE_SHIFT):
        stage.scan("mei", "09:00", side, site_id=gate)
