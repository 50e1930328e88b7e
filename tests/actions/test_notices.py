"""Notices: frozen for so many working days, seen inside the unit alone, with what was objected meanwhile."""

from datetime import date, datetime

import pytest
from sqlalchemy import select, text, update

from tests.actions.stage import Stage, at
from volunteer.actions import people
from volunteer.actions.notices import open_notice, withdraw_notice
from volunteer.models import Message, Notice, NoticeLine
from volunteer.rules.kinds import MessageKind, NoticeList
from volunteer.rules.reasons import Reason
from volunteer.stats import notices
from volunteer.stats.notices import NoticeRow
from volunteer.web.access import READERS

FORM = "00000000-0000-0000-0000-00000000000a"


def show(
    stage: Stage, when: str, *, by: str = "organiser", which: NoticeList = NoticeList.ALL, ref: str = FORM
) -> int:
    return open_notice(
        stage.session,
        ref=ref,
        unit_id=stage.cast.law,
        which=which,
        actor=stage.actor(by),
        campus=stage.campus,
        now=at(when),
    )


def row(stage: Stage, notice_id: int) -> NoticeRow:
    return notices._notices(stage.session, Notice.id == notice_id)[0]


def withdraw(stage: Stage, notice_id: int, when: str, by: str = "organiser") -> None:
    withdraw_notice(
        stage.session,
        notice_id=notice_id,
        reason="名单有误",
        actor=stage.actor(by),
        campus=stage.campus,
        now=at(when),
    )


def seen_by(stage: Stage, who: str, notice_id: int, on: str) -> bool:
    found = notices.notice_in_reach(
        stage.session, notice_id, stage.actor(who), READERS, today=stage.campus.day(at(on))
    )
    return found is not None


def test_it_says_what_counts_on_that_day_of_everybody_on_probation(stage: Stage) -> None:
    stage.serve("mei", "09:00", "12:00")
    lines = notices.lines_of(stage.session, show(stage, "13:00"))
    assert [(line.number, line.name, line.minutes, line.marks) for line in lines] == [
        (1, "李梅", 180, "B:180"),
        (2, "𠮷宁", 0, ""),
    ]


@pytest.mark.parametrize(
    ("opened", "last"),
    [
        ("16 09:00", date(2026, 3, 19)),
        # Over a weekend, and over a holiday with a Saturday that is worked.
        ("20 18:00", date(2026, 3, 25)),
        ("09-30 18:00", date(2026, 10, 10)),
    ],
)
def test_it_runs_for_three_working_days_after_its_first(stage: Stage, opened: str, last: date) -> None:
    found = row(stage, show(stage, opened))
    assert (found.starts_on, found.last_on) == (stage.campus.day(at(opened)), last)
    assert found.is_running(last)
    assert not found.is_running(date.fromordinal(last.toordinal() + 1))


def test_the_same_form_is_one_notice(stage: Stage) -> None:
    assert show(stage, "13:00") == show(stage, "13:01")
    assert stage.count(Notice) == 1


@pytest.mark.parametrize("by", ["neighbour", "leader", "admin", "auditor", "mei"])
def test_only_its_committee_and_the_college_open_it(stage: Stage, by: str) -> None:
    with stage.refused(Reason.NOT_ALLOWED):
        show(stage, "13:00", by=by)


def test_members_of_the_unit_are_told_once(stage: Stage) -> None:
    show(stage, "13:00")
    show(stage, "13:00")
    told = select(Message.account_id).where(
        Message.kind == MessageKind.NOTICE_OPENED, Message.text == "2026-03-19"
    )
    cast = stage.cast
    assert sorted(stage.session.scalars(told)) == sorted(
        (cast.mei_account, cast.ning_account, cast.secretary_account)
    )


def test_a_list_of_nobody_is_not_shown(stage: Stage) -> None:
    with stage.refused(Reason.BAD_FIELD):
        show(stage, "13:00", which=NoticeList.MET)


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("mei", True),
        ("ning", True),
        ("secretary", True),
        ("office", True),
        ("auditor", True),
        ("bo", False),
        ("neighbour", False),
        ("leader", False),
    ],
)
def test_names_are_seen_inside_the_unit_alone(stage: Stage, who: str, sees: bool) -> None:
    assert seen_by(stage, who, show(stage, "13:00"), "17 09:00") is sees


def test_members_see_it_to_the_end_of_its_last_day_and_offices_for_good(stage: Stage) -> None:
    notice = show(stage, "13:00")
    assert seen_by(stage, "ning", notice, "19 23:59:59")
    assert not seen_by(stage, "ning", notice, "20 00:00")
    assert seen_by(stage, "organiser", notice, "20 00:00")
    assert [one.id for one in notices.notices_for(stage.session, stage.cast.ning, today=date(2026, 3, 19))]
    assert not notices.notices_for(stage.session, stage.cast.ning, today=date(2026, 3, 20))
    assert not notices.notices_for(stage.session, stage.cast.bo, today=date(2026, 3, 19))


def test_it_is_taken_down_with_a_reason_while_it_runs(stage: Stage) -> None:
    notice = show(stage, "13:00")
    withdraw(stage, notice, "19 23:59:59")
    withdraw(stage, notice, "19 23:59:59")
    assert row(stage, notice).withdrawn_reason == "名单有误"
    assert not seen_by(stage, "ning", notice, "19 23:59:59")


def test_once_it_is_over_it_stays(stage: Stage) -> None:
    notice = show(stage, "13:00")
    with stage.refused(Reason.CHANGED_MEANWHILE):
        withdraw(stage, notice, "20 00:00")
    with stage.refused(Reason.NOT_ALLOWED):
        withdraw(stage, notice, "17 09:00", by="neighbour")


def test_what_counts_later_changes_nothing_of_what_was_shown(stage: Stage) -> None:
    notice = show(stage, "08:00")
    stage.serve("mei", "09:00", "12:00")
    assert [line.minutes for line in notices.lines_of(stage.session, notice)] == [0, 0]
    assert notices.is_frozen(stage.session, notice)


def test_a_change_behind_the_guards_shows_in_the_checksum(stage: Stage) -> None:
    notice = show(stage, "13:00")
    drop = (
        "DROP TRIGGER notice_line_no_update"
        if stage.session.get_bind().dialect.name == "sqlite"
        else "ALTER TABLE notice_line DISABLE TRIGGER notice_line_no_change"
    )
    stage.session.execute(text(drop))
    stage.session.execute(update(NoticeLine).where(NoticeLine.number == 2).values(minutes=3000))
    assert not notices.is_frozen(stage.session, notice)


def test_a_new_name_on_the_roster_changes_nothing_that_was_frozen(stage: Stage) -> None:
    notice = show(stage, "13:00")
    people.rename(stage.session, member_id=stage.cast.mei, name="李玫", actor=None, now=at("14:00"))
    assert notices.is_frozen(stage.session, notice)
    assert "李玫" in [line.name for line in notices.lines_of(stage.session, notice)]


def test_what_is_objected_while_it_runs_stays_with_it_and_so_does_what_came_of_it(stage: Stage) -> None:
    """A month of working days: shown on the 16th, objected on the 19th, answered in April."""
    visit = stage.serve("mei", "09:00", "12:00")
    notice = show(stage, "13:00")
    early, late = stage.object_to(visit, "19 20:00", by="ning"), stage.object_to(visit, "20 00:00", by="bo")

    def found() -> list[tuple[int, bool, bool | None, str | None]]:
        until: datetime = at("20 00:00")
        rows = notices.objections_during(stage.session, row(stage, notice), until=until)
        return [(one.id, one.accepted_at is not None, one.is_upheld, one.answer) for one in rows]

    assert found() == [(early, False, None, None)]
    stage.accept(early, "organiser", "24 17:00")
    assert found() == [(early, True, None, None)]
    stage.resolve(early, "organiser", "04-15 10:00", upheld=True)
    assert [(key, upheld) for key, _, upheld, _ in found()] == [(early, True)]
    assert late > early
    assert [line.minutes for line in notices.lines_of(stage.session, notice)] == [180, 0]
