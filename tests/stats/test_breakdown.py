"""What a member's hours are made of adds up to her total, whichever way it is cut."""

from datetime import date

import pytest

from tests.actions.conftest import stage, theatre_on_postgresql, theatre_on_sqlite
from tests.actions.stage import Stage, at
from tests.actions.test_ask import record
from volunteer.rules.kinds import Grade, RequestKind
from volunteer.stats.breakdown import Part, Sum, breakdown_of, last_change, marks_of_members
from volunteer.stats.conversion import open_objections
from volunteer.stats.standing import member_standing, undecided

__all__ = ["stage", "theatre_on_postgresql", "theatre_on_sqlite"]


@pytest.fixture
def served(stage: Stage) -> Stage:
    """A morning at the library, seen by its leader afterwards; a night at the gate; typed hours."""
    stage.system.shift("N1", stage.cast.campus_post, at("31 20:00"), at("04-01 02:00"))
    visit = stage.serve("mei", "09:00", "12:00")
    stage.witness(visit, "leader", "11:59")
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    stage.serve("mei", "31 20:00", "04-01 02:00", site_id=gate)
    request = record(stage, 60)
    stage.approve(request, "secretary", "10:10")
    stage.approve(request, "office", "10:20")
    return stage


def test_every_cut_adds_up_to_the_counted_minutes(served: Stage) -> None:
    one = member_standing(served.session, served.cast.mei, today=date(2026, 4, 2))
    parts = breakdown_of(served.session, served.cast.mei, from_on=one.starts_on, to_on=one.ends_before)
    assert parts.credited == one.standing.counted == 180 + 360 + 60
    assert dict(parts.by_quarter()) == {(2026, 1): Sum(480, 480), (2026, 2): Sum(120, 120)}
    assert dict(parts.by_half_year()) == {(2026, 1): Sum(600, 600)}
    assert dict(parts.by_place()) == {
        ("岗位GATE", ""): Sum(360, 360),
        ("岗位READ", "市图书馆"): Sum(180, 180),
    }
    assert dict(parts.by_unit()) == {"党组织LAW": Sum(600, 600)}
    assert sum(found.net for found in parts.by_visit().values()) == 540


def test_a_grade_is_the_records_present_one_and_typed_hours_stand_by_themselves(served: Stage) -> None:
    parts = breakdown_of(served.session, served.cast.mei)
    by_mark = {Grade.A: 180, Grade.B: 360, RequestKind.OPENING: 60}
    assert {mark: found.credited for mark, found in parts.by_mark().items()} == by_mark
    assert dict(marks_of_members(served.session, [served.cast.mei, served.cast.ning])) == {
        served.cast.mei: by_mark,
        served.cast.ning: {},
    }


@pytest.mark.parametrize(("to_on", "minutes"), [(date(2026, 4, 1), 480), (date(2026, 4, 2), 600)])
def test_days_end_before_their_last(served: Stage, to_on: date, minutes: int) -> None:
    assert breakdown_of(served.session, served.cast.mei, to_on=to_on).credited == minutes


QUARTERS = {3: (1, 1), 4: (2, 1), 6: (2, 1), 7: (3, 2), 9: (3, 2), 10: (4, 2), 12: (4, 2), 1: (1, 1)}


@pytest.mark.parametrize(("month", "found"), QUARTERS.items())
def test_quarters_and_halves_begin_where_they_do(month: int, found: tuple[int, int]) -> None:
    from volunteer.stats.breakdown import Breakdown

    part = Part(
        visit_id=1,
        kind=None,
        grade=Grade.B,
        day=date(2026, month, 1),
        unit_name="一支部",
        post_name="阅览",
        base_name=None,
        net=5,
        credited=5,
    )
    one = Breakdown([part])
    assert ((*one.by_quarter(),), (*one.by_half_year(),)) == (((2026, found[0]),), ((2026, found[1]),))


def test_the_time_of_the_data_is_that_of_the_last_thing_that_happened(served: Stage) -> None:
    assert last_change(served.session, served.cast.ning) is None
    assert last_change(served.session, served.cast.mei) == at("04-01 02:00")
    visit = served.visit_of("mei").id
    served.object_to(visit, "04-02 08:00")
    assert last_change(served.session, served.cast.mei) == at("04-02 08:00")
    assert open_objections(served.session, [served.cast.mei, served.cast.ning]) == {
        served.cast.mei: 1,
        served.cast.ning: 0,
    }


@pytest.mark.parametrize(("before", "is_there"), [(date(2026, 12, 1), False), (date(2026, 12, 2), True)])
def test_the_undecided_are_those_whose_window_ends_before(stage: Stage, before: date, is_there: bool) -> None:
    found = undecided(stage.session, "/", before=before, today=date(2026, 12, 1))
    assert (stage.cast.mei in [one.member_id for one in found]) is is_there
