"""Shifts on pages: one tap signs up, a full shift makes one wait, a refusal is a sentence."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.actions.stage import at
from tests.cast import Cast, System
from tests.web.conftest import Browser, Enter
from volunteer.actions import sign_ups
from volunteer.models import SignUp
from volunteer.rules.kinds import UnitKind

LIST = "/sign-ups"


@pytest.fixture
def tomorrow(people: Cast, write: Any) -> int:
    """A shift of the next day with one place, of code T1."""
    shift: int = write(
        lambda session: System(session).shift("T1", people.post, at("17 09:00"), at("17 12:00"), capacity=1)
    )
    return shift


def held(read: Any, member_id: int) -> int:
    found: int = read(
        select(func.count()).where(SignUp.member_id == member_id, SignUp.withdrawn_at.is_(None))
    )
    return found


def signed_up(write: Any, people: Cast, member_id: int, shift_id: int, campus: Any) -> None:
    write(
        lambda session: sign_ups.sign_up(
            session, member_id=member_id, shift_id=shift_id, campus=campus, now=at("16 08:00")
        )
    )


def press(browser: Browser, path: str, **more: str) -> str:
    """Press a button, follow where it leads, and return that page."""
    answer = browser.post(path, **more)
    assert answer.status_code == 303
    return browser.get(answer.location).text


def test_one_tap_on_home_signs_up_and_a_second_changes_nothing(
    enter: Enter, people: Cast, read: Any, tomorrow: int
) -> None:
    mei = enter("mei")
    assert 'action="/sign-ups/T1"' in mei.get("/home").text
    for _ in range(2):
        page = press(mei, "/sign-ups/T1", **{"from": "home"})
        assert "报名成功" in page and 'action="/sign-ups/T1/withdraw"' in page
    assert held(read, people.mei) == 1
    assert 'action="/sign-ups/T1"' not in page


def test_a_full_shift_says_so_and_one_waits(
    enter: Enter, people: Cast, write: Any, campus: Any, tomorrow: int
) -> None:
    signed_up(write, people, people.ning, tomorrow, campus)
    mei = enter("mei")
    assert "排队候补" in mei.get(LIST).text
    assert "候补第 1 位" in press(mei, "/sign-ups/T1")
    # Ning gives her place back.
    press(enter("ning"), "/sign-ups/T1/withdraw")
    assert "候补成功" in mei.get("/inbox").text
    assert "已报名" in mei.get(LIST).text


def test_withdrawing_too_late_is_a_sentence_with_the_limit(
    enter: Enter, people: Cast, read: Any, tomorrow: int, traveller: time_machine.Traveller
) -> None:
    mei = enter("mei")
    press(mei, "/sign-ups/T1")
    traveller.move_to(at("16 21:01"))
    assert 'action="/sign-ups/T1/withdraw"' not in mei.get(LIST).text
    page = press(mei, "/sign-ups/T1/withdraw")
    assert "已过取消报名的时间（2026-03-16 21:00" in page
    assert held(read, people.mei) == 1


def test_what_begun_or_overlaps_is_refused_with_a_sentence(
    enter: Enter, people: Cast, write: Any, read: Any, traveller: time_machine.Traveller
) -> None:
    write(lambda session: System(session).shift("G1", people.campus_post, at("11:00"), at("13:00")))
    mei = enter("mei")
    press(mei, "/sign-ups/S1")
    page = press(mei, "/sign-ups/G1")
    assert "你已报名同一时间的" in page and "09:00–12:00" in page
    traveller.move_to(at("11:00"))
    assert "该班次已开始" in press(enter("ning"), "/sign-ups/G1")
    assert held(read, people.ning) == 0


def test_a_shift_of_another_college_is_not_there(enter: Enter, people: Cast, write: Any, read: Any) -> None:
    def far(session: Session) -> None:
        system = System(session)
        unit = system.unit("FAB", UnitKind.BRANCH, system.unit("FAR", UnitKind.COLLEGE))
        post = system.post("FARPOST", unit)
        system.shift("F1", post, at("17 09:00"), at("17 12:00"))

    write(far)
    mei = enter("mei")
    assert "F1" not in mei.get(LIST).text
    for path in ("/sign-ups/F1", "/sign-ups/F1/withdraw", "/sign-ups/NOBODYS"):
        assert mei.post(path).status_code == 404
    assert held(read, people.mei) == 0


def test_the_list_is_searched_by_post_base_and_day(enter: Enter, people: Cast, tomorrow: int) -> None:
    mei = enter("mei")
    assert {"S1", "T1"} == set(re.findall(r'action="/sign-ups/(\w+)"', mei.get(LIST).text))
    for asked, found in {
        "?q=市图": {"S1", "T1"},
        "?q=岗位READ&day=2026-03-17": {"T1"},
        "?day=2026-03-18": set(),
        "?q=%25": set(),
        "?day=0001-01-01&page=x": {"S1", "T1"},
        "?page=2": set(),
    }.items():
        assert set(re.findall(r'action="/sign-ups/(\w+)"', mei.get(LIST + asked).text)) == found, asked


def test_a_tap_leads_back_to_the_same_place_of_the_list(enter: Enter, people: Cast, tomorrow: int) -> None:
    mei = enter("mei")
    for at_place, leads in {
        "day=2026-03-17&page=1": "/sign-ups?day=2026-03-17&page=1",
        "q=%E5%B2%97&next=//elsewhere": "/sign-ups?q=%E5%B2%97",
        "//elsewhere": "/sign-ups",
    }.items():
        assert mei.post("/sign-ups/T1", at=at_place).location == leads


def test_the_leader_sees_who_is_expected_and_afterwards_who_did_not_come(
    enter: Enter, people: Cast, write: Any, campus: Any, traveller: time_machine.Traveller
) -> None:
    signed_up(write, people, people.ning, people.shift, campus)
    leader = enter("leader")
    page = leader.get("/shifts/S1").text
    assert "𠮷宁" in page and "预计到岗 1 人" in page
    traveller.move_to(at("09:30"))
    # While it runs she counts before she sees a name.
    assert "𠮷宁" not in leader.get("/shifts/S1").text
    traveller.move_to(at("12:00") + timedelta(minutes=1))
    assert "未到岗" in leader.get("/shifts/S1").text


def test_a_post_says_who_signs_up_and_its_committee_changes_it(enter: Enter, people: Cast, read: Any) -> None:
    secretary = enter("secretary")
    form = {"name": "岗位READ", "sign_up_for": "nobody", "takes_walk_ins": "no"}
    assert secretary.post("/posts/READ/edit", **form).status_code == 303
    assert "无需报名，直接到岗" in secretary.get("/posts/READ").text
    assert "无需报名，到岗扫码即可" in enter("mei").get(LIST).text
    assert secretary.post("/posts/READ/edit", **form | {"sign_up_for": "all"}).status_code == 422
    shown = secretary.get("/api/v1/posts/READ").json
    assert shown and (shown["sign_up_for"], shown["takes_walk_ins"]) == ("nobody", False)
