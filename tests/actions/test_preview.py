"""What the page of a code proposes is what pressing its button then does."""

import pytest

from tests.actions.stage import Stage, at, counts_of_rows
from volunteer.actions import registry, shifts
from volunteer.actions.preview import Preview, Proposal, preview
from volunteer.rules.kinds import Side
from volunteer.rules.reasons import Reason


def look(
    stage: Stage, who: str | None, when: str, *, site_id: int | None = None, code: str | None = None
) -> Preview:
    """Open the link of the code that the site shows at *when*, and see that this wrote nothing."""
    code = code or stage.code(stage.display(site_id or stage.cast.site), at(when))
    before = counts_of_rows(stage.session)
    found = preview(
        stage.session,
        member_id=stage.member(who) if who else None,
        code=code,
        seen_at=at(when),
        campus=stage.campus,
        now=at(when),
    )
    assert counts_of_rows(stage.session) == before
    return found


def test_who_is_not_signed_in_learns_only_where_it_belongs(stage: Stage) -> None:
    found = look(stage, None, "09:00")
    assert found == Preview(site_name="岗位READ", proposal=Proposal.SIGN_IN)


def test_it_proposes_to_check_in_and_says_from_when_it_counts(stage: Stage) -> None:
    found = look(stage, "mei", "08:40:20")
    assert (found.proposal, found.post_name) == (Proposal.CHECK_IN, "岗位READ")
    assert (found.starts_at, found.ends_at, found.counts_from) == (at("09:00"), at("12:00"), at("09:00"))
    assert look(stage, "mei", "09:10:20").counts_from == at("09:10")


@pytest.mark.parametrize(
    ("when", "proposal"),
    [
        ("09:10", Proposal.ALREADY_IN),
        ("11:44:59", Proposal.ALREADY_IN),
        ("11:45", Proposal.CHECK_OUT),
        ("14:00", Proposal.CHECK_OUT),
    ],
)
def test_who_is_in_sees_since_when_until_the_end_is_near(stage: Stage, when: str, proposal: Proposal) -> None:
    stage.come("mei", "08:50")
    found = look(stage, "mei", when)
    assert (found.proposal, found.since) == (proposal, at("08:50"))


def test_the_next_shift_of_the_post_is_offered_with_the_check_out(stage: Stage) -> None:
    stage.system.shift("S2", stage.cast.post, at("12:00"), at("15:00"))
    stage.come("mei", "08:50")
    assert look(stage, "mei", "11:50").proposal is Proposal.CHECK_OUT_AND_NEXT


def test_a_cancelled_shift_is_never_offered(stage: Stage) -> None:
    following = stage.system.shift("S2", stage.cast.post, at("12:00"), at("15:00"))
    stage.come("mei", "08:50")
    shifts.cancel(stage.session, shift_id=following, reason="停电", actor=None, now=at("09:00"))
    assert look(stage, "mei", "11:50").proposal is Proposal.CHECK_OUT
    shifts.cancel(stage.session, shift_id=stage.cast.shift, reason="停电", actor=None, now=at("09:00"))
    with stage.refused(Reason.OUTSIDE_SHIFT):
        look(stage, "ning", "09:10")


def test_two_running_posts_of_a_base_are_offered_for_choice(stage: Stage) -> None:
    desk = stage.system.post("DESK", stage.cast.law, base_id=stage.cast.base)
    stage.system.shift("D1", desk, at("09:00"), at("12:00"))
    found = look(stage, "mei", "09:10", site_id=stage.cast.base_site)
    assert sorted(found.posts) == sorted([(stage.cast.post, "岗位READ"), (desk, "岗位DESK")])
    assert found.proposal is Proposal.CHECK_IN
    stage.come("mei", "09:10", site_id=stage.cast.base_site, post_id=desk)
    assert look(stage, "mei", "09:20", site_id=stage.cast.base_site).proposal is Proposal.ALREADY_IN


def test_a_forgotten_visit_is_named_before_it_is_left_behind(stage: Stage) -> None:
    stage.system.shift("G1", stage.cast.campus_post, at("12:00"), at("15:00"))
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    stage.come("mei", "09:00")
    with stage.refused(Reason.ALREADY_CHECKED_IN):
        look(stage, "mei", "11:50", site_id=gate)
    found = look(stage, "mei", "12:10", site_id=gate)
    assert (found.proposal, found.leaves_behind) == (Proposal.CHECK_IN, True)


def test_it_refuses_what_the_button_would_refuse(stage: Stage) -> None:
    code = stage.code(stage.display(stage.cast.site), at("09:00"))
    for who in ("mei", None):
        with stage.refused(Reason.CODE_EXPIRED):
            look(stage, who, "09:02", code=code)
        with stage.refused(Reason.CODE_UNKNOWN):
            look(stage, who, "09:00", code="nonsense")
    with stage.refused(Reason.OUTSIDE_SHIFT):
        look(stage, "mei", "08:29:59")
    stage.come("mei", "09:00", code=code)
    stage.leave("mei", "09:00:20")
    with stage.refused(Reason.SAME_CODE_AGAIN):
        look(stage, "mei", "09:00:30", code=code)
    registry.revoke_display(stage.session, handle=stage.display(stage.cast.site), actor=None, now=at("09:10"))
    for who in ("ning", None):
        with stage.refused(Reason.CODE_UNKNOWN):
            look(stage, who, "09:10")


@pytest.mark.parametrize("when", ["08:30", "09:10", "11:50", "12:10", "14:00"])
def test_pressing_the_button_does_what_it_said(stage: Stage, when: str) -> None:
    if when > "09":
        stage.come("mei", "08:50")
    found = look(stage, "mei", when)
    result = stage.scan("mei", when)
    wanted = {
        Proposal.CHECK_IN: ("accepted", Side.IN),
        Proposal.ALREADY_IN: ("unchanged", Side.IN),
        Proposal.CHECK_OUT: ("accepted", Side.OUT),
    }
    assert (result.verdict.value, result.action) == wanted[found.proposal]
