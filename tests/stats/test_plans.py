"""SQLite, which nobody ever analyses, begins with what is few: never with all visits, or all of a unit."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from volunteer.rules.kinds import Category, Role
from volunteer.rules.places import Whose
from volunteer.rules.roles import Actor, Grant
from volunteer.rules.spans import Span
from volunteer.stats import (
    activity_day,
    breakdown,
    desk,
    fill,
    flags,
    place,
    places,
    report_rows,
    spot_checks,
)
from volunteer.stats.place import Place
from volunteer.stats.rollups import Days

NOW = datetime(2026, 5, 20, 4, tzinfo=UTC)
YEAR = Days.calendar_year(2026)
OFFICE = Actor(account_id=1, grants=(Grant(role=Role.COLLEGE, unit_id=1),))
SPAN = Span(NOW - timedelta(days=9), NOW)
EVIDENCE = "SEARCH evidence USING INDEX ix_evidence_visit_id (visit_id=?)"
ALL = Place(unit_path="/1/", whose=Whose.POSTS, is_whole=True)
POST = places.PostFacts(
    id=1,
    code="P",
    name="岗位",
    category=Category.SERVICE,
    unit_name="学院",
    is_run_here=True,
    base_code=None,
    base_name=None,
    last_on=None,
)
# Even what is scanned once, to make an index for a single statement.
WHOLE = ("SCAN visit", "SCAN evidence", "SCAN credit", "SEARCH evidence USING AUTOMATIC")
Read = Callable[[Session], object]
READS: dict[str, tuple[Read, str]] = {
    "objections on the desk": (lambda session: desk.open_objections(session, OFFICE), "SCAN objection"),
    "records of a report": (
        lambda session: report_rows.records(session, YEAR, unit_path="/1/"),
        "SEARCH visit USING INDEX ix_visit_unit_id_served_on (unit_id=? AND served_on>? AND served_on<?)",
    ),
    "what a report counts": (
        lambda session: report_rows.counted(session, YEAR, unit_path="/1/"),
        "SEARCH visit USING INTEGER PRIMARY KEY (rowid=?)",
    ),
    "how full posts were": (
        lambda session: fill.how_full(session, [POST], span=SPAN, now=NOW),
        "SCAN visit USING INDEX ux_visit_open",
    ),
    "shifts of a post": (
        lambda session: place.shifts(session, SPAN, Place(unit_path="/1/", whose=Whose.POSTS, post_id=1)),
        "SEARCH visit USING COVERING INDEX ix_visit_shift_id_state (shift_id=?)",
    ),
    "an activity day": (
        lambda session: activity_day.served_on(session, "/1/", NOW.date(), now=NOW),
        "SEARCH visit USING INDEX ix_visit_unit_id_served_on (unit_id=? AND served_on=?)",
    ),
    "what spot checks are drawn from": (
        lambda session: spot_checks.records_of_month(session, "/1/", NOW.date(), NOW.date()),
        "SEARCH visit USING INDEX ix_visit_unit_id_served_on (unit_id=? AND served_on>? AND served_on<?)",
    ),
    "who recorded what waits": (lambda session: desk.pending_visits(session, OFFICE), EVIDENCE),
    "whose phones were used": (lambda session: flags.flags_of(session, [1]), EVIDENCE),
    "the last change of a paper": (lambda session: breakdown.last_change(session, 1), EVIDENCE),
    "months of posts": (
        lambda session: places.months_by_post(session, YEAR, ALL, ["P"]),
        "SEARCH visit USING COVERING INDEX ix_visit_post_id_served_on",
    ),
    "branches at bases": (
        lambda session: places.branches_by_base(session, YEAR, ALL, ["BASE"]),
        "SEARCH visit USING COVERING INDEX ix_visit_post_id_served_on",
    ),
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("read", "wanted"), READS.values(), ids=READS)
def test_visits_are_found_by_what_is_few(engine: Engine, session: Session, read: Read, wanted: str) -> None:
    steps = planned(engine, session, read)
    assert any(step.startswith(wanted) for step in steps), steps
    assert not [step for step in steps if step.startswith(WHOLE) and not step.startswith(wanted)]


def planned(engine: Engine, session: Session, read: Read) -> list[str]:
    """Return the steps of the plans of what is asked of an empty database: one without any statistics."""
    asked: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        asked.append((statement, values))

    event.listen(engine, "before_cursor_execute", hear)
    read(session)
    event.remove(engine, "before_cursor_execute", hear)
    rows = [
        session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        for statement, values in asked
    ]
    return [row[-1] for found in rows for row in found]
