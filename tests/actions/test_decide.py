"""What the meeting decided, entered by two people; transfers; and the day whose cap is lifted."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from tests.actions.stage import Stage, at
from volunteer.actions import decide, registry
from volunteer.models import Decision, Member, Membership, OverCap, ProbationWindow
from volunteer.rules import kinds
from volunteer.rules.kinds import Outcome
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.reasons import Reason

# The cast was admitted on 2025-12-01: the probation is due on 2026-12-01.
DUE = date(2026, 12, 1)


def entered(stage: Stage, act: Any, when: str, **more: Any) -> None:
    """Let the organiser propose and the office enter, unless *more* names others."""
    proposed_by, approved_by = more.pop("by", "organiser"), more.pop("approved_by", "office")
    act(
        stage.session,
        member_id=stage.member(more.pop("who", "mei")),
        proposed_by=stage.actor(proposed_by),
        approved_by=stage.actor(approved_by),
        campus=stage.campus,
        now=at(when),
        **more,
    )


def extend(stage: Stage, months: int, meeting_on: date, when: str, **more: Any) -> None:
    entered(stage, decide.extend, when, months=months, meeting_on=meeting_on, **more)


def decided(stage: Stage, outcome: Outcome, meeting_on: date, when: str, **more: Any) -> None:
    entered(stage, decide.decide, when, outcome=outcome, meeting_on=meeting_on, **more)


def move(stage: Stage, to: int | None, on: date, when: str, *, by: str = "office", who: str = "mei") -> None:
    decide.transfer(
        stage.session,
        member_id=stage.member(who),
        to_unit_id=to,
        on=on,
        actor=stage.actor(by),
        campus=stage.campus,
        now=at(when),
    )


def window(stage: Stage) -> ProbationWindow:
    stage.session.expire_all()
    return stage.session.get_one(ProbationWindow, stage.cast.mei)


def gave(stage: Stage, minutes: int) -> None:
    """Grant our member typed minutes within her window."""
    from tests.actions.test_ask import record

    if minutes:
        request = record(stage, minutes)
        stage.approve(request, "secretary", "10:10")
        stage.approve(request, "office", "10:20")


# --- extension ---


def test_an_extension_runs_from_the_original_due_date(stage: Stage) -> None:
    extend(stage, 6, date(2026, 12, 20), "12-20 10:00")
    assert (window(stage).ends_before, window(stage).extension_months) == (date(2027, 6, 1), 6)


@pytest.mark.parametrize("months", [5, 13, 0, -6])
def test_an_extension_is_of_6_to_12_months(stage: Stage, months: int) -> None:
    with stage.refused(Reason.EXTENSION_OUT_OF_RANGE):
        extend(stage, months, DUE, "12-01 10:00")


@pytest.mark.parametrize("months", [6, 12])
def test_both_ends_of_the_range_are_in_it(stage: Stage, months: int) -> None:
    extend(stage, months, DUE, "12-01 10:00")
    assert window(stage).extension_months == months


def test_one_extends_once(stage: Stage) -> None:
    extend(stage, 6, DUE, "12-01 10:00")
    with stage.refused(Reason.EXTENSION_REPEATED):
        extend(stage, 6, DUE, "12-01 10:00")


@pytest.mark.parametrize(
    ("meeting_on", "when"),
    [(date(2026, 11, 30), "12-01 10:00"), (date(2026, 12, 2), "12-01 23:59"), (DUE, "11-30 10:00")],
)
def test_a_meeting_lies_between_the_due_day_and_today(stage: Stage, meeting_on: date, when: str) -> None:
    with stage.refused(Reason.NOT_DUE):
        extend(stage, 6, meeting_on, when)
    with stage.refused(Reason.NOT_DUE):
        decided(stage, Outcome.CONVERTED, meeting_on, when)


# --- conversion and cancellation ---


@pytest.mark.parametrize(("minutes", "is_met"), [(2999, False), (3000, True)])
def test_a_conversion_against_the_record_is_not_entered(stage: Stage, minutes: int, is_met: bool) -> None:
    gave(stage, minutes)
    if is_met:
        decided(stage, Outcome.CONVERTED, DUE, "12-01 10:00")
        assert stage.session.get_one(Member, stage.cast.mei).stage is kinds.Stage.FULL
        assert window(stage).outcome is Outcome.CONVERTED
    else:
        with stage.refused(Reason.THRESHOLD_NOT_MET):
            decided(stage, Outcome.CONVERTED, DUE, "12-01 10:00")


def test_not_met_extension_or_cancellation_can_be_entered(stage: Stage) -> None:
    decided(stage, Outcome.CANCELLED, DUE, "12-01 10:00")
    assert window(stage).outcome is Outcome.CANCELLED
    assert stage.session.get_one(Member, stage.cast.mei).stage is kinds.Stage.PROBATIONARY


def test_a_cancellation_is_of_any_day_that_has_come(stage: Stage) -> None:
    with stage.refused(Reason.NOT_DUE):
        decided(stage, Outcome.CANCELLED, date(2026, 3, 17), "13:00")
    decided(stage, Outcome.CANCELLED, date(2026, 3, 16), "13:00")


def test_nothing_is_decided_twice(stage: Stage) -> None:
    gave(stage, 3000)
    decided(stage, Outcome.CONVERTED, DUE, "12-01 10:00")
    with stage.refused(Reason.PROBATION_CLOSED):
        decided(stage, Outcome.CANCELLED, DUE, "12-01 10:00")
    with stage.refused(Reason.PROBATION_CLOSED):
        extend(stage, 6, DUE, "12-01 10:00")
    assert stage.count(Decision) == 1


def test_without_a_window_there_is_nothing_to_decide(stage: Stage) -> None:
    with stage.refused(Reason.PROBATION_CLOSED):
        decided(stage, Outcome.CANCELLED, DUE, "12-01 10:00", who="hua")


def test_an_extended_probation_is_due_at_its_new_end(stage: Stage) -> None:
    extend(stage, 6, DUE, "12-01 10:00")
    with stage.refused(Reason.NOT_DUE):
        decided(stage, Outcome.CONVERTED, date(2026, 12, 2), "12-02 10:00")


# --- two people ---


ACTS = {
    "extension": partial(extend, months=6, meeting_on=DUE, when="12-01 10:00"),
    "cancellation": partial(decided, outcome=Outcome.CANCELLED, meeting_on=DUE, when="12-01 10:00"),
    "lifted cap": lambda stage, **more: lift(stage, "12-01 10:00", **more),
}


def lift(stage: Stage, when: str, **more: Any) -> None:
    on = more.pop("on", date(2026, 3, 17))
    entered(stage, decide.lift_cap, when, on=on, reason="抗洪", **more)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize(
    ("by", "approved_by", "reason"),
    [
        ("organiser", "office", None),
        ("secretary", "office", None),
        ("office", "office_second", None),
        ("office", "office", Reason.SAME_PERSON),
        ("mei", "office", Reason.SAME_PERSON),
        ("organiser", "mei", Reason.SAME_PERSON),
        ("organiser", "secretary", Reason.NOT_ALLOWED),
        ("neighbour", "office", Reason.NOT_ALLOWED),
        ("leader", "office", Reason.NOT_ALLOWED),
        ("ning", "office", Reason.NOT_ALLOWED),
        ("admin", "office", Reason.NOT_ALLOWED),
        ("auditor", "office", Reason.NOT_ALLOWED),
        ("organiser", "neighbour", Reason.NOT_ALLOWED),
        ("organiser", "admin", Reason.NOT_ALLOWED),
        ("organiser", "auditor", Reason.NOT_ALLOWED),
    ],
)
def test_the_branch_proposes_and_the_college_enters(
    stage: Stage, act: Any, by: str, approved_by: str, reason: Reason | None
) -> None:
    if reason is None:
        act(stage, by=by, approved_by=approved_by)
    else:
        with stage.refused(reason):
            act(stage, by=by, approved_by=approved_by)


# --- transfers ---


def test_hours_follow_the_person_and_the_roster_says_since_when(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "12:00")
    move(stage, stage.cast.bio, date(2026, 3, 17), "17 08:00")
    assert stage.session.get_one(Member, stage.cast.mei).unit_id == stage.cast.bio
    assert stage.visit(visit).unit_id == stage.cast.law
    rows = stage.session.query(Membership).filter_by(member_id=stage.cast.mei).order_by(Membership.id)
    assert [(row.unit_id, row.before_on) for row in rows] == [
        (stage.cast.law, date(2026, 3, 17)),
        (stage.cast.bio, None),
    ]


def test_a_transfer_is_not_of_a_day_to_come_nor_before_the_last_visit(stage: Stage) -> None:
    stage.serve("mei", "09:00", "12:00")
    with stage.refused(Reason.NOT_DUE):
        move(stage, stage.cast.bio, date(2026, 3, 18), "17 23:59")
    with stage.refused(Reason.NOT_ALLOWED):
        move(stage, stage.cast.bio, date(2026, 3, 15), "17 08:00")
    move(stage, stage.cast.bio, date(2026, 3, 16), "17 08:00")


def test_a_transfer_is_not_before_the_one_before(stage: Stage) -> None:
    move(stage, stage.cast.bio, date(2026, 3, 17), "17 08:00")
    with stage.refused(Reason.NOT_ALLOWED):
        move(stage, stage.cast.law, date(2026, 3, 16), "18 08:00")
    move(stage, stage.cast.law, date(2026, 3, 17), "18 08:00")


@pytest.mark.parametrize(
    "login", ["secretary", "organiser", "neighbour", "leader", "ning", "admin", "auditor"]
)
def test_only_the_college_transfers(stage: Stage, login: str) -> None:
    with stage.refused(Reason.NOT_ALLOWED):
        move(stage, stage.cast.bio, date(2026, 3, 16), "13:00", by=login)


def test_nobody_transfers_herself(stage: Stage) -> None:
    from volunteer.actions.accounts import give_role
    from volunteer.rules.kinds import Role

    account = stage.actor("mei").account_id
    give_role(
        stage.session,
        account_id=account,
        role=Role.COLLEGE,
        unit_id=stage.cast.college,
        actor=None,
        now=at("08:00"),
    )
    with stage.refused(Reason.SAME_PERSON):
        move(stage, stage.cast.bio, date(2026, 3, 16), "13:00", by="mei")


def test_who_has_left_the_college_is_closed_to_every_decision(stage: Stage) -> None:
    move(stage, None, date(2026, 3, 16), "13:00")
    with stage.refused(Reason.PROBATION_CLOSED):
        move(stage, stage.cast.bio, date(2026, 3, 17), "17 08:00")
    with stage.refused(Reason.PROBATION_CLOSED):
        decided(stage, Outcome.CANCELLED, date(2026, 3, 17), "17 08:00")
    with stage.refused(Reason.PROBATION_CLOSED):
        lift(stage, "17 08:00")


# --- the lifted cap ---


def long_day(stage: Stage) -> tuple[int, int]:
    """Serve 15 hours of the 17th in two visits."""
    stage.system.shift("G1", stage.cast.campus_post, at("17 06:00"), at("17 14:00"))
    stage.system.shift("R1", stage.cast.post, at("17 14:00"), at("17 21:00"))
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    first = stage.serve("mei", "17 06:00", "17 14:00", site_id=gate)
    return first, stage.serve("mei", "17 14:00", "17 21:00")


def test_a_day_takes_480_minutes_and_lifted_at_most_720(stage: Stage) -> None:
    first, second = long_day(stage)
    assert (stage.minutes(first), stage.minutes(second)) == ((480, 480), (420, 0))
    lift(stage, "18 10:00")
    assert (stage.minutes(first), stage.minutes(second)) == ((480, 480), (420, 240))
    assert stage.visit(second).lost_day_cap == 180


def test_lifted_twice_it_is_lifted_once(stage: Stage) -> None:
    _, second = long_day(stage)
    lift(stage, "18 10:00")
    lift(stage, "18 10:01", by="secretary", approved_by="office_second")
    assert (stage.count(OverCap), stage.minutes(second)) == (1, (420, 240))


def test_another_day_stays_as_it_was(stage: Stage) -> None:
    _, second = long_day(stage)
    lift(stage, "18 10:00", on=date(2026, 3, 16))
    assert stage.minutes(second) == (420, 0)


def test_a_cap_may_be_lifted_before_the_day(stage: Stage) -> None:
    lift(stage, "16 10:00")
    _, second = long_day(stage)
    assert stage.minutes(second) == (420, 240)


def test_the_extension_range_is_that_of_the_policy_at_the_windows_start(stage: Stage) -> None:
    policy = HoursPolicy(effective_on=date(2026, 6, 1), extension_months_min=1, extension_months_max=2)
    registry.add_policy(stage.session, policy=policy, actor=None, now=at("08:00"))
    with stage.refused(Reason.EXTENSION_OUT_OF_RANGE):
        extend(stage, 2, DUE, "12-01 10:00")
    extend(stage, 6, DUE, "12-01 10:00")
