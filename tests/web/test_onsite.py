"""The keeper's list on site: count before names, roll-call, ticks, members without a phone, passes."""

import re
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.cast import NINE, NOON, NOW, Cast, System
from tests.web.conftest import Browser, Enter
from volunteer.models import Visit, VisitFlag
from volunteer.rules.kinds import Flag, Grade, VisitState
from volunteer.stats import onsite, sites
from volunteer.web import access


@pytest.fixture
def mei_in(enter: Enter, code: Any) -> Browser:
    """Mei has checked in; her browser."""
    mei = enter("mei")
    mei.send("/api/v1/scans", {"code": code(NOW), "client_ref": "0000-0001"})
    return mei


def test_while_the_shift_runs_the_keeper_counts_before_she_sees_a_name(
    mei_in: Browser, enter: Enter, traveller: time_machine.Traveller, read: Any
) -> None:
    leader = enter("leader")
    assert "李梅" in leader.get("/shifts/S1").text
    traveller.move_to(NINE)
    page = leader.get("/shifts/S1").text
    assert "李梅" not in page
    assert "看名单" in page
    leader.post("/shifts/S1/headcount", counted="1")
    page = leader.get("/shifts/S1").text
    assert "李梅" in page
    assert "已记下 1 人。" in page
    assert read(select(VisitFlag.flag)) is None
    assert "李梅" not in enter("organiser").get("/shifts/S1").text
    traveller.move_to(NOON)
    assert "李梅" in enter("organiser").get("/shifts/S1").text


def test_another_count_is_said_and_flagged(
    mei_in: Browser, enter: Enter, traveller: time_machine.Traveller, read: Any
) -> None:
    traveller.move_to(NINE)
    leader = enter("leader")
    leader.post("/shifts/S1/headcount", counted="3")
    assert "清点 3 人，已签到 1 人" in leader.get("/shifts/S1").text
    assert read(select(VisitFlag.flag)) is Flag.HEADCOUNT_DIFFERS


@pytest.mark.parametrize("counted", ["", "x", "-1", "1000"])
def test_what_is_no_count_is_refused_in_words(
    enter: Enter, traveller: time_machine.Traveller, counted: str
) -> None:
    traveller.move_to(NINE)
    leader = enter("leader")
    leader.post("/shifts/S1/headcount", counted=counted)
    page = leader.get("/shifts/S1").text
    assert "请检查" in page
    assert "看名单" in page


def test_those_who_are_ticked_are_witnessed(
    mei_in: Browser, enter: Enter, traveller: time_machine.Traveller, read: Any
) -> None:
    traveller.move_to(NINE)
    leader = enter("leader")
    leader.post("/shifts/S1/headcount", counted="1")
    leader.post("/shifts/S1/witness")
    assert "没有勾选任何人" in leader.get("/shifts/S1").text
    assert read(select(Visit.grade)) is Grade.B
    leader.post("/shifts/S1/witness", visit=str(read(select(Visit.id))))
    page = leader.get("/shifts/S1").text
    assert "已见证 1 人。" in page
    assert "你已见到" in page
    assert read(select(Visit.grade)) is Grade.A
    assert leader.post("/shifts/S1/witness", visit="999999").status_code == 404


def test_from_ten_people_on_two_names_are_called(
    enter: Enter, code: Any, write: Any, people: Cast, traveller: time_machine.Traveller, read: Any
) -> None:
    from tests.engines import fixed_campus
    from volunteer.actions import scan

    shown = code(NOW)

    def come(session: Session) -> None:
        for number in range(10):
            member = System(session).member(f"40{number:02}", people.law, name=f"张{number}号")
            scan.check(session, member_id=member, scan=scan.Scan(code=shown), campus=fixed_campus(), now=NOW)

    write(come)
    traveller.move_to(NINE)
    leader = enter("leader")
    leader.post("/shifts/S1/headcount", counted="10")
    called = re.findall(r'name="(visit-\d+)" value="present"', leader.get("/shifts/S1").text)
    assert len(called) == 2
    leader.post("/shifts/S1/roll-call", **{called[0]: "present"})
    assert "请逐一说明" in leader.get("/shifts/S1").text
    leader.post("/shifts/S1/roll-call", **{called[0]: "present", called[1]: "absent"})
    assert "点两个名" not in leader.get("/shifts/S1").text
    grade = select(Visit.grade).where(Visit.id == int(called[0].removeprefix("visit-")))
    assert read(grade) is Grade.A
    flag = select(VisitFlag.flag).where(VisitFlag.visit_id == int(called[1].removeprefix("visit-")))
    assert read(flag) is Flag.ABSENT_AT_ROLL_CALL


# --- a member without a phone ---


def test_a_member_without_a_phone_is_taken_in_and_out_and_confirms_at_home(
    enter: Enter, traveller: time_machine.Traveller, read: Any
) -> None:
    leader = enter("leader")
    traveller.move_to(NINE)
    page = leader.get("/shifts/S1/take?q=2023010001").text
    assert "李梅" in page
    assert "take-in" in page
    leader.post("/shifts/S1/take-in", student_no="2023010001")
    assert "take-out" in leader.get("/shifts/S1/take?q=2023010001").text
    traveller.move_to(NOON)
    leader.post("/shifts/S1/take-out", student_no="2023010001")
    assert read(select(Visit.state)) is VisitState.PENDING
    mei = enter("mei")
    assert "confirm-taken" in mei.get("/home").text
    mei.post(f"/records/{read(select(Visit.id))}/confirm-taken")
    assert (read(select(Visit.state)), read(select(Visit.grade))) == (VisitState.CONFIRMED, Grade.C)


def test_a_number_that_is_not_of_the_college_takes_nobody_in(
    enter: Enter, traveller: time_machine.Traveller
) -> None:
    traveller.move_to(NINE)
    leader = enter("leader")
    assert leader.post("/shifts/S1/take-in", student_no="9999999999").status_code == 404
    assert leader.post("/shifts/S1/take-in").status_code == 404


def test_a_refused_take_in_says_why(enter: Enter) -> None:
    secretary = enter("secretary")
    secretary.post("/shifts/S1/take-in", student_no="2021010003")
    assert "另一" in secretary.get("/shifts/S1").text


FOUND = {
    "a full number": ("2023010001", ["李梅"]),
    "a full number of another branch": ("2023020001", ["阿依古丽·买买提"]),
    "a part of a number": ("20230100", []),
    "the beginning of a name": ("李", ["李梅"]),
    "initials": ("lm", ["李梅"]),
    "initials in capitals": ("LM", ["李梅"]),
    "the initials of another branch's member": ("aygl", []),
    "a name of another branch": ("阿", []),
    "a sign that SQL knows": ("%", []),
    "another": ("_", []),
}


@pytest.mark.parametrize(("asked", "names"), FOUND.values(), ids=FOUND)
def test_whom_a_keeper_finds(session: Session, cast: Cast, asked: str, names: list[str]) -> None:
    found = onsite.find_members(session, asked=asked, post_id=cast.post, shift_id=cast.shift)
    assert [one.name for one in found] == names


def test_a_post_of_the_college_finds_by_name_only_who_served_there(session: Session, cast: Cast) -> None:
    from tests.engines import fixed_campus
    from volunteer.actions import keep
    from volunteer.actions.access import load_actor

    post = System(session).post("HALL", cast.college)
    shift = System(session).shift("H1", post, NINE, NOON)
    assert onsite.find_members(session, asked="李", post_id=post, shift_id=shift) == []
    keep.take_in(
        session,
        member_id=cast.mei,
        post_id=post,
        actor=load_actor(session, cast.office_account),
        campus=fixed_campus(),
        now=NINE,
    )
    (found,) = onsite.find_members(session, asked="李", post_id=post, shift_id=shift)
    assert (found.name, found.state) == ("李梅", VisitState.OPEN)


# --- passes over the API; what they prove is tested with the actions ---


def test_a_pass_that_is_none_is_answered_with_a_sentence(enter: Enter) -> None:
    answer = enter("leader").send(
        "/api/v1/shifts/S1/passes", {"passes": [{"client_ref": "0000-0001", "pass": "F3:x"}]}
    )
    assert answer.status_code == 200
    (verdict,) = answer.json["verdicts"]
    assert (verdict["verdict"], verdict["reason"], verdict["is_final"]) == ("refused", "code_unknown", True)
    assert "本人码" in verdict["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"passes": []},
        {"passes": [{"client_ref": "0000-0001"}]},
        {"passes": [{"client_ref": "0000-0001", "pass": "x", "by": 7}]},
        {"passes": [{"client_ref": "0000-0001", "pass": "x", "seen_at": "now"}]},
        {"passes": [{"client_ref": "0000-0001", "pass": "x"}] * 101},
    ],
)
def test_a_body_that_is_not_understood_is_422(enter: Enter, body: Any) -> None:
    assert enter("leader").send("/api/v1/shifts/S1/passes", body).status_code == 422


def test_a_neighbours_shift_takes_no_pass(enter: Enter) -> None:
    body = {"passes": [{"client_ref": "0000-0001", "pass": "x"}]}
    assert enter("neighbour").send("/api/v1/shifts/S1/passes", body).status_code == 404


# --- the list of sites ---


def test_the_sites_of_a_base_stand_together_its_own_first(session: Session, cast: Cast) -> None:
    from volunteer.actions.access import load_actor

    System(session).post("LEND", cast.law, base_id=cast.base)
    actor = load_actor(session, cast.office_account)
    groups = sites.by_base(sites.sites_kept(session, actor, access.KEEPERS, now=NOW))
    assert [[row.code for row in group] for group in groups] == [["LIB", "READ", "LEND"], ["GATE"]]


def test_the_page_names_the_base_once(enter: Enter) -> None:
    page = enter("office").get("/sites").text
    assert page.count("市图书馆") == 1
    assert "整个基地：全部岗位" in page
