"""Signing up and withdrawing: one's own wish, in the order of asking, and never in the way of a scan."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from tests.actions.stage import Stage, at
from volunteer.actions import decide, registry, shifts
from volunteer.actions import sign_ups as actions
from volunteer.models import Account, Message, Shift, SignUp
from volunteer.rules.kinds import MessageKind, SignUpFor, UnitKind, Verdict
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import Span
from volunteer.stats.sign_ups import expected_at, kept_by_member, missing_in_unit, own_shifts

FRIDAY = "13 09:00"


def sign_up(stage: Stage, who: str | int, shift: int | None = None, when: str = FRIDAY) -> int:
    """Sign up; return the number on the waiting list, 0 with a place."""
    done = actions.sign_up(
        stage.session,
        member_id=stage.member(who),
        shift_id=shift or stage.cast.shift,
        campus=stage.campus,
        now=at(when),
    )
    assert done.has_place is (done.waiting_number == 0)
    return done.waiting_number


def withdraw(stage: Stage, who: str | int, shift: int | None = None, when: str = FRIDAY) -> None:
    actions.withdraw(
        stage.session,
        member_id=stage.member(who),
        shift_id=shift or stage.cast.shift,
        campus=stage.campus,
        now=at(when),
    )


def change(stage: Stage, start: str, end: str, capacity: int | None, when: str = "14 09:00") -> None:
    span = Span(at(start), at(end))
    shifts.change(
        stage.session,
        shift_id=stage.cast.shift,
        span=span,
        breaks=(),
        capacity=capacity,
        actor=stage.actor("leader"),
        now=at(when),
    )


def seats(stage: Stage, shift: int | None = None) -> dict[int, int | None]:
    """Return by member the place of each live sign-up; None waits."""
    rows = stage.session.execute(
        select(SignUp.member_id, SignUp.seat)
        .where(SignUp.shift_id == (shift or stage.cast.shift), SignUp.withdrawn_at.is_(None))
        .order_by(SignUp.id)
    ).all()
    return {row.member_id: row.seat for row in rows}


def told(stage: Stage, who: str) -> Sequence[tuple[MessageKind, Any]]:
    rows = stage.session.execute(
        select(Message.kind, Message.shift_id)
        .join(Account, Account.id == Message.account_id)
        .where(Account.member_id == stage.member(who))
        .order_by(Message.id)
    ).all()
    return [(kind, shift_id) for kind, shift_id in rows]


@pytest.fixture
def one_place(stage: Stage) -> Stage:
    """The cast's shift with a single place."""
    change(stage, "09:00", "12:00", 1, when="12 09:00")
    return stage


def test_signing_up_twice_is_one_place(stage: Stage) -> None:
    assert sign_up(stage, "mei") == sign_up(stage, "mei") == 0
    assert seats(stage) == {stage.cast.mei: 1}


def test_who_comes_late_waits_in_the_order_of_asking(one_place: Stage) -> None:
    assert [sign_up(one_place, who) for who in ("mei", "ning", "bo", "ning")] == [0, 1, 2, 1]


def test_a_place_that_comes_free_goes_to_who_waits_longest_and_she_is_told(one_place: Stage) -> None:
    stage, cast = one_place, one_place.cast
    for who in ("mei", "ning", "bo"):
        sign_up(stage, who)
    withdraw(stage, "mei", when="15 20:59")
    withdraw(stage, "mei", when="15 21:30")
    assert seats(stage) == {cast.ning: 1, cast.bo: None}
    assert told(stage, "ning") == [(MessageKind.PLACE_FREE, cast.shift)]
    assert told(stage, "bo") == told(stage, "mei") == []
    # Coming back, she stands at the end.
    assert sign_up(stage, "mei", when="15 21:30") == 2


def test_who_waits_may_leave_the_list(one_place: Stage) -> None:
    for who in ("mei", "ning", "bo"):
        sign_up(one_place, who)
    withdraw(one_place, "ning", when="08:59")
    withdraw(one_place, "mei", when="15 20:00")
    assert seats(one_place) == {one_place.cast.bo: 1}


def test_more_places_go_to_who_waits_and_fewer_take_none_away(one_place: Stage) -> None:
    for who in ("mei", "ning", "bo"):
        sign_up(one_place, who)
    change(one_place, "09:00", "12:00", 2)
    assert list(seats(one_place).values()) == [1, 2, None]
    change(one_place, "09:00", "12:00", 1)
    assert list(seats(one_place).values()) == [1, 2, None]
    withdraw(one_place, "mei", when="14 10:00")
    # Ning still has a place, which is all there are now.
    assert list(seats(one_place).values()) == [2, None]
    change(one_place, "09:00", "12:00", None)
    assert list(seats(one_place).values()) == [2, 1]


def test_too_late_to_withdraw_names_the_limit(stage: Stage) -> None:
    sign_up(stage, "mei")
    with pytest.raises(Refusal) as refused:
        withdraw(stage, "mei", when="15 21:01")
    assert refused.value.reason is Reason.WITHDRAW_TOO_LATE
    assert refused.value.facts["at"] == at("15 21:00")
    assert seats(stage) == {stage.cast.mei: 1}


def test_who_got_the_place_later_may_withdraw_until_it_begins(stage: Stage) -> None:
    sign_up(stage, "mei", when="08:00")
    withdraw(stage, "mei", when="08:59:59")
    sign_up(stage, "mei", when="08:59:59")
    with stage.refused(Reason.SIGN_UP_CLOSED):
        withdraw(stage, "mei", when="09:00")


@pytest.mark.parametrize("when", ["09:00", "12:00", "17 09:00", "02 08:59:59"])
def test_a_shift_that_has_begun_is_over_or_is_too_far_off_takes_nobody(stage: Stage, when: str) -> None:
    with stage.refused(Reason.SIGN_UP_CLOSED):
        sign_up(stage, "mei", when=when)


def test_a_cancelled_shift_takes_nobody_and_tells_who_had_signed_up(one_place: Stage) -> None:
    stage = one_place
    sign_up(stage, "mei")
    sign_up(stage, "ning")
    shifts.cancel(
        stage.session,
        shift_id=stage.cast.shift,
        reason="闭馆",
        actor=stage.actor("leader"),
        now=at("14 09:00"),
    )
    for who in ("mei", "ning"):
        assert told(stage, who) == [(MessageKind.SHIFT_CANCELLED, stage.cast.shift)]
    with stage.refused(Reason.SIGN_UP_CLOSED):
        sign_up(stage, "bo")
    # Withdrawing from it gives nobody a place.
    withdraw(stage, "mei", when="15 10:00")
    assert seats(stage) == {stage.cast.ning: None}


def test_other_times_are_told_to_who_had_signed_up_and_a_new_capacity_is_not(stage: Stage) -> None:
    sign_up(stage, "mei")
    change(stage, "09:00", "12:00", 5)
    assert told(stage, "mei") == []
    change(stage, "10:00", "12:00", 5)
    change(stage, "10:00", "13:00", 5)
    assert told(stage, "mei") == [(MessageKind.SHIFT_CHANGED, stage.cast.shift)] * 2
    assert stage.session.get_one(Shift, stage.cast.shift).revision == 3


def test_sign_ups_may_touch_but_not_overlap(stage: Stage) -> None:
    gate = stage.cast.campus_post
    touching = stage.system.shift("G1", gate, at("12:00"), at("14:00"))
    over = stage.system.shift("G2", stage.cast.campus_post, at("08:00"), at("09:01"))
    sign_up(stage, "mei")
    sign_up(stage, "mei", touching)
    with pytest.raises(Refusal) as refused:
        sign_up(stage, "mei", over)
    assert refused.value.reason is Reason.SIGN_UP_OVERLAPS
    assert refused.value.facts["span"] == Span(at("09:00"), at("12:00"))
    withdraw(stage, "mei")
    sign_up(stage, "mei", over)


def test_eight_coming_shifts_are_the_most(stage: Stage) -> None:
    many = [
        stage.system.shift(f"G{hour}", stage.cast.campus_post, at(f"17 {hour}:00"), at(f"17 {hour + 1}:00"))
        for hour in range(9, 18)
    ]
    for shift in many[:8]:
        sign_up(stage, "mei", shift)
    with stage.refused(Reason.SIGN_UPS_USED):
        sign_up(stage, "mei", many[8])
    # The first of them is over.
    sign_up(stage, "mei", many[8], when="17 10:00")


def test_another_college_is_not_there_and_a_branch_may_keep_its_shifts_to_itself(stage: Stage) -> None:
    far = stage.system.unit("FAR", UnitKind.COLLEGE)
    stranger = stage.system.member("9000000001", stage.system.unit("FAB", UnitKind.BRANCH, far))
    with stage.refused(Reason.UNKNOWN):
        sign_up(stage, stranger)
    for audience, reason in ((SignUpFor.UNIT, None), (SignUpFor.NOBODY, Reason.SIGN_UP_CLOSED)):
        registry.change_post(
            stage.session,
            post_id=stage.cast.post,
            name="岗位",
            sign_up_for=audience,
            actor=None,
            now=at(FRIDAY),
        )
        with stage.refused(Reason.SIGN_UP_CLOSED):
            sign_up(stage, "bo")
        if reason is None:
            assert sign_up(stage, "mei") == 0
            withdraw(stage, "mei")
    with stage.refused(Reason.SIGN_UP_CLOSED):
        sign_up(stage, "mei")


def test_no_scan_is_refused_for_lack_of_a_place(one_place: Stage) -> None:
    sign_up(one_place, "mei")
    sign_up(one_place, "ning")
    for who in ("bo", "ning", "mei"):
        assert one_place.come(who, "09:00").verdict is Verdict.ACCEPTED


def test_who_had_a_place_and_did_not_come_is_counted_and_keeps_all_hours(one_place: Stage) -> None:
    stage, cast = one_place, one_place.cast
    for who in ("mei", "ning"):
        sign_up(stage, who)
    path = f"/{cast.college}/{cast.law}/"
    now, since = at("12:00"), datetime(2026, 1, 1, tzinfo=UTC)
    assert kept_by_member(stage.session, cast.mei, now=at("11:59")) is None
    found = missing_in_unit(stage.session, path, since=since, now=now, most=10)
    # Who only waited has missed nothing.
    assert [(one.member_id, one.missed) for one in found] == [(cast.mei, 1)]
    stage.serve("mei", "09:00", "12:00")
    kept = kept_by_member(stage.session, cast.mei, now=now)
    assert kept is not None and (kept.places, kept.came, kept.missed) == (1, 1, 0)
    assert [(one.has_place, one.has_come) for one in expected_at(stage.session, cast.shift)] == [
        (True, True),
        (False, False),
    ]
    assert missing_in_unit(stage.session, path, since=since, now=now, most=10) == []


def test_who_leaves_the_college_leaves_her_place_to_others(one_place: Stage) -> None:
    stage = one_place
    sign_up(stage, "mei")
    sign_up(stage, "ning")
    decide.transfer(
        stage.session,
        member_id=stage.cast.mei,
        to_unit_id=None,
        on=at("14 09:00").date(),
        actor=None,
        campus=stage.campus,
        now=at("14 09:00"),
    )
    assert seats(stage) == {stage.cast.ning: 1}
    with stage.refused(Reason.PROBATION_CLOSED):
        sign_up(stage, "mei")


def test_own_shifts_say_who_waits_before_her(one_place: Stage) -> None:
    for who in ("mei", "bo", "ning"):
        sign_up(one_place, who)
    (mine,) = own_shifts(one_place.session, one_place.cast.ning, now=at(FRIDAY))
    assert (mine.has_place, mine.ahead, mine.taken, mine.waiting, mine.is_full) == (False, 1, 1, 2, True)
