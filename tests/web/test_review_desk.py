"""The desk on its pages: own cases are others' to decide, one of two wins, the quiet go together."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.actions.stage import Stage
from tests.actions.test_keep import committee_confirms
from tests.cast import NOON, Cast
from tests.web.conftest import Browser, Enter
from volunteer.models import Question, SpotCheck, Visit
from volunteer.rules.campus import Campus

Write = Callable[[Callable[[Session], Any]], Any]


@pytest.fixture
def desk(people: Cast, write: Write, campus: Campus, traveller: time_machine.Traveller) -> dict[str, int]:
    """Records that wait for the committee: two quiet ones, and one whose phone two people used."""

    def served(session: Session) -> dict[str, int]:
        stage = Stage(session, people, campus)
        committee_confirms(stage)
        one = stage.serve("mei", "09:00", "12:00", device="phone-1")
        stage.come("bo", "09:00:30", device="phone-2")
        other = stage.serve("ning", "09:01", "12:00", device="phone-2")
        third = stage.serve("hua", "09:01:30", "12:00", device="phone-4")
        return {"quiet": one, "flagged": other, "own": third}

    found: dict[str, int] = write(served)
    traveller.move_to(NOON + timedelta(hours=1))
    return found


def seen(page: str, visit: int) -> str:
    found = re.search(rf'/review/visits/{visit}/confirm">.*?name="seen" value="(\d+)"', page, re.S)
    assert found, page
    return found[1]


def state(read: Any, visit: int) -> str:
    return str(read(select(Visit.state).where(Visit.id == visit)))


def test_what_carries_flags_stands_first_with_a_sentence_and_its_facts(
    enter: Enter, desk: dict[str, int]
) -> None:
    page = enter("organiser").get("/review?lang=en").text
    order = re.findall(r'id="(visit-\d+)"', page)
    assert order[0] == f"visit-{desk['flagged']}"
    assert "The same phone scanned for 1 other members of this shift." in page
    assert "phone …ne-2" in page and "others, " in page


def test_nobody_sees_an_own_record_as_reviewable(enter: Enter, desk: dict[str, int]) -> None:
    page = enter("secretary").get("/review?lang=en").text
    assert f"visit-{desk['own']}" not in page
    assert "1 case is about yourself" in page
    assert f"visit-{desk['own']}" in enter("organiser").get("/review").text


def test_of_two_reviewers_the_second_is_told_who_did_what(
    enter: Enter, desk: dict[str, int], read: Any
) -> None:
    first, second = enter("organiser"), enter("office")
    visit = desk["flagged"]
    version = seen(second.get("/review").text, visit)
    assert seen(first.get("/review").text, visit) == version
    first.post(f"/review/visits/{visit}/confirm", seen=version)
    answer = second.client.post(
        f"/review/visits/{visit}/return?lang=en",
        data={"csrf_token": second.token, "seen": version, "reason": "待核实"},
        follow_redirects=True,
    )
    assert "organiser" in answer.text and "13:00" in answer.text
    assert state(read, visit) == "confirmed"


def test_the_quiet_ones_are_confirmed_together_and_the_others_are_left(
    enter: Enter, desk: dict[str, int], read: Any
) -> None:
    organiser = enter("organiser")
    page = organiser.get("/review?lang=en").text
    assert "2 records carry no flag" in page
    ticked = re.findall(r'name="visit" value="(\d+)\.(\d+)"', page)
    assert {int(number) for number, _ in ticked} == {desk["quiet"], desk["own"]}
    forged = f"{desk['flagged']}.{seen(page, desk['flagged'])}"
    answer = organiser.client.post(
        "/review/confirm-quiet",
        data={
            "csrf_token": organiser.token,
            "visit": [*(".".join(one) for one in ticked), forged, "999999.1", "nonsense"],
        },
        follow_redirects=True,
    )
    assert "已认定 2 条记录" in answer.text and "3 条未变" in answer.text
    assert state(read, desk["quiet"]) == state(read, desk["own"]) == "confirmed"
    assert state(read, desk["flagged"]) == "pending"


def test_who_ticked_nothing_is_told_so(enter: Enter, desk: dict[str, int]) -> None:
    organiser = enter("organiser")
    organiser.post("/review/confirm-quiet")
    assert "没有勾选" in organiser.get("/review").text


def test_a_question_goes_to_the_leaders_page_and_its_answer_to_the_card(
    enter: Enter, desk: dict[str, int], read: Any
) -> None:
    organiser, leader = enter("organiser"), enter("leader")
    organiser.post(f"/review/visits/{desk['flagged']}/ask", text="她一直在岗吗?")
    assert "她一直在岗吗?" in leader.get("/sites/READ").text
    assert "1 个问题等负责人答复" in leader.get("/sites").text
    question = read(select(Question.id))
    answer = leader.post(f"/questions/{question}/answer", answer="在岗", site="READ")
    assert answer.headers["Location"].endswith("/sites/READ")
    assert "她一直在岗吗?" not in leader.get("/sites/READ").text
    assert "“在岗”" in organiser.get("/review").text


def test_a_card_shows_times_and_the_way_to_the_record_of_an_objection(
    enter: Enter, served: Browser, people: Cast, write: Write, campus: Campus
) -> None:
    def object_to(session: Session) -> None:
        stage = Stage(session, people, campus)
        stage.object_to(stage.visit_of("mei").id, "13:00")

    write(object_to)
    page = enter("organiser").get("/review?lang=en").text
    assert "08:50–11:50" in page
    assert f'href="/members/{people.mei}"' in page


def test_the_kinds_and_names_narrow_the_list(enter: Enter, desk: dict[str, int]) -> None:
    organiser = enter("organiser")
    assert "没有符合的" in organiser.get("/review?kind=request").text
    page = organiser.get("/review?q=李梅").text
    assert re.findall(r'<section class="card case" id="([^"]+)"', page) == [f"visit-{desk['quiet']}"]


def test_the_college_draws_and_somebody_without_a_part_enters_the_finding(
    enter: Enter, served: Browser, traveller: time_machine.Traveller, read: Any, people: Cast
) -> None:
    traveller.move_to(NOON.replace(month=4, day=1))
    office, auditor = enter("office"), enter("auditor")
    answer = office.post("/units/COL/spot-checks")
    path = answer.headers["Location"]
    assert re.fullmatch(r"/spot-checks/\d+", path)
    assert "李梅" in auditor.get(path).text and 'name="finding"' not in auditor.get(path).text
    visit = read(select(SpotCheck.visit_id))
    office.post(f"{path}/{visit}", finding="问过负责人")
    assert read(select(SpotCheck.checked_at)) is None
    office.post(f"{path}/{visit}", is_right="no", finding="当天在上课")
    assert "当天在上课" in auditor.get(path).text
    assert "100.0 %" in auditor.get("/spot-checks").text
    # Once a month.
    office.post("/units/COL/spot-checks")
    assert "每月只抽一次" in office.get("/spot-checks").text


def test_the_college_sees_how_approvers_decide_and_the_branch_does_not(
    enter: Enter, desk: dict[str, int]
) -> None:
    organiser = enter("organiser")
    organiser.post(f"/review/visits/{desk['quiet']}/confirm")
    page = enter("office").get("/approvers?lang=en").text
    assert "organiser" in page and "60 min" in page and "100.0 %" in page
    assert organiser.get("/approvers").status_code == 403


def test_the_overview_begins_with_what_there_is_to_do(enter: Enter, desk: dict[str, int]) -> None:
    page = enter("organiser").get("/units/LAW?lang=en").text
    assert page.index("To do today") < page.index("Where the members stand")
    assert "3 records wait for review" in page
    assert "To do today" not in enter("auditor").get("/units/LAW?lang=en").text
    assert "did not check out" in page


def test_a_leader_finds_who_forgot_with_the_way_to_attest(
    enter: Enter, people: Cast, write: Write, campus: Campus, traveller: time_machine.Traveller
) -> None:
    write(lambda session: Stage(session, people, campus).come("mei", "09:00"))
    traveller.move_to(NOON + timedelta(hours=1))
    page = enter("leader").get("/sites?lang=en").text
    assert "李梅 did not check out" in page and "/shifts/S1#close" in page
    traveller.move_to(NOON + timedelta(hours=24, minutes=1))
    assert "did not check out" not in enter("leader").get("/sites?lang=en").text
