"""Two approvals by two people: who gives which, until when, up to which budget, and what wins."""

from datetime import date

import pytest

from tests.actions.stage import IN, Stage, at, leads
from tests.actions.test_ask import leave_college, record
from volunteer.actions import decide, registry
from volunteer.models import Approval, Credit, Request
from volunteer.rules.kinds import Grade, RequestState, VisitState
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.reasons import Reason

PENDING, CONFIRMED, DISPUTED, REJECTED = (
    VisitState.PENDING,
    VisitState.CONFIRMED,
    VisitState.DISPUTED,
    VisitState.REJECTED,
)
FIRST = ("leader", "secretary", "organiser", "office")
SECOND = ("secretary", "organiser", "office")


@pytest.mark.parametrize("first", FIRST)
@pytest.mark.parametrize("second", SECOND)
def test_leader_committee_or_college_first_then_committee_or_college(
    stage: Stage, first: str, second: str
) -> None:
    request = stage.make_up("mei", "09:00", "11:00", "13:00")
    assert stage.approve(request, first, "13:10") is RequestState.ASKED
    assert stage.visit_of("mei").net_min == 0
    if first == second:
        with stage.refused(Reason.SAME_PERSON):
            stage.approve(request, second, "13:20")
        return
    assert stage.approve(request, second, "13:20") is RequestState.APPROVED
    assert stage.stands(stage.visit_of("mei").id) == (CONFIRMED, Grade.E, 120)


@pytest.mark.parametrize("login", ["ning", "bo", "neighbour", "admin", "auditor"])
def test_nobody_else_approves_or_rejects(stage: Stage, login: str) -> None:
    request = stage.make_up("mei", "09:00", "11:00", "13:00")
    with stage.refused(Reason.NOT_ALLOWED):
        stage.approve(request, login, "13:10")
    with stage.refused(Reason.NOT_ALLOWED):
        stage.reject(request, login, "13:10")
    stage.approve(request, "organiser", "13:10")
    with stage.refused(Reason.NOT_ALLOWED):
        stage.approve(request, login, "13:20")


def test_the_leader_gives_no_second_approval_and_rejects_nothing(stage: Stage) -> None:
    request = stage.make_up("mei", "09:00", "11:00", "13:00")
    with stage.refused(Reason.NOT_ALLOWED):
        stage.reject(request, "leader", "13:05")
    stage.approve(request, "organiser", "13:10")
    with stage.refused(Reason.NOT_ALLOWED):
        stage.approve(request, "leader", "13:20")


def test_the_asker_approves_neither_time(stage: Stage) -> None:
    leads(stage.session, "mei", stage.cast.post)
    request = stage.make_up("mei", "09:00", "11:00", "13:00")
    with stage.refused(Reason.SAME_PERSON):
        stage.approve(request, "mei", "13:10")
    own = stage.make_up("hua", "09:00", "11:00", "13:00")
    with stage.refused(Reason.SAME_PERSON):
        stage.approve(own, "secretary", "13:10")
    with stage.refused(Reason.SAME_PERSON):
        stage.reject(own, "secretary", "13:10")


@pytest.mark.parametrize("how", ["took her in", "witnessed"])
def test_who_recorded_part_of_it_gives_no_second_approval_and_rejects_nothing(stage: Stage, how: str) -> None:
    if how == "took her in":
        visit = stage.take(IN, "mei", "organiser", "09:00").visit_id
    else:
        visit = stage.come("mei", "09:00").visit_id
        stage.witness(visit, "organiser", "10:00")
    request = stage.correction(visit, "12:00", "15:00")
    stage.approve(request, "leader", "15:10")
    with stage.refused(Reason.SAME_PERSON):
        stage.approve(request, "organiser", "15:20")
    with stage.refused(Reason.SAME_PERSON):
        stage.reject(request, "organiser", "15:20")
    assert stage.approve(request, "office", "15:30") is RequestState.APPROVED


def test_pressed_twice_the_first_approval_is_one(stage: Stage) -> None:
    request = stage.make_up("mei", "09:00", "11:00", "13:00")
    stage.approve(request, "leader", "13:10")
    with stage.refused(Reason.SAME_PERSON):
        stage.approve(request, "leader", "13:10")
    assert stage.count(Approval) == 1


def test_what_is_decided_is_decided(stage: Stage) -> None:
    request = stage.make_up("mei", "09:00", "11:00", "13:00")
    stage.approve(request, "leader", "13:10")
    stage.approve(request, "organiser", "13:20")
    lines = stage.count(Credit)
    for login in ("organiser", "secretary", "office"):
        with stage.refused(Reason.NOT_ALLOWED):
            stage.approve(request, login, "13:30")
        with stage.refused(Reason.NOT_ALLOWED):
            stage.reject(request, login, "13:30")
    assert stage.count(Credit) == lines


def test_an_unknown_request_is_unknown(stage: Stage) -> None:
    with stage.refused(Reason.UNKNOWN):
        stage.approve(99_999, "office", "13:00")


def test_after_a_cancellation_nothing_is_approved(stage: Stage) -> None:
    request = stage.make_up("mei", "09:00", "11:00", "13:00")
    leave_college(stage, "17 08:00")
    with stage.refused(Reason.PROBATION_CLOSED):
        stage.approve(request, "office", "17 09:00")


def test_the_present_committee_approves_what_was_served_elsewhere(stage: Stage) -> None:
    decide.transfer(
        stage.session,
        member_id=stage.cast.mei,
        to_unit_id=stage.cast.bio,
        on=date(2026, 3, 17),
        actor=stage.actor("office"),
        campus=stage.campus,
        now=at("17 08:00"),
    )
    request = stage.make_up("mei", "09:00", "11:00", "17 09:00")
    with stage.refused(Reason.NOT_ALLOWED):
        stage.approve(request, "organiser", "17 09:10")
    stage.approve(request, "neighbour", "17 09:20")
    stage.approve(request, "office", "17 09:30")
    visit = stage.visit_of("mei")
    assert (visit.state, visit.unit_id) == (CONFIRMED, stage.cast.law)


# --- the deadline ---


@pytest.mark.parametrize(("when", "is_late"), [("30 23:59:59", False), ("31 00:00:00", True)])
def test_a_first_approval_after_the_tenth_working_day_leaves_the_second_to_the_college(
    stage: Stage, when: str, is_late: bool
) -> None:
    request = stage.make_up("mei", "09:00", "11:00", "13:00")
    stage.approve(request, "leader", when)
    if is_late:
        with stage.refused(Reason.DEADLINE_PASSED):
            stage.approve(request, "organiser", "04-01 10:00")
        stage.approve(request, "office", "04-01 10:10")
    else:
        stage.approve(request, "organiser", "04-20 10:00")
    assert stage.visit_of("mei").state is CONFIRMED


def test_the_second_may_come_later_and_is_kept_as_late(stage: Stage) -> None:
    request = stage.make_up("mei", "09:00", "11:00", "13:00")
    stage.approve(request, "leader", "30 10:00")
    stage.approve(request, "organiser", "31 10:00")
    assert [(one.step, one.is_late) for one in stage.session.query(Approval).order_by(Approval.step)] == [
        (1, False),
        (2, True),
    ]


def test_not_allowed_comes_before_deadline_and_deadline_before_budget(stage: Stage) -> None:
    request = long_make_up(stage, 451)
    stage.approve(request, "office", "04-20 10:00")
    with stage.refused(Reason.NOT_ALLOWED):
        stage.approve(request, "neighbour", "04-20 10:10", ends_at="01 09:00")
    with stage.refused(Reason.DEADLINE_PASSED):
        stage.approve(request, "organiser", "04-20 10:10", ends_at="01 09:00")


# --- the budget: 15 % of 3,000 minutes ---


def long_make_up(stage: Stage, minutes: int, *, day: int = 17, code: str = "LONG") -> int:
    """Ask for so many minutes from 08:00 of a day on, at a post of their own."""
    start = at(f"{day} 08:00")
    shift = stage.system.shift(code, stage.cast.campus_post, start, at(f"{day} 20:00"))
    end = f"{day} {8 + minutes // 60:02}:{minutes % 60:02}"
    return stage.make_up("mei", f"{day} 08:00", end, "19 09:00", shift=shift)


@pytest.mark.parametrize(("minutes", "is_over"), [(450, False), (451, True)])
def test_exactly_the_budget_is_the_branchs_and_a_minute_more_the_colleges(
    stage: Stage, minutes: int, is_over: bool
) -> None:
    request = long_make_up(stage, minutes)
    stage.approve(request, "organiser", "19 10:00")
    if is_over:
        with stage.refused(Reason.BUDGET_USED):
            stage.approve(request, "secretary", "19 11:00")
        stage.approve(request, "office", "19 11:10")
    else:
        stage.approve(request, "secretary", "19 11:00")


def test_what_was_made_up_before_uses_the_budget(stage: Stage) -> None:
    first = long_make_up(stage, 300)
    stage.approve(first, "organiser", "19 10:00")
    stage.approve(first, "secretary", "19 10:10")
    exactly = long_make_up(stage, 150, day=18, code="EXACTLY")
    stage.approve(exactly, "organiser", "19 10:20")
    stage.approve(exactly, "secretary", "19 10:30")
    request = stage.make_up("mei", "09:00", "09:15", "19 10:40")
    stage.approve(request, "organiser", "19 10:50")
    with stage.refused(Reason.BUDGET_USED):
        stage.approve(request, "secretary", "19 11:00")


def test_the_budget_is_net_breaks_and_scanned_minutes_cost_nothing(stage: Stage) -> None:
    stage.system.shift("G1", stage.cast.campus_post, at("17 08:00"), at("17 20:00"))
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    stage.serve("mei", "17 08:00", "17 11:00", site_id=gate)
    long = stage.system.shift("R", stage.cast.post, at("17 08:00"), at("17 20:00"))
    request = stage.make_up("mei", "17 08:00", "17 18:30", "19 09:00", shift=long)
    stage.approve(request, "organiser", "19 10:00")
    stage.approve(request, "secretary", "19 10:10")
    assert stage.visit_of("mei", long).net_min == 450


def test_two_waiting_claims_on_the_same_minutes_do_not_hide_each_other(stage: Stage) -> None:
    """Each alone goes over the budget; that the other waits too is no reason to let it pass."""
    first = long_make_up(stage, 451)
    other = stage.system.shift("R", stage.cast.post, at("17 08:00"), at("17 20:00"))
    second = stage.make_up("mei", "17 08:00", "17 15:31", "19 09:00", shift=other)
    for request in (first, second):
        stage.approve(request, "organiser", "19 10:00")
        with stage.refused(Reason.BUDGET_USED):
            stage.approve(request, "secretary", "19 11:00")


def test_an_earlier_end_of_the_approver_may_bring_it_within_the_budget(stage: Stage) -> None:
    request = long_make_up(stage, 451)
    stage.approve(request, "organiser", "19 10:00")
    stage.approve(request, "secretary", "19 11:00", ends_at="17 15:30")
    assert stage.session.query(Credit).one().net_min == 450


def test_the_budget_is_that_of_the_policy_at_the_windows_start(stage: Stage) -> None:
    policy = HoursPolicy(effective_on=date(2026, 1, 1), makeup_budget_pct=0)
    registry.add_policy(stage.session, policy=policy, actor=None, now=at("08:00"))
    request = stage.make_up("mei", "09:00", "11:00", "13:00")
    stage.approve(request, "leader", "13:10")
    stage.approve(request, "organiser", "13:20")
    assert stage.visit_of("mei").state is CONFIRMED


def test_opening_and_outside_records_do_not_use_it(stage: Stage) -> None:
    request = record(stage, 3000)
    stage.approve(request, "secretary", "10:10")
    stage.approve(request, "office", "10:20")
    made_up = long_make_up(stage, 450)
    stage.approve(made_up, "organiser", "19 10:00")
    stage.approve(made_up, "secretary", "19 10:10")


def test_budget_comes_before_beyond_the_shift(stage: Stage) -> None:
    request = long_make_up(stage, 451)
    stage.approve(request, "organiser", "19 10:00")
    with stage.refused(Reason.BUDGET_USED):
        stage.approve(request, "secretary", "19 11:00", ends_at="17 20:01")


# --- attested ends ---


@pytest.mark.parametrize("step", [1, 2])
def test_an_earlier_attested_end_wins_a_later_one_does_not(stage: Stage, step: int) -> None:
    early = stage.make_up("mei", "09:00", "11:00", "13:00")
    late = stage.make_up("ning", "09:00", "11:00", "13:00")
    for request, end in ((early, "10:30"), (late, "12:00")):
        stage.approve(request, "leader", "13:10", ends_at=end if step == 1 else None)
        stage.approve(request, "organiser", "13:20", ends_at=end if step == 2 else None)
    assert stage.visit_of("mei").net_min == 90
    assert stage.visit_of("ning").net_min == 120


def test_of_two_attested_ends_the_earlier_wins(stage: Stage) -> None:
    request = stage.make_up("mei", "09:00", "11:00", "13:00")
    stage.approve(request, "leader", "13:10", ends_at="10:00")
    assert stage.visit_of("mei").pending_min == 60
    stage.approve(request, "organiser", "13:20", ends_at="10:30")
    assert stage.visit_of("mei").net_min == 60


@pytest.mark.parametrize("end", ["08:59", "12:01"])
def test_an_attested_end_lies_in_the_shift(stage: Stage, end: str) -> None:
    request = stage.make_up("mei", "09:00", "11:00", "13:00")
    with stage.refused(Reason.BEYOND_SHIFT):
        stage.approve(request, "leader", "13:10", ends_at=end)


# --- typed records ---


def test_a_record_goes_by_the_committee_then_by_the_college(stage: Stage) -> None:
    request = record(stage, 60)
    with stage.refused(Reason.SAME_PERSON):
        stage.approve(request, "organiser", "10:10")
    with stage.refused(Reason.NOT_ALLOWED):
        stage.approve(request, "leader", "10:10")
    stage.approve(request, "secretary", "10:10")
    with stage.refused(Reason.SAME_PERSON):
        stage.approve(request, "secretary", "10:20")
    with stage.refused(Reason.NOT_ALLOWED):
        stage.approve(request, "neighbour", "10:20")
    stage.approve(request, "office", "10:20")
    assert stage.session.query(Request).one().state is RequestState.APPROVED


def test_no_second_approval_of_a_record_by_the_branch(stage: Stage) -> None:
    request = record(stage, 60, by="office")
    stage.approve(request, "secretary", "10:10")
    with stage.refused(Reason.NOT_ALLOWED):
        stage.approve(request, "organiser", "10:20")


# --- overlap ---


def test_a_made_up_minute_gives_way_to_a_scanned_one_that_comes_later(stage: Stage) -> None:
    request = stage.make_up("mei", "09:00", "11:00", "13:00")
    stage.approve(request, "leader", "13:10")
    stage.approve(request, "organiser", "13:20")
    stage.system.shift("G1", stage.cast.campus_post, at("10:00"), at("15:00"))
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    stage.come("mei", "18:00", scanned_at="10:00", site_id=gate)
    scanned = stage.leave("mei", "18:00", scanned_at="15:00", site_id=gate).visit_id
    assert stage.visit_of("mei").net_min == 120
    stage.witness(scanned, "organiser", "18:10")
    assert stage.minutes(scanned) == (300, 300)
    made_up = stage.visit_of("mei")
    assert (made_up.net_min, made_up.lost_overlap) == (60, 60)


# --- disputes and rejections ---


def test_an_objection_in_force_stops_every_decision_on_the_request(stage: Stage) -> None:
    request = stage.make_up("mei", "09:00", "11:00", "13:00")
    stage.approve(request, "leader", "13:10")
    visit = stage.visit_of("mei").id
    objection = stage.object_to(visit, "13:15")
    for act in (stage.approve, stage.reject):
        with stage.refused(Reason.NOT_ALLOWED):
            act(request, "organiser", "13:20")
    assert stage.stands(visit) == (DISPUTED, Grade.E, 0)
    stage.resolve(objection, "secretary", "13:30", upheld=False)
    stage.approve(request, "organiser", "13:40")
    assert stage.stands(visit) == (CONFIRMED, Grade.E, 120)


def test_a_rejected_record_stays_visible_without_minutes(stage: Stage) -> None:
    request = stage.make_up("mei", "09:00", "11:00", "13:00")
    stage.approve(request, "leader", "13:10")
    stage.reject(request, "organiser", "13:20")
    visit = stage.visit_of("mei")
    assert (visit.state, visit.grade, visit.net_min, visit.pending_min) == (REJECTED, Grade.X, 0, 0)


@pytest.mark.parametrize("reason", ["理" * 201, "\u200b"])
def test_a_rejection_is_written_in_words_that_fit(stage: Stage, reason: str) -> None:
    request = stage.make_up("mei", "09:00", "11:00", "13:00")
    with stage.refused(Reason.BAD_FIELD):
        stage.reject(request, "organiser", "13:20", reason=reason)
