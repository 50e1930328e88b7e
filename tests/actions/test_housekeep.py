"""What time alone brings about."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.actions.stage import Stage, at
from volunteer.actions import housekeep
from volunteer.actions.housekeep import LONGEST_REST_S, close_past_grace, forget
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


@dataclass
class Work:
    """A step that does each of these portions in so many seconds, with a clock that stands meanwhile."""

    portions: list[tuple[int, float]]
    now: float = 0.0
    rests: list[float] = field(default_factory=list)

    def __call__(self, _session: Session) -> int:
        done, seconds = self.portions.pop(0)
        self.now += seconds
        return done

    def rest(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.now += seconds


RESTS: dict[str, tuple[list[tuple[int, float]], list[float]]] = {
    "as long as it worked": ([(2, 0.5), (2, 0.25), (1, 0.5)], [0.5, 0.25]),
    "a second at most": ([(2, 7.0), (0, 0.25)], [LONGEST_REST_S]),
    "not after a part, which is the last": ([(1, 7.0)], []),
    "not where nothing is due": ([(0, 7.0)], []),
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_between_two_portions_it_rests_so_that_others_can_write(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for case, (portions, rests) in RESTS.items():
        work, total = Work(list(portions)), sum(done for done, _ in portions)
        monkeypatch.setattr(housekeep, "monotonic", lambda work=work: work.now)
        monkeypatch.setattr(housekeep, "sleep", work.rest)
        with app.app_context():
            assert housekeep.until_done(work, 2) == total, case
        assert (work.rests, work.portions) == (rests, []), case


def tries(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(WrongTry)) or 0


def test_wrong_passwords_are_forgotten_after_a_day(stage: Stage) -> None:
    begin_try(stage.session, what="password", subject="mei", now=at("09:00"))
    assert (forget(stage.session, now=at("17 09:00")), tries(stage.session)) == (0, 1)
    assert forget(stage.session, now=at("17 09:00") + timedelta(seconds=1)) == 1
    assert tries(stage.session) == 0
