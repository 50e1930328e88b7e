"""A count before the names, a roll-call by lot from ten people on, and names ticked on the list."""

import pytest
from sqlalchemy import select

from tests.actions.stage import Stage, at
from volunteer.actions import headcounts
from volunteer.models import Headcount, RollCall, VisitFlag, Witness
from volunteer.rules.kinds import Flag, Grade
from volunteer.rules.reasons import Reason
from volunteer.rules.roll_call import drawn


def count(stage: Stage, counted: int, when: str = "10:00", login: str = "leader") -> int:
    return headcounts.count_heads(
        stage.session, shift_id=stage.cast.shift, counted=counted, actor=stage.actor(login), now=at(when)
    )


def answer(stage: Stage, headcount: int, present: list[int], login: str = "leader") -> None:
    headcounts.answer_roll_call(
        stage.session,
        headcount_id=headcount,
        present=present,
        actor=stage.actor(login),
        campus=stage.campus,
        now=at("10:05"),
    )


def crowd(stage: Stage, people: int) -> list[int]:
    """Let so many members of LAW come, and return their records."""
    members = [stage.system.member(f"30{number:02}", stage.cast.law) for number in range(people)]
    return [stage.come(member, "09:00").visit_id for member in members]


def called(stage: Stage, headcount: int) -> list[int]:
    found = select(RollCall.visit_id).where(RollCall.headcount_id == headcount).order_by(RollCall.visit_id)
    return list(stage.session.scalars(found))


@pytest.mark.parametrize("login", ["leader", "secretary", "organiser", "office"])
def test_every_keeper_may_count(stage: Stage, login: str) -> None:
    stage.come("mei", "09:00")
    kept = stage.session.get_one(Headcount, count(stage, 1, login=login))
    assert (kept.counted, kept.checked_in, kept.at, kept.display_id) == (1, 1, at("10:00"), None)


@pytest.mark.parametrize("login", ["mei", "neighbour", "admin", "auditor"])
def test_nobody_else_may_count(stage: Stage, login: str) -> None:
    with stage.refused(Reason.NOT_ALLOWED):
        count(stage, 1, login=login)


@pytest.mark.parametrize(
    ("when", "is_counted"), [("08:59:59", False), ("09:00", True), ("11:59:59", True), ("12:00", False)]
)
def test_people_are_counted_while_the_shift_runs(stage: Stage, when: str, is_counted: bool) -> None:
    if is_counted:
        count(stage, 0, when)
    else:
        with stage.refused(Reason.OUTSIDE_SHIFT):
            count(stage, 0, when)


@pytest.mark.parametrize(("counted", "is_taken"), [(-1, False), (0, True), (999, True), (1000, False)])
def test_a_count_is_a_number_of_people(stage: Stage, counted: int, is_taken: bool) -> None:
    if is_taken:
        count(stage, counted)
    else:
        with stage.refused(Reason.BAD_FIELD):
            count(stage, counted)


@pytest.mark.parametrize(
    ("counted", "flags"), [(1, set()), (2, {Flag.HEADCOUNT_DIFFERS}), (0, {Flag.HEADCOUNT_DIFFERS})]
)
def test_another_number_than_the_records_say_is_a_flag_on_who_is_in(
    stage: Stage, counted: int, flags: set[Flag]
) -> None:
    left = stage.serve("ning", "09:00", "09:30")
    visit = stage.come("mei", "09:00").visit_id
    count(stage, counted)
    assert stage.flags(visit) == flags
    assert stage.flags(left) == set()
    assert stage.visit(visit).grade is Grade.B


def test_the_flag_says_the_two_numbers_of_the_first_time(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    count(stage, 3, "10:00")
    count(stage, 4, "10:10")
    facts = stage.session.scalars(select(VisitFlag.facts).where(VisitFlag.visit_id == visit)).one()
    assert facts == "3 / 1"


@pytest.mark.parametrize(("people", "names"), [(9, 0), (10, 2), (12, 2)])
def test_from_ten_people_on_two_names_are_drawn(stage: Stage, people: int, names: int) -> None:
    visits = crowd(stage, people)
    headcount = count(stage, people)
    assert len(called(stage, headcount)) == names
    assert set(called(stage, headcount)) <= set(visits)


def test_an_auditor_can_draw_the_same_names_again(stage: Stage) -> None:
    visits = crowd(stage, 11)
    headcount = count(stage, 11)
    seed = stage.session.get_one(Headcount, headcount).seed
    assert seed is not None
    assert sorted(drawn(seed, visits)) == called(stage, headcount)


def test_the_keepers_own_name_is_not_drawn(stage: Stage) -> None:
    own = stage.come("hua", "09:00").visit_id
    crowd(stage, 9)
    for minute in range(12):
        headcount = count(stage, 10, f"10:{minute:02}", login="secretary")
        assert own not in called(stage, headcount)


def test_who_is_found_is_witnessed_and_who_is_not_is_flagged(stage: Stage) -> None:
    crowd(stage, 10)
    headcount = count(stage, 10)
    here, away = called(stage, headcount)
    answer(stage, headcount, [here])
    assert (stage.visit(here).grade, stage.flags(here)) == (Grade.A, set())
    assert (stage.visit(away).grade, stage.flags(away)) == (Grade.B, {Flag.ABSENT_AT_ROLL_CALL})
    found = select(RollCall.visit_id, RollCall.is_present, RollCall.answered_at).order_by(RollCall.visit_id)
    assert [tuple(row) for row in stage.session.execute(found)] == [
        (here, True, at("10:05")),
        (away, False, at("10:05")),
    ]


def test_a_roll_call_is_answered_once(stage: Stage) -> None:
    crowd(stage, 10)
    headcount = count(stage, 10)
    here, away = called(stage, headcount)
    answer(stage, headcount, [here])
    with stage.refused(Reason.UNKNOWN):
        answer(stage, headcount, [away])
    answer(stage, headcount, [])
    assert stage.visit(here).grade is Grade.A


def test_only_drawn_names_are_answered_for_and_only_by_who_counted(stage: Stage) -> None:
    visits = crowd(stage, 10)
    headcount = count(stage, 10)
    other = next(visit for visit in visits if visit not in called(stage, headcount))
    with stage.refused(Reason.UNKNOWN):
        answer(stage, headcount, [other])
    with stage.refused(Reason.UNKNOWN):
        answer(stage, headcount, called(stage, headcount), login="organiser")
    with stage.refused(Reason.UNKNOWN):
        answer(stage, 99_999, [])


def test_who_is_ticked_on_the_list_is_witnessed_all_or_none(stage: Stage) -> None:
    first, second = stage.come("mei", "09:00").visit_id, stage.come("ning", "09:00").visit_id
    headcounts.see(
        stage.session,
        visit_ids={first, second},
        actor=stage.actor("leader"),
        campus=stage.campus,
        now=at("10:00"),
    )
    assert {stage.visit(first).grade, stage.visit(second).grade} == {Grade.A}
    own = stage.come("hua", "09:00").visit_id
    with stage.refused(Reason.SAME_PERSON):
        headcounts.see(
            stage.session,
            visit_ids={first, own},
            actor=stage.actor("secretary"),
            campus=stage.campus,
            now=at("10:01"),
        )
    assert stage.count(Witness) == 2
