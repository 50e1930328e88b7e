"""Shifts: published ahead or opened on the spot, prolonged while they run, changed before, cancelled."""

from typing import Any

import pytest

from tests.actions.stage import Stage, at
from volunteer.actions import shifts
from volunteer.models import Shift, ShiftBreak
from volunteer.rules.reasons import Reason
from volunteer.rules.spans import Span
from volunteer.stats.flags import flags_of

KEEPERS = ("leader", "secretary", "organiser", "office")
STRANGERS = ("mei", "bo", "neighbour", "admin", "auditor")


def publish(
    stage: Stage,
    start: str,
    end: str,
    when: str = "08:00",
    *,
    by: str | None = "leader",
    code: str = "NEW",
    post: int | None = None,
    breaks: tuple[tuple[str, str], ...] = (),
    **more: Any,
) -> int:
    return shifts.publish(
        stage.session,
        code=code,
        post_id=post or stage.cast.post,
        span=Span(at(start), at(end)),
        breaks=[Span(at(first), at(last)) for first, last in breaks],
        actor=stage.actor(by) if by else None,
        now=at(when),
        **more,
    )


def prolong(stage: Stage, end: str, when: str, *, by: str = "leader", shift: int | None = None) -> None:
    shifts.prolong(
        stage.session,
        shift_id=shift or stage.cast.shift,
        ends_at=at(end),
        actor=stage.actor(by),
        now=at(when),
    )


def cancel(stage: Stage, when: str, *, by: str = "leader", reason: str = "停电") -> None:
    shifts.cancel(
        stage.session, shift_id=stage.cast.shift, reason=reason, actor=stage.actor(by), now=at(when)
    )


def shift_of(stage: Stage, number: int | None = None) -> Shift:
    stage.session.expire_all()
    return stage.session.get_one(Shift, number or stage.cast.shift)


# --- who ---


@pytest.mark.parametrize("login", KEEPERS)
def test_the_keepers_of_a_post_publish_prolong_and_cancel(stage: Stage, login: str) -> None:
    publish(stage, "17 09:00", "17 12:00", by=login)
    prolong(stage, "12:30", "10:00", by=login)
    cancel(stage, "10:10", by=login)


@pytest.mark.parametrize("login", STRANGERS)
def test_nobody_else_does(stage: Stage, login: str) -> None:
    with stage.refused(Reason.NOT_ALLOWED):
        publish(stage, "17 09:00", "17 12:00", by=login)
    with stage.refused(Reason.NOT_ALLOWED):
        prolong(stage, "12:30", "10:00", by=login)
    with stage.refused(Reason.NOT_ALLOWED):
        cancel(stage, "10:10", by=login)
    with stage.refused(Reason.NOT_ALLOWED):
        change(stage, "17 09:00", "17 12:00", "08:00", by=login)


def test_a_leader_keeps_her_own_post_only(stage: Stage) -> None:
    with stage.refused(Reason.NOT_ALLOWED):
        publish(stage, "17 09:00", "17 12:00", post=stage.cast.campus_post)


# --- when ---


@pytest.mark.parametrize("by", ["leader", "secretary", None])
def test_a_start_lies_not_in_the_past(stage: Stage, by: str | None) -> None:
    with stage.refused(Reason.SHIFT_IN_PAST):
        publish(stage, "07:59", "09:00", "08:00:00", by=by)
    with stage.refused(Reason.SHIFT_IN_PAST):
        publish(stage, "07:59", "09:00", "08:00:59", by=by)


def test_only_the_college_enters_a_past_shift_and_for_make_ups_alone(stage: Stage) -> None:
    number = publish(stage, "15 09:00", "15 12:00", by="office")
    assert shift_of(stage, number).is_for_make_ups
    stage.make_up("mei", "15 09:00", "15 11:00", "08:10", shift=number)


@pytest.mark.parametrize(
    ("end", "when", "is_refused"),
    [("12:00", "08:00:00", False), ("12:00", "08:00:59", False), ("12:01", "08:00:30", True)],
)
def test_on_the_spot_a_shift_lasts_at_most_4_hours(
    stage: Stage, end: str, when: str, is_refused: bool
) -> None:
    post = stage.system.post("X", stage.cast.law)
    if is_refused:
        with stage.refused(Reason.SHIFT_IN_PAST):
            publish(stage, "08:00", end, when, by="secretary", post=post)
        publish(stage, "08:01", end, when, by="secretary", post=post)
    else:
        number = publish(stage, "08:00", end, when, by="secretary", post=post)
        assert shift_of(stage, number).is_opened_on_spot


def test_opened_on_the_spot_is_a_flag_of_its_records(stage: Stage) -> None:
    post = stage.system.post("X", stage.cast.law)
    publish(stage, "08:00", "10:00", "08:00", by="secretary", post=post)
    visit = stage.come("mei", "08:10", site_id=stage.system.site_of(post_id=post)).visit_id
    assert flags_of(stage.session, [visit]) == {visit: frozenset({"opened_on_the_spot"})}


# --- overlap ---


@pytest.mark.parametrize(
    ("start", "end", "is_free"),
    [
        ("06:00", "09:00", True),
        ("12:00", "15:00", True),
        ("08:30", "09:01", False),
        ("11:59", "13:00", False),
        ("09:30", "10:00", False),
        ("08:30", "13:00", False),
    ],
)
def test_shifts_of_one_post_may_touch_not_overlap(stage: Stage, start: str, end: str, is_free: bool) -> None:
    if is_free:
        publish(stage, start, end, "05:00")
    else:
        with stage.refused(Reason.SHIFT_OVERLAPS):
            publish(stage, start, end, "05:00")
        publish(stage, start, end, "05:00", by="office", post=stage.cast.campus_post)


def test_a_cancelled_shift_makes_room(stage: Stage) -> None:
    cancel(stage, "08:00")
    publish(stage, "09:00", "12:00")


def test_a_code_is_used_once(stage: Stage) -> None:
    publish(stage, "17 09:00", "17 12:00", code="A")
    with stage.refused(Reason.ALREADY_EXISTS):
        publish(stage, "18 09:00", "18 12:00", code="A")


@pytest.mark.parametrize(
    ("start", "end", "breaks", "capacity"),
    [
        ("17 09:00", "17 09:00", (), None),
        ("17 09:00", "18 09:01", (), None),
        ("17 09:00:30", "17 12:00", (), None),
        ("17 09:00", "17 12:00:30", (), None),
        ("17 09:00", "17 12:00", (("17 08:59", "17 09:10"),), None),
        ("17 09:00", "17 12:00", (("17 11:50", "17 12:01"),), None),
        ("17 09:00", "17 12:00", (("17 10:00", "17 10:00"),), None),
        ("17 09:00", "17 12:00", (("17 10:00:30", "17 10:30"),), None),
        ("17 09:00", "17 12:00", (), 0),
    ],
)
def test_times_that_make_no_sense_are_refused(
    stage: Stage, start: str, end: str, breaks: tuple[tuple[str, str], ...], capacity: int | None
) -> None:
    with stage.refused(Reason.BAD_FIELD):
        publish(stage, start, end, breaks=breaks, capacity=capacity)


def test_breaks_are_subtracted_from_who_was_there(stage: Stage) -> None:
    publish(stage, "17 09:00", "17 12:00", breaks=(("17 10:00", "17 10:20"), ("17 10:10", "17 10:30")))
    visit = stage.serve("mei", "17 09:00", "17 10:15")
    assert stage.minutes(visit) == (60, 60)
    assert stage.visit(visit).lost_break == 15


# --- prolonging ---


@pytest.mark.parametrize(("end", "is_refused"), [("14:00", False), ("14:01", True)])
def test_a_running_shift_is_prolonged_by_120_minutes_at_most(
    stage: Stage, end: str, is_refused: bool
) -> None:
    if is_refused:
        with stage.refused(Reason.BEYOND_SHIFT):
            prolong(stage, end, "11:00")
    else:
        prolong(stage, end, "11:00")
        assert shift_of(stage).ends_at == at(end)


def test_it_is_120_minutes_in_all(stage: Stage) -> None:
    prolong(stage, "13:00", "11:00")
    prolong(stage, "14:00", "11:10")
    with stage.refused(Reason.BEYOND_SHIFT):
        prolong(stage, "14:01", "11:20")


@pytest.mark.parametrize("when", ["08:59:59", "12:00:00"])
def test_only_while_it_runs(stage: Stage, when: str) -> None:
    with stage.refused(Reason.OUTSIDE_SHIFT):
        prolong(stage, "13:00", when)


@pytest.mark.parametrize("end", ["12:00", "11:00"])
def test_once_begun_its_times_are_fixed(stage: Stage, end: str) -> None:
    with stage.refused(Reason.SHIFT_STARTED):
        prolong(stage, end, "10:00")
    with stage.refused(Reason.SHIFT_STARTED):
        change(stage, "17 09:00", "17 12:00", "09:00:00")


def test_not_into_the_next_shift_of_the_post(stage: Stage) -> None:
    publish(stage, "12:30", "15:00")
    with stage.refused(Reason.SHIFT_OVERLAPS):
        prolong(stage, "12:31", "11:00")
    prolong(stage, "12:30", "11:00")


def test_who_stays_longer_earns_longer_with_a_flag(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    prolong(stage, "13:00", "11:00")
    stage.leave("mei", "15:00:00")
    assert stage.minutes(visit) == (240, 240)
    assert flags_of(stage.session, [visit]) == {visit: frozenset({"prolonged"})}


def test_a_shift_is_never_longer_than_a_day(stage: Stage) -> None:
    number = publish(stage, "17 09:00", "18 08:00")
    with stage.refused(Reason.BEYOND_SHIFT):
        prolong(stage, "18 09:01", "17 10:00", shift=number)
    prolong(stage, "18 09:00", "17 10:00", shift=number)


# --- changing ---


def change(
    stage: Stage, start: str, end: str, when: str, *, by: str = "leader", breaks: list[Span] | None = None
) -> None:
    shifts.change(
        stage.session,
        shift_id=stage.cast.shift,
        span=Span(at(start), at(end)),
        breaks=breaks or [],
        capacity=5,
        actor=stage.actor(by),
        now=at(when),
    )


def test_before_it_begins_all_of_it_may_change(stage: Stage) -> None:
    pause = Span(at("17 10:00"), at("17 10:30"))
    change(stage, "17 09:00", "17 12:00", "08:59:59", breaks=[pause])
    change(stage, "17 09:00", "17 12:30", "08:59:59", breaks=[pause])
    shift = shift_of(stage)
    assert (shift.starts_at, shift.ends_at, shift.first_ends_at) == (
        at("17 09:00"),
        at("17 12:30"),
        at("17 12:30"),
    )
    assert stage.count(ShiftBreak) == 1


def test_it_does_not_move_into_the_past_or_onto_another(stage: Stage) -> None:
    with stage.refused(Reason.SHIFT_IN_PAST):
        change(stage, "08:00", "12:00", "08:00:30")
    publish(stage, "12:00", "15:00")
    with stage.refused(Reason.SHIFT_OVERLAPS):
        change(stage, "09:00", "12:01", "08:00")


# --- cancelling ---


def test_a_shift_is_cancelled_with_a_reason_until_it_is_over(stage: Stage) -> None:
    with stage.refused(Reason.BAD_FIELD):
        cancel(stage, "11:59:59", reason=" ")
    with stage.refused(Reason.OUTSIDE_SHIFT):
        cancel(stage, "12:00:00")
    cancel(stage, "11:59:59")
    assert (shift_of(stage).cancelled_at, shift_of(stage).cancel_reason) == (at("11:59:59"), "停电")


def test_a_cancelled_or_unknown_shift_is_unknown(stage: Stage) -> None:
    cancel(stage, "08:00")
    with stage.refused(Reason.UNKNOWN):
        prolong(stage, "13:00", "10:00")
    with stage.refused(Reason.UNKNOWN):
        cancel(stage, "10:00")
    with stage.refused(Reason.UNKNOWN):
        prolong(stage, "13:00", "10:00", shift=99_999)
