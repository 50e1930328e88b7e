"""What keepers vouch for: who may, until when, and what it does to grade and minutes."""

import pytest

from tests.actions.stage import IN, OUT, Stage, at, leads
from volunteer.models import AuditLine, Credit, Evidence, Witness
from volunteer.rules.kinds import Grade, Source, Verdict, VisitState
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.reasons import Reason

OPEN, UNCLOSED, PENDING, CONFIRMED, DISPUTED = (
    VisitState.OPEN,
    VisitState.UNCLOSED,
    VisitState.PENDING,
    VisitState.CONFIRMED,
    VisitState.DISPUTED,
)
KEEPERS = ("leader", "secretary", "organiser", "office")


# --- witness ---


@pytest.mark.parametrize("login", KEEPERS)
def test_every_keeper_of_the_post_may_witness(stage: Stage, login: str) -> None:
    visit = stage.come("mei", "09:00").visit_id
    stage.witness(visit, login, "10:00")
    assert stage.visit(visit).grade is Grade.A


@pytest.mark.parametrize("login", ["ning", "bo", "neighbour", "admin", "auditor"])
def test_nobody_else_may_witness(stage: Stage, login: str) -> None:
    visit = stage.come("mei", "09:00").visit_id
    with stage.refused(Reason.NOT_ALLOWED):
        stage.witness(visit, login, "10:00")


def test_nobody_witnesses_herself(stage: Stage) -> None:
    visit = stage.come("hua", "09:00").visit_id
    with stage.refused(Reason.SAME_PERSON):
        stage.witness(visit, "secretary", "10:00")


def test_a_record_that_does_not_exist_is_unknown(stage: Stage) -> None:
    with stage.refused(Reason.UNKNOWN):
        stage.witness(99_999, "leader", "10:00")


@pytest.mark.parametrize(
    ("when", "grade"),
    [("08:59:59", Grade.B), ("09:00:00", Grade.A), ("11:59:59", Grade.A), ("12:00:00", Grade.B)],
)
def test_only_while_the_shift_runs_b_becomes_a(stage: Stage, when: str, grade: Grade) -> None:
    visit = stage.come("mei", "08:40").visit_id
    stage.witness(visit, "leader", when)
    assert stage.visit(visit).grade is grade
    stage.leave("mei", "12:00")
    assert stage.stands(visit) == (CONFIRMED, grade, 180)


def test_a_witness_of_after_the_check_out_still_counts_while_the_shift_runs(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "10:00")
    stage.witness(visit, "leader", "10:30")
    assert stage.stands(visit) == (CONFIRMED, Grade.A, 60)


def test_a_second_word_of_the_same_keeper_changes_nothing(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    stage.witness(visit, "leader", "10:00")
    before = stage.count(Witness), stage.count(AuditLine)
    stage.witness(visit, "leader", "10:01")
    assert (stage.count(Witness), stage.count(AuditLine)) == before


def test_a_void_record_takes_no_witness(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "10:00")
    stage.resolve(stage.object_to(visit, "10:10"), "secretary", "10:20", upheld=True)
    with stage.refused(Reason.NOT_ALLOWED):
        stage.witness(visit, "leader", "10:30")


def test_an_objection_in_force_keeps_a_witnessed_record_from_counting(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "10:00")
    stage.object_to(visit, "10:10")
    stage.witness(visit, "leader", "10:30")
    assert stage.stands(visit) == (DISPUTED, Grade.A, 0)


def test_under_committee_a_witness_raises_the_grade_and_the_record_still_waits(stage: Stage) -> None:
    committee_confirms(stage)
    visit = stage.serve("mei", "09:00", "12:00", printed=True)
    stage.witness(visit, "leader", "12:10")
    assert stage.stands(visit) == (PENDING, Grade.C, 0)
    assert stage.visit(visit).pending_min == 180


def committee_confirms(stage: Stage) -> None:
    from volunteer.actions import registry
    from volunteer.rules.kinds import Confirmation

    day = at("00:00").astimezone(stage.campus.zone).date()
    policy = HoursPolicy(effective_on=day, confirmation=Confirmation.COMMITTEE)
    registry.add_policy(stage.session, policy=policy, actor=None, now=at("08:00"))


# --- attested ends ---


@pytest.mark.parametrize("login", KEEPERS)
def test_every_keeper_may_attest_the_end(stage: Stage, login: str) -> None:
    visit = stage.come("mei", "09:00").visit_id
    stage.attest("11:30", ["mei"], login, "12:00")
    assert stage.stands(visit) == (CONFIRMED, Grade.C, 150)


@pytest.mark.parametrize("login", ["ning", "bo", "neighbour", "admin", "auditor"])
def test_nobody_else_may_attest(stage: Stage, login: str) -> None:
    stage.come("mei", "09:00")
    with stage.refused(Reason.NOT_ALLOWED):
        stage.attest("12:00", ["mei"], login, "12:30")


def test_nobody_attests_her_own_end(stage: Stage) -> None:
    stage.come("hua", "09:00")
    stage.come("mei", "09:00")
    with stage.refused(Reason.SAME_PERSON):
        stage.attest("12:00", ["mei", "hua"], "secretary", "12:30")


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ("11:59:59", Reason.OUTSIDE_SHIFT),
        ("12:00:00", None),
        ("17 12:00:00", None),
        ("17 12:00:01", Reason.DEADLINE_PASSED),
    ],
)
def test_ends_are_attested_from_the_end_for_24_hours(stage: Stage, when: str, reason: Reason | None) -> None:
    visit = stage.come("mei", "09:00").visit_id
    if reason is None:
        stage.attest("12:00", ["mei"], "leader", when)
        assert stage.stands(visit) == (CONFIRMED, Grade.C, 180)
    else:
        with stage.refused(reason):
            stage.attest("12:00", ["mei"], "leader", when)


@pytest.mark.parametrize("ends_at", ["12:01", "08:59", "09:59"])
def test_an_end_lies_in_the_shift_and_after_the_coming(stage: Stage, ends_at: str) -> None:
    stage.come("mei", "10:00:30")
    with stage.refused(Reason.BEYOND_SHIFT):
        stage.attest(ends_at, ["mei"], "leader", "12:30")


def test_the_minute_of_the_coming_itself_is_an_end_of_nothing(stage: Stage) -> None:
    visit = stage.come("mei", "10:00:30").visit_id
    stage.attest("10:00", ["mei"], "leader", "12:30")
    assert stage.stands(visit) == (CONFIRMED, Grade.C, 0)


def test_it_is_all_of_them_or_none(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    with stage.refused(Reason.NOT_CHECKED_IN):
        stage.attest("12:00", ["mei", "ning"], "leader", "12:30")
    assert stage.visit(visit).state is OPEN


def test_who_checked_out_has_nothing_to_attest(stage: Stage) -> None:
    stage.serve("mei", "09:00", "11:00")
    with stage.refused(Reason.NOT_CHECKED_IN):
        stage.attest("12:00", ["mei"], "leader", "12:30")


def test_an_attested_end_mends_a_visit_that_gave_way(stage: Stage) -> None:
    stage.system.shift("G1", stage.cast.campus_post, at("12:00"), at("15:00"))
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    visit = stage.come("mei", "09:00").visit_id
    stage.come("mei", "12:10", site_id=gate)
    stage.attest("12:00", ["mei"], "leader", "16:00")
    assert stage.stands(visit) == (CONFIRMED, Grade.C, 180)


def test_an_attested_end_makes_a_waiting_correction_moot(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    request = stage.correction(visit, "12:00", "15:00")
    stage.attest("11:00", ["mei"], "leader", "16:00")
    with stage.refused(Reason.NOT_ALLOWED):
        stage.approve(request, "organiser", "16:10")
    assert stage.stands(visit) == (CONFIRMED, Grade.C, 120)


def test_who_attested_does_not_confirm(stage: Stage) -> None:
    from volunteer.actions.review import confirm

    committee_confirms(stage)
    visit = stage.come("mei", "09:00").visit_id
    stage.attest("12:00", ["mei"], "organiser", "12:30")
    with stage.refused(Reason.SAME_PERSON):
        confirm(
            stage.session,
            visit_id=visit,
            actor=stage.actor("organiser"),
            campus=stage.campus,
            now=at("13:00"),
        )


# --- taken in and out ---


def test_who_was_taken_in_and_out_confirms_it_herself(stage: Stage) -> None:
    visit = stage.take(IN, "mei", "leader", "09:00").visit_id
    result = stage.take(OUT, "mei", "leader", "12:00")
    assert (result.visit_id, result.verdict) == (visit, Verdict.ACCEPTED)
    assert stage.stands(visit) == (PENDING, Grade.D, 0)
    assert stage.visit(visit).pending_min == 180
    stage.confirm_taken(visit, "mei", "12:10")
    assert stage.stands(visit) == (CONFIRMED, Grade.C, 180)
    assert [end.source for end in stage.evidence(visit)] == [Source.TAKEN, Source.TAKEN]


@pytest.mark.parametrize(("when", "is_late"), [("19 12:00:00", False), ("19 12:00:01", True)])
def test_she_has_72_hours_from_being_taken_out(stage: Stage, when: str, is_late: bool) -> None:
    stage.take(IN, "mei", "leader", "09:00")
    visit = stage.take(OUT, "mei", "leader", "12:00").visit_id
    if is_late:
        with stage.refused(Reason.TOO_OLD):
            stage.confirm_taken(visit, "mei", when)
    else:
        stage.confirm_taken(visit, "mei", when)
        assert stage.visit(visit).state is CONFIRMED


def test_confirming_twice_changes_nothing(stage: Stage) -> None:
    stage.take(IN, "mei", "leader", "09:00")
    visit = stage.take(OUT, "mei", "leader", "12:00").visit_id
    stage.confirm_taken(visit, "mei", "12:10")
    before = stage.count(Credit), stage.count(AuditLine)
    stage.confirm_taken(visit, "mei", "12:11")
    assert (stage.count(Credit), stage.count(AuditLine)) == before


def test_what_she_confirmed_does_not_cover_being_taken_in_again(stage: Stage) -> None:
    stage.take(IN, "mei", "leader", "09:00")
    visit = stage.take(OUT, "mei", "leader", "10:00").visit_id
    stage.confirm_taken(visit, "mei", "10:10")
    stage.take(IN, "mei", "leader", "10:30")
    stage.take(OUT, "mei", "leader", "12:00")
    assert stage.stands(visit) == (PENDING, Grade.D, 0)
    stage.confirm_taken(visit, "mei", "12:10")
    assert stage.stands(visit) == (CONFIRMED, Grade.C, 150)


def test_only_she_herself_confirms_and_only_once_she_is_out(stage: Stage) -> None:
    visit = stage.take(IN, "mei", "leader", "09:00").visit_id
    with stage.refused(Reason.NOT_CHECKED_IN):
        stage.confirm_taken(visit, "mei", "09:10")
    stage.take(OUT, "mei", "leader", "12:00")
    with stage.refused(Reason.UNKNOWN):
        stage.confirm_taken(visit, "ning", "12:10")


def test_a_visit_that_nobody_took_has_nothing_to_confirm(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "12:00")
    with stage.refused(Reason.NOT_ALLOWED):
        stage.confirm_taken(visit, "mei", "12:10")


def test_one_taken_end_is_enough_to_need_her_word(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    stage.take(OUT, "mei", "leader", "12:00")
    assert stage.stands(visit) == (PENDING, Grade.D, 0)


@pytest.mark.parametrize("login", ["bo", "ning", "neighbour", "admin", "auditor"])
def test_only_keepers_take_in(stage: Stage, login: str) -> None:
    with stage.refused(Reason.NOT_ALLOWED):
        stage.take(IN, "mei", login, "09:00")


def test_a_keeper_does_not_take_herself_in(stage: Stage) -> None:
    leads(stage.session, "mei", stage.cast.post)
    with stage.refused(Reason.SAME_PERSON):
        stage.take(IN, "mei", "mei", "09:00")


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ("08:29:59", Reason.OUTSIDE_SHIFT),
        ("08:30", None),
        ("11:59:59", None),
        ("12:00", Reason.OUTSIDE_SHIFT),
    ],
)
def test_taking_in_keeps_to_the_same_window(stage: Stage, when: str, reason: Reason | None) -> None:
    if reason is None:
        assert stage.take(IN, "mei", "leader", when).state is OPEN
    else:
        with stage.refused(reason):
            stage.take(IN, "mei", "leader", when)


def test_taking_in_twice_changes_nothing(stage: Stage) -> None:
    stage.take(IN, "mei", "leader", "09:00")
    rows = stage.count(Evidence)
    assert stage.take(IN, "mei", "leader", "09:01").verdict is Verdict.UNCHANGED
    assert stage.count(Evidence) == rows


def test_who_took_her_in_does_not_review_it(stage: Stage) -> None:
    from volunteer.actions.review import confirm

    committee_confirms(stage)
    stage.take(IN, "mei", "organiser", "09:00")
    visit = stage.take(OUT, "mei", "leader", "12:00").visit_id
    stage.confirm_taken(visit, "mei", "12:10")
    for login, reason in (("organiser", Reason.SAME_PERSON), ("neighbour", Reason.NOT_ALLOWED)):
        with stage.refused(reason):
            confirm(
                stage.session,
                visit_id=visit,
                actor=stage.actor(login),
                campus=stage.campus,
                now=at("13:00"),
            )
