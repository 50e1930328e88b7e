"""What time alone brings about."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.actions.stage import Stage, at
from volunteer.actions.housekeep import close_past_grace, forget
from volunteer.actions.sign_in import begin_try
from volunteer.models import Credit, Visit, WrongTry
from volunteer.rules.kinds import VisitState


def closed(stage: Stage, when: str) -> int:
    return close_past_grace(stage.session, campus=stage.campus, now=at(when))


@pytest.mark.parametrize(("when", "count"), [("14:00:00", 0), ("14:00:01", 1)])
def test_a_visit_is_closed_once_the_grace_is_over(stage: Stage, when: str, count: int) -> None:
    visit = stage.come("mei", "09:00").visit_id
    assert closed(stage, when) == count
    stage.session.expire_all()
    assert stage.session.get_one(Visit, visit).state is (VisitState.UNCLOSED if count else VisitState.OPEN)


def test_closing_again_changes_nothing(stage: Stage) -> None:
    stage.come("mei", "09:00")
    assert [closed(stage, "15:00"), closed(stage, "15:00")] == [1, 0]
    assert stage.count(Credit) == 0


def test_who_was_closed_can_still_be_mended(stage: Stage) -> None:
    visit = stage.come("mei", "09:00").visit_id
    closed(stage, "15:00")
    stage.attest("12:00", ["mei"], "leader", "17 09:00")
    assert stage.stands(visit)[2] == 180


def test_one_who_left_is_not_touched(stage: Stage) -> None:
    visit = stage.serve("mei", "09:00", "12:00")
    before = stage.stands(visit)
    assert closed(stage, "17 12:00") == 0
    assert stage.stands(visit) == before


def tries(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(WrongTry)) or 0


def test_wrong_passwords_are_forgotten_after_a_day(stage: Stage) -> None:
    begin_try(stage.session, what="password", subject="mei", now=at("09:00"))
    assert (forget(stage.session, now=at("17 09:00")), tries(stage.session)) == (0, 1)
    assert forget(stage.session, now=at("17 09:00") + timedelta(seconds=1)) == 1
    assert tries(stage.session) == 0
