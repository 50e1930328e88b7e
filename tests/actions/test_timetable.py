"""Many shifts at once: all of them or none, by who may, in a few statements."""

from typing import Any

import pytest
from sqlalchemy import event, select

from tests.actions.stage import Stage, at
from tests.actions.test_shifts import KEEPERS, STRANGERS, publish
from volunteer.actions import timetable
from volunteer.models import AuditLine, Shift, ShiftBreak
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import Span
from volunteer.rules.timetable import PlannedShift


def planned(
    start: str, end: str, *, post: str = "READ", code: str | None = None, **more: Any
) -> PlannedShift:
    return PlannedShift(post=post, span=Span(at(start), at(end)), code=code, **more)


def put(stage: Stage, *shifts: PlannedShift, by: str | None = "leader", when: str = "08:00") -> int:
    return timetable.publish_all(
        stage.session,
        planned=shifts,
        source="test",
        actor=stage.actor(by) if by else None,
        campus=stage.campus,
        now=at(when),
    )


def codes(stage: Stage) -> list[str]:
    return list(stage.session.scalars(select(Shift.code).order_by(Shift.starts_at, Shift.id)))


def test_all_are_published_with_their_breaks_and_one_line_in_the_trail(stage: Stage) -> None:
    pause = Span(at("17 10:00"), at("17 10:30"))
    week = [planned(f"{day} 09:00", f"{day} 12:00", capacity=4) for day in range(18, 24)]
    assert put(stage, planned("17 09:00", "17 12:00", breaks=(pause,), code="OWN"), *week) == 7
    assert len(codes(stage)) == len(set(codes(stage))) == 8
    assert "OWN" in codes(stage)
    rows = stage.session.execute(select(ShiftBreak.starts_at, Shift.code).join(Shift)).all()
    assert [tuple(row) for row in rows] == [(pause.start, "OWN")]
    trail = stage.session.scalars(select(AuditLine.facts).where(AuditLine.act == "publish_shifts")).all()
    assert trail == ['{"added": 7, "source": "test"}']


@pytest.mark.parametrize("login", KEEPERS)
def test_the_keepers_of_the_post_do(stage: Stage, login: str) -> None:
    assert put(stage, planned("17 09:00", "17 12:00"), by=login) == 1


@pytest.mark.parametrize("login", STRANGERS)
def test_nobody_else_does(stage: Stage, login: str) -> None:
    with stage.refused(Reason.NOT_ALLOWED):
        put(stage, planned("17 09:00", "17 12:00"), by=login)


def test_who_keeps_one_of_the_posts_alone_publishes_none(stage: Stage) -> None:
    with stage.refused(Reason.NOT_ALLOWED):
        put(stage, planned("17 09:00", "17 12:00"), planned("17 09:00", "17 12:00", post="GATE"))
    with stage.refused(Reason.UNKNOWN):
        put(stage, planned("17 09:00", "17 12:00"), planned("17 09:00", "17 12:00", post="NOWHERE"))


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        ("08:30", "09:30", Reason.SHIFT_OVERLAPS),
        ("07:59", "08:30", Reason.SHIFT_IN_PAST),
        ("08:00", "08:30", Reason.SHIFT_IN_PAST),
        ("18 08:00", "19 08:01", Reason.BAD_FIELD),
    ],
)
def test_one_that_is_not_right_stops_them_all(stage: Stage, start: str, end: str, reason: Reason) -> None:
    with stage.refused(reason):
        put(stage, planned("17 09:00", "17 12:00"), planned(start, end), by="office")


def test_two_of_them_may_not_overlap_each_other(stage: Stage) -> None:
    with stage.refused(Reason.SHIFT_OVERLAPS):
        put(stage, planned("17 09:00", "17 12:00"), planned("17 11:59", "17 13:00"))
    assert put(stage, planned("17 09:00", "17 12:00"), planned("17 12:00", "17 13:00")) == 2


def test_sent_twice_it_is_harmless(stage: Stage) -> None:
    week = [planned(f"{day} 09:00", f"{day} 12:00") for day in range(17, 20)]
    assert put(stage, *week) == 3
    assert put(stage, *week) == 0
    assert put(stage, *week, planned("20 09:00", "20 12:00")) == 1


def test_a_code_is_used_once(stage: Stage) -> None:
    with stage.refused(Reason.ALREADY_EXISTS):
        put(stage, planned("17 09:00", "17 12:00", code="S1"))


def test_the_number_of_statements_does_not_grow(stage: Stage) -> None:
    seen: list[str] = []
    event.listen(stage.session.get_bind(), "before_cursor_execute", lambda *about: seen.append(about[2]))

    def asked(first: int, last: int) -> int:
        seen.clear()
        put(
            stage,
            *(
                planned(f"{month:02}-{day:02} 09:00", f"{month:02}-{day:02} 12:00")
                for month in range(first, last)
                for day in range(1, 29)
            ),
            by=None,
        )
        return len(seen)

    asked(4, 5)
    assert asked(5, 6) == asked(6, 12) <= 6


def test_an_overlap_names_the_others_times(stage: Stage) -> None:
    with pytest.raises(Refusal) as refused:
        publish(stage, "08:30", "09:01", "05:00")
    assert refused.value.facts["other"] == Span(at("09:00"), at("12:00"))
