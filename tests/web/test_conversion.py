"""The conversion desk in the browser: who is due, what is proposed and entered, and what is printed of it."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.actions.stage import Stage, at
from tests.actions.test_ask import record
from tests.cast import NOW, Cast, System
from tests.web.conftest import Browser, Enter
from tests.web.test_pages import statements
from volunteer.actions.seal import seal
from volunteer.database import db
from volunteer.models import Credit, Decision, DecisionProposal, Member, Request, Seal
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import RequestState
from volunteer.rules.kinds import Stage as MemberStage
from volunteer.stats.breakdown import breakdown_of
from volunteer.stats.standing import member_standing

Write = Callable[[Callable[[Session], Any]], Any]
# The cast's probation is due on 2026-12-01.
DUE_NOON = at("12-01 12:00")
DUE = "2026-12-01"
REASON = "支部大会决议"


@pytest.fixture
def given(people: Cast, write: Write, campus: Campus) -> Callable[[int], None]:
    """Grant our member typed minutes inside her window."""

    def given(minutes: int) -> None:
        def work(session: Session) -> None:
            stage = Stage(session, people, campus)
            request = record(stage, minutes)
            stage.approve(request, "secretary", "10:10")
            stage.approve(request, "office", "10:20")

        write(work)

    return given


@pytest.fixture
def due(traveller: Any, given: Callable[[int], None]) -> None:
    """Mei's 50 hours are there, Ning's are not, and both are due today."""
    given(3000)
    traveller.move_to(DUE_NOON)


def proposed(browser: Browser, people: Cast, **form: Any) -> Any:
    sent = {"what": "conversion", "on": DUE, "reason": REASON} | form
    return browser.post(f"/members/{people.mei}/propose", **sent)


def told(page: Any) -> str:
    """Return the text of a page without its marks."""
    return " ".join(page.text.split())


# --- the desk ---


def test_the_desk_lists_who_is_due_furthest_first_with_the_figures_of_the_members_page(
    due: None, enter: Enter
) -> None:
    page = enter("secretary").get("/units/LAW/conversion").text
    assert page.index("𠮷宁") < page.index("李梅")
    assert ">50.00<" in page and "期初记录 50.00" in page
    assert "期满未达标" in page and "预备期满，待支部大会讨论" in page
    assert (
        page.count("/propose") == 2 and "/propose" not in enter("auditor").get("/units/LAW/conversion").text
    )


NINETY = {"91 days ahead": (91, False), "90 days ahead": (90, True)}


@pytest.mark.parametrize(("days", "is_listed"), NINETY.values(), ids=NINETY)
def test_the_desk_looks_90_days_ahead(enter: Enter, traveller: Any, days: int, is_listed: bool) -> None:
    secretary = enter("secretary")
    traveller.move_to(DUE_NOON - timedelta(days=days))
    page = secretary.get("/units/LAW/conversion").text
    assert ("李梅" in page) is is_listed
    assert ("90 天内无人期满" in page) is not is_listed


def test_a_filter_shows_its_part_and_the_file_has_the_same_rows(due: None, enter: Enter) -> None:
    secretary = enter("secretary")
    page = secretary.get("/units/LAW/conversion?due=not_met").text
    assert "𠮷宁" in page and "李梅" not in page
    file = secretary.get("/units/LAW/conversion.csv?due=due_waiting")
    rows = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))
    head = next(row for row in rows if row[0] == "学号")
    (mei,) = rows[rows.index(head) + 1 :]
    told = dict(zip(head, mei, strict=True))
    assert (told["学号"], told["期初记录"]) == ("2023010001", "50.00")
    assert secretary.get("/units/LAW/conversion.xlsx").status_code == 200


def test_a_filter_that_the_desk_does_not_have_is_refused_with_a_sentence(due: None, enter: Enter) -> None:
    secretary = enter("secretary")
    for path in ("/units/LAW/conversion", "/units/LAW/conversion.csv"):
        answer = secretary.get(f"{path}?due=31")
        assert answer.status_code == 422 and "没有这个筛选项" in answer.text


# --- proposing and entering ---


def test_the_branch_proposes_and_the_college_enters(due: None, enter: Enter, people: Cast, read: Any) -> None:
    sent = proposed(enter("organiser"), people)
    path = sent.headers["Location"]
    office = enter("office")
    assert "李梅" in office.get("/units/COL/conversion").text
    page = office.get(path).text
    assert REASON in page and f"/members/{people.mei}/hours-sheet" in page
    office.post(f"{path}/approve")
    assert read(select(Member.stage).where(Member.id == people.mei)) is MemberStage.FULL
    assert "已同意并登记" in office.get(path).text
    assert "李梅" not in office.get("/units/COL/conversion").text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_on_the_desk_who_is_proposed_leads_to_the_proposal_and_to_no_second_one(
    due: None, enter: Enter, people: Cast
) -> None:
    organiser, again = enter("organiser"), f'href="/members/{people.mei}/propose"'
    assert again in organiser.get("/units/LAW/conversion").text
    path = proposed(organiser, people).headers["Location"]
    page = organiser.get("/units/LAW/conversion").text
    assert again not in page and page.count(f'href="{path}"') == 2


def test_a_second_desk_is_told_how_it_stands(due: None, enter: Enter, people: Cast, read: Any) -> None:
    path = proposed(enter("organiser"), people).headers["Location"]
    enter("office").post(f"{path}/approve")
    second = enter("office_second")
    answer = second.client.post(f"{path}/decline", data={"csrf_token": second.token, "reason": "重复"})
    assert answer.status_code == 303
    page = second.get(path).text
    assert "这项提议此前已有结果：已同意并登记" in page
    assert read(select(func.count()).select_from(Decision)) == 1


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "too few hours": ({}, "认定 0.00 小时，未满 50.00 小时，不能登记转正，可登记延长或取消资格"),
    "13 months": ({"what": "extension", "months": "13"}, "延长须为 6 至 12 个月"),
    "no months": ({"what": "extension"}, "请检查"),
    "before it is due": ({"on": "2026-11-30"}, "2026-12-01"),
    "a meeting to come": ({"what": "cancellation", "on": "2026-12-02"}, "还没有召开"),
    "no reason": ({"reason": ""}, "此项必填。"),
    "no such decision": ({"what": "over_cap"}, "请从列表中选择"),
}


@pytest.mark.parametrize(("form", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_recorded_is_said_when_it_is_proposed(
    enter: Enter, people: Cast, traveller: Any, read: Any, form: dict[str, Any], sentence: str
) -> None:
    traveller.move_to(DUE_NOON)
    answer = proposed(enter("organiser"), people, **form)
    assert answer.status_code == 422
    assert sentence in told(answer)
    assert read(select(func.count()).select_from(DecisionProposal)) == 0


def test_a_proposal_is_taken_back_by_who_made_it_and_turned_down_with_a_reason(
    due: None, enter: Enter, people: Cast
) -> None:
    organiser, office = enter("organiser"), enter("office")
    first = proposed(organiser, people).headers["Location"]
    organiser.post(f"{first}/withdraw")
    assert "已撤回" in organiser.get(first).text
    second = proposed(organiser, people).headers["Location"]
    assert office.post(f"{second}/decline", reason="").status_code == 422
    office.post(f"{second}/decline", reason="缺会议记录")
    assert "缺会议记录" in organiser.get(second).text


def test_nobody_enters_an_own_proposal(due: None, enter: Enter, people: Cast, read: Any) -> None:
    office = enter("office")
    path = proposed(office, people).headers["Location"]
    office.post(f"{path}/approve")
    assert read(select(func.count()).select_from(Decision)) == 0
    assert "须由学院另一位同志审核" in office.get(path).text


# --- a lifted day ---


def test_a_day_over_the_cap_shows_what_lifting_it_brings(
    people: Cast, write: Write, campus: Campus, enter: Enter, traveller: Any, read: Any
) -> None:
    from tests.actions.test_decide import long_day

    write(lambda session: long_day(Stage(session, people, campus)))
    traveller.move_to(at("18 10:00"))
    secretary, office = enter("secretary"), enter("office")
    assert "超出 7.00 小时" in secretary.get(f"/members/{people.mei}/over-cap").text
    assert "<b>4.00</b>" in secretary.get(f"/members/{people.mei}/over-cap?on=2026-03-17").text
    path = secretary.post(f"/members/{people.mei}/over-cap", on="2026-03-17", reason="抗洪").headers[
        "Location"
    ]
    assert "<b>4.00</b>" in office.get(path).text
    office.post(f"{path}/approve")
    assert read(select(func.sum(Credit.credited_min))) == 720


# --- moving on ---


def test_a_move_leads_to_its_hand_over_sheet_even_out_of_the_college(
    due: None, enter: Enter, people: Cast
) -> None:
    office = enter("office")
    answer = office.post(f"/members/{people.mei}/transfer", to="-", on=DUE)
    path = answer.headers["Location"]
    assert office.get(f"/members/{people.mei}").status_code == 404
    assert "转出本学院" in office.get(path).text
    text = words_of(office.post(f"{path}/hand-over").data)
    assert "志愿服务时长交接单" in text and "党组织LAW" in text and "50.00" in text
    assert path in office.get("/units/LAW/conversion").text


def test_a_move_to_a_branch_that_is_not_there_is_not_found(enter: Enter, people: Cast) -> None:
    answer = enter("office").post(f"/members/{people.mei}/transfer", to="NOBODYS", on="2026-03-16")
    assert answer.status_code == 404


# --- hours from before or elsewhere ---


def typed(browser: Browser, path: str, **form: Any) -> Any:
    sent = {
        "ref": "00000000-0000-0000-0000-000000000001",
        "kind": "opening",
        "on": "2026-03-10",
        "minutes": "7.5",
        "what": "迎新服务",
        "reason": "纸质台账 2026-117",
    }
    return browser.post(path, **sent | form)


def test_a_member_asks_the_committee_and_then_the_college_approve_and_it_stays_marked(
    enter: Enter, people: Cast, read: Any
) -> None:
    mei = enter("mei")
    assert typed(mei, "/records/earlier").status_code == 303
    assert typed(mei, "/records/earlier").status_code == 303
    assert read(select(func.count()).select_from(Request)) == 1
    assert "迎新服务" in mei.get("/records").text
    request_id = read(select(Request.id))
    enter("secretary").post(f"/review/requests/{request_id}/approve")
    assert "待学院审核" in mei.get("/records").text
    enter("office").post(f"/review/requests/{request_id}/approve")
    page = mei.get("/records").text
    assert "期初记录" in page and "7.50" in page
    assert read(select(Request.state)) is RequestState.APPROVED


TYPED_WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a day to come": ({"on": "2026-03-17"}, "请检查"),
    "over the limit": ({"minutes": "50:01"}, "只剩 50.00 小时"),
    "over the other limit": ({"kind": "outside", "minutes": "20.1"}, "只剩 20.00 小时"),
    "no evidence": ({"reason": " "}, "此项必填。"),
    "another kind": ({"kind": "make_up"}, "请从列表中选择"),
    "no minutes": ({"minutes": "0"}, "小时"),
}


@pytest.mark.parametrize(("form", "sentence"), TYPED_WRONG.values(), ids=TYPED_WRONG)
def test_what_cannot_be_typed_is_said_beside_it(
    enter: Enter, people: Cast, read: Any, form: dict[str, Any], sentence: str
) -> None:
    answer = typed(enter("organiser"), f"/members/{people.mei}/record", **form)
    assert answer.status_code == 422
    assert sentence in told(answer)
    assert read(select(func.count()).select_from(Request)) == 0


# --- paper ---


def words_of(file: bytes) -> str:
    with pypdfium2.PdfDocument(file) as document:
        return "".join(page.get_textpage().get_text_range() for page in document)


def test_the_sheet_says_what_the_record_says_and_the_same_data_give_the_same_bytes(
    served: Browser, enter: Enter, people: Cast, given: Callable[[int], None], traveller: Any, app: Flask
) -> None:
    given(450)
    secretary = enter("secretary")
    first = secretary.post(f"/members/{people.mei}/hours-sheet")
    assert first.content_type == "application/pdf"
    text = words_of(first.data)
    with app.app_context():
        one = member_standing(db.session(), people.mei, today=NOW.date())
        parts = breakdown_of(db.session(), people.mei, from_on=one.starts_on, to_on=one.ends_before)
        head = db.session.execute(select(Seal.hash).order_by(Seal.number.desc())).scalars().first()
    assert one.standing.counted == parts.credited == 170 + 450
    for found in (parts.by_mark(), parts.by_quarter(), parts.by_half_year(), parts.by_unit()):
        assert sum(one.credited for one in found.values()) == 620
    for words in ("服务时长汇总单", "李梅", "10.33", "期初记录", "2025-01-01", "secretary", str(head)[:16]):
        assert words in text, words
    traveller.shift(3600)
    assert secretary.post(f"/members/{people.mei}/hours-sheet").data == first.data


def test_a_sheet_of_somebody_without_any_record_is_a_sheet(enter: Enter, people: Cast) -> None:
    for member_id in (people.ning, people.hua):
        answer = enter("office").post(f"/members/{member_id}/hours-sheet")
        assert "还没有" in words_of(answer.data) or "没有" in words_of(answer.data)


def test_heads_are_shown_and_stand_above_files(
    served: Browser, enter: Enter, people: Cast, write: Write
) -> None:
    secretary = enter("secretary")
    assert "还没有加封" in secretary.get("/units/LAW/ledger").text
    write(seal)
    page = secretary.get("/units/LAW/ledger").text
    assert "党组织LAW" in page and "<code" in page
    head = page.partition('<code class="seal">')[2][:16]
    for name in (
        "units/LAW/members",
        "units/LAW/posts",
        "units/LAW/records",
        f"members/{people.mei}/records",
    ):
        assert f"LAW 1 {head}" in secretary.get(f"/{name}.csv").data.decode("utf-8-sig"), name
    assert "还没有加封" in enter("neighbour").get("/units/BIO/ledger").text


# --- home, for every phase ---


def test_home_after_the_conversion_shows_this_years_hours_and_no_ring(
    due: None, enter: Enter, people: Cast
) -> None:
    mei = enter("mei")
    assert "待支部大会讨论" in mei.get("/home").text
    path = proposed(enter("organiser"), people).headers["Location"]
    enter("office").post(f"{path}/approve")
    page = mei.get("/home").text
    assert 'class="ring"' not in page
    assert "2026 年认定" in page and "<b>50.00</b>" in page


def test_home_of_the_extended_names_the_new_day_and_of_the_cancelled_shows_no_shifts(
    due: None, enter: Enter, people: Cast
) -> None:
    mei, organiser, office = enter("mei"), enter("organiser"), enter("office")
    path = proposed(organiser, people, what="extension", months="6").headers["Location"]
    assert "2027年6月1日" in office.get(path).text
    office.post(f"{path}/approve")
    assert "延长预备期（至 2027年6月1日）" in mei.get("/home").text
    path = proposed(organiser, people, what="cancellation").headers["Location"]
    office.post(f"{path}/approve")
    page = mei.get("/home").text
    assert 'class="ring"' not in page and "近期班次" not in page and "取消预备党员资格" in page


# --- cost ---


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_desk_takes_as_many_statements_with_300_more_members(
    due: None, app: Flask, enter: Enter, people: Cast, write: Write
) -> None:
    secretary = enter("secretary")
    paths = ("/units/LAW/conversion", "/units/LAW/ledger", f"/members/{people.mei}/propose")
    before = [statements(app, secretary, path) for path in paths]

    def crowd(session: Session) -> None:
        for number in range(300):
            System(session).member(f"40{number:08}", people.law)

    write(crowd)
    assert [statements(app, secretary, path) for path in paths] == before
    assert max(before) <= 12
    assert len(secretary.get(paths[0]).data) < 100_000
