"""The books of one member's whole life: random walks through everything that can happen to her records."""

from collections.abc import Iterator
from random import Random

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.actions.life import Life
from tests.actions.stage import Stage, at
from tests.cast import raise_cast
from volunteer.rules.campus import Campus

STEPS = 60


@pytest.fixture
def life(engine: Engine, campus: Campus, request: pytest.FixtureRequest) -> Iterator[Life]:
    """A life of its own for each seed."""
    with engine.connect().execution_options(is_writer=True) as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            life = Life(Stage(session, raise_cast(session), campus), Random(request.param))
            life.begin()
            yield life
        outer.rollback()


@pytest.mark.parametrize("life", [1001, 1002], indirect=True)
def test_on_both_engines_alike(life: Life) -> None:
    for _ in range(STEPS):
        life.step()
    assert life.done


def test_what_shares_a_day_over_midnight_is_booked_again_with_it(stage: Stage) -> None:
    """A night of the 16th takes 240 of the 480 minutes that the 17th has."""
    stage.system.shift("N", stage.cast.campus_post, at("22:00"), at("17 04:00"))
    stage.system.shift("D", stage.cast.post, at("17 06:00"), at("17 14:00"))
    gate = stage.system.site_of(post_id=stage.cast.campus_post)
    night = stage.serve("mei", "22:00", "17 04:00", site_id=gate)
    day = stage.serve("mei", "17 06:00", "17 14:00")
    assert (stage.minutes(night), stage.minutes(day)) == ((360, 360), (480, 240))
    objection = stage.object_to(night, "17 15:00")
    assert stage.minutes(day) == (480, 480)
    stage.resolve(objection, "organiser", "17 15:10", upheld=False)
    assert (stage.minutes(night), stage.minutes(day)) == ((360, 360), (480, 240))
