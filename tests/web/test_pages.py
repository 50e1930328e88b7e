"""What each role sees and does on pages; another branch's rows do not exist; figures agree everywhere."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.cast import NINE, NOON, NOW, Cast
from tests.web.conftest import Browser, Enter
from volunteer.actions.ask import request_make_up
from volunteer.models import Base, Display, Member, Post, ProbationWindow, Shift, Visit
from volunteer.rules.kinds import Grade, Outcome, VisitState
from volunteer.web.sheets import safe_cell

Code = Callable[[datetime], str]


def test_one_morning_reads_the_same_everywhere(served: Browser, enter: Enter, people: Cast) -> None:
    assert "<b>2.83</b>" in served.get("/home").text
    records = served.get("/records").text
    assert "170 分钟 = 2.83 小时" in records
    assert "不在班次时间内" in records and "−10 分钟" in records
    own = served.get("/api/v1/me").json
    assert own and (own["counted"], own["net"], own["lost"]) == (170, 170, {"outside_shift": 10})
    steps = served.get("/api/v1/me/visits").json["visits"][0]["steps"]
    assert [step["minutes"] for step in steps] == [180, -10, 170, 170]
    secretary = enter("secretary")
    assert "2.83" in secretary.get("/units/LAW").text
    assert "2.83" in secretary.get(f"/members/{people.mei}").text
    assert secretary.get("/units/LAW/places").text.count("2.83") >= 4
    for by, key in (("post", "READ"), ("base", "LIB"), ("unit", "LAW"), ("member", "2023010001")):
        rows = enter("office").get(f"/api/v1/stats?by={by}").json["rows"]
        row = next(row for row in rows if row["code"] == key)
        assert (row["net"], row["credited"], row["person_times"]) == (170, 170, 1)
    assert "2.83" in secretary.get("/units/LAW/posts.csv").text
    assert "2023010001,李梅" in secretary.get("/units/LAW/members.csv").text


NEIGHBOURS = [
    "/units/LAW",
    "/units/LAW/members.csv",
    "/units/LAW/places",
    "/units/LAW/posts.csv",
    "/api/v1/units/LAW/members",
    "/api/v1/stats?by=member&unit=LAW",
    "/members/{mei}",
    "/sites/READ",
    "/sites/READ/show",
    "/api/v1/sites/READ/code",
    "/shifts/S1",
    "/shifts/S1/edit",
    "/posts/READ",
    "/posts/READ/edit",
    "/posts/READ/shifts/new",
]
NEIGHBOURS_FORMS = [
    "/sites/READ/show",
    "/posts/READ/open-now",
    "/posts/READ/edit",
    "/shifts/S1/witness",
    "/shifts/S1/cancel",
    "/shifts/S1/prolong",
    "/review/visits/{visit}/confirm",
    "/review/visits/{visit}/return",
    "/review/requests/{request}/approve",
    "/review/requests/{request}/reject",
]


def test_a_neighbour_branch_finds_nothing_and_the_answer_does_not_tell_why(
    served: Browser, enter: Enter, people: Cast, write: Any, read: Any, campus: Any
) -> None:
    request = write(lambda session: ask_for_the_morning(session, people, campus))
    visit = read(select(func.min(Visit.id)))
    neighbour = enter("neighbour")
    for path in NEIGHBOURS:
        answer = neighbour.get(path.format(mei=people.mei))
        assert answer.status_code == 404, path
        assert "not_allowed" not in answer.text
    for path in NEIGHBOURS_FORMS:
        answer = neighbour.post(path.format(visit=visit, request=request), reason="看看")
        assert answer.status_code == 404, path
    bo = enter("bo")
    for path in (f"/records/{visit}/done", f"/records/{visit}/object", f"/records/{visit}/correct"):
        assert bo.get(path).status_code == 404
    assert "李梅" not in neighbour.get("/units/BIO").text


def ask_for_the_morning(session: Session, people: Cast, campus: Any) -> int:
    return request_make_up(
        session,
        ref="00000000-0000-0000-0000-000000000001",
        member_id=people.ning,
        shift_id=people.shift,
        starts_at=NINE,
        ends_at=NOON,
        reason="手机没电",
        actor=None,
        campus=campus,
        now=NOON,
    )


def test_a_make_up_takes_two_people_on_the_desk(
    enter: Enter, people: Cast, write: Any, read: Any, campus: Any, traveller: time_machine.Traveller
) -> None:
    traveller.move_to(NOON + timedelta(hours=1))
    request = write(lambda session: ask_for_the_morning(session, people, campus))
    leader, secretary = enter("leader"), enter("secretary")
    assert "手机没电" in leader.get("/review").text
    leader.post(f"/review/requests/{request}/approve")
    again = leader.client.post(
        f"/review/requests/{request}/approve", data={"csrf_token": leader.token}, follow_redirects=True
    )
    assert "须由另一位同志审核" in again.text
    secretary.post(f"/review/requests/{request}/approve")
    assert read(select(Visit.credited_min)) == 180
    assert read(select(Visit.grade)) is Grade.E


def test_the_members_form_for_a_make_up_offers_only_shifts_without_a_record(
    served: Browser, enter: Enter, read: Any, traveller: time_machine.Traveller
) -> None:
    traveller.move_to(NOON + timedelta(hours=1))
    assert "S1" not in served.get("/records/make-up").text
    ning = enter("ning")
    page = ning.get("/records/make-up?shift=S1").text
    ref = re.search(r'name="ref" value="([^"]+)"', page)
    assert ref
    form = {
        "ref": ref[1],
        "shift": "S1",
        "starts_at": "2026-03-16T09:00",
        "ends_at": "2026-03-16T12:00",
        "reason": "忘记扫码",
    }
    assert ning.post("/records/make-up", **form).status_code == 303
    assert ning.post("/records/make-up", **form | {"ends_at": "2026-03-16T08:00"}).status_code == 422
    assert read(select(func.count(Visit.id)).where(Visit.state == VisitState.PENDING)) == 1


def test_only_the_member_objects_and_the_record_stops_counting(served: Browser, read: Any) -> None:
    visit = read(select(Visit.id))
    page = served.get(f"/records/{visit}/object").text
    ref = re.search(r'name="ref" value="([^"]+)"', page)
    assert ref
    served.post(f"/records/{visit}/object", ref=ref[1], reason="我十一点就走了")
    assert read(select(Visit.state)) is VisitState.DISPUTED
    assert "异议核查中" in served.get("/records").text


PHASES = {
    "not started": ({"starts_on": date(2026, 4, 1), "ends_before": date(2027, 4, 1)}, "预备期未开始"),
    "in the window": ({}, "预备期内"),
    "extended": ({"extension_months": 6, "ends_before": date(2027, 6, 1)}, "延长预备期"),
    "not met": ({"starts_on": date(2025, 1, 1), "ends_before": date(2026, 1, 1)}, "期满未达标"),
    "converted": ({"outcome": Outcome.CONVERTED, "decided_on": date(2026, 3, 1)}, "已转正"),
    "cancelled": ({"outcome": Outcome.CANCELLED, "decided_on": date(2026, 3, 1)}, "已取消预备党员资格"),
}


@pytest.mark.parametrize(("window", "word"), PHASES.values(), ids=PHASES)
def test_home_has_a_page_for_every_phase(
    enter: Enter, people: Cast, write: Any, window: dict[str, Any], word: str
) -> None:
    if window:
        write(
            lambda session: session.execute(
                update(ProbationWindow).where(ProbationWindow.member_id == people.mei).values(**window)
            )
        )
    answer = enter("mei").get("/home")
    assert answer.status_code == 200
    is_over = window.get("outcome") is not None
    assert word in answer.text and ("<circle" in answer.text) is not is_over


def test_without_a_window_there_is_no_ring_and_after_leaving_the_records_stay(
    enter: Enter, people: Cast, write: Any
) -> None:
    page = enter("secretary").get("/home").text
    assert "<circle" not in page and "没有时长要求" in page
    write(lambda session: session.execute(update(Member).where(Member.id == people.mei).values(unit_id=None)))
    assert "组织关系已转出" in enter("mei").get("/home").text


def test_a_display_is_opened_by_a_form_and_getting_its_page_writes_nothing(
    enter: Enter, read: Any, traveller: time_machine.Traveller
) -> None:
    leader = enter("leader")
    assert "开始出示" in leader.get("/sites/READ/show").text
    assert leader.get("/api/v1/sites/READ/code").status_code == 404
    assert read(select(func.count(Display.id)).where(~Display.is_poster)) == 0
    leader.post("/sites/READ/show")
    leader.post("/sites/READ/show")
    assert read(select(func.count(Display.id)).where(~Display.is_poster)) == 1
    shown = leader.get("/api/v1/sites/READ/code").json
    assert shown["url"].startswith("HTTP://") and "/C/" in shown["url"]
    traveller.shift(timedelta(minutes=2))
    assert leader.get("/api/v1/sites/READ/code").json["url"] != shown["url"]
    assert read(select(Display.seen_at).where(~Display.is_poster)) == NOW
    leader.send("/api/v1/sites/READ/beat", {})
    assert read(select(Display.seen_at).where(~Display.is_poster)) == NOW + timedelta(minutes=2)
    assert leader.get("/api/v1/sites/READ/code.svg").text.startswith("<svg")
    assert leader.get("/api/v1/sites/READ/code.png").data.startswith(b"\x89PNG")
    leader.post("/sites/READ/stop")
    assert leader.get("/api/v1/sites/READ/code").status_code == 404


def test_the_display_shows_masked_names_and_the_leader_full_ones(
    enter: Enter, code: Code, people: Cast
) -> None:
    enter("mei").send("/api/v1/scans", {"code": code(NOW)})
    leader = enter("leader")
    leader.post("/sites/READ/show")
    page = leader.get("/sites/READ/show").text
    assert "李**" in page and "李梅" not in page
    assert "李梅" in leader.get("/shifts/S1").text


def test_a_leader_witnesses_and_closes_for_those_who_forgot(
    enter: Enter, code: Code, people: Cast, read: Any, traveller: time_machine.Traveller
) -> None:
    enter("mei").send("/api/v1/scans", {"code": code(NOW)})
    leader, visit = enter("leader"), read(select(Visit.id))
    traveller.move_to(NINE + timedelta(minutes=5))
    leader.post("/shifts/S1/witness", visit=str(visit))
    assert read(select(Visit.grade)) is Grade.A
    early = leader.client.post(
        "/shifts/S1/close",
        data={"csrf_token": leader.token, "member": people.mei, "ends_at": "2026-03-16T11:30"},
        follow_redirects=True,
    )
    assert "12:00 才结束" in early.text
    traveller.move_to(NOON + timedelta(minutes=5))
    leader.post("/shifts/S1/close", member=str(people.mei), ends_at="2026-03-16T11:30")
    assert read(select(Visit.credited_min)) == 150


def test_a_shift_is_opened_now_prolonged_and_cancelled(
    enter: Enter, read: Any, traveller: time_machine.Traveller, people: Cast
) -> None:
    traveller.move_to(NOON + timedelta(hours=2))
    leader = enter("leader")
    answer = leader.post("/posts/READ/open-now", hours="2")
    path = answer.headers["Location"]
    assert "16:00" in leader.get(path).text
    twice = leader.post("/posts/READ/open-now", hours="2")
    refused = leader.get(twice.headers["Location"]).text
    assert "与本岗班次" in refused
    assert "14:00" in refused
    leader.post(f"{path}/prolong", minutes="60")
    assert "17:00" in leader.get(path).text
    leader.post(f"{path}/cancel", reason="停电")
    assert "已取消" in leader.get(path).text


BASE = {"code": "YARD", "name": "阳光敬老院", "status": "agreed", "unit": "COL"}
WRONG_BASES = {
    "no name": {"name": ""},
    "an invisible character": {"name": "敬老院\u200b"},
    "a code with a slash": {"code": "A/B"},
    "a code that is taken": {"code": "LIB"},
    "an agreement that ends before it begins": {"agreement_from": "2026-05-01", "agreement_to": "2026-04-01"},
    "a date that makes no sense": {"plaque_on": "2026-02-30"},
    "a status that is none": {"status": "famous"},
}


@pytest.mark.parametrize("wrong", WRONG_BASES.values(), ids=WRONG_BASES)
def test_a_wrong_base_is_refused_beside_its_field(enter: Enter, read: Any, wrong: dict[str, str]) -> None:
    answer = enter("office").post("/bases/new", **BASE | wrong)
    assert answer.status_code == 422
    field = "agreement_to" if "agreement_to" in wrong else next(iter(wrong))
    assert re.search(rf'id="n-{field}"><span class="wrong">', answer.text), answer.text
    assert read(select(func.count(Base.id))) == 1


def test_a_base_a_post_and_a_shift_are_made_and_changed_by_forms(enter: Enter, read: Any) -> None:
    office, secretary = enter("office"), enter("secretary")
    assert office.post("/bases/new", **BASE, host="民政局").status_code == 303
    post = {"code": "VISIT", "name": "陪伴·𠮷", "unit": "LAW", "base": "YARD"}
    post |= {"category": "service", "compensation": "none"}
    assert secretary.post("/posts/new", **post).status_code == 303
    assert read(select(Post.name).where(Post.code == "VISIT")) == "陪伴·𠮷"
    assert secretary.post("/posts/new", **post | {"code": "OTHER", "unit": "BIO"}).status_code == 404
    shift = {"starts_at": "2026-03-17T08:30", "ends_at": "2026-03-17T11:30"}
    pause = {"break_from": "2026-03-17T10:00", "break_to": "2026-03-17T10:15", "capacity": "6"}
    assert secretary.post("/posts/VISIT/shifts/new", **shift, **pause).status_code == 303
    code = read(select(Shift.code).where(Shift.capacity == 6))
    assert 'value="2026-03-17T10:15"' in secretary.get(f"/shifts/{code}/edit").text
    over = secretary.post("/posts/VISIT/shifts/new", **shift, capacity="", break_from="", break_to="")
    assert over.status_code == 422
    assert "与本岗班次" in over.text
    assert "08:30" in over.text
    far = {"starts_at": "9999-03-17T08:30", "ends_at": "9999-03-17T11:30"}
    assert secretary.post("/posts/VISIT/shifts/new", **far).status_code == 422
    past = secretary.post("/posts/VISIT/shifts/new", starts_at="2026-03-15T08:30", ends_at="2026-03-15T09:30")
    assert "班次须在开始前发布" in past.text
    assert (
        secretary.post(f"/shifts/{code}/edit", **shift | {"ends_at": "2026-03-17T12:00"}).status_code == 303
    )
    assert office.post("/bases/YARD/edit", name="阳光院", status="plaqued").status_code == 303
    assert secretary.post("/posts/VISIT/edit", name="陪伴岗").status_code == 303


def test_the_overview_finds_people_and_counts_them(enter: Enter, people: Cast) -> None:
    secretary = enter("secretary")
    page = secretary.get("/units/LAW").text
    assert re.search(
        r"<b>2</b></a> 名预备党员，<a [^>]+><b>0</b></a> 人次，<a [^>]+><b>0.00</b></a> 小时", page
    )
    assert "李梅" in secretary.get("/units/LAW?q=lm").text
    assert "李梅" in secretary.get("/units/LAW?q=lime").text
    assert "李梅" in secretary.get("/units/LAW?q=0001").text
    nobody = secretary.get("/units/LAW?q=zzz").text
    assert "李梅" not in nobody and "没有符合的人" in nobody
    assert "党组织LAW" in enter("office").get("/units/COL").text


def test_the_figures_of_the_overview_add_up_to_everybody_with_a_probation(
    enter: Enter, people: Cast, write: Any
) -> None:
    over = {"starts_on": date(2025, 1, 1), "ends_before": date(2026, 1, 1)}
    ahead = {"starts_on": date(2026, 4, 1), "ends_before": date(2027, 4, 1)}
    for member, window in ((people.mei, over), (people.ning, ahead)):
        moved = update(ProbationWindow).where(ProbationWindow.member_id == member).values(**window)
        write(lambda session, moved=moved: session.execute(moved))
    office = enter("office")
    page = office.get("/units/COL").text
    figures = re.search(r'<dl class="figures">(.*?)</dl>', page, re.DOTALL)
    assert figures
    numbers = [int(number) for number in re.findall(r">(\d+)</a>", figures[1])]
    assert sum(numbers[:-1]) == numbers[-1] == 3
    assert "<b>3</b></a> 名预备党员" in page
    assert "李梅" in office.get("/units/COL?status=not_met").text
    ahead_page = office.get("/units/COL?status=not_started").text
    assert "𠮷宁" in ahead_page and "李梅" not in ahead_page


def test_a_visit_of_no_minutes_shows_its_calculation_too(
    enter: Enter, code: Code, traveller: time_machine.Traveller
) -> None:
    mei = enter("mei")
    mei.send("/api/v1/scans", {"code": code(NOW), "action": "in"})
    traveller.shift(timedelta(seconds=40))
    mei.send("/api/v1/scans", {"code": code(NOW + timedelta(seconds=40)), "action": "out"})
    page = mei.get("/records").text
    assert "从签到到签退" in page and "0 分钟 = 0.00 小时" in page


def test_home_leads_to_the_check_out_of_the_post_where_she_is(enter: Enter, code: Code, people: Cast) -> None:
    mei = enter("mei")
    mei.send("/api/v1/scans", {"code": code(NOW), "action": "in"})
    link = re.search(r'href="(/scan\?post=\d+)"', mei.get("/home").text)
    assert link
    assert f'<option value="{people.post}" selected>' in mei.get(link[1]).text


def test_an_export_opens_in_a_spreadsheet_and_holds_no_formula(
    enter: Enter, people: Cast, write: Any
) -> None:
    write(
        lambda session: session.execute(update(Member).where(Member.id == people.mei).values(name="=1+1·李"))
    )
    answer = enter("secretary").get("/units/LAW/members.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert "统计口径" in rows[0][0]
    assert any(row[1] == "'=1+1·李" for row in rows[2:])


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_that_would_run_is_quoted(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_health_and_readiness(client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_api_describes_itself(client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json").json
    assert described and described["openapi"] == "3.1.0"
    assert "/api/v1/scans" in described["paths"]


def statements(app: Any, browser: Browser, path: str) -> int:
    from sqlalchemy import event

    from volunteer.database import db

    seen: list[str] = []

    def count(_c: Any, _cur: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        assert browser.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len([statement for statement in seen if not statement.startswith(("BEGIN", "PRAGMA"))])


def test_every_page_takes_few_statements(app: Any, served: Browser, enter: Enter, people: Cast) -> None:
    secretary, leader = enter("secretary"), enter("leader")
    pages = [(served, path) for path in ("/home", "/records", "/scan", "/me", "/api/v1/me")]
    pages += [(leader, path) for path in ("/sites", "/sites/READ", "/shifts/S1", "/posts/READ")]
    pages += [
        (secretary, path)
        for path in ("/units/LAW", "/units/LAW/places", f"/members/{people.mei}", "/review", "/registry")
    ]
    for browser, path in pages:
        assert statements(app, browser, path) <= 12, path
