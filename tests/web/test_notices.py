"""Notices in the browser: frozen, seen inside the branch, objected to, printed, taken down."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.actions.stage import Stage, at
from tests.cast import Cast
from tests.papers import hours_notice
from tests.web.conftest import Enter
from tests.web.test_posters import text_of
from volunteer.models import Notice, Objection
from volunteer.rules.campus import Campus

Write = Callable[[Callable[[Session], Any]], Any]
FORM = "00000000-0000-0000-0000-0000000000f2"


@pytest.fixture
def visit(people: Cast, write: Write, campus: Campus, traveller: time_machine.Traveller) -> int:
    """A record of our member; it is one o'clock."""
    found: int = write(lambda session: Stage(session, people, campus).serve("mei", "09:00", "12:00"))
    traveller.move_to(at("13:00"))
    return found


@pytest.fixture
def notice(visit: int, people: Cast, write: Write, campus: Campus) -> int:
    """A notice of the hours of LAW."""
    found: int = write(lambda session: hours_notice(Stage(session, people, campus)))
    return found


def test_the_branch_freezes_shows_prints_and_pastes(visit: int, enter: Enter, read: Any) -> None:
    secretary = enter("secretary")
    page = secretary.get("/units/LAW/notices/new").text
    assert "2026年3月19日" in page
    nobody = secretary.post("/units/LAW/notices/new", ref=FORM, which="met")
    assert (nobody.status_code, "名单为空" in nobody.text) == (422, True)
    for _ in range(2):
        made = secretary.post("/units/LAW/notices/new", ref=FORM, which="all")
        assert made.headers["Location"] == "/notices/1"
    assert read(select(func.count()).select_from(Notice)) == 1
    shown = secretary.get("/notices/1").text
    assert "1. 李梅　3.00 小时" in shown
    told = text_of(secretary.get("/notices/1.pdf").data)
    for part in ("服务时长公示", "李梅", "2023010001", "3.00", "𠮷宁", "公示期间的异议", "校验码"):
        assert part in told, part


def test_notices_are_found_by_unit_by_who_is_listed_and_by_what_runs(
    notice: int, enter: Enter, traveller: time_machine.Traveller
) -> None:
    secretary, link = enter("secretary"), f'href="/notices/{notice}"'
    asked = ("", "?q=LAW", "?q=limei", "?q=2023010001", "?running=yes", "?q=王五", "?q=%25")
    found = {query: link in secretary.get(f"/units/LAW/notices{query}").text for query in asked}
    assert [query for query, is_there in found.items() if not is_there] == ["?q=王五", "?q=%25"]
    traveller.shift(timedelta(days=30))
    assert link not in secretary.get("/units/LAW/notices?running=yes").text
    assert "已结束" in secretary.get("/units/LAW/notices.csv").get_data(as_text=True)


def test_members_of_the_branch_see_it_and_nobody_else(notice: int, enter: Enter) -> None:
    for who, status in (("ning", 200), ("mei", 200), ("auditor", 200), ("bo", 404), ("neighbour", 404)):
        assert enter(who).get(f"/notices/{notice}").status_code == status, who
    assert f"/notices/{notice}" in enter("ning").get("/notices").text
    assert f"/notices/{notice}" not in enter("bo").get("/notices").text
    page = enter("ning").get(f"/notices/{notice}").text
    assert "textarea" not in page
    assert "/withdraw" not in page


def test_a_member_objects_to_one_record_and_the_outcome_stays_with_the_notice(
    notice: int, visit: int, people: Cast, enter: Enter, read: Any, traveller: time_machine.Traveller
) -> None:
    ning, office = enter("ning"), enter("office")
    path = f"/notices/{notice}/records/{visit}/object"
    assert path in ning.get(f"/notices/{notice}/members/{people.mei}").text
    assert enter("bo").get(path).status_code == 404
    assert ning.post(path, ref=FORM, reason=" ").status_code == 422
    for _ in range(2):
        assert ning.post(path, ref=FORM, reason="当天不在岗").status_code == 303
    objection = int(read(select(Objection.id)))
    assert "待支部委员会受理" in ning.get(f"/notices/{notice}").text
    office.post(f"/review/objections/{objection}/accept")
    assert "核查中" in ning.get(f"/notices/{notice}").text
    traveller.shift(timedelta(days=20))
    office.post(f"/review/objections/{objection}/resolve", upheld="yes", reason="经核实未到岗")
    told = text_of(office.get(f"/notices/{notice}.pdf").data)
    assert "成立，记录作废：经核实未到岗" in told
    assert "3.00" in told
    assert ning.get(f"/notices/{notice}").status_code == 404


def test_after_its_last_day_nobody_objects_from_it(
    notice: int, visit: int, enter: Enter, traveller: time_machine.Traveller
) -> None:
    path = f"/notices/{notice}/records/{visit}/object"
    secretary = enter("secretary")
    assert secretary.get(path).status_code == 200
    traveller.move_to(at("20 00:00"))
    assert secretary.get(path).status_code == 404
    assert "/object" not in secretary.get(f"/notices/{notice}").text


def test_an_own_record_is_objected_to_at_once(notice: int, visit: int, people: Cast, enter: Enter) -> None:
    mei = enter("mei")
    mei.post(f"/notices/{notice}/records/{visit}/object", ref=FORM, reason="时间记错")
    assert "核查中" in mei.get(f"/notices/{notice}").text


def test_it_is_taken_down_with_a_reason(notice: int, enter: Enter) -> None:
    secretary = enter("secretary")
    assert secretary.post(f"/notices/{notice}/withdraw", reason="").status_code == 422
    for _ in range(2):
        assert secretary.post(f"/notices/{notice}/withdraw", reason="名单有误").status_code == 303
    assert "名单有误" in secretary.get(f"/notices/{notice}").text
    assert "名单有误" in text_of(secretary.get(f"/notices/{notice}.pdf").data)
    assert enter("ning").get(f"/notices/{notice}").status_code == 404


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_list_that_was_changed_behind_the_guards_says_so(notice: int, enter: Enter, write: Write) -> None:
    secretary = enter("secretary")
    assert "冻结后被改动" not in secretary.get(f"/notices/{notice}").text

    def change(session: Session) -> None:
        session.execute(text("DROP TRIGGER notice_line_no_update"))
        session.execute(text("UPDATE notice_line SET minutes = 3000 WHERE number = 1"))

    write(change)
    assert "冻结后被改动" in secretary.get(f"/notices/{notice}").text
