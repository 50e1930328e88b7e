"""Scans from a phone's outbox: in order, in any other order, twice, late, and from ahead (PROTOCOL 2)."""

import itertools

import pytest

from tests.actions.stage import IN, OUT, Stage, at
from volunteer.models import Evidence
from volunteer.rules.kinds import Grade, Source, Verdict, VisitState
from volunteer.rules.reasons import Reason, Refusal

OPEN, UNCLOSED, PENDING, CONFIRMED = (
    VisitState.OPEN,
    VisitState.UNCLOSED,
    VisitState.PENDING,
    VisitState.CONFIRMED,
)


def test_the_time_is_that_of_the_step_never_the_phones(stage: Stage) -> None:
    result = stage.come("mei", "20:00", scanned_at="09:00:44")
    assert (result.at, result.grade) == (at("09:00:30"), Grade.D)
    (end,) = stage.evidence(result.visit_id)
    assert (end.source, end.at, end.received_at) == (Source.OFFLINE, at("09:00:30"), at("20:00"))


def test_offline_ends_stand_alone_until_a_witness_speaks(stage: Stage) -> None:
    stage.come("mei", "12:10", scanned_at="09:00")
    visit = stage.leave("mei", "12:10", scanned_at="12:00").visit_id
    assert stage.stands(visit) == (PENDING, Grade.D, 0)
    assert stage.visit(visit).pending_min == 180
    stage.witness(visit, "leader", "17 12:00")
    assert stage.stands(visit) == (CONFIRMED, Grade.C, 180)


def test_24_hours_after_the_end_no_witness_helps(stage: Stage) -> None:
    stage.come("mei", "12:10", scanned_at="09:00")
    visit = stage.leave("mei", "12:10", scanned_at="12:00").visit_id
    with stage.refused(Reason.DEADLINE_PASSED):
        stage.witness(visit, "leader", "17 12:00:01")


def test_one_offline_end_makes_the_whole_visit_alone(stage: Stage) -> None:
    stage.come("mei", "09:00")
    assert stage.leave("mei", "15:00", scanned_at="12:00").grade is Grade.D


def test_a_fresh_code_from_the_outbox_is_as_good_as_online(stage: Stage) -> None:
    assert stage.come("mei", "09:00:50", scanned_at="09:00:05").grade is Grade.B
    assert stage.come("ning", "09:01", scanned_at="09:00").grade is Grade.D


def test_a_step_within_the_grace_closes_the_visit_whenever_it_arrives(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    stage.leave("mei", "18 10:00", scanned_at="14:00:00")
    assert stage.stands(visit) == (PENDING, Grade.D, 0)
    assert stage.visit(visit).pending_min == 180


def test_a_step_after_the_grace_does_not(stage: Stage) -> None:
    stage.come("mei", "09:00")
    with stage.refused(Reason.OUTSIDE_SHIFT):
        stage.leave("mei", "18 10:00", scanned_at="14:00:15")


def test_what_is_72_hours_old_still_counts_and_a_second_older_does_not(stage: Stage) -> None:
    assert stage.come("mei", "19 09:00:00", scanned_at="09:00").verdict is Verdict.ACCEPTED
    with stage.refused(Reason.TOO_OLD):
        stage.come("ning", "19 09:00:01", scanned_at="09:00")


@pytest.mark.parametrize(
    ("scanned_at", "reason"),
    [
        ("09:10:45", Reason.CODE_FROM_FUTURE),
        ("11:00", Reason.CODE_FROM_FUTURE),
        ("20:00", Reason.OUTSIDE_SHIFT),
    ],
)
def test_a_code_from_ahead_is_refused_after_its_shift_was_looked_at(
    stage: Stage, scanned_at: str, reason: Reason
) -> None:
    with stage.refused(reason):
        stage.come("mei", "09:10", scanned_at=scanned_at)


def test_before_the_shift_a_code_of_within_it_is_from_ahead(stage: Stage) -> None:
    with stage.refused(Reason.CODE_FROM_FUTURE):
        stage.come("mei", "07:00", scanned_at="10:00")


def test_sent_twice_it_is_one_visit(stage: Stage) -> None:
    first = stage.come("mei", "20:00", scanned_at="09:00", client_ref="a")
    rows = stage.count(Evidence)
    again = stage.come("mei", "20:01", scanned_at="09:00", client_ref="a")
    assert (again.visit_id, again.verdict, again.at) == (first.visit_id, first.verdict, first.at)
    assert stage.count(Evidence) == rows


def test_the_same_code_under_another_reference_serves_once(stage: Stage) -> None:
    stage.come("mei", "20:00", scanned_at="09:00", client_ref="a")
    stage.leave("mei", "20:00", scanned_at="12:00", client_ref="b")
    with stage.refused(Reason.SAME_CODE_AGAIN):
        stage.come("mei", "20:01", scanned_at="09:00", client_ref="c")


def test_a_leaving_whose_coming_never_arrived_is_refused(stage: Stage) -> None:
    with stage.refused(Reason.NOT_CHECKED_IN):
        stage.leave("mei", "20:00", scanned_at="12:00")


def test_a_leaving_from_before_the_coming_is_refused(stage: Stage) -> None:
    stage.come("mei", "20:00", scanned_at="10:00")
    with stage.refused(Reason.NOT_CHECKED_IN):
        stage.leave("mei", "20:00", scanned_at="09:50")


def test_an_older_coming_elsewhere_is_the_one_that_was_left_open(stage: Stage) -> None:
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    stage.system.shift("G1", stage.cast.campus_post, at("14:00"), at("17:00"))
    running = stage.come("mei", "14:00", site_id=gate).visit_id
    older = stage.come("mei", "14:30", scanned_at="09:00").visit_id
    assert (stage.visit(running).state, stage.visit(older).state) == (OPEN, UNCLOSED)
    stage.leave("mei", "14:31", scanned_at="12:00")
    assert stage.stands(older) == (PENDING, Grade.D, 0)
    stage.leave("mei", "17:00", site_id=gate)
    assert stage.stands(running) == (CONFIRMED, Grade.B, 180)


def test_a_leaving_of_the_morning_closes_the_mornings_visit(stage: Stage) -> None:
    """S2 follows at the same post, and she is in there again when the morning's leaving arrives."""
    stage.system.shift("S2", stage.cast.post, at("12:00"), at("15:00"))
    morning = stage.come("mei", "09:00").visit_id
    afternoon = stage.come("mei", "12:05").visit_id
    assert stage.visit(morning).state is UNCLOSED
    stage.leave("mei", "13:00", scanned_at="11:58")
    assert stage.stands(morning) == (PENDING, Grade.D, 0)
    assert stage.visit(morning).pending_min == 178
    assert stage.visit(afternoon).state is OPEN
    stage.leave("mei", "15:00")
    assert stage.minutes(afternoon) == (175, 175)


def test_whatever_order_two_services_arrive_in_their_minutes_are_the_same(stage: Stage) -> None:
    """Each coming before its own leaving, in every order in which two posts can mix."""
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    stage.system.shift("G1", stage.cast.campus_post, at("14:00"), at("17:00"))
    scans = [
        (IN, "09:00", stage.cast.site),
        (OUT, "12:00", stage.cast.site),
        (IN, "14:00", gate),
        (OUT, "17:00", gate),
    ]
    orders = [
        order
        for order in itertools.permutations(range(4))
        if order.index(0) < order.index(1) and order.index(2) < order.index(3)
    ]
    assert len(orders) == 6
    for number, order in enumerate(orders):
        who = stage.system.member(f"20990000{number}", stage.cast.law)
        for place in order:
            side, scanned_at, site = scans[place]
            stage.scan(who, "18:00", side, scanned_at=scanned_at, site_id=site)
        visits = [stage.visit_of(who), stage.visit_of(who, stage.visit_of_code("G1"))]
        assert [(visit.state, visit.pending_min) for visit in visits] == [(PENDING, 180)] * 2, order


def test_random_replies_lost_and_sent_again_change_nothing(stage: Stage) -> None:
    """Every scan three times, old ones between new ones, as a phone with a bad network does."""
    sent = []
    for number, (side, scanned_at) in enumerate(
        [(IN, "09:00"), (OUT, "10:00"), (IN, "10:30"), (OUT, "12:00")]
    ):
        sent.append((side, scanned_at, f"ref-{number}"))
        for action, when, ref in (*sent, *reversed(sent)):
            stage.scan("mei", "18:00", action, scanned_at=when, client_ref=ref)
    visit = stage.visit_of("mei")
    assert stage.count(Evidence) == 4
    assert (visit.state, visit.pending_min) == (PENDING, 150)


def test_a_refused_entry_does_not_stop_the_next(stage: Stage) -> None:
    stage.display(stage.cast.site)
    verdicts = []
    for side, scanned_at in [(OUT, "09:00"), (IN, "09:10"), (IN, "09:10"), (OUT, "12:00"), (OUT, "12:00")]:
        try:
            with stage.session.begin_nested():
                verdicts.append(stage.scan("mei", "18:00", side, scanned_at=scanned_at).verdict.value)
        except Refusal as refusal:
            verdicts.append(refusal.reason.value)
    assert verdicts == ["not_checked_in", "accepted", "unchanged", "accepted", "not_checked_in"]


def test_an_offline_scan_gets_the_branch_of_its_day(stage: Stage) -> None:
    from volunteer.actions import decide

    decide.transfer(
        stage.session,
        member_id=stage.cast.mei,
        to_unit_id=stage.cast.bio,
        on=at("17 00:00").astimezone(stage.campus.zone).date(),
        actor=stage.actor("office"),
        campus=stage.campus,
        now=at("17 08:00"),
    )
    visit = stage.come("mei", "17 09:00", scanned_at="09:00").visit_id
    assert stage.visit(visit).unit_id == stage.cast.law
