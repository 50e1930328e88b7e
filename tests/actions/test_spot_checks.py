"""The spot check: drawn once a month by lot, found by somebody who had no part in the record."""

from datetime import date

import pytest
from sqlalchemy import select

from tests.actions.stage import Stage, at
from volunteer.actions.spot_checks import draw_sample, enter_finding
from volunteer.models import SpotCheck, SpotDraw
from volunteer.rules import sample
from volunteer.rules.reasons import Reason
from volunteer.stats.spot_checks import checks_of, draws, records_of_month

MARCH = date(2026, 3, 1)


def draw(stage: Stage, login: str = "office", when: str = "04-01 00:00", month: date = MARCH) -> int:
    return draw_sample(
        stage.session,
        unit_id=stage.cast.college,
        month=month,
        actor=stage.actor(login),
        campus=stage.campus,
        now=at(when),
    )


def find(stage: Stage, draw_id: int, visit: int, login: str = "office", *, is_right: bool = True) -> None:
    enter_finding(
        stage.session,
        draw_id=draw_id,
        visit_id=visit,
        is_right=is_right,
        finding="问过负责人",
        actor=stage.actor(login),
        now=at("04-02 10:00"),
    )


def drawn(stage: Stage, draw_id: int) -> int:
    return stage.session.scalars(select(SpotCheck.visit_id).where(SpotCheck.draw_id == draw_id)).one()


def test_the_seed_draws_the_same_record_again(stage: Stage) -> None:
    served = {stage.serve(who, "09:00", "12:00") for who in ("mei", "ning", "bo")}
    kept = stage.session.get_one(SpotDraw, draw(stage))
    path = f"/{stage.cast.college}/"
    records = records_of_month(stage.session, path, MARCH, date(2026, 4, 1))
    assert (set(records), kept.population) == (served, 3)
    assert kept.digest == sample.digest_of(list(records))
    assert sample.drawn(kept.seed, records) == (drawn(stage, kept.id),)


def test_a_month_is_drawn_once_and_not_before_it_is_over(stage: Stage) -> None:
    stage.serve("mei", "09:00", "12:00")
    with stage.refused(Reason.BAD_FIELD):
        draw(stage, when="31 23:59")
    draw(stage)
    with stage.refused(Reason.ALREADY_EXISTS):
        draw(stage, when="04-02 09:00")
    with stage.refused(Reason.BAD_FIELD):
        draw(stage, month=date(2026, 2, 1))
    with stage.refused(Reason.BAD_FIELD):
        draw(stage, month=date(2026, 3, 2))


@pytest.mark.parametrize("login", ["secretary", "leader", "admin", "auditor", "mei"])
def test_only_the_college_draws_and_finds(stage: Stage, login: str) -> None:
    stage.serve("ning", "09:00", "12:00")
    with stage.refused(Reason.NOT_ALLOWED):
        draw(stage, login)
    number = draw(stage)
    with stage.refused(Reason.NOT_ALLOWED):
        find(stage, number, drawn(stage, number), login)


def test_who_approved_a_record_does_not_check_it(stage: Stage) -> None:
    request = stage.make_up("mei", "09:00", "12:00", "13:00")
    stage.approve(request, "leader", "13:10")
    stage.approve(request, "office", "13:20")
    number = draw(stage)
    with stage.refused(Reason.SAME_PERSON):
        find(stage, number, drawn(stage, number))
    find(stage, number, drawn(stage, number), "office_second", is_right=False)
    (row,) = draws(stage.session, [stage.cast.college])
    assert (row.size, row.checked, row.wrong, row.hit_pct) == (1, 1, 1, 100.0)


def test_who_witnessed_a_record_does_not_check_it(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "12:00")
    stage.witness(visit, "office", "11:00")
    number = draw(stage)
    with stage.refused(Reason.SAME_PERSON):
        find(stage, number, visit)


def test_a_finding_is_entered_once_and_the_record_stays(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "12:00")
    before = stage.stands(visit)
    number = draw(stage)
    find(stage, number, visit, is_right=False)
    with stage.refused(Reason.CHANGED_MEANWHILE):
        find(stage, number, visit, "office_second")
    with stage.refused(Reason.UNKNOWN):
        find(stage, number, visit + 1)
    (row,) = checks_of(stage.session, number)
    assert (row.is_right, row.finding, row.checked_by) == (False, "问过负责人", "office")
    assert stage.stands(visit) == before


def test_what_was_not_confirmed_is_not_drawn(stage: Stage) -> None:
    stage.make_up("mei", "09:00", "12:00", "13:00")
    with stage.refused(Reason.BAD_FIELD):
        draw(stage)
