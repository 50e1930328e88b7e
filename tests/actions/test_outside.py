"""Files of other platforms: asked for as one, decided as one by two people, booked on lines of their own."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, func, select

from tests.actions.stage import Stage, at
from tests.cast import NOW
from volunteer.actions import decide
from volunteer.actions.approve import approve, reject
from volunteer.actions.batches import approve_batch, reject_batch
from volunteer.actions.outside import add_outside, keep_source
from volunteer.actions.roster import add_members
from volunteer.models import Approval, AuditLine, Credit, Member, OutsideBatch, OutsideSource, Request
from volunteer.rules.kinds import Grade, RequestKind, RequestState
from volunteer.rules.kinds import Stage as Step
from volunteer.rules.outside import OutsideEntry
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roster import RosterEntry
from volunteer.stats import outside, rollups
from volunteer.stats.rollups import Days

YEAR = Days.calendar_year(2026)
STATEMENTS = 25


def entry(
    member_id: int, *, on: date = date(2026, 3, 7), minutes: int = 150, what: str = "社区清洁"
) -> OutsideEntry:
    return OutsideEntry(
        member_id=member_id, student_no="1", name="李梅", on=on, minutes=minutes, span=None, what=what
    )


def take_in(
    stage: Stage, entries: list[OutsideEntry], *, by: str | None = "organiser", name: str = "a.xlsx"
) -> int:
    session, actor = stage.session, stage.actor(by) if by else None
    source = keep_source(
        session, unit_id=stage.cast.law, name="i志愿", mapping={"name": "姓名"}, actor=actor, now=NOW
    )
    add_outside(
        session,
        entries=entries,
        source=(source, "i志愿"),
        unit_id=stage.cast.law,
        name=name,
        digest="0" * 64,
        actor=actor,
        campus=stage.campus,
        now=NOW,
    )
    return session.scalars(select(func.max(OutsideBatch.id))).one()


def decide_file(stage: Stage, batch: int, by: str, *, seen: int | None = None) -> int:
    return approve_batch(
        stage.session, batch_id=batch, actor=stage.actor(by), campus=stage.campus, now=NOW, seen=seen
    )


def refused(act: Callable[[], Any], reason: Reason) -> None:
    with pytest.raises(Refusal) as caught:
        act()
    assert caught.value.reason is reason


@pytest.fixture
def batch(stage: Stage) -> int:
    """A file with a row of Mei's and one of Ning's, sent by the organiser."""
    return take_in(stage, [entry(stage.cast.mei), entry(stage.cast.ning, minutes=60)])


def test_nothing_counts_before_two_people_have_approved_the_file(stage: Stage, batch: int) -> None:
    session = stage.session
    assert decide_file(stage, batch, "secretary") == 2
    assert stage.count(Credit) == 0
    assert decide_file(stage, batch, "office", seen=2) == 2
    lines = session.execute(
        select(Credit.member_id, Credit.credited_min, Credit.grade, Credit.record_kind, Credit.post_id)
    ).all()
    assert sorted(tuple(line) for line in lines) == [
        (stage.cast.mei, 150, Grade.E, RequestKind.OUTSIDE, None),
        (stage.cast.ning, 60, Grade.E, RequestKind.OUTSIDE, None),
    ]
    states = session.scalars(select(Request.state)).all()
    assert states == [RequestState.APPROVED] * 2


def test_the_hours_stand_in_no_post_and_no_base(stage: Stage, batch: int) -> None:
    decide_file(stage, batch, "secretary")
    decide_file(stage, batch, "office")
    assert rollups.by_post(stage.session, YEAR, unit_path="/") == []
    assert rollups.by_base(stage.session, YEAR, unit_path="/") == []
    stage.prove()


def test_each_row_has_its_story_in_the_trail(stage: Stage, batch: int) -> None:
    decide_file(stage, batch, "secretary")
    rows = stage.session.execute(
        select(AuditLine.act, func.count()).where(AuditLine.subject == "request").group_by(AuditLine.act)
    )
    assert {row[0]: row[1] for row in rows} == {"ask_outside": 2, "approve": 2}


WHO_MAY: dict[str, tuple[str, Reason]] = {
    "the one who sent it": ("organiser", Reason.SAME_PERSON),
    "another branch": ("neighbour", Reason.NOT_ALLOWED),
    "the auditor": ("auditor", Reason.NOT_ALLOWED),
    "the post's leader": ("leader", Reason.NOT_ALLOWED),
    "whose row it is": ("mei", Reason.SAME_PERSON),
}


@pytest.mark.parametrize(("who", "reason"), WHO_MAY.values(), ids=WHO_MAY)
def test_who_may_not_decide_about_a_file(stage: Stage, batch: int, who: str, reason: Reason) -> None:
    refused(lambda: decide_file(stage, batch, who), reason)
    assert stage.count(Approval) == 0


def test_the_second_approval_is_another_persons_of_the_college(stage: Stage, batch: int) -> None:
    decide_file(stage, batch, "office")
    refused(lambda: decide_file(stage, batch, "office"), Reason.SAME_PERSON)
    refused(lambda: decide_file(stage, batch, "secretary"), Reason.NOT_ALLOWED)
    assert stage.count(Credit) == 0
    decide_file(stage, batch, "office_second")
    refused(lambda: decide_file(stage, batch, "office_second"), Reason.CHANGED_MEANWHILE)
    assert stage.count(Credit) == 2


def test_who_looked_before_somebody_else_decided_must_look_again(stage: Stage, batch: int) -> None:
    decide_file(stage, batch, "secretary", seen=0)
    refused(lambda: decide_file(stage, batch, "office", seen=0), Reason.CHANGED_MEANWHILE)


def test_a_row_may_be_turned_down_alone_and_the_rest_goes_on(stage: Stage, batch: int) -> None:
    row = stage.session.scalars(select(Request.id).where(Request.member_id == stage.cast.ning)).one()
    actor = stage.actor("secretary")
    reject(stage.session, request_id=row, actor=actor, reason="不符", campus=stage.campus, now=NOW)
    assert decide_file(stage, batch, "secretary") == 1
    assert decide_file(stage, batch, "office") == 1
    assert stage.session.scalars(select(Credit.member_id)).all() == [stage.cast.mei]


def test_a_row_that_was_approved_alone_keeps_its_step(stage: Stage, batch: int) -> None:
    row = stage.session.scalars(select(Request.id).where(Request.member_id == stage.cast.ning)).one()
    approve(stage.session, request_id=row, actor=stage.actor("secretary"), campus=stage.campus, now=NOW)
    decide_file(stage, batch, "office")
    assert stage.session.scalars(select(Credit.member_id)).all() == [stage.cast.ning]
    decide_file(stage, batch, "office_second")
    assert stage.count(Credit) == 2


def test_who_left_meanwhile_holds_the_file_back(stage: Stage, batch: int) -> None:
    decide.transfer(
        stage.session,
        member_id=stage.cast.mei,
        to_unit_id=None,
        on=NOW.date(),
        actor=None,
        campus=stage.campus,
        now=NOW,
    )
    refused(lambda: decide_file(stage, batch, "office"), Reason.PROBATION_CLOSED)
    assert stage.count(Approval) == 0


def test_a_file_is_turned_down_with_a_reason(stage: Stage, batch: int) -> None:
    def down(by: str, reason: str = "与平台不符") -> int:
        return reject_batch(stage.session, batch_id=batch, actor=stage.actor(by), reason=reason, now=NOW)

    refused(lambda: down("secretary", " "), Reason.BAD_FIELD)
    refused(lambda: down("neighbour"), Reason.NOT_ALLOWED)
    assert down("secretary") == 2
    refused(lambda: decide_file(stage, batch, "office"), Reason.CHANGED_MEANWHILE)
    assert stage.session.scalars(select(Request.answer)).all() == ["与平台不符"] * 2


def test_somebody_who_asked_in_between_is_seen(stage: Stage, batch: int) -> None:
    more = [entry(stage.cast.mei, on=date(2026, 3, 8), minutes=1051)]
    refused(lambda: take_in(stage, more), Reason.BUDGET_USED)
    assert stage.count(Request) == 2
    take_in(stage, [entry(stage.cast.mei, on=date(2026, 3, 8), minutes=1050)])


@pytest.mark.parametrize("who", ["neighbour", "leader", "auditor", "mei"])
def test_only_the_committee_and_the_college_take_a_file_in(stage: Stage, who: str) -> None:
    refused(lambda: take_in(stage, [entry(stage.cast.mei)], by=who), Reason.NOT_ALLOWED)


def test_a_platforms_columns_are_remembered_once_for_a_unit(stage: Stage, batch: int) -> None:
    take_in(stage, [entry(stage.cast.mei, on=date(2026, 3, 9))])
    assert stage.count(OutsideSource) == 1
    found = outside.source_named(stage.session, stage.cast.law, "i志愿")
    assert found is not None
    assert found.mapping == {"name": "姓名"}
    assert outside.source_named(stage.session, stage.cast.bio, "i志愿") is None


def test_what_is_taken_is_the_presence_and_not_the_shift(stage: Stage) -> None:
    stage.serve("mei", "09:05", "10:00")
    (taken,) = outside.taken_by(stage.session, [stage.cast.mei], [date(2026, 3, 16)])[stage.cast.mei]
    assert taken.span is not None
    assert (taken.span.start, taken.span.end) == (at("09:05"), at("10:00"))
    assert outside.taken_by(stage.session, [stage.cast.mei], [date(2026, 3, 20)]) == {}


def test_a_file_of_200_takes_as_few_statements_as_one_of_two(stage: Stage) -> None:
    people = [
        RosterEntry(student_no=f"n{number}", name="赵一", unit="LAW", stage=Step.CANDIDATE)
        for number in range(200)
    ]
    add_members(stage.session, entries=people, source="test", actor=None, now=NOW)
    ids = stage.session.scalars(select(Member.id).where(Member.student_no.startswith("n"))).all()
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        heard.append(statement)

    connection = stage.session.connection()
    event.listen(connection, "before_cursor_execute", hear)
    batch = take_in(stage, [entry(number) for number in ids])
    decide_file(stage, batch, "secretary")
    decide_file(stage, batch, "office")
    event.remove(connection, "before_cursor_execute", hear)
    assert stage.count(Credit) == 200
    assert len(heard) <= 3 * STATEMENTS
