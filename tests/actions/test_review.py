"""The committee lets records count or sends them back: never its own, never what it vouched for."""

import pytest

from tests.actions.stage import IN, OUT, Stage, at
from tests.actions.test_keep import committee_confirms
from volunteer.actions import approve, decide, review
from volunteer.models import AuditLine, Credit
from volunteer.rules.kinds import Grade, VisitState
from volunteer.rules.reasons import Reason

PENDING, CONFIRMED, DISPUTED = VisitState.PENDING, VisitState.CONFIRMED, VisitState.DISPUTED


def confirm(stage: Stage, visit: int, login: str, when: str = "13:00") -> None:
    review.confirm(stage.session, visit_id=visit, actor=stage.actor(login), campus=stage.campus, now=at(when))


def send_back(stage: Stage, visit: int, login: str, when: str = "13:00", reason: str = "待核实") -> None:
    review.return_visit(
        stage.session,
        visit_id=visit,
        actor=stage.actor(login),
        reason=reason,
        campus=stage.campus,
        now=at(when),
    )


@pytest.fixture
def waiting(stage: Stage) -> int:
    """A record of our member that waits for the committee."""
    committee_confirms(stage)
    return stage.serve("mei", "09:00", "12:00")


def test_under_committee_a_record_waits_with_its_minutes_pending(stage: Stage, waiting: int) -> None:
    assert stage.stands(waiting) == (PENDING, Grade.B, 0)
    assert stage.visit(waiting).pending_min == 180


@pytest.mark.parametrize("login", ["secretary", "organiser", "office"])
def test_the_own_committee_and_the_college_confirm(stage: Stage, waiting: int, login: str) -> None:
    confirm(stage, waiting, login)
    assert stage.stands(waiting) == (CONFIRMED, Grade.B, 180)


@pytest.mark.parametrize("login", ["leader", "neighbour", "ning", "bo", "admin", "auditor"])
def test_nobody_else_confirms_or_returns(stage: Stage, waiting: int, login: str) -> None:
    with stage.refused(Reason.NOT_ALLOWED):
        confirm(stage, waiting, login)
    with stage.refused(Reason.NOT_ALLOWED):
        send_back(stage, waiting, login)


def test_nobody_confirms_or_returns_an_own_record(stage: Stage) -> None:
    committee_confirms(stage)
    own = stage.serve("hua", "09:00", "12:00")
    with stage.refused(Reason.SAME_PERSON):
        confirm(stage, own, "secretary")
    with stage.refused(Reason.SAME_PERSON):
        send_back(stage, own, "secretary")
    confirm(stage, own, "organiser")


def test_who_witnessed_does_not_confirm(stage: Stage, waiting: int) -> None:
    stage.witness(waiting, "organiser", "11:30")
    with stage.refused(Reason.SAME_PERSON):
        confirm(stage, waiting, "organiser")
    confirm(stage, waiting, "secretary")


def test_confirming_twice_changes_nothing(stage: Stage, waiting: int) -> None:
    confirm(stage, waiting, "organiser")
    before = stage.count(Credit), stage.count(AuditLine)
    confirm(stage, waiting, "organiser")
    confirm(stage, waiting, "secretary")
    assert (stage.count(Credit), stage.count(AuditLine)) == before


def test_confirm_never_credits_what_stands_alone(stage: Stage) -> None:
    alone = stage.serve("mei", "09:00", "12:00", printed=True)
    with stage.refused(Reason.NOT_ALLOWED):
        confirm(stage, alone, "organiser")


def test_a_claim_takes_two_approvals_not_a_confirmation(stage: Stage) -> None:
    stage.make_up("mei", "09:00", "11:00", "13:00")
    with stage.refused(Reason.NOT_ALLOWED):
        confirm(stage, stage.visit_of("mei").id, "organiser", "13:10")


def test_who_is_still_in_has_nothing_to_confirm(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    with stage.refused(Reason.NOT_ALLOWED):
        confirm(stage, visit, "organiser", "10:00")


def test_a_returned_record_is_pending_until_it_is_confirmed_again(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "12:00")
    send_back(stage, visit, "organiser")
    assert stage.stands(visit) == (PENDING, Grade.B, 0)
    assert stage.visit(visit).pending_min == 180
    confirm(stage, visit, "secretary", "14:00")
    assert stage.stands(visit) == (CONFIRMED, Grade.B, 180)
    assert [line.net_min for line in stage.session.query(Credit).order_by(Credit.id)] == [180, -180, 180]


def test_a_witness_does_not_end_the_waiting_of_a_returned_record(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "10:00")
    send_back(stage, visit, "organiser", "10:10")
    stage.witness(visit, "leader", "10:20")
    assert stage.stands(visit) == (PENDING, Grade.A, 0)


@pytest.mark.parametrize("upheld", [True, False, None])
def test_an_open_disputed_or_void_record_is_not_returned(stage: Stage, upheld: bool | None) -> None:
    visit = stage.come("mei", "09:00").visit_id
    with stage.refused(Reason.NOT_ALLOWED):
        send_back(stage, visit, "organiser", "09:10")
    stage.leave("mei", "10:00")
    objection = stage.object_to(visit, "10:10")
    if upheld is not None:
        stage.resolve(objection, "secretary", "10:20", upheld=upheld)
    if upheld is False:
        send_back(stage, visit, "organiser", "10:30")
    else:
        with stage.refused(Reason.NOT_ALLOWED):
            send_back(stage, visit, "organiser", "10:30")
        with stage.refused(Reason.NOT_ALLOWED):
            confirm(stage, visit, "organiser", "10:30")


def test_the_new_branch_cannot_change_the_old_branchs_visits(stage: Stage, waiting: int) -> None:
    decide.transfer(
        stage.session,
        member_id=stage.cast.mei,
        to_unit_id=stage.cast.bio,
        on=at("17 08:00").date(),
        actor=stage.actor("office"),
        campus=stage.campus,
        now=at("17 08:00"),
    )
    with stage.refused(Reason.NOT_ALLOWED):
        confirm(stage, waiting, "neighbour", "17 09:00")
    confirm(stage, waiting, "organiser", "17 09:00")


def test_an_unknown_record_is_unknown(stage: Stage) -> None:
    with stage.refused(Reason.UNKNOWN):
        confirm(stage, 99_999, "office")


@pytest.mark.parametrize("reason", ["理" * 201, "\u200b"])
def test_what_is_sent_back_is_so_in_words_that_fit(stage: Stage, reason: str) -> None:
    visit = stage.serve("mei", "09:00", "12:00")
    with stage.refused(Reason.BAD_FIELD):
        send_back(stage, visit, "organiser", reason=reason)


def test_a_confirmation_reaches_what_was_taken_and_confirmed_by_her(stage: Stage) -> None:
    committee_confirms(stage)
    stage.take(IN, "mei", "leader", "09:00")
    visit = stage.take(OUT, "mei", "leader", "12:00").visit_id
    with stage.refused(Reason.NOT_ALLOWED):
        confirm(stage, visit, "organiser")
    stage.confirm_taken(visit, "mei", "12:10")
    assert stage.stands(visit) == (PENDING, Grade.C, 0)
    confirm(stage, visit, "organiser")
    assert stage.stands(visit) == (CONFIRMED, Grade.C, 180)


def test_a_returned_record_frees_its_minutes_and_takes_them_back(stage: Stage) -> None:
    """Two scanned visits share an hour; the earlier keeps it while it counts."""
    stage.system.shift("G1", stage.cast.campus_post, at("09:00"), at("15:00"))
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    first = stage.serve("mei", "09:00", "12:00")
    stage.come("mei", "16:00", scanned_at="11:00", site_id=gate)
    second = stage.leave("mei", "16:00", scanned_at="14:00", site_id=gate).visit_id
    stage.witness(second, "organiser", "16:10")
    assert (stage.minutes(first)[0], stage.minutes(second)[0]) == (180, 120)
    send_back(stage, first, "organiser", "16:20")
    assert (stage.minutes(first)[0], stage.minutes(second)[0]) == (0, 180)
    confirm(stage, first, "secretary", "16:30")
    assert (stage.minutes(first)[0], stage.minutes(second)[0]) == (180, 120)


def test_who_saw_an_older_version_of_a_record_must_look_again(stage: Stage, waiting: int) -> None:
    seen = stage.visit(waiting).version
    confirm(stage, waiting, "secretary")
    for act in (review.confirm, review.return_visit):
        more = {"reason": "待核实"} if act is review.return_visit else {}
        with stage.refused(Reason.CHANGED_MEANWHILE):
            act(
                stage.session,
                visit_id=waiting,
                actor=stage.actor("organiser"),
                campus=stage.campus,
                now=at("13:05"),
                seen=seen,
                **more,
            )
    assert stage.stands(waiting) == (CONFIRMED, Grade.B, 180)


def quiet(stage: Stage, visit: int, login: str = "organiser") -> None:
    review.confirm_quiet(
        stage.session,
        visit_id=visit,
        actor=stage.actor(login),
        campus=stage.campus,
        now=at("13:00"),
        seen=stage.visit(visit).version,
    )


def test_what_carries_no_flag_is_confirmed_without_a_look_and_what_carries_one_is_not(stage: Stage) -> None:
    committee_confirms(stage)
    plain = stage.serve("mei", "09:00", "12:00")
    stage.come("ning", "09:00:30", device="phone-1")
    stage.come("bo", "09:00:45", device="phone-1")
    flagged = stage.leave("ning", "12:00").visit_id
    quiet(stage, plain)
    assert stage.stands(plain)[0] is CONFIRMED
    with stage.refused(Reason.CHANGED_MEANWHILE):
        quiet(stage, flagged)
    with stage.refused(Reason.NOT_ALLOWED):
        quiet(stage, flagged, "neighbour")
    assert stage.stands(flagged)[0] is PENDING


@pytest.mark.parametrize("login", ["organiser", "secretary"])
def test_who_saw_a_request_before_another_approved_it_must_look_again(stage: Stage, login: str) -> None:
    request = stage.make_up("mei", "09:00", "12:00", "13:00")
    stage.approve(request, "leader", "13:05")
    for act, more in ((approve.approve, {}), (approve.reject, {"reason": "不在岗"})):
        with stage.refused(Reason.CHANGED_MEANWHILE):
            act(
                stage.session,
                request_id=request,
                actor=stage.actor(login),
                campus=stage.campus,
                now=at("13:06"),
                seen=0,
                **more,
            )
    approve.approve(
        stage.session,
        request_id=request,
        actor=stage.actor(login),
        campus=stage.campus,
        now=at("13:07"),
        seen=1,
    )


def test_who_has_no_part_in_a_request_does_not_learn_that_it_changed(stage: Stage) -> None:
    request = stage.make_up("mei", "09:00", "12:00", "13:00")
    stage.approve(request, "leader", "13:05")
    with stage.refused(Reason.NOT_ALLOWED):
        approve.approve(
            stage.session,
            request_id=request,
            actor=stage.actor("neighbour"),
            campus=stage.campus,
            now=at("13:06"),
            seen=0,
        )
