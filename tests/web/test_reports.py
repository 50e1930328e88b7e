"""Reports in the browser: made, frozen, printed, opened to the records, compared; and the activity day."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.actions.stage import Stage, at
from tests.cast import Cast
from tests.web.conftest import Browser, Enter
from tests.web.test_conversion import told, words_of
from volunteer.actions import registry
from volunteer.models import Snapshot
from volunteer.rules.campus import Campus

Write = Callable[[Callable[[Session], Any]], Any]
REF = f"{7:036}"
EVENING = at("16 18:00")


@pytest.fixture
def morning(people: Cast, write: Write, campus: Campus, traveller: Any) -> None:
    """Mei has served her three hours at the library; it is evening."""
    write(lambda session: Stage(session, people, campus).serve("mei", "09:00", "12:00"))
    traveller.move_to(EVENING)


def frozen(browser: Browser, unit: str = "LAW", **form: Any) -> str:
    """Freeze March and return the report's address."""
    sent = {"ref": REF, "kind": "month", "period": "2026-03", "shortcomings": "", "plans": ""} | form
    answer = browser.post(f"/units/{unit}/report", **sent)
    assert answer.status_code == 303, told(answer)
    return str(answer.headers["Location"])


def table(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


# --- made ---


def test_every_report_says_its_sentence_and_its_basis(morning: None, enter: Enter) -> None:
    page = told(enter("secretary").get("/units/LAW/report?kind=month&period=2026-03"))
    assert "2 名预备党员，1 人次，3.00 小时；服务岗 1 个，基地 1 个。" in page
    for words in ("2026-03-01 至 2026-03-31", "规则版本 2025-01-01", "50.00 小时", "secretary", "草稿"):
        assert words in page, words
    assert "数据截至 2026-03-16" in page


USUAL = {"LAW": "季报", "COL": "年度工作报告"}


@pytest.mark.parametrize(("unit", "words"), USUAL.items())
def test_a_unit_is_offered_first_the_report_that_it_owes(
    morning: None, enter: Enter, unit: str, words: str
) -> None:
    office = enter("office")
    assert words in office.get(f"/units/{unit}/report").text
    lists = office.get(f"/units/{unit}/reports").text
    assert lists.index(words) < lists.index("月报")
    assert f'href="/units/{unit}/reports"' in office.get(f"/units/{unit}").text


WRONG = {
    "an unknown kind": ("kind=weekly", "没有这种报表"),
    "an unknown period": ("kind=month&period=2026-13", "没有这样的统计期"),
    "an unknown term": ("kind=term&period=T9", "没有这样的统计期"),
    "no term at all": ("kind=term", "没有这样的统计期"),
    "a year to come": ("kind=year&period=2027", "2027-01-01 才开始"),
    "days that end first": ("kind=days&from=2026-03-02&to=2026-03-01", "结束日期早于开始日期"),
    "one day missing": ("kind=days&from=2026-03-02&to=", "没有这样的统计期"),
    "days to come": ("kind=days&from=2026-03-17&to=2026-03-18", "2026-03-17 才开始"),
}


@pytest.mark.parametrize(("query", "sentence"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_reported_is_said(morning: None, enter: Enter, query: str, sentence: str) -> None:
    for path in ("report", "report/records", "report.csv"):
        answer = enter("secretary").get(f"/units/LAW/{path}?{query}")
        assert answer.status_code == 422
        assert sentence in told(answer)


def test_a_report_of_a_term_has_the_terms_name(morning: None, enter: Enter, write: Write) -> None:
    days = {"starts_on": at("01 12:00").date(), "ends_before": at("07-01 12:00").date()}
    write(
        lambda session: registry.add_term(
            session, code="T1", name="春季学期", actor=None, now=EVENING, **days
        )
    )
    secretary = enter("secretary")
    assert "春季学期" in secretary.get("/units/LAW/reports").text
    assert "春季学期 · 学期报告" in secretary.get("/units/LAW/report?kind=term&period=T1").text
    assert "春季学期" in secretary.get(frozen(secretary, kind="term", period="T1")).text


# --- frozen ---


def test_a_frozen_report_stays_and_says_later_what_has_changed(
    morning: None, enter: Enter, people: Cast, write: Write, campus: Campus
) -> None:
    secretary = enter("secretary")
    path = frozen(secretary, shortcomings="补录偏多", plans="下月\n继续")
    assert "没有变化" in told(secretary.get(f"{path}/changes"))

    def make_up(session: Session) -> None:
        stage = Stage(session, people, campus)
        request = stage.make_up("ning", "09:00", "10:00", "13:00")
        stage.approve(request, "leader", "14:00")
        stage.approve(request, "secretary", "14:10")

    write(make_up)
    page = told(secretary.get(path))
    assert "3.00 小时" in page and "补录偏多" in page and "下月" in page
    changes = told(secretary.get(f"{path}/changes"))
    assert "𠮷宁" in changes and "E，1.00 / 1.00" in changes
    later = frozen(secretary, ref=f"{8:036}")
    number = later.rsplit("/", 1)[1]
    assert "𠮷宁" in told(secretary.get(f"{path}/changes?with={number}"))
    assert "报表下的文字不同" in told(secretary.get(f"{path}/changes?with={number}"))
    assert "4.00 小时" in told(secretary.get(later))
    assert secretary.get(f"{path}/changes?with=999").status_code == 404
    assert secretary.get(f"{path}/changes?with=x").status_code == 404
    other = frozen(secretary, ref=f"{9:036}", kind="year", period="2026").rsplit("/", 1)[1]
    assert secretary.get(f"{path}/changes?with={other}").status_code == 404


def test_sent_twice_it_is_frozen_once_and_so_is_the_same_report(
    morning: None, enter: Enter, read: Any
) -> None:
    secretary = enter("secretary")
    first = frozen(secretary)
    assert frozen(secretary) == first
    assert frozen(secretary, ref=f"{8:036}") == first
    assert "未新增" in secretary.get(first).text
    assert read(select(func.count()).select_from(Snapshot)) == 1
    assert first in secretary.get("/units/LAW/reports").text
    assert first in enter("office").get("/units/COL/reports").text


def test_its_bytes_have_its_digest_and_name_nobody(morning: None, enter: Enter) -> None:
    secretary = enter("secretary")
    path = frozen(secretary)
    file = secretary.get(f"{path}/content.json")
    assert hashlib.sha256(file.data).hexdigest() in secretary.get(path).text
    assert json.loads(file.data)["figures"]["net_min"] == 180
    assert "李梅" not in file.text and "2023010001" not in file.text


def test_its_paper_is_the_same_bytes_each_time_and_says_what_the_page_says(
    morning: None, enter: Enter, traveller: Any
) -> None:
    secretary = enter("secretary")
    path = frozen(secretary, shortcomings="补录偏多")
    first = secretary.get(f"{path}/report.pdf")
    text = words_of(first.data)
    for words in ("党组织LAW", "月报", "李梅", "补录偏多", "3.00", "填报人", "盖章", "SHA-256"):
        assert words in text, words
    traveller.shift(86_400 * 40)
    assert enter("office").get(f"{path}/report.pdf").data == first.data


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_those_sign_a_report_who_answer_for_such_a_unit(morning: None, enter: Enter) -> None:
    office = enter("office")
    signed = {code: office.get(f"/units/{code}/report").text for code in ("LAW", "COL")}
    assert "<div>支部委员会<" in signed["LAW"] and "<div>党委办<" not in signed["LAW"]
    assert "<div>党委办<" in signed["COL"] and "<div>支部委员会<" not in signed["COL"]


BAD_TEXTS = {"too long": {"plans": "一" * 1001}, "invisible": {"shortcomings": "看不\u200b见"}}


@pytest.mark.parametrize("form", BAD_TEXTS.values(), ids=BAD_TEXTS)
def test_a_text_that_does_not_fit_comes_back_with_what_was_typed(
    morning: None, enter: Enter, read: Any, form: dict[str, str]
) -> None:
    sent = {"ref": REF, "kind": "month", "period": "2026-03", "plans": "继续", "shortcomings": ""} | form
    answer = enter("secretary").post("/units/LAW/report", **sent)
    assert answer.status_code == 422
    assert "看不见的字符" in told(answer) and sent["plans"] in answer.text
    assert read(select(func.count()).select_from(Snapshot)) == 0


BAD_FORMS = {
    "no such kind": {"kind": "weekly"},
    "no such period": {"period": "2026-13"},
    "a period to come": {"period": "2026-04"},
    "a ref of another shape": {"ref": "1"},
    "a period too long": {"period": "2" * 50},
}


@pytest.mark.parametrize("form", BAD_FORMS.values(), ids=BAD_FORMS)
def test_a_form_of_nothing_that_there_is_freezes_nothing(
    morning: None, enter: Enter, read: Any, form: dict[str, str]
) -> None:
    answer = enter("secretary").post(
        "/units/LAW/report", **{"ref": REF, "kind": "month", "period": "2026-03"} | form
    )
    assert answer.status_code == 422
    assert read(select(func.count()).select_from(Snapshot)) == 0


def test_an_auditor_reads_and_is_offered_no_form(morning: None, enter: Enter) -> None:
    path = frozen(enter("secretary"))
    auditor = enter("auditor")
    assert auditor.get(path).status_code == 200
    assert "定稿存档" not in auditor.get("/units/LAW/report").text
    assert auditor.post("/units/LAW/report", ref=REF, kind="month", period="2026-03").status_code == 403


# --- down to the records ---


def test_figures_open_to_their_records_now_and_as_they_were_frozen(
    morning: None, enter: Enter, people: Cast
) -> None:
    secretary = enter("secretary")
    path = frozen(secretary)
    for base in (f"{path}/records?", "/units/LAW/report/records?kind=month&period=2026-03&"):
        for by in (
            "",
            "by=unit&key=LAW",
            "by=post&key=READ",
            f"by=member&key={people.mei}",
            "by=grade&key=B",
        ):
            assert "李梅" in secretary.get(f"{base}{by}").text, by
        for by in ("late", "grade&key=E", "grade&key=?", "unit&key=BIO", "member&key=x", "month&key=2026-04"):
            answer = secretary.get(f"{base}by={by}")
            assert answer.status_code == 200 and "没有属于这一数字的记录" in answer.text, by
        refused = secretary.get(f"{base}by=colour&key=red")
        assert refused.status_code == 422 and "没有这个筛选项" in refused.text


def test_a_file_of_records_says_of_which_figure_they_are(morning: None, enter: Enter) -> None:
    secretary = enter("secretary")
    address = "/units/LAW/report/records.csv?kind=month&period=2026-03"
    for by, said in (
        ("", "服务记录"),
        ("&by=post&key=READ", "服务记录 · 服务岗：岗位READ"),
        ("&by=grade&key=B", "服务记录 · 凭证等级：B 现场扫码"),
        ("&by=late", "服务记录 · 逾期登记的记录"),
    ):
        assert table(secretary.get(f"{address}{by}"))[0][0].endswith(f" · {said}"), by


def test_the_file_has_the_lines_with_their_basis_above(morning: None, enter: Enter) -> None:
    secretary = enter("secretary")
    path = frozen(secretary)
    for address in (f"{path}.csv", "/units/LAW/report.csv?kind=month&period=2026-03"):
        rows = table(secretary.get(address))
        assert any("规则版本" in row[0] for row in rows)
        mine = [row for row in rows if len(row) > 5 and row[2].startswith("李梅")]
        assert [row[3:8] for row in mine] == [["1", "1", "1", "3.00", "3.00"]]
    assert secretary.get(f"{path}.xlsx").status_code == 200


# --- the activity day ---


def test_the_activity_day_shows_who_served_where(morning: None, enter: Enter) -> None:
    secretary = enter("secretary")
    page = told(secretary.get("/units/LAW/activity-day?on=2026-03-16"))
    assert "李梅" in page and "09:00–12:00" in page and "3.00" in page
    assert "这一天本组织没有人服务" in told(secretary.get("/units/LAW/activity-day"))
    assert "2026-02-28" in secretary.get("/units/LAW/activity-day").text
    rows = table(secretary.get("/units/LAW/activity-day.csv?on=2026-03-16"))
    assert [row[5] for row in rows if len(row) > 6] == ["姓名", "李梅"]


BAD_DAYS = ["2026-02-30", "tomorrow", "2026-03-17", "9999-12-31", "0001-01-01", "2026-03"]


@pytest.mark.parametrize("day", BAD_DAYS)
def test_a_day_that_is_none_or_to_come_is_refused(morning: None, enter: Enter, day: str) -> None:
    assert enter("secretary").get(f"/units/LAW/activity-day?on={day}").status_code == 422
