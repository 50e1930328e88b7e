"""Corrections, make-ups and typed records: who may ask, for which times, and that asking counts nothing."""

from datetime import date

import pytest

from tests.actions.stage import IN, OUT, Stage, at
from volunteer.actions import ask, decide, registry, shifts
from volunteer.models import Credit, Request, Visit
from volunteer.rules.kinds import Grade, Outcome, RequestKind, VisitState
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.reasons import Reason

OPEN, PENDING, CONFIRMED, REJECTED = (
    VisitState.OPEN,
    VisitState.PENDING,
    VisitState.CONFIRMED,
    VisitState.REJECTED,
)


def record(
    stage: Stage,
    minutes: int,
    when: str = "10:00",
    *,
    kind: RequestKind = RequestKind.OPENING,
    by: str | None = "organiser",
    on: date = date(2026, 1, 10),
    ref: str | None = None,
) -> int:
    """Ask for typed minutes of our member."""
    return ask.request_record(
        stage.session,
        kind=kind,
        ref=ref or stage.ref(),
        member_id=stage.cast.mei,
        on=on,
        minutes=minutes,
        what="迎新服务",
        reason="系统启用前",
        actor=stage.actor(by) if by else None,
        campus=stage.campus,
        now=at(when),
    )


def leave_college(stage: Stage, when: str = "08:00") -> None:
    decide.transfer(
        stage.session,
        member_id=stage.cast.mei,
        to_unit_id=None,
        on=at(when).astimezone(stage.campus.zone).date(),
        actor=stage.actor("office"),
        campus=stage.campus,
        now=at(when),
    )


# --- make-ups ---


def test_a_make_up_stands_pending_and_counts_nothing(stage: Stage) -> None:
    stage.make_up("mei", "09:00", "11:00", "13:00")
    visit = stage.visit_of("mei")
    assert (visit.state, visit.grade, visit.net_min, visit.pending_min) == (PENDING, Grade.E, 0, 120)
    assert stage.count(Credit) == 0


@pytest.mark.parametrize(
    ("start", "end"),
    [("08:59", "11:00"), ("09:00", "12:01"), ("11:00", "11:00"), ("11:00", "10:00"), ("12:00", "12:30")],
)
def test_a_make_up_lies_within_its_shift(stage: Stage, start: str, end: str) -> None:
    with stage.refused(Reason.BEYOND_SHIFT):
        stage.make_up("mei", start, end, "13:00")


def test_nothing_to_come_is_made_up(stage: Stage) -> None:
    with stage.refused(Reason.BEYOND_SHIFT):
        stage.make_up("mei", "09:00", "11:00", "10:59:59")


@pytest.mark.parametrize("is_closed", [True, False])
def test_who_scanned_at_all_takes_no_make_up(stage: Stage, is_closed: bool) -> None:
    stage.come("mei", "09:00")
    if is_closed:
        stage.leave("mei", "10:00")
    with stage.refused(Reason.ALREADY_CHECKED_IN):
        stage.make_up("mei", "10:00", "11:00", "18:00")


def test_asking_twice_under_one_name_is_asking_once(stage: Stage) -> None:
    first = stage.make_up("mei", "09:00", "11:00", "13:00", ref="m")
    assert stage.make_up("mei", "09:00", "11:00", "13:01", ref="m") == first
    assert (stage.count(Request), stage.count(Visit)) == (1, 1)


def test_a_second_make_up_of_the_shift_is_refused(stage: Stage) -> None:
    stage.make_up("mei", "09:00", "11:00", "13:00")
    with stage.refused(Reason.ALREADY_CHECKED_IN):
        stage.make_up("mei", "09:00", "11:00", "13:00")


def test_after_a_rejection_it_may_be_asked_for_again(stage: Stage) -> None:
    stage.reject(stage.make_up("mei", "09:00", "11:00", "13:00"), "organiser", "13:10")
    rejected = stage.visit_of("mei")
    assert (rejected.state, rejected.grade, rejected.pending_min) == (REJECTED, Grade.X, 0)
    stage.make_up("mei", "09:00", "11:00", "13:20")
    assert stage.count(Visit) == 2


def test_nobody_asks_in_anothers_name(stage: Stage) -> None:
    forgotten = stage.come("ning", "09:00").visit_id
    for login in ("ning", "bo", "leader", "organiser", "office", "admin", "auditor"):
        with stage.refused(Reason.NOT_ALLOWED):
            stage.make_up("mei", "09:00", "11:00", "13:00", by=login)
        if login != "ning":
            with stage.refused(Reason.NOT_ALLOWED):
                stage.correction(forgotten, "12:00", "15:00", by=login)
    stage.make_up("mei", "09:00", "11:00", "13:00", by="mei")
    stage.correction(forgotten, "12:00", "15:00", by="ning")


def test_who_has_left_asks_for_nothing(stage: Stage) -> None:
    leave_college(stage)
    with stage.refused(Reason.PROBATION_CLOSED):
        stage.make_up("mei", "09:00", "11:00", "13:00")
    with stage.refused(Reason.PROBATION_CLOSED):
        record(stage, 60)


def test_a_cancelled_or_unknown_shift_cannot_be_made_up(stage: Stage) -> None:
    shifts.cancel(stage.session, shift_id=stage.cast.shift, reason="停电", actor=None, now=at("08:00"))
    for shift in (stage.cast.shift, 99_999):
        with stage.refused(Reason.UNKNOWN):
            stage.make_up("mei", "09:00", "11:00", "13:00", shift=shift)


def test_a_make_up_takes_the_branch_of_its_service_day(stage: Stage) -> None:
    decide.transfer(
        stage.session,
        member_id=stage.cast.mei,
        to_unit_id=stage.cast.bio,
        on=date(2026, 3, 17),
        actor=stage.actor("office"),
        campus=stage.campus,
        now=at("17 08:00"),
    )
    stage.make_up("mei", "09:00", "11:00", "17 09:00")
    assert stage.visit_of("mei").unit_id == stage.cast.law


def test_a_claim_that_a_scan_elsewhere_speaks_against_is_flagged(stage: Stage) -> None:
    stage.system.shift("G1", stage.cast.campus_post, at("10:00"), at("15:00"))
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    stage.serve("mei", "10:59", "13:00", site_id=gate)
    stage.serve("ning", "11:00", "13:00", site_id=gate)
    stage.make_up("mei", "09:00", "11:00", "13:30")
    stage.make_up("ning", "09:00", "11:00", "13:30")
    assert stage.flags(stage.visit_of("mei").id) == {"claim_contradicts_scan"}
    assert stage.flags(stage.visit_of("ning").id) == set()


def test_two_claims_on_the_same_minutes_are_pending_once(stage: Stage) -> None:
    other = stage.system.shift("G1", stage.cast.campus_post, at("09:00"), at("12:00"))
    stage.make_up("mei", "09:00", "11:00", "13:00")
    stage.make_up("mei", "10:00", "12:00", "13:00", shift=other)
    pending = [stage.visit_of("mei").pending_min, stage.visit_of("mei", other).pending_min]
    assert pending == [120, 60]


# --- the deadline ---


@pytest.mark.parametrize(
    ("end", "deadline"),
    [
        ("03-16 12:00", date(2026, 3, 30)),
        ("09-30 12:00", date(2026, 10, 20)),
        ("03-17 00:00", date(2026, 3, 31)),
    ],
)
def test_the_deadline_is_the_tenth_working_day_after_the_day_of_the_shifts_end(
    stage: Stage, end: str, deadline: date
) -> None:
    """Wed 2026-09-30: the holiday and its working weekend make it 10-20, not 10-14."""
    start = {"03-16 12:00": "09:00", "09-30 12:00": "09-30 09:00", "03-17 00:00": "22:00"}[end]
    shift = stage.system.shift("X", stage.cast.campus_post, at(start), at(end))
    stage.make_up("mei", start, end, "12-01 09:00", shift=shift)
    request = stage.session.query(Request).one()
    assert (request.deadline_on, request.is_deadline_provisional) == (deadline, False)


def test_the_colleges_own_working_days_move_it(stage: Stage) -> None:
    registry.set_workday(stage.session, on=date(2026, 3, 20), is_workday=False, actor=None, now=at("08:00"))
    stage.make_up("mei", "09:00", "11:00", "13:00")
    assert stage.session.query(Request).one().deadline_on == date(2026, 3, 31)


# --- corrections ---


def test_a_correction_is_for_what_was_not_checked_out(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    with stage.refused(Reason.ALREADY_CHECKED_IN):
        stage.correction(visit, "11:00", "11:30")
    stage.correction(visit, "11:00", "14:00:01")
    assert stage.visit(visit).pending_min == 120


def test_a_closed_visit_takes_no_correction(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "11:00")
    with stage.refused(Reason.ALREADY_CHECKED_IN):
        stage.correction(visit, "12:00", "15:00")


@pytest.mark.parametrize("end", ["12:01", "10:00", "09:59"])
def test_a_correction_ends_in_the_shift_and_after_the_coming(stage: Stage, end: str) -> None:
    visit = stage.come("mei", "10:00").visit_id
    with stage.refused(Reason.BEYOND_SHIFT):
        stage.correction(visit, end, "15:00")


def test_a_second_correction_while_one_waits_is_refused(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    stage.correction(visit, "12:00", "15:00")
    with stage.refused(Reason.ALREADY_CHECKED_IN):
        stage.correction(visit, "12:00", "15:00")


def test_an_unclosed_visit_takes_a_correction_never_a_make_up(stage: Stage) -> None:
    stage.come("mei", "09:00")
    with stage.refused(Reason.ALREADY_CHECKED_IN):
        stage.make_up("mei", "09:00", "12:00", "18:00")


def test_who_still_checks_out_in_time_needs_no_correction(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    request = stage.correction(visit, "12:00", "12:30")
    stage.leave("mei", "13:00")
    assert stage.stands(visit) == (CONFIRMED, Grade.B, 180)
    with stage.refused(Reason.NOT_ALLOWED):
        stage.approve(request, "organiser", "13:10")


@pytest.mark.parametrize("left", ["11:00", "12:00", "13:30"])
def test_what_stood_alone_too_long_for_a_witness_is_raised_by_a_request(stage: Stage, left: str) -> None:
    visit = stage.serve("mei", "09:00", left, printed=True)
    with stage.refused(Reason.ALREADY_CHECKED_IN):
        stage.correction(visit, "12:00", "14:00")
    request = stage.correction(visit, "12:00", "14:00:01")
    stage.approve(request, "leader", "15:00")
    stage.approve(request, "organiser", "15:10")
    assert stage.stands(visit) == (CONFIRMED, Grade.E, 180)


def test_a_correction_of_the_last_stay_keeps_the_earlier_ones(stage: Stage) -> None:
    stage.serve("mei", "09:00", "10:00")
    visit = stage.come("mei", "11:00").visit_id
    request = stage.correction(visit, "11:30", "15:00")
    stage.approve(request, "leader", "15:10")
    stage.approve(request, "organiser", "15:20")
    assert stage.stands(visit) == (CONFIRMED, Grade.E, 90)


def test_a_taken_visit_that_was_never_confirmed_is_raised_by_a_request(stage: Stage) -> None:
    stage.take(IN, "mei", "leader", "09:00")
    visit = stage.take(OUT, "mei", "leader", "12:00").visit_id
    request = stage.correction(visit, "12:00", "20 12:00")
    stage.approve(request, "leader", "20 12:10")
    stage.approve(request, "organiser", "20 12:20")
    assert stage.stands(visit) == (CONFIRMED, Grade.E, 180)


# --- opening and outside records ---


@pytest.mark.parametrize(
    ("kind", "most"), [(RequestKind.OPENING, 3000), (RequestKind.OUTSIDE, 1200)], ids=["opening", "outside"]
)
def test_typed_minutes_have_a_limit_for_each_member(stage: Stage, kind: RequestKind, most: int) -> None:
    record(stage, most - 100, kind=kind)
    with stage.refused(Reason.BUDGET_USED):
        record(stage, 101, kind=kind)
    record(stage, 100, kind=kind)
    with stage.refused(Reason.BUDGET_USED):
        record(stage, 1, kind=kind)


def test_what_was_rejected_does_not_use_the_limit_up(stage: Stage) -> None:
    stage.reject(record(stage, 3000), "secretary", "10:10")
    record(stage, 3000)


@pytest.mark.parametrize("minutes", [0, -5])
def test_no_record_of_nothing(stage: Stage, minutes: int) -> None:
    with stage.refused(Reason.BAD_FIELD):
        record(stage, minutes)


def test_a_record_lies_not_ahead(stage: Stage) -> None:
    with stage.refused(Reason.BAD_FIELD):
        record(stage, 60, on=date(2026, 3, 17))
    record(stage, 60, on=date(2026, 3, 16))


def test_opening_records_lie_before_the_day_from_which_the_college_scans(stage: Stage) -> None:
    begins = {"unit_id": stage.cast.college, "live_from": date(2026, 2, 1), "now": at("08:00")}
    registry.set_live_from(stage.session, actor=stage.actor("office"), **begins)
    record(stage, 60, on=date(2026, 1, 31))
    with stage.refused(Reason.BAD_FIELD):
        record(stage, 60, on=date(2026, 2, 1))
    record(stage, 60, on=date(2026, 2, 1), kind=RequestKind.OUTSIDE)
    registry.set_live_from(stage.session, actor=stage.actor("office"), **begins | {"live_from": None})
    record(stage, 60, on=date(2026, 2, 1))


@pytest.mark.parametrize("login", ["secretary", "leader", "admin", "auditor"])
def test_only_the_college_says_since_when_it_scans(stage: Stage, login: str) -> None:
    begins = {"unit_id": stage.cast.college, "live_from": date(2026, 2, 1), "now": at("08:00")}
    with stage.refused(Reason.NOT_ALLOWED):
        registry.set_live_from(stage.session, actor=stage.actor(login), **begins)
    with stage.refused(Reason.UNKNOWN):
        registry.set_live_from(
            stage.session, actor=stage.actor("office"), **begins | {"unit_id": stage.cast.law}
        )


@pytest.mark.parametrize("login", ["neighbour", "leader", "ning", "bo", "admin", "auditor"])
def test_only_herself_her_committee_and_the_college_ask_for_records(stage: Stage, login: str) -> None:
    with stage.refused(Reason.NOT_ALLOWED):
        record(stage, 60, by=login)


def test_a_record_counts_on_its_day_on_a_line_of_its_own(stage: Stage) -> None:
    request = record(stage, 600)
    stage.approve(request, "secretary", "10:10")
    assert stage.count(Credit) == 0
    stage.approve(request, "office", "10:20")
    (line,) = stage.session.query(Credit).all()
    assert (line.day, line.net_min, line.credited_min) == (date(2026, 1, 10), 600, 600)
    assert (line.visit_id, line.post_id, line.record_kind) == (None, None, RequestKind.OPENING)


def test_no_overlap_rounding_or_cap_touches_a_record(stage: Stage) -> None:
    policy = HoursPolicy(effective_on=date(2026, 1, 1), rounding_unit_min=30, day_cap_min=60)
    registry.add_policy(stage.session, policy=policy, actor=None, now=at("08:00"))
    for minutes in (77, 700):
        request = record(stage, minutes)
        stage.approve(request, "secretary", "10:10")
        stage.approve(request, "office", "10:20")
    assert sorted(line.credited_min for line in stage.session.query(Credit)) == [77, 700]


@pytest.mark.parametrize("reason", ["", "   ", "\u200b", "理" * 201, "a\nb"])
def test_a_reason_is_given_in_words(stage: Stage, reason: str) -> None:
    visit = stage.come("mei", "09:00").visit_id
    with stage.refused(Reason.BAD_FIELD):
        stage.correction(visit, "12:00", "15:00", reason=reason)


def test_what_the_member_had_cancelled_asks_for_nothing(stage: Stage) -> None:
    decide.decide(
        stage.session,
        member_id=stage.cast.mei,
        outcome=Outcome.CANCELLED,
        meeting_on=date(2026, 3, 16),
        proposed_by=stage.actor("secretary"),
        approved_by=stage.actor("office"),
        campus=stage.campus,
        now=at("12:30"),
    )
    with stage.refused(Reason.PROBATION_CLOSED):
        stage.make_up("mei", "09:00", "11:00", "13:00")


def test_of_a_member_who_left_a_stranger_learns_nothing(stage: Stage) -> None:
    leave_college(stage)
    with stage.refused(Reason.NOT_ALLOWED):
        record(stage, 60, by="neighbour")
    with stage.refused(Reason.PROBATION_CLOSED):
        record(stage, 60)
