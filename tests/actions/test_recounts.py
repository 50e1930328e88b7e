"""Old records keep their version, unless two people of the college order a recount: by reversal, once."""

from datetime import date

import pytest
from sqlalchemy import select

from tests.actions.stage import Stage, at
from volunteer.actions import recounts, registry
from volunteer.models import Credit, Visit
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.reasons import Reason

MONDAY = date(2026, 3, 16)


@pytest.fixture
def halves(stage: Stage) -> int:
    """A version of today that rounds down to half hours; Mei has served 170 minutes before it."""
    stage.serve("mei", "09:00", "11:50")
    version = HoursPolicy(effective_on=date(2026, 3, 17), rounding_unit_min=30)
    return registry.add_policy(stage.session, policy=version, actor=None, now=at("17 00:10"))


def propose(
    stage: Stage, policy: int, by: str = "office", from_on: date = MONDAY, until_on: date = MONDAY
) -> int:
    return recounts.propose(
        stage.session,
        unit_id=stage.cast.college,
        policy_id=policy,
        from_on=from_on,
        until_on=until_on,
        reason="党委会3月17日决定",
        actor=stage.actor(by),
        campus=stage.campus,
        now=at("17 09:00"),
    )


def approve(stage: Stage, order: int, by: str = "office_second") -> None:
    recounts.approve(stage.session, order_id=order, actor=stage.actor(by), now=at("17 10:00"))


def carry_out(stage: Stage, order: int) -> int:
    """Count all who are left, and return how many records took the version."""
    taken = sum(
        recounts.count_member(
            stage.session, order_id=order, member_id=member, campus=stage.campus, now=at("17 10:01")
        )
        for member in recounts.members_left(stage.session, order)
    )
    assert recounts.finish(stage.session, order_id=order, now=at("17 10:02"))
    stage.session.expire_all()
    stage.prove()
    return taken


def lines(stage: Stage) -> list[tuple[int, str]]:
    found = select(Credit.credited_min, Credit.cause).order_by(Credit.id)
    return [tuple(row) for row in stage.session.execute(found)]


def test_without_an_order_a_record_keeps_its_version(stage: Stage, halves: int) -> None:
    assert stage.minutes(stage.visit_of("mei").id) == (170, 170)
    stage.prove()


def test_it_is_a_reversal_and_a_new_line_with_who_approved_it(stage: Stage, halves: int) -> None:
    order = propose(stage, halves)
    approve(stage, order)
    assert carry_out(stage, order) == 1
    assert lines(stage) == [(170, "check_out"), (-170, "recount_order"), (150, "recount_order")]
    assert stage.minutes(stage.visit_of("mei").id) == (170, 150)
    last = stage.session.scalars(select(Credit).order_by(Credit.id.desc())).first()
    assert last is not None and last.actor_id == stage.cast.office_second_account


def test_done_again_it_finds_nothing_to_do(stage: Stage, halves: int) -> None:
    order = propose(stage, halves)
    assert propose(stage, halves) == order
    approve(stage, order)
    assert carry_out(stage, order) == 1
    approve(stage, order)
    assert carry_out(stage, order) == 0
    assert len(lines(stage)) == 3


def test_a_day_outside_the_order_keeps_its_version(stage: Stage, halves: int) -> None:
    order = propose(stage, halves, from_on=date(2026, 3, 17), until_on=date(2026, 3, 17))
    approve(stage, order)
    assert carry_out(stage, order) == 0


def test_another_record_of_the_day_is_booked_anew_with_it(stage: Stage) -> None:
    """What is freed under the cap of the day goes to the record after it, of another version."""
    stage.system.shift("S2", stage.cast.campus_post, at("12:00"), at("19:00"))
    stage.serve("mei", "09:00", "11:50")
    site = stage.system.site_of(post_id=stage.cast.campus_post)
    stage.serve("mei", "12:00", "18:59", site_id=site)
    assert sum(minutes for minutes, _ in lines(stage)) == 480
    version = HoursPolicy(effective_on=date(2026, 3, 17), rounding_unit_min=30)
    policy = registry.add_policy(stage.session, policy=version, actor=None, now=at("17 00:10"))
    order = propose(stage, policy)
    approve(stage, order)
    assert carry_out(stage, order) == 2
    credited = [visit.credited_min for visit in stage.session.scalars(select(Visit).order_by(Visit.id))]
    assert credited == [150, 330]


@pytest.mark.parametrize("by", ["organiser", "leader", "mei", "admin", "auditor", "neighbour"])
def test_nobody_but_the_college_proposes_approves_or_declines(stage: Stage, halves: int, by: str) -> None:
    with stage.refused(Reason.NOT_ALLOWED):
        propose(stage, halves, by)
    order = propose(stage, halves)
    with stage.refused(Reason.NOT_ALLOWED):
        approve(stage, order, by)
    with stage.refused(Reason.NOT_ALLOWED):
        recounts.decline(stage.session, order_id=order, actor=stage.actor(by), now=at("17 10:00"))


def test_the_proposer_does_not_approve_and_nothing_is_counted_before(stage: Stage, halves: int) -> None:
    order = propose(stage, halves)
    with stage.refused(Reason.SAME_PERSON):
        approve(stage, order, "office")
    with stage.refused(Reason.NOT_ALLOWED):
        recounts.count_member(
            stage.session, order_id=order, member_id=stage.cast.mei, campus=stage.campus, now=at("17 10:01")
        )


def test_what_was_turned_down_is_not_approved_and_makes_room(stage: Stage, halves: int) -> None:
    order = propose(stage, halves)
    with stage.refused(Reason.CHANGED_MEANWHILE):
        propose(stage, stage.cast.policy)
    recounts.decline(stage.session, order_id=order, actor=stage.actor("office"), now=at("17 10:00"))
    with stage.refused(Reason.CHANGED_MEANWHILE):
        approve(stage, order)
    assert propose(stage, stage.cast.policy) != order


def test_a_version_of_tomorrow_counts_nothing_of_the_past(stage: Stage) -> None:
    version = HoursPolicy(effective_on=date(2026, 3, 18), rounding_unit_min=30)
    policy = registry.add_policy(stage.session, policy=version, actor=None, now=at("17 00:10"))
    with stage.refused(Reason.BAD_FIELD):
        propose(stage, policy)
    with stage.refused(Reason.BAD_FIELD):
        propose(stage, stage.cast.policy, until_on=date(2026, 3, 18))
