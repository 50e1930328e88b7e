"""What a code must be, and in which order a scan is judged (PROTOCOL 1 and 2)."""

from datetime import timedelta

import pytest

from tests.actions.stage import IN, OUT, Stage, at
from tests.cast import LONG_AGO
from volunteer.actions import decide, registry
from volunteer.models import Evidence
from volunteer.rules import codes
from volunteer.rules.codes import Code, Keyring, Purpose
from volunteer.rules.kinds import Grade, Side, Source, Verdict, VisitState
from volunteer.rules.reasons import Reason
from volunteer.stats.typed import display_of_typed


def shifted(stage: Stage, when: str, steps: int, site_id: int | None = None) -> str:
    """Return the code of so many steps before or after that of *when*."""
    handle = bytes.fromhex(stage.display(site_id or stage.cast.site))
    step = codes.step_at(at(when)) + steps
    return codes.written(
        Code(Purpose.LIVE, handle, step, stage.campus.keyring.generation), stage.campus.keyring
    )


@pytest.mark.parametrize("steps", [-3, -2, -1, 0, 1, 2])
def test_a_code_from_three_steps_ago_to_two_ahead_is_fresh(stage: Stage, steps: int) -> None:
    result = stage.come("mei", "09:10", code=shifted(stage, "09:10", steps))
    assert (result.grade, result.at) == (Grade.B, at("09:10"))


@pytest.mark.parametrize(
    ("steps", "reason"),
    [(-4, Reason.CODE_EXPIRED), (-400, Reason.CODE_EXPIRED), (3, Reason.CODE_FROM_FUTURE)],
)
def test_an_older_or_a_later_one_is_not(stage: Stage, steps: int, reason: Reason) -> None:
    code = shifted(stage, "09:10", steps)
    with stage.refused(reason):
        stage.come("mei", "09:10", code=code)


def test_a_mistyped_a_foreign_and_a_strange_code_are_unknown(stage: Stage) -> None:
    good = shifted(stage, "09:00", 0)
    stranger = Keyring(secrets=((0, b"x" * 32),), deployment=b"elsewhere")
    handle = bytes.fromhex(stage.display(stage.cast.site))
    foreign = codes.live_code(handle, at("09:00"), stranger)
    nobody = codes.live_code(b"\x00\x00\x00\x01", at("09:00"), stage.campus.keyring)
    poster_as_live = codes.printed_code(handle, stage.campus.keyring)
    member_pass = codes.written(Code(Purpose.PASS, handle, codes.step_at(at("09:00"))), stage.campus.keyring)
    other_letter = "A" if good[10] != "A" else "B"
    bad = ["", "nonsense", good[:-1], good[:10] + other_letter + good[11:]]
    for code in (*bad, foreign, nobody, poster_as_live, member_pass):
        with stage.refused(Reason.CODE_UNKNOWN):
            stage.come("mei", "09:00", code=code)


def test_a_live_code_made_from_a_posters_handle_is_unknown(stage: Stage) -> None:
    handle = stage.display(stage.cast.site, is_poster=True)
    with stage.refused(Reason.CODE_UNKNOWN):
        stage.come("mei", "09:00", code=stage.code(handle, at("09:00")))


def test_letter_case_does_not_matter(stage: Stage) -> None:
    assert stage.come("mei", "09:00", code=shifted(stage, "09:00", 0).lower()).verdict is Verdict.ACCEPTED


def test_codes_of_a_revoked_display_are_unknown_from_that_moment_on(stage: Stage) -> None:
    handle = stage.display(stage.cast.site)
    registry.revoke_display(stage.session, handle=handle, actor=stage.actor("leader"), now=at("09:10"))
    assert stage.come("mei", "09:09:59").verdict is Verdict.ACCEPTED
    with stage.refused(Reason.CODE_UNKNOWN):
        stage.come("ning", "09:10:00")
    with stage.refused(Reason.CODE_UNKNOWN):
        stage.leave("mei", "10:00")


def test_an_offline_scan_from_before_the_revocation_is_known(stage: Stage) -> None:
    handle = stage.display(stage.cast.site)
    stage.scan("ning", "09:00", IN)
    registry.revoke_display(stage.session, handle=handle, actor=stage.actor("leader"), now=at("09:10"))
    assert stage.come("mei", "13:00", scanned_at="09:09:45").verdict is Verdict.ACCEPTED
    with stage.refused(Reason.CODE_UNKNOWN):
        stage.come("bo", "13:00", scanned_at="09:10:00")


# --- one use for each action ---


def test_a_code_serves_a_member_once_for_each_action(stage: Stage) -> None:
    code = shifted(stage, "10:00", 0)
    stage.come("mei", "10:00", code=code)
    visit = stage.leave("mei", "10:00:10", code=code).visit_id
    with stage.refused(Reason.SAME_CODE_AGAIN):
        stage.come("mei", "10:00:20", code=code)
    assert stage.visit(visit).state is VisitState.CONFIRMED
    stage.come("mei", "10:00:25", code=shifted(stage, "10:00", 1))
    with stage.refused(Reason.SAME_CODE_AGAIN):
        stage.leave("mei", "10:00:30", code=code)
    assert stage.come("ning", "10:00:30", code=code).verdict is Verdict.ACCEPTED


def test_already_in_comes_before_the_same_code_again(stage: Stage) -> None:
    code = shifted(stage, "10:00", 0)
    stage.come("mei", "10:00", code=code)
    assert stage.come("mei", "10:00:20", code=code).verdict is Verdict.UNCHANGED


def test_a_refused_scan_uses_nothing_up(stage: Stage) -> None:
    code = shifted(stage, "10:00", 0)
    with stage.refused(Reason.NOT_CHECKED_IN):
        stage.leave("mei", "10:00", code=code)
    stage.come("mei", "10:00:10", code=code)
    assert stage.leave("mei", "10:00:20", code=code).verdict is Verdict.ACCEPTED


def test_the_codes_of_two_displays_are_two_codes(stage: Stage) -> None:
    other = stage.display(stage.cast.site, opened_by="leader")
    stage.come("mei", "10:00")
    stage.leave("mei", "10:00:01")
    assert stage.come("mei", "10:00:02", handle=other).verdict is Verdict.ACCEPTED


# --- references ---


def test_the_same_reference_gets_the_same_answer_after_the_code_expired(stage: Stage) -> None:
    code = shifted(stage, "09:00", 0)
    first = stage.come("mei", "09:00", code=code, client_ref="r1")
    again = stage.come("mei", "11:00", code=code, client_ref="r1")
    assert again == first
    assert stage.count(Evidence) == 1


def test_the_same_reference_gets_its_answer_days_later(stage: Stage) -> None:
    code = shifted(stage, "09:00", 0)
    first = stage.come("mei", "09:00", code=code, client_ref="r1")
    stage.leave("mei", "12:00")
    again = stage.come("mei", "26 09:00", code=code, client_ref="r1")
    assert (again.verdict, again.visit_id, again.at) == (first.verdict, first.visit_id, first.at)
    assert (again.state, again.net, again.credited) == (VisitState.CONFIRMED, 180, 180)


def test_an_answer_that_changed_nothing_is_repeated_too(stage: Stage) -> None:
    stage.come("mei", "09:00")
    code = shifted(stage, "09:10", 0)
    first = stage.come("mei", "09:10", code=code, client_ref="r2")
    stage.leave("mei", "10:00")
    assert first.verdict is Verdict.UNCHANGED
    assert stage.come("mei", "10:10", code=code, client_ref="r2").verdict is Verdict.UNCHANGED


def test_another_content_under_the_reference_is_refused(stage: Stage) -> None:
    code = shifted(stage, "09:00", 0)
    stage.come("mei", "09:00", code=code, client_ref="r1")
    for changed in ({"code": shifted(stage, "09:00", 1)}, {"code": "nonsense"}, {"code": code, "post_id": 1}):
        with stage.refused(Reason.CLIENT_REF_REUSED):
            stage.come("mei", "09:00:10", client_ref="r1", **changed)  # type: ignore[arg-type]
    with stage.refused(Reason.CLIENT_REF_REUSED):
        stage.leave("mei", "09:00:10", code=code, client_ref="r1")


def test_somebody_elses_reference_is_the_wrong_account(stage: Stage) -> None:
    code = shifted(stage, "09:00", 0)
    stage.come("mei", "09:00", code=code, client_ref="r1")
    with stage.refused(Reason.WRONG_ACCOUNT):
        stage.come("ning", "09:00", code=code, client_ref="r1")
    with stage.refused(Reason.WRONG_ACCOUNT):
        stage.come("ning", "09:00", code="nonsense", client_ref="r1")


# --- the order of judgement ---


def left_the_college(stage: Stage, who: str) -> None:
    decide.transfer(
        stage.session,
        member_id=stage.member(who),
        to_unit_id=None,
        on=at("08:00").date(),
        actor=stage.actor("office"),
        campus=stage.campus,
        now=at("08:00"),
    )


def test_the_code_is_judged_before_the_person_and_the_person_before_the_shift(stage: Stage) -> None:
    left_the_college(stage, "mei")
    with stage.refused(Reason.CODE_UNKNOWN):
        stage.come("mei", "20:00", code="nonsense")
    expired = shifted(stage, "20:00", -4)
    with stage.refused(Reason.CODE_EXPIRED):
        stage.come("mei", "20:00", code=expired)
    with stage.refused(Reason.PROBATION_CLOSED):
        stage.come("mei", "20:00")
    with stage.refused(Reason.OUTSIDE_SHIFT):
        stage.come("ning", "20:00")


def test_the_shift_is_judged_before_the_age_and_the_age_before_the_single_use(stage: Stage) -> None:
    stage.come("mei", "09:00", code=shifted(stage, "09:00", 0))
    stage.leave("mei", "09:30")
    with stage.refused(Reason.OUTSIDE_SHIFT):
        stage.come("mei", "26 09:00", scanned_at="20:00")
    with stage.refused(Reason.TOO_OLD):
        stage.come("mei", "26 09:00", scanned_at="09:00")
    with stage.refused(Reason.SAME_CODE_AGAIN):
        stage.come("mei", "17 09:00", scanned_at="09:00")


def test_the_stay_is_judged_before_the_single_use(stage: Stage) -> None:
    code = shifted(stage, "10:00", 0)
    stage.come("mei", "10:00", code=code)
    stage.leave("mei", "10:00:10", code=code)
    with stage.refused(Reason.NOT_CHECKED_IN):
        stage.leave("mei", "10:00:20", code=code)


# --- the ticket ---


def test_code_and_time_count_as_of_the_first_look_at_the_link(stage: Stage) -> None:
    result = stage.come("mei", "09:03", judged_at="08:59:10")
    assert (result.grade, result.at) == (Grade.B, at("08:59:10"))
    (end,) = stage.evidence(result.visit_id)
    assert (end.at, end.received_at) == (at("08:59:10"), at("09:03"))


def test_a_code_that_had_expired_at_the_first_look_stays_expired(stage: Stage) -> None:
    code = shifted(stage, "09:00", -4)
    with stage.refused(Reason.CODE_EXPIRED):
        stage.come("mei", "09:01", code=code, judged_at="09:00")


def test_the_ticket_carries_a_check_in_over_the_end_of_the_shift(stage: Stage) -> None:
    assert stage.come("mei", "12:02", judged_at="11:59:59").verdict is Verdict.ACCEPTED
    assert stage.leave("mei", "14:03", judged_at="14:00").verdict is Verdict.ACCEPTED


def test_a_ticket_redeemed_after_more_than_90_seconds_is_flagged(stage: Stage) -> None:
    slow = stage.come("mei", "09:01:31", judged_at="09:00").visit_id
    quick = stage.come("ning", "09:01:30", judged_at="09:00").visit_id
    assert stage.flags(slow) == {"slow_ticket"}
    assert stage.flags(quick) == set()
    stage.leave("mei", "11:05", judged_at="11:00")
    assert stage.flags(slow) == {"slow_ticket"}


# --- typed codes ---


def digits(stage: Stage, when: str, steps: int = 0, site_id: int | None = None) -> str:
    handle = bytes.fromhex(stage.display(site_id or stage.cast.site))
    return codes.typed_code(handle, codes.step_at(at(when)) + steps, stage.campus.keyring)


@pytest.mark.parametrize(("steps", "is_found"), [(-4, False), (-3, True), (0, True), (2, True), (3, False)])
def test_typed_digits_live_as_long_as_the_code_beside_them(stage: Stage, steps: int, is_found: bool) -> None:
    typed = digits(stage, "09:10", steps)
    found = display_of_typed(
        stage.session, stage.cast.post, typed, keyring=stage.campus.keyring, now=at("09:10")
    )
    step = codes.step_at(at("09:10")) + steps
    assert found == ((stage.display(stage.cast.site), step) if is_found else None)


def test_typed_digits_are_recorded_as_typed_and_used_once(stage: Stage) -> None:
    keyring = stage.campus.keyring
    found = display_of_typed(
        stage.session, stage.cast.post, digits(stage, "09:10"), keyring=keyring, now=at("09:10")
    )
    visit = stage.come("mei", "09:10", code="", display_step=found, post_id=stage.cast.post).visit_id
    assert stage.evidence(visit)[0].source is Source.TYPED
    assert stage.visit(visit).grade is Grade.B
    stage.leave("mei", "09:30")
    stage.scan("ning", "09:10:10", IN, code="", display_step=found, post_id=stage.cast.post)
    with stage.refused(Reason.SAME_CODE_AGAIN):
        stage.come("mei", "09:10:20", code="", display_step=found, post_id=stage.cast.post)


def test_digits_of_another_post_a_poster_or_a_revoked_display_find_nothing(stage: Stage) -> None:
    keyring, post = stage.campus.keyring, stage.cast.post
    gate = stage.system.site_of(post_id=stage.cast.campus_post)

    def found(typed: str) -> object:
        return display_of_typed(stage.session, post, typed, keyring=keyring, now=at("09:10"))

    assert found(digits(stage, "09:10", site_id=gate)) is None
    poster = bytes.fromhex(stage.display(stage.cast.site, is_poster=True))
    assert found(codes.typed_code(poster, codes.step_at(at("09:10")), keyring)) is None
    for text in ("", "1234567", "123456789", "abcdefgh", "１２３４５６７８"):
        assert found(text) is None
    mine = digits(stage, "09:10")
    registry.revoke_display(stage.session, handle=stage.display(stage.cast.site), actor=None, now=at("09:09"))
    assert found(mine) is None


def test_the_digits_at_a_bases_display_serve_each_of_its_posts(stage: Stage) -> None:
    typed = digits(stage, "09:10", site_id=stage.cast.base_site)
    found = display_of_typed(
        stage.session, stage.cast.post, typed, keyring=stage.campus.keyring, now=at("09:10")
    )
    assert found is not None


# --- silence, devices ---


def test_the_code_of_a_display_without_a_heartbeat_stands_alone(stage: Stage) -> None:
    handle = stage.display(stage.cast.site)
    registry.beat(stage.session, handle=handle, now=at("09:00"))
    alive = stage.come("mei", "09:05:00", is_alive=False).visit_id
    silent = stage.come("ning", "09:05:15", is_alive=False).visit_id
    assert (stage.visit(alive).grade, stage.visit(silent).grade) == (Grade.B, Grade.D)
    assert stage.visit(silent).is_display_silent


def test_the_heartbeat_is_held_against_the_step_of_the_code_not_its_arrival(stage: Stage) -> None:
    registry.beat(stage.session, handle=stage.display(stage.cast.site), now=at("09:00"))
    visit = stage.come("mei", "09:05:30", age_s=45, is_alive=False).visit_id
    assert stage.visit(visit).grade is Grade.B


def test_a_silent_display_at_the_check_out_leaves_the_record_alone_too(stage: Stage) -> None:
    stage.come("mei", "09:00")
    visit = stage.leave("mei", "12:00", is_alive=False).visit_id
    assert stage.stands(visit) == (VisitState.PENDING, Grade.D, 0)
    stage.witness(visit, "leader", "12:30")
    assert stage.stands(visit) == (VisitState.CONFIRMED, Grade.C, 180)


def test_devices_are_flagged_and_deduct_nothing(stage: Stage) -> None:
    from volunteer.stats.flags import flags_of

    stage.come("mei", "09:00", device="one")
    mei = stage.leave("mei", "12:00", device="two").visit_id
    stage.come("ning", "09:00", device="three")
    ning = stage.leave("ning", "12:00", device="three").visit_id
    bo = stage.come("bo", "09:00", device="three").visit_id
    found = flags_of(stage.session, [mei, ning, bo])
    assert {visit: sorted(flags) for visit, flags in found.items()} == {
        mei: ["several_devices"],
        ning: ["shared_device"],
        bo: ["shared_device"],
    }
    assert stage.minutes(mei) == stage.minutes(ning) == (180, 180)


def test_one_device_in_two_shifts_is_no_flag(stage: Stage) -> None:
    from volunteer.stats.flags import flags_of

    stage.system.shift("S2", stage.cast.post, at("17 09:00"), at("17 12:00"))
    mei = stage.come("mei", "09:00", device="one").visit_id
    ning = stage.come("ning", "17 09:00", device="one").visit_id
    assert flags_of(stage.session, [mei, ning]) == {mei: frozenset(), ning: frozenset()}


# --- posters ---


def test_a_poster_proves_neither_time_nor_presence(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "12:00", printed=True)
    assert stage.stands(visit) == (VisitState.PENDING, Grade.D, 0)
    assert stage.visit(visit).pending_min == 180


def test_one_poster_end_makes_the_whole_visit_alone(stage: Stage) -> None:
    stage.come("mei", "09:00")
    visit = stage.leave("mei", "12:00", printed=True).visit_id
    assert stage.stands(visit) == (VisitState.PENDING, Grade.D, 0)


@pytest.mark.parametrize(
    ("when", "is_late"), [("09:10", False), ("12:30", False), ("14:00", False), ("14:00:01", True)]
)
def test_a_poster_is_witnessed_before_the_grace_ends(stage: Stage, when: str, is_late: bool) -> None:
    visit = stage.serve("mei", "09:00", "09:10", printed=True)
    if is_late:
        with stage.refused(Reason.DEADLINE_PASSED):
            stage.witness(visit, "leader", when)
    else:
        stage.witness(visit, "leader", when)
        assert stage.visit(visit).grade is Grade.C


def test_a_poster_scan_uploaded_later_is_expired(stage: Stage) -> None:
    code = stage.poster()
    with stage.refused(Reason.CODE_EXPIRED):
        stage.come("mei", "09:10", code=code, is_queued=True)


def test_a_poster_serves_every_stay(stage: Stage) -> None:
    stage.serve("mei", "09:00", "09:30", printed=True)
    visit = stage.serve("mei", "10:00", "10:30", printed=True)
    assert stage.visit(visit).pending_min == 60


# --- a keeper's own scan ---


def test_the_own_scan_of_who_leads_the_post_stands_alone(stage: Stage) -> None:
    from tests.actions.stage import leads

    leads(stage.session, "mei", stage.cast.post)
    visit = stage.serve("mei", "09:00", "12:00")
    assert stage.stands(visit) == (VisitState.PENDING, Grade.D, 0)
    with stage.refused(Reason.SAME_PERSON):
        stage.witness(visit, "mei", "12:10")
    stage.witness(visit, "leader", "17 12:00")
    assert stage.stands(visit) == (VisitState.CONFIRMED, Grade.C, 180)


def test_after_24_hours_no_other_keeper_lifts_it(stage: Stage) -> None:
    from tests.actions.stage import leads

    leads(stage.session, "mei", stage.cast.post)
    visit = stage.serve("mei", "09:00", "12:00")
    with stage.refused(Reason.DEADLINE_PASSED):
        stage.witness(visit, "leader", "17 12:00:01")


def test_who_published_the_shift_scans_there_alone(stage: Stage) -> None:
    from volunteer.actions import shifts
    from volunteer.rules.spans import Span

    shifts.publish(
        stage.session,
        code="OWN",
        post_id=stage.cast.campus_post,
        span=Span(at("09:00"), at("12:00")),
        actor=stage.actor("secretary"),
        now=at("08:00"),
    )
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    assert stage.come("hua", "09:00", site_id=gate).grade is Grade.D
    assert stage.come("mei", "09:00", site_id=gate).grade is Grade.B


@pytest.mark.parametrize("side", list(Side))
def test_who_opened_the_display_scans_there_alone_at_either_end(stage: Stage, side: Side) -> None:
    own = stage.display(stage.cast.site, opened_by="secretary")
    handles = {IN: None, OUT: None, side: own}
    stage.come("hua", "09:00", handle=handles[IN])
    visit = stage.leave("hua", "12:00", handle=handles[OUT]).visit_id
    assert stage.stands(visit) == (VisitState.PENDING, Grade.D, 0)


def test_a_display_that_somebody_else_opened_proves_as_usual(stage: Stage) -> None:
    own = stage.display(stage.cast.site, opened_by="secretary")
    assert stage.stands(stage.serve("mei", "09:00", "12:00", handle=own))[1] is Grade.B


def test_two_on_duty_may_witness_each_other(stage: Stage) -> None:
    from tests.actions.stage import leads

    leads(stage.session, "mei", stage.cast.post)
    leads(stage.session, "ning", stage.cast.post)
    first, second = stage.serve("mei", "09:00", "12:00"), stage.serve("ning", "09:00", "12:00")
    stage.witness(first, "ning", "12:10")
    stage.witness(second, "mei", "12:10")
    assert stage.minutes(first) == stage.minutes(second) == (180, 180)


def test_a_display_opened_long_ago_is_alive_only_by_its_beats(stage: Stage) -> None:
    handle = stage.display(stage.cast.site)
    assert stage.session.query(Evidence).count() == 0
    visit = stage.come("mei", "09:00", handle=handle, is_alive=False).visit_id
    assert stage.visit(visit).is_display_silent
    assert at("09:00") - LONG_AGO > timedelta(minutes=5)
