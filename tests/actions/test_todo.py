"""What there is to do today: by the rights held, never what is one's own or what one had a part in."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from tests.actions.stage import Stage, at, leads
from tests.actions.test_questions import ask
from tests.actions.test_recounts import propose as propose_recount
from volunteer.actions import meeting, recounts, registry
from volunteer.actions.accounts import end_role, give_role
from volunteer.actions.meeting import Proposed
from volunteer.models import Account, RoleGrant
from volunteer.rules.kinds import DecisionKind, Role
from volunteer.rules.policy import HoursPolicy
from volunteer.stats.rollups import Days
from volunteer.stats.shares import shares_of
from volunteer.stats.todo import Forgotten, Waiting, waiting_for

SOON = date(2026, 3, 19)


def waiting(
    stage: Stage,
    login: str,
    due_by: date = SOON,
    unit_path: str | None = None,
    today: date = date(2026, 3, 16),
    when: str = "12:00",
) -> Waiting:
    stage.session.flush()
    asked: dict[str, Any] = {"now": at(when), "today": today, "due_by": due_by, "unit_path": unit_path}
    return waiting_for(stage.session, stage.actor(login), **asked)


def late(stage: Stage, login: str, when: str) -> list[Forgotten]:
    return list(waiting(stage, login, when=when).forgotten)


def test_a_request_waits_for_the_next_hand_alone(stage: Stage) -> None:
    request = stage.make_up("mei", "09:00", "12:00", "13:00")
    found = {
        who: waiting(stage, who).requests for who in ("leader", "organiser", "office", "neighbour", "mei")
    }
    assert found == {"leader": 1, "organiser": 1, "office": 1, "neighbour": 0, "mei": 0}
    stage.approve(request, "leader", "13:10")
    assert (waiting(stage, "leader").requests, waiting(stage, "organiser").requests) == (0, 1)
    stage.approve(request, "organiser", "13:20")
    assert waiting(stage, "office").requests == 0


def test_what_she_approved_first_waits_for_another_of_the_committee(stage: Stage) -> None:
    request = stage.make_up("mei", "09:00", "12:00", "13:00")
    stage.approve(request, "organiser", "13:10")
    assert [waiting(stage, who).requests for who in ("organiser", "secretary", "office")] == [0, 1, 1]


def test_an_own_request_waits_for_others(stage: Stage) -> None:
    stage.make_up("hua", "09:00", "12:00", "13:00")
    assert (waiting(stage, "secretary").requests, waiting(stage, "organiser").requests) == (0, 1)


@pytest.mark.parametrize(("due_by", "expected"), [(date(2026, 3, 30), 1), (date(2026, 3, 29), 0)])
def test_what_ends_by_the_day_is_due(stage: Stage, due_by: date, expected: int) -> None:
    stage.make_up("mei", "09:00", "12:00", "13:00")
    assert waiting(stage, "organiser", due_by).due == expected


def test_records_and_objections_wait_for_the_committee_of_their_branch(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "12:00")
    stage.serve("ning", "09:00", "12:00", printed=True)
    stage.object_to(visit, "13:00", by="organiser")
    found = waiting(stage, "secretary")
    assert (found.visits, found.objections, found.due) == (1, 1, 1)
    # Who objected does not answer.
    assert waiting(stage, "organiser").objections == 0
    assert waiting(stage, "neighbour").cases == 0
    assert waiting(stage, "office", unit_path=f"/{stage.cast.college}/{stage.cast.bio}/").cases == 0
    assert waiting(stage, "office", unit_path=f"/{stage.cast.college}/{stage.cast.law}/").cases == 2


def test_a_recount_waits_for_another_person_of_the_college_until_it_is_decided(stage: Stage) -> None:
    version = HoursPolicy(effective_on=date(2026, 3, 17), rounding_unit_min=30)
    policy = registry.add_policy(stage.session, policy=version, actor=None, now=at("17 00:10"))
    order = propose_recount(stage, policy)
    offices = ("office", "office_second", "organiser", "neighbour", "leader")
    found = {who: waiting(stage, who) for who in offices}
    assert {who: (one.recounts, one.recount_id) for who, one in found.items()} == {
        "office": (0, None),
        "office_second": (1, order),
        "organiser": (0, None),
        "neighbour": (0, None),
        "leader": (0, None),
    }
    recounts.decline(stage.session, order_id=order, actor=stage.actor("office_second"), now=at("17 10:00"))
    assert waiting(stage, "office_second").recounts == 0


@pytest.mark.parametrize(
    ("by", "waits"),
    [("organiser", {"office", "office_second"}), ("office", {"office_second"})],
    ids=["of the branch", "of the college itself"],
)
def test_a_proposed_decision_waits_for_others_of_the_college(stage: Stage, by: str, waits: set[str]) -> None:
    made_college(stage, "mei")
    wanted = Proposed(what=DecisionKind.CANCELLATION, member_id=stage.cast.mei, on=date(2026, 3, 16))
    actor, now = stage.actor(by), at("13:00")
    meeting.propose(stage.session, wanted, reason="支部大会决定", actor=actor, campus=stage.campus, now=now)
    found = {who: waiting(stage, who) for who in ("mei", "organiser", "neighbour", "office", "office_second")}
    assert {who for who, one in found.items() if one.decisions} == waits
    assert found["office"].office_unit == "COL"


def made_college(stage: Stage, login: str) -> None:
    """Give an account the college's role too."""
    account_id = stage.actor(login).account_id
    give_role(
        stage.session,
        account_id=account_id,
        role=Role.COLLEGE,
        unit_id=stage.cast.college,
        actor=None,
        now=at("08:00"),
    )


def test_a_question_waits_for_the_keepers_of_the_post_with_the_site_to_answer_it(stage: Stage) -> None:
    ask(stage, stage.serve("mei", "09:00", "12:00"), "secretary")
    found = waiting(stage, "leader")
    assert (found.questions, found.question_site) == (1, "LIB")
    assert waiting(stage, "secretary").questions == 0
    assert waiting(stage, "neighbour").questions == 0


@pytest.mark.parametrize(("when", "expected"), [("11:59", 0), ("12:00", 1), ("17 12:00", 1), ("17 12:01", 0)])
def test_who_forgot_is_listed_from_the_end_of_the_shift_while_the_24_hours_last(
    stage: Stage, when: str, expected: int
) -> None:
    stage.come("mei", "09:00")
    assert len(late(stage, "leader", when)) == expected
    assert len(late(stage, "neighbour", when)) == 0


def test_a_leader_does_not_find_herself_among_those_who_forgot(stage: Stage) -> None:
    leads(stage.session, "mei", stage.cast.post)
    stage.come("mei", "09:00")
    assert late(stage, "mei", "13:00") == []
    (other,) = late(stage, "leader", "13:00")
    assert (other.name, other.came_at, other.attest_until) == ("李梅", at("09:00"), at("17 12:00"))
    stage.attest("12:00", ["mei"], "leader", "13:00")
    assert late(stage, "leader", "13:01") == []


def test_made_up_hours_stand_with_both_who_approved_and_with_the_leader_of_the_post(stage: Stage) -> None:
    request = stage.make_up("mei", "09:00", "10:00", "13:00")
    stage.approve(request, "leader", "13:10")
    stage.approve(request, "organiser", "13:20")
    stage.serve("ning", "09:00", "12:00")
    stage.serve("bo", "09:00", "12:00")
    stage.session.flush()
    days = Days.calendar_year(2026)
    found = shares_of(stage.session, days, unit_path=f"/{stage.cast.college}/{stage.cast.law}/")
    assert (found.unit.made_up, found.unit.whole, found.unit.pct) == (60, 240, 25.0)
    assert found.usual_pct == 14.3
    assert [(one.name, one.made_up, one.whole) for one in found.approvers] == [
        ("leader", 60, 240),
        ("organiser", 60, 240),
    ]
    assert [(one.name, one.made_up, one.whole) for one in found.leaders] == [("leader", 60, 240)]
    # Who leads the post no more has no share in it.
    grant = select(RoleGrant.id).join(Account, Account.id == RoleGrant.account_id)
    led = stage.session.scalars(grant.where(Account.login == "leader")).all()
    for grant_id in led:
        end_role(stage.session, grant_id=grant_id, actor=None, now=at("17 09:00"))
    assert shares_of(stage.session, days, unit_path=f"/{stage.cast.college}/").leaders == []


def test_a_year_without_service_has_no_shares(stage: Stage) -> None:
    found = shares_of(stage.session, Days.calendar_year(2020), unit_path=f"/{stage.cast.college}/")
    assert (found.unit.pct, found.approvers, found.leaders) == (None, [], [])
