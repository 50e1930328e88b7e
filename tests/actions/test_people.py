"""What the college changes about a person: her name, a mistyped number, her way to probation."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from tests.actions.stage import Stage, at
from volunteer.actions import people
from volunteer.models import Account, AuditLine, Member, ProbationWindow
from volunteer.rules import kinds
from volunteer.rules.reasons import Reason
from volunteer.stats.standing import member_standing

TODAY = date(2026, 3, 16)
STRANGERS = ("mei", "leader", "secretary", "neighbour", "admin", "auditor")


def act(stage: Stage, verb: str, who: int, login: str = "office", **more: Any) -> None:
    getattr(people, verb)(stage.session, member_id=who, actor=stage.actor(login), now=at("08:00"), **more)


def admit(stage: Stage, who: int, day: str = "2026-03-10", login: str = "office") -> None:
    act(stage, "admit", who, login, meeting_on=date.fromisoformat(day), campus=stage.campus)


def newcomer(stage: Stage, reached: kinds.Stage = kinds.Stage.CANDIDATE) -> int:
    return stage.system.member("2026010001", stage.cast.law, name="赵云", stage=reached)


def held(stage: Stage, who: int) -> Member:
    stage.session.expire_all()
    return stage.session.get_one(Member, who)


def trail(stage: Stage, verb: str) -> list[str | None]:
    return list(stage.session.scalars(select(AuditLine.facts).where(AuditLine.act == verb)))


@pytest.mark.parametrize("login", STRANGERS)
def test_nobody_but_the_college_changes_the_roster(stage: Stage, login: str) -> None:
    who = newcomer(stage)
    with stage.refused(Reason.NOT_ALLOWED):
        act(stage, "rename", who, login, name="赵雲")
    with stage.refused(Reason.NOT_ALLOWED):
        act(stage, "mend_number", who, login, student_no="2026010002")
    with stage.refused(Reason.NOT_ALLOWED):
        act(stage, "make_candidate", who, login)
    with stage.refused(Reason.NOT_ALLOWED):
        admit(stage, who, login=login)


def test_nobody_changes_herself(stage: Stage) -> None:
    who = newcomer(stage)
    stage.system.account("own", kinds.Role.COLLEGE, unit_id=stage.cast.college, member_id=who)
    with stage.refused(Reason.SAME_PERSON):
        admit(stage, who, login="own")
    with stage.refused(Reason.SAME_PERSON):
        act(stage, "mend_number", who, "own", student_no="7")


def test_a_new_name_is_found_by_its_pinyin_and_stands_on_the_account(stage: Stage) -> None:
    act(stage, "rename", stage.cast.mei, name="单𠮷·梅")
    mei = held(stage, stage.cast.mei)
    assert (mei.name, mei.sort_key.split()[0], mei.initials[0]) == ("单𠮷·梅", "shan", "s")
    assert stage.session.get_one(Account, stage.cast.mei_account).name == "单𠮷·梅"
    assert len(trail(stage, "rename")) == 1
    with stage.refused(Reason.BAD_FIELD):
        act(stage, "rename", stage.cast.mei, name="李\u200b梅")


def test_a_number_is_mended_with_the_login_made_of_it_while_nothing_is_credited(stage: Stage) -> None:
    who = newcomer(stage)
    account = stage.system.account("2026010001", member_id=who)
    act(stage, "mend_number", who, student_no="2026010002")
    assert held(stage, who).student_no == "2026010002"
    assert stage.session.get_one(Account, account).login == "2026010002"
    with stage.refused(Reason.ALREADY_EXISTS):
        act(stage, "mend_number", who, student_no="2023010001")
    with stage.refused(Reason.BAD_FIELD):
        act(stage, "mend_number", who, student_no=" ")


def test_a_number_is_not_mended_into_somebodys_login(stage: Stage) -> None:
    with stage.refused(Reason.ALREADY_EXISTS):
        act(stage, "mend_number", newcomer(stage), student_no="office")


def test_once_hours_are_credited_the_number_stays(stage: Stage) -> None:
    stage.come("mei", "09:00")
    act(stage, "mend_number", stage.cast.mei, student_no="2023019999")
    stage.leave("mei", "11:00")
    with stage.refused(Reason.ALREADY_CREDITED):
        act(stage, "mend_number", stage.cast.mei, student_no="2023010001")
    act(stage, "mend_number", stage.cast.mei, student_no="2023019999")


def test_an_activist_becomes_a_candidate_and_is_then_admitted(stage: Stage) -> None:
    who = newcomer(stage, kinds.Stage.ACTIVIST)
    with stage.refused(Reason.STAGE_ORDER):
        admit(stage, who)
    act(stage, "make_candidate", who)
    assert held(stage, who).stage is kinds.Stage.CANDIDATE
    with stage.refused(Reason.STAGE_ORDER):
        act(stage, "make_candidate", who)
    admit(stage, who, "2026-03-10")
    assert held(stage, who).stage is kinds.Stage.PROBATIONARY
    window = stage.session.get_one(ProbationWindow, who)
    assert (window.starts_on, window.ends_before) == (date(2026, 3, 10), date(2027, 3, 10))
    assert trail(stage, "admit") == ['{"meeting_on": "2026-03-10"}']


@pytest.mark.parametrize("who", ["mei", "hua"])
def test_nobody_is_admitted_twice(stage: Stage, who: str) -> None:
    with stage.refused(Reason.STAGE_ORDER):
        admit(stage, stage.member(who))


def test_the_meeting_was_held_by_today_on_the_campus(stage: Stage) -> None:
    who = newcomer(stage)
    with stage.refused(Reason.NOT_DUE):
        admit(stage, who, "2026-03-17")
    admit(stage, who, "2026-03-16")


def test_a_leap_day_is_due_on_the_28th(stage: Stage) -> None:
    who = newcomer(stage)
    admit(stage, who, "2024-02-29")
    assert stage.session.get_one(ProbationWindow, who).ends_before == date(2025, 2, 28)


@pytest.mark.parametrize(("day", "counted"), [("2026-03-16", 180), ("2026-03-15", 180)])
def test_what_she_served_since_the_meeting_counts(stage: Stage, day: str, counted: int) -> None:
    who = newcomer(stage)
    stage.serve(who, "09:00", "12:00")
    act_at = at("20:00")
    people.admit(
        stage.session,
        member_id=who,
        meeting_on=date.fromisoformat(day),
        actor=stage.actor("office"),
        campus=stage.campus,
        now=act_at,
    )
    assert member_standing(stage.session, who, today=TODAY).standing.counted == counted


def test_what_she_served_before_the_meeting_does_not(stage: Stage) -> None:
    who = newcomer(stage)
    stage.serve(who, "09:00", "12:00")
    people.admit(
        stage.session,
        member_id=who,
        meeting_on=date(2026, 3, 17),
        actor=stage.actor("office"),
        campus=stage.campus,
        now=at("17 20:00"),
    )
    assert member_standing(stage.session, who, today=date(2026, 3, 17)).standing.counted == 0


def test_who_left_the_college_is_left_alone(stage: Stage) -> None:
    who = newcomer(stage)
    stage.session.get_one(Member, who).unit_id = None
    stage.session.flush()
    with stage.refused(Reason.NOT_ALLOWED):
        act(stage, "rename", who, name="赵雲")
    with stage.refused(Reason.NOT_ALLOWED):
        admit(stage, who)


def test_an_unknown_member_is_unknown(stage: Stage) -> None:
    with stage.refused(Reason.UNKNOWN):
        act(stage, "rename", 99_999, name="赵雲")
