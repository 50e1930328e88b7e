"""A later start of the demo, and databases that it must leave alone."""

import shutil
import threading
from collections import Counter
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tests import engines
from tests.demo.conftest import NOW
from volunteer.actions import registry
from volunteer.actions.recount import recount
from volunteer.database import writing
from volunteer.demo import NotADemo, fill_or_refresh
from volunteer.demo.fill import fill
from volunteer.demo.refresh import is_demo, is_empty, refresh
from volunteer.demo.timetable import running_at, served_on
from volunteer.models import Shift, Unit, Visit
from volunteer.rules.kinds import UnitKind, VisitState

CAMPUS = engines.fixed_campus()
DAY = timedelta(days=1)
FOUNDING_AND_SOME_SHIFTS = 1700


def count(session: Session, model: type[Any]) -> int:
    return session.execute(select(func.count()).select_from(model)).scalar_one()


def inside(session: Session, now: datetime) -> int:
    return session.execute(
        select(func.count())
        .select_from(Visit)
        .join(Shift, Shift.id == Visit.shift_id)
        .where(Visit.state == VisitState.OPEN, Shift.starts_at <= now, Shift.ends_at > now)
    ).scalar_one()


def again(engine: Engine, now: datetime) -> int:
    with Session(engine) as session, writing(session):
        return refresh(session, campus=CAMPUS, now=now)


@pytest.mark.slow
def test_a_second_start_at_once_adds_nothing(filled: Engine, college: Session) -> None:
    before = count(college, Shift), count(college, Visit)
    college.rollback()
    assert again(filled, NOW) == 0
    assert (count(college, Shift), count(college, Visit)) == before


@pytest.mark.slow
def test_the_next_day_adds_one_more_day_once_and_people_on_duty(filled: Engine, college: Session) -> None:
    tomorrow = NOW + DAY
    added = again(filled, tomorrow)
    assert added == len(served_on(CAMPUS.day(NOW) + 8 * DAY, CAMPUS.zone, today=CAMPUS.day(tomorrow)))
    assert inside(college, tomorrow) >= 3
    college.rollback()
    assert again(filled, tomorrow) == 0
    assert recount(college, campus=CAMPUS, now=tomorrow) == []


@pytest.mark.slow
def test_after_weeks_today_and_the_next_seven_days_are_published(filled: Engine, college: Session) -> None:
    later = NOW + 40 * DAY
    again(filled, later)
    assert inside(college, later) >= 3
    starts = college.scalars(select(Shift.starts_at).where(Shift.starts_at > later)).all()
    days = Counter(CAMPUS.day(start) - CAMPUS.day(later) for start in starts)
    assert set(days) == {ahead * DAY for ahead in range(8)}


@pytest.mark.slow
def test_a_start_waits_for_another_that_is_writing(filled_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "volunteer.db"
    shutil.copyfile(filled_file, path)
    url = f"sqlite:///{path}"
    engine = engines.open_engine(url)
    settings = engines.fixed_settings(url, state_dir=tmp_path)
    logins: list[object] = []
    with Session(engine) as session, writing(session):
        start = threading.Thread(target=lambda: logins.extend(fill_or_refresh(settings, now=NOW)))
        start.start()
        start.join(timeout=0.5)
        assert start.is_alive()
    start.join(timeout=20)
    assert len(logins) == 6
    engine.dispose()


def test_a_database_that_is_no_demo_is_left_alone(engine: Engine, tmp_path: Path) -> None:
    with Session(engine) as session, writing(session):
        registry.add_unit(session, code="X", name="X", kind=UnitKind.COLLEGE, actor=None, now=NOW)
    with pytest.raises(NotADemo, match="nothing was changed"):
        fill_or_refresh(engines.settings_for(engine, tmp_path), now=NOW)
    with Session(engine) as session:
        assert count(session, Unit) == 1
        assert not is_demo(session)


def test_an_interrupted_fill_leaves_nothing_behind(engine: Engine) -> None:
    with Session(engine) as session:
        with pytest.raises(KeyboardInterrupt), writing(session):
            fill(session, campus=CAMPUS, now=NOW, watched=lambda steps: nullcontext(_broken_off(steps)))
        assert is_empty(session)


def _broken_off(steps: Any) -> Any:
    yield from steps[:60]
    raise KeyboardInterrupt


def test_a_college_that_has_only_begun_is_brought_to_today_on_both_engines(
    engine: Engine, tmp_path: Path
) -> None:
    with Session(engine) as session, writing(session):
        fill(
            session,
            campus=CAMPUS,
            now=NOW,
            watched=lambda steps: nullcontext(steps[:FOUNDING_AND_SOME_SHIFTS]),
        )
    logins = fill_or_refresh(engines.settings_for(engine, tmp_path), now=NOW + DAY)
    assert [login.role for login in logins] == [
        "student",
        "leader",
        "committee",
        "college",
        "admin",
        "auditor",
    ]
    with Session(engine) as session:
        assert is_demo(session)
        assert inside(session, NOW + DAY) >= 3


def test_at_every_hour_of_a_week_three_shifts_run() -> None:
    monday = datetime(2026, 5, 10, 16, 20, tzinfo=UTC)
    hours = [monday + timedelta(hours=number) for number in range(7 * 24)]
    assert [hour for hour in hours if len(list(running_at(hour, CAMPUS.zone))) < 3] == []
