"""What a branch proposes about a member: judged twice, decided once, by two people, and never lost."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from tests.actions.stage import Stage, at
from tests.actions.test_decide import DUE, decided, extend, gave, long_day, move, window
from tests.actions.test_races import Hall, hall
from volunteer.actions import decide, meeting
from volunteer.actions.accounts import end_role
from volunteer.actions.meeting import Proposed
from volunteer.models import AuditLine, Decision, DecisionProposal, OverCap, RoleGrant
from volunteer.rules.kinds import DecisionKind, Outcome, ProposalState
from volunteer.rules.reasons import Reason, Refusal

__all__ = ["hall"]
EXTENSION, CONVERSION, CANCELLATION, OVER_CAP = DecisionKind
WAITING, APPROVED, DECLINED, WITHDRAWN, OVERTAKEN = ProposalState
LONG_DAY = date(2026, 3, 17)


def proposed(
    stage: Stage,
    what: DecisionKind = CANCELLATION,
    when: str = "12-01 10:00",
    *,
    by: str = "organiser",
    who: str = "mei",
    on: date = DUE,
    months: int | None = None,
    reason: str = "支部大会决议",
) -> int:
    return meeting.propose(
        stage.session,
        Proposed(what=what, member_id=stage.member(who), on=on, months=months),
        reason=reason,
        actor=stage.actor(by),
        campus=stage.campus,
        now=at(when),
    )


def approved(stage: Stage, proposal_id: int, when: str = "12-01 11:00", *, by: str = "office") -> None:
    meeting.approve(
        stage.session, proposal_id=proposal_id, actor=stage.actor(by), campus=stage.campus, now=at(when)
    )


def declined(stage: Stage, proposal_id: int, *, by: str = "office", reason: str = "缺会议记录") -> None:
    meeting.decline(
        stage.session, proposal_id=proposal_id, actor=stage.actor(by), reason=reason, now=at("12-01 11:00")
    )


def withdrawn(stage: Stage, proposal_id: int, *, by: str = "organiser") -> None:
    meeting.withdraw(stage.session, proposal_id=proposal_id, actor=stage.actor(by), now=at("12-01 11:00"))


def state_of(stage: Stage, proposal_id: int) -> ProposalState:
    stage.session.expire_all()
    return stage.session.get_one(DecisionProposal, proposal_id).state


# --- proposing decides nothing, entering does ---


def test_what_is_proposed_changes_nothing_until_another_person_enters_it(stage: Stage) -> None:
    proposal = proposed(stage, EXTENSION, months=6)
    assert (window(stage).extension_months, stage.count(Decision)) == (None, 0)
    approved(stage, proposal)
    assert (window(stage).extension_months, window(stage).ends_before) == (6, date(2027, 6, 1))
    row = stage.session.scalars(select(Decision)).one()
    names = (stage.actor("organiser").account_id, stage.actor("office").account_id)
    assert (row.proposed_by_id, row.approved_by_id) == names
    assert state_of(stage, proposal) is APPROVED


def test_a_conversion_is_proposed_and_entered(stage: Stage) -> None:
    gave(stage, 3000)
    approved(stage, proposed(stage, CONVERSION))
    assert window(stage).outcome is Outcome.CONVERTED


def test_a_day_is_lifted_as_it_was_shown(stage: Stage) -> None:
    _, second = long_day(stage)
    gain = decide.gain_of_lift(stage.session, member_id=stage.cast.mei, on=LONG_DAY, campus=stage.campus)
    approved(stage, proposed(stage, OVER_CAP, "18 10:00", on=LONG_DAY), "18 11:00")
    assert (gain, stage.minutes(second)) == (240, (420, 240))
    assert decide.gain_of_lift(stage.session, member_id=stage.cast.mei, on=LONG_DAY, campus=stage.campus) == 0


def test_who_proposed_what_stands_in_the_trail(stage: Stage) -> None:
    declined(stage, proposed(stage))
    acts = stage.session.scalars(select(AuditLine.act).where(AuditLine.act.like("%propos%"))).all()
    assert acts == ["propose_decision", "declined_proposal"]


# --- refused already when it is proposed ---

REFUSED: dict[str, tuple[dict[str, Any], Reason]] = {
    "too few hours": ({"what": CONVERSION}, Reason.THRESHOLD_NOT_MET),
    "before it is due": ({"what": CONVERSION, "on": date(2026, 11, 30)}, Reason.NOT_DUE),
    "a meeting to come": ({"what": CANCELLATION, "on": date(2026, 12, 2)}, Reason.NOT_DUE),
    "5 months": ({"what": EXTENSION, "months": 5}, Reason.EXTENSION_OUT_OF_RANGE),
    "13 months": ({"what": EXTENSION, "months": 13}, Reason.EXTENSION_OUT_OF_RANGE),
    "an extension without months": ({"what": EXTENSION}, Reason.BAD_FIELD),
    "a cancellation with months": ({"what": CANCELLATION, "months": 6}, Reason.BAD_FIELD),
    "no reason": ({"reason": "  "}, Reason.BAD_FIELD),
    "without a window": ({"who": "hua", "by": "office"}, Reason.PROBATION_CLOSED),
    "about herself": ({"by": "mei"}, Reason.SAME_PERSON),
    "by a neighbour": ({"by": "neighbour"}, Reason.NOT_ALLOWED),
    "by the post's leader": ({"by": "leader"}, Reason.NOT_ALLOWED),
    "by the administrator": ({"by": "admin"}, Reason.NOT_ALLOWED),
    "by the auditor": ({"by": "auditor"}, Reason.NOT_ALLOWED),
}


@pytest.mark.parametrize(("asked", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_the_record_speaks_against_is_not_even_proposed(
    stage: Stage, asked: dict[str, Any], reason: Reason
) -> None:
    with stage.refused(reason):
        proposed(stage, **asked)


def test_one_extends_once_and_is_told_so_when_proposing(stage: Stage) -> None:
    extend(stage, 6, DUE, "12-01 10:00")
    with stage.refused(Reason.EXTENSION_REPEATED):
        proposed(stage, EXTENSION, months=6)


def test_too_few_hours_are_said_in_figures(stage: Stage) -> None:
    gave(stage, 2999)
    with pytest.raises(Refusal) as caught:
        proposed(stage, CONVERSION)
    assert caught.value.facts == {"minutes": 2999, "threshold": 3000}


def test_a_lifted_day_is_not_proposed_again(stage: Stage) -> None:
    long_day(stage)
    approved(stage, proposed(stage, OVER_CAP, "18 10:00", on=LONG_DAY), "18 11:00")
    with stage.refused(Reason.ALREADY_EXISTS):
        proposed(stage, OVER_CAP, "18 12:00", on=LONG_DAY)


# --- one at a time ---


def test_a_form_sent_twice_is_one_proposal(stage: Stage) -> None:
    assert proposed(stage) == proposed(stage, when="12-01 10:01")
    assert stage.count(DecisionProposal) == 1


@pytest.mark.parametrize(
    "other",
    [{"by": "secretary"}, {"what": EXTENSION, "months": 6}, {"when": "12-02 10:00", "on": date(2026, 12, 2)}],
)
def test_a_meeting_decides_one_thing_about_a_member(stage: Stage, other: dict[str, Any]) -> None:
    first = proposed(stage)
    with stage.refused(Reason.ALREADY_EXISTS):
        proposed(stage, **other)
    withdrawn(stage, first)
    proposed(stage, **other)


def test_days_wait_beside_the_meetings_decision_and_each_other(stage: Stage) -> None:
    proposed(stage)
    proposed(stage, OVER_CAP, on=LONG_DAY)
    proposed(stage, OVER_CAP, on=date(2026, 3, 18))
    assert stage.count(DecisionProposal) == 3


# --- two people ---


@pytest.mark.parametrize(
    ("by", "entered_by", "reason"),
    [
        ("organiser", "office", None),
        ("office", "office_second", None),
        ("office", "office", Reason.SAME_PERSON),
        ("organiser", "organiser", Reason.SAME_PERSON),
        ("organiser", "secretary", Reason.NOT_ALLOWED),
        ("organiser", "mei", Reason.SAME_PERSON),
        ("organiser", "admin", Reason.NOT_ALLOWED),
        ("organiser", "auditor", Reason.NOT_ALLOWED),
        ("organiser", "neighbour", Reason.NOT_ALLOWED),
    ],
)
@pytest.mark.parametrize("act", [approved, declined], ids=["enter", "turn down"])
def test_another_person_of_the_college_decides(
    stage: Stage, act: Callable[..., None], by: str, entered_by: str, reason: Reason | None
) -> None:
    proposal = proposed(stage, by=by)
    if reason is None:
        act(stage, proposal, by=entered_by)
        assert state_of(stage, proposal) is not WAITING
    else:
        with stage.refused(reason):
            act(stage, proposal, by=entered_by)
        assert state_of(stage, proposal) is WAITING


def test_an_office_that_has_ended_proposes_nothing(stage: Stage) -> None:
    proposal = proposed(stage)
    grant = stage.session.scalars(
        select(RoleGrant.id).where(RoleGrant.account_id == stage.actor("organiser").account_id)
    ).one()
    end_role(stage.session, grant_id=grant, actor=None, now=at("12-01 10:30"))
    with pytest.raises(Refusal) as caught:
        approved(stage, proposal)
    assert (caught.value.reason, caught.value.facts) == (Reason.NOT_ALLOWED, {"case": "proposer"})
    declined(stage, proposal)


def test_only_who_proposed_takes_back(stage: Stage) -> None:
    proposal = proposed(stage)
    with stage.refused(Reason.NOT_ALLOWED):
        withdrawn(stage, proposal, by="secretary")
    withdrawn(stage, proposal)
    assert state_of(stage, proposal) is WITHDRAWN


def test_turning_down_takes_a_reason(stage: Stage) -> None:
    proposal = proposed(stage)
    with stage.refused(Reason.BAD_FIELD):
        declined(stage, proposal, reason=" ")
    declined(stage, proposal)
    assert stage.session.get_one(DecisionProposal, proposal).answer == "缺会议记录"


# --- the record moved on ---


@pytest.mark.parametrize("act", [approved, declined, withdrawn], ids=["enter", "turn down", "take back"])
def test_something_comes_of_a_proposal_once(stage: Stage, act: Callable[..., None]) -> None:
    proposal = proposed(stage)
    declined(stage, proposal)
    with stage.refused(Reason.CHANGED_MEANWHILE):
        act(stage, proposal)


def test_hours_that_fell_away_meanwhile_are_seen_when_it_is_entered(stage: Stage) -> None:
    gave(stage, 2880)
    visit = stage.serve("mei", "09:00", "12:00")
    proposal = proposed(stage, CONVERSION)
    stage.object_to(visit, "12-01 10:30")
    with stage.refused(Reason.THRESHOLD_NOT_MET):
        approved(stage, proposal)
    assert state_of(stage, proposal) is WAITING


OVERTAKING: dict[str, tuple[Callable[[Stage], None], bool]] = {
    "another decision": (lambda stage: extend(stage, 6, DUE, "12-01 10:30"), False),
    "a cancellation": (lambda stage: decided(stage, Outcome.CANCELLED, DUE, "12-01 10:30"), True),
    "a move": (lambda stage: move(stage, stage.cast.bio, DUE, "12-01 10:30"), False),
    "a move out": (lambda stage: move(stage, None, DUE, "12-01 10:30"), True),
}


@pytest.mark.parametrize(("meanwhile", "also_days"), OVERTAKING.values(), ids=OVERTAKING)
def test_what_was_overtaken_says_so(
    stage: Stage, meanwhile: Callable[[Stage], None], also_days: bool
) -> None:
    proposal, lifted = proposed(stage), proposed(stage, OVER_CAP, on=LONG_DAY)
    meanwhile(stage)
    assert state_of(stage, proposal) is OVERTAKEN
    assert state_of(stage, lifted) is (OVERTAKEN if also_days else WAITING)
    with stage.refused(Reason.CHANGED_MEANWHILE):
        approved(stage, proposal)


def test_a_day_lifted_otherwise_overtakes_its_proposal_alone(stage: Stage) -> None:
    long_day(stage)
    lifted, other = (proposed(stage, OVER_CAP, "18 10:00", on=date(2026, 3, day)) for day in (17, 16))
    meeting_waits = proposed(stage, CANCELLATION, "18 10:00", on=LONG_DAY)
    from tests.actions.test_decide import lift

    lift(stage, "18 10:30")
    assert [state_of(stage, one) for one in (lifted, other, meeting_waits)] == [OVERTAKEN, WAITING, WAITING]


# --- two desks at once ---


def test_of_two_desks_at_once_one_wins_and_the_other_sees_it(hall: Hall) -> None:
    with hall.stage() as stage:
        proposal = proposed(stage)
    came = hall.at_once(
        [
            lambda stage: approved(stage, proposal, by="office"),
            lambda stage: approved(stage, proposal, by="office_second"),
            lambda stage: declined(stage, proposal, by="office_second"),
            lambda stage: withdrawn(stage, proposal),
        ]
    )
    assert sorted(map(str, came)) == ["None", *["changed_meanwhile"] * 3]
    assert hall.count(DecisionProposal.state == WAITING) == 0
    assert hall.count(Decision.id > 0) <= 1


def test_two_who_propose_at_once_leave_one_proposal(hall: Hall) -> None:
    came = hall.at_once(
        [
            lambda stage: proposed(stage, by="organiser"),
            lambda stage: proposed(stage, by="secretary"),
        ]
    )
    assert Reason.ALREADY_EXISTS in came
    assert hall.count(DecisionProposal.id > 0) == 1


def test_a_day_is_lifted_once_by_two_desks(hall: Hall) -> None:
    with hall.stage() as stage:
        proposal = proposed(stage, OVER_CAP, "18 10:00", on=LONG_DAY)
    came = hall.at_once(
        [lambda stage, by=by: approved(stage, proposal, by=by) for by in ("office", "office_second")]
    )
    assert sorted(map(str, came)) == ["None", "changed_meanwhile"]
    assert hall.count(OverCap.member_id > 0) == 1
