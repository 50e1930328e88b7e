"""Objections: a member's own is in force at once, another's once it is accepted; what follows either way."""

import pytest

from tests.actions.stage import Stage, at
from tests.actions.test_review import confirm
from volunteer.actions import registry, review
from volunteer.models import Credit, Objection
from volunteer.rules.kinds import Grade, VisitState
from volunteer.rules.reasons import Reason

OPEN, UNCLOSED, PENDING, CONFIRMED, DISPUTED, VOID = (
    VisitState.OPEN,
    VisitState.UNCLOSED,
    VisitState.PENDING,
    VisitState.CONFIRMED,
    VisitState.DISPUTED,
    VisitState.VOID,
)


@pytest.fixture
def visit(stage: Stage) -> int:
    """A record of our member that counts 180 minutes."""
    return stage.serve("mei", "09:00", "12:00")


@pytest.mark.parametrize("by", [None, "mei"])
def test_her_own_objection_is_in_force_at_once(stage: Stage, visit: int, by: str | None) -> None:
    stage.object_to(visit, "13:00", by=by)
    assert stage.stands(visit) == (DISPUTED, Grade.B, 0)
    assert stage.visit(visit).pending_min == 0


def test_anothers_changes_nothing_until_it_is_accepted(stage: Stage, visit: int) -> None:
    objection = stage.object_to(visit, "13:00", by="ning")
    assert stage.stands(visit) == (CONFIRMED, Grade.B, 180)
    stage.accept(objection, "organiser", "13:10")
    assert stage.stands(visit) == (DISPUTED, Grade.B, 0)


@pytest.mark.parametrize(
    ("login", "when", "reason"),
    [
        ("organiser", "19 23:59:59", None),
        ("organiser", "20 00:00:00", Reason.DEADLINE_PASSED),
        ("office", "20 00:00:00", None),
        ("office", "17 10:00", None),
        ("neighbour", "17 10:00", Reason.NOT_ALLOWED),
        ("leader", "17 10:00", Reason.NOT_ALLOWED),
        ("admin", "17 10:00", Reason.NOT_ALLOWED),
        ("auditor", "17 10:00", Reason.NOT_ALLOWED),
        ("ning", "17 10:00", Reason.SAME_PERSON),
        ("mei", "17 10:00", Reason.SAME_PERSON),
    ],
)
def test_the_branch_has_three_working_days_to_accept_then_the_college_may(
    stage: Stage, visit: int, login: str, when: str, reason: Reason | None
) -> None:
    objection = stage.object_to(visit, "13:00", by="ning")
    if reason is None:
        stage.accept(objection, login, when)
        assert stage.visit(visit).state is DISPUTED
    else:
        with stage.refused(reason):
            stage.accept(objection, login, when)


def test_a_holiday_is_no_working_day(stage: Stage, visit: int) -> None:
    for day in (17, 18):
        registry.set_workday(
            stage.session, on=at(f"{day} 12:00").date(), is_workday=False, actor=None, now=at("08:00")
        )
    objection = stage.object_to(visit, "13:00", by="ning")
    stage.accept(objection, "organiser", "23 23:59")


def test_accepting_twice_changes_nothing(stage: Stage, visit: int) -> None:
    objection = stage.object_to(visit, "13:00", by="ning")
    stage.accept(objection, "organiser", "13:10")
    lines = stage.count(Credit)
    stage.accept(objection, "organiser", "13:11")
    assert stage.count(Credit) == lines


def test_objecting_twice_under_one_name_is_objecting_once(stage: Stage, visit: int) -> None:
    first = stage.object_to(visit, "13:00", ref="o")
    assert stage.object_to(visit, "13:01", ref="o") == first
    assert stage.count(Objection) == 1


def test_a_second_objection_while_one_is_in_force_is_refused(stage: Stage, visit: int) -> None:
    stage.object_to(visit, "13:00")
    with stage.refused(Reason.NOT_ALLOWED):
        stage.object_to(visit, "13:01")
    with stage.refused(Reason.NOT_ALLOWED):
        stage.object_to(visit, "13:01", by="ning")


def test_who_is_in_has_nothing_to_object_to(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    with stage.refused(Reason.NOT_ALLOWED):
        stage.object_to(visit, "14:00:00")


def test_once_it_reads_unclosed_she_may_object_though_no_job_has_run(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    objection = stage.object_to(visit, "14:00:01")
    assert stage.visit(visit).state is DISPUTED
    stage.resolve(objection, "secretary", "15:00", upheld=False)
    assert stage.visit(visit).state is UNCLOSED


def test_upheld_the_record_is_void_and_stays_visible(stage: Stage, visit: int) -> None:
    stage.resolve(stage.object_to(visit, "13:00"), "organiser", "13:10", upheld=True)
    assert stage.stands(visit) == (VOID, Grade.X, 0)
    assert [line.net_min for line in stage.session.query(Credit).order_by(Credit.id)] == [180, -180]


def test_after_a_void_record_the_shift_may_be_made_up(stage: Stage, visit: int) -> None:
    stage.resolve(stage.object_to(visit, "13:00"), "organiser", "13:10", upheld=True)
    stage.make_up("mei", "09:00", "10:00", "13:20")
    assert stage.visit_of("mei").state is PENDING


def test_not_upheld_the_record_is_again_what_it_was(stage: Stage, visit: int) -> None:
    stage.resolve(stage.object_to(visit, "13:00"), "organiser", "13:10", upheld=False)
    assert stage.stands(visit) == (CONFIRMED, Grade.B, 180)


def test_a_pending_record_is_pending_again(stage: Stage) -> None:
    alone = stage.serve("mei", "09:00", "12:00", printed=True)
    objection = stage.object_to(alone, "13:00")
    assert stage.visit(alone).pending_min == 0
    stage.resolve(objection, "organiser", "13:10", upheld=False)
    assert (stage.visit(alone).state, stage.visit(alone).pending_min) == (PENDING, 180)


@pytest.mark.parametrize(
    ("login", "reason"),
    [
        ("mei", Reason.SAME_PERSON),
        ("ning", Reason.SAME_PERSON),
        ("neighbour", Reason.NOT_ALLOWED),
        ("leader", Reason.NOT_ALLOWED),
        ("admin", Reason.NOT_ALLOWED),
        ("auditor", Reason.NOT_ALLOWED),
        ("bo", Reason.NOT_ALLOWED),
    ],
)
def test_only_the_committee_and_the_college_resolve(
    stage: Stage, visit: int, login: str, reason: Reason
) -> None:
    objection = stage.object_to(visit, "13:00", by="ning")
    stage.accept(objection, "organiser", "13:10")
    with stage.refused(reason):
        stage.resolve(objection, login, "13:20", upheld=True)
    stage.resolve(objection, "office", "13:30", upheld=True)


def test_who_confirmed_a_record_does_not_resolve_an_objection_to_it(stage: Stage, visit: int) -> None:
    review.return_visit(
        stage.session,
        visit_id=visit,
        actor=stage.actor("office"),
        reason="",
        campus=stage.campus,
        now=at("12:10"),
    )
    confirm(stage, visit, "organiser", "12:20")
    objection = stage.object_to(visit, "13:00")
    with stage.refused(Reason.SAME_PERSON):
        stage.resolve(objection, "organiser", "13:10", upheld=False)
    stage.resolve(objection, "secretary", "13:20", upheld=False)


def test_who_gave_the_second_approval_does_not_resolve_either(stage: Stage) -> None:
    request = stage.make_up("mei", "09:00", "11:00", "13:00")
    stage.approve(request, "leader", "13:10")
    stage.approve(request, "organiser", "13:20")
    objection = stage.object_to(stage.visit_of("mei").id, "13:30")
    with stage.refused(Reason.SAME_PERSON):
        stage.resolve(objection, "organiser", "13:40", upheld=False)


def test_who_witnessed_does_not_resolve(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    stage.witness(visit, "organiser", "10:00")
    stage.leave("mei", "11:00")
    objection = stage.object_to(visit, "13:00")
    with stage.refused(Reason.SAME_PERSON):
        stage.resolve(objection, "organiser", "13:10", upheld=False)


def test_an_objection_is_resolved_once_and_only_in_force(stage: Stage, visit: int) -> None:
    waiting = stage.object_to(visit, "13:00", by="ning")
    with stage.refused(Reason.NOT_ALLOWED):
        stage.resolve(waiting, "organiser", "13:10", upheld=True)
    stage.accept(waiting, "organiser", "13:20")
    stage.resolve(waiting, "secretary", "13:30", upheld=False)
    with stage.refused(Reason.NOT_ALLOWED):
        stage.resolve(waiting, "secretary", "13:40", upheld=True)
    with stage.refused(Reason.UNKNOWN):
        stage.resolve(99_999, "secretary", "13:40", upheld=True)
    assert stage.stands(visit) == (CONFIRMED, Grade.B, 180)


def test_another_objection_may_follow(stage: Stage, visit: int) -> None:
    stage.resolve(stage.object_to(visit, "13:00"), "organiser", "13:10", upheld=False)
    stage.resolve(stage.object_to(visit, "13:20"), "organiser", "13:30", upheld=True)
    assert stage.visit(visit).state is VOID


def test_while_disputed_its_minutes_are_anothers(stage: Stage, visit: int) -> None:
    shift = stage.system.shift("G1", stage.cast.campus_post, at("11:00"), at("15:00"))
    request = stage.make_up("mei", "11:00", "13:00", "16:00", shift=shift)
    stage.approve(request, "organiser", "16:10")
    stage.approve(request, "secretary", "16:20")
    made_up = stage.visit_of("mei", shift).id
    assert stage.minutes(made_up) == (60, 60)
    objection = stage.object_to(visit, "16:30")
    assert stage.minutes(made_up) == (120, 120)
    stage.resolve(objection, "office", "16:40", upheld=False)
    assert (stage.minutes(visit), stage.minutes(made_up)) == ((180, 180), (60, 60))


def test_a_void_record_takes_the_request_for_it_along(stage: Stage) -> None:
    request = stage.make_up("mei", "09:00", "11:00", "13:00")
    stage.approve(request, "leader", "13:10")
    void = stage.visit_of("mei").id
    stage.resolve(stage.object_to(void, "13:20"), "secretary", "13:30", upheld=True)
    again = stage.make_up("mei", "09:00", "10:00", "13:40")
    with stage.refused(Reason.NOT_ALLOWED):
        stage.approve(request, "organiser", "13:50")
    stage.approve(again, "leader", "14:00")
    stage.approve(again, "organiser", "14:10")
    assert stage.stands(void) == (VOID, Grade.X, 0)
    assert stage.minutes(stage.visit_of("mei").id) == (60, 60)
