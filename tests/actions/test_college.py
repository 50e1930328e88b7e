"""Terms do not overlap, the calendar keeps what differs, and no policy begins in the past."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.actions.stage import Stage, at
from tests.cast import TODAY
from volunteer.actions import college
from volunteer.models import AuditLine, PolicyVersion, Term, Workday
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.reasons import Reason

SPRING = {"starts_on": date(2026, 2, 23), "ends_on": date(2026, 7, 12)}


def by(stage: Stage, login: str = "office") -> dict[str, Any]:
    return {"actor": stage.actor(login), "now": at("08:00")}


def spring(stage: Stage, login: str = "office") -> int:
    return college.add_term(stage.session, code="2026S", name="2026 春", **SPRING, **by(stage, login))


def days_off(stage: Stage, first: date, last: date, login: str = "office") -> int:
    return college.set_days(
        stage.session,
        starts_on=first,
        ends_on=last,
        is_workday=False,
        campus=stage.campus,
        **by(stage, login),
    )


def new_policy(stage: Stage, on: date, login: str = "office") -> int:
    return college.enter_policy(
        stage.session,
        policy=HoursPolicy(effective_on=on, threshold_min=2400),
        reason="党委会决定",
        campus=stage.campus,
        **by(stage, login),
    )


ACTS: dict[str, Callable[[Stage, str], object]] = {
    "a term": spring,
    "days of the calendar": lambda stage, login: days_off(stage, TODAY, TODAY, login),
    "a policy version": lambda stage, login: new_policy(stage, TODAY + timedelta(days=1), login),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_only_the_college_sets_what_holds_for_all(stage: Stage, act: Callable[[Stage, str], object]) -> None:
    for login in ("admin", "auditor", "secretary", "leader", "mei"):
        with stage.refused(Reason.NOT_ALLOWED):
            act(stage, login)
    act(stage, "office")


TOUCHING = {
    "begins the day after": (date(2026, 7, 13), date(2026, 8, 1), False),
    "begins on the last day": (date(2026, 7, 12), date(2026, 8, 1), True),
    "ends the day before": (date(2026, 2, 1), date(2026, 2, 22), False),
    "ends on the first day": (date(2026, 2, 1), date(2026, 2, 23), True),
    "lies within": (date(2026, 4, 1), date(2026, 4, 1), True),
    "lies around": (date(2026, 1, 1), date(2026, 12, 31), True),
}


@pytest.mark.parametrize(("first", "last", "overlaps"), TOUCHING.values(), ids=TOUCHING)
def test_terms_may_touch_and_never_overlap(stage: Stage, first: date, last: date, overlaps: bool) -> None:
    spring(stage)
    other = {"code": "X", "name": "另一学期", "starts_on": first, "ends_on": last}
    if overlaps:
        with stage.refused(Reason.BAD_FIELD):
            college.add_term(stage.session, **other, **by(stage))
    else:
        assert college.add_term(stage.session, **other, **by(stage))


def test_a_term_may_be_moved_over_its_own_days_and_not_over_anothers(stage: Stage) -> None:
    term = spring(stage)
    moved = {"term_id": term, "name": "春季学期", "starts_on": date(2026, 3, 1), "ends_on": date(2026, 7, 1)}
    college.change_term(stage.session, **moved, **by(stage))
    kept = stage.session.get_one(Term, term)
    assert (kept.name, kept.starts_on, kept.ends_before) == ("春季学期", date(2026, 3, 1), date(2026, 7, 2))
    autumn = {"starts_on": date(2026, 9, 7), "ends_on": date(2027, 1, 17)}
    college.add_term(stage.session, code="2026A", name="2026 秋", **autumn, **by(stage))
    with stage.refused(Reason.BAD_FIELD):
        college.change_term(stage.session, **moved | {"ends_on": date(2026, 9, 7)}, **by(stage))
    with stage.refused(Reason.UNKNOWN):
        college.change_term(stage.session, **moved | {"term_id": 99}, **by(stage))


def own(stage: Stage) -> dict[date, bool]:
    rows = stage.session.execute(select(Workday.on, Workday.is_workday).order_by(Workday.on))
    return {on: works for on, works in rows if on.year == 2026 and on.month == 3}


def test_a_stretch_is_kept_only_where_it_differs_from_the_published_calendar(stage: Stage) -> None:
    thursday, monday = date(2026, 3, 19), date(2026, 3, 23)
    assert days_off(stage, thursday, monday) == 3
    assert own(stage) == dict.fromkeys((thursday, date(2026, 3, 20), monday), False)
    assert days_off(stage, thursday, monday) == 0
    work = {"starts_on": thursday, "ends_on": date(2026, 3, 21), "campus": stage.campus}
    assert college.set_days(stage.session, is_workday=True, **work, **by(stage)) == 3
    assert own(stage) == {date(2026, 3, 21): True, monday: False}
    assert college.set_days(stage.session, is_workday=None, **work, **by(stage)) == 1
    assert own(stage) == {monday: False}


def test_a_policy_takes_effect_tomorrow_at_the_earliest_and_keeps_its_reason(stage: Stage) -> None:
    for day in (TODAY - timedelta(days=30), TODAY):
        with stage.refused(Reason.BAD_FIELD):
            new_policy(stage, day)
    version = new_policy(stage, TODAY + timedelta(days=1))
    assert stage.session.get_one(PolicyVersion, version).threshold_min == 2400
    facts = select(AuditLine.facts).where(AuditLine.act == "add_policy", AuditLine.subject_id == version)
    assert "党委会决定" in (stage.session.scalar(facts) or "")
    with stage.refused(Reason.ALREADY_EXISTS):
        new_policy(stage, TODAY + timedelta(days=1))
