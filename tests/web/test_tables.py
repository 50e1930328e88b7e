"""Tables to take along: figures are numbers, days are days, and no name runs as a formula."""

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import unquote

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.cast import ADMITTED, Cast
from tests.web.conftest import Browser, Enter
from volunteer.models import Base, Member, Post
from volunteer.web.tables import XLSX

Write = Callable[[Callable[..., Any]], Any]
LINES = 2


def sheet(answer: TestResponse) -> list[list[Any]]:
    """Return the rows of the workbook's one sheet as calamine reads them."""
    assert answer.status_code == 200 and answer.content_type == XLSX
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()


def lines(answer: TestResponse) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


@pytest.fixture
def secretary(served: Browser, enter: Enter) -> Browser:
    """The secretary's browser, after our member served 170 minutes."""
    return enter("secretary")


@pytest.fixture
def office(served: Browser, enter: Enter) -> Browser:
    """The college office's browser, after the same."""
    return enter("office")


def test_the_members_are_numbers_and_days_in_a_workbook_and_the_same_figures_in_csv(
    secretary: Browser,
) -> None:
    rows = sheet(secretary.get("/units/LAW/members.xlsx"))
    assert rows[LINES][:2] == ["学号", "姓名"]
    mei = next(row for row in rows if row[0] == "2023010001")
    assert mei[1] == "李梅"
    assert mei[4:9] == [ADMITTED, date(2026, 12, 1), 2.83, 47.17, 0.0]
    # Whom to call: how long she has, and how much that is a week.
    assert rows[LINES][-2:] == ["剩余天数", "每周约需（小时）"] and mei[-2:] == [260, 1.28]
    page = secretary.get("/units/LAW").text
    assert ">2.83<" in page and ">47.17<" in page
    told = next(row for row in lines(secretary.get("/units/LAW/members.csv")) if row[0] == "2023010001")
    assert told[4:9] == ["2025-12-01", "2026-12-01", "2.83", "47.17", "0.00"]


def test_above_a_table_stand_its_basis_the_policy_the_time_and_the_user(secretary: Browser) -> None:
    for path in ("/units/LAW/members", "/units/LAW/posts", "/units/LAW/bases", "/registry/posts"):
        found = sheet(secretary.get(f"{path}.xlsx"))
        above = f"{found[0][0]} {found[1][0]}"
        for words in ("统计口径", "2025-01-01", "50.00 小时", "2026-03-16 11:50", "secretary"):
            assert words in above, (path, above)
        assert [row[0] for row in lines(secretary.get(f"{path}.csv"))[:LINES]] == [found[0][0], found[1][0]]


def test_places_and_records_add_up_to_what_the_pages_show(
    served: Browser,
    secretary: Browser,
    people: Cast,
) -> None:
    post = sheet(secretary.get("/units/LAW/posts.xlsx"))[LINES + 1]
    assert post[0] == "READ" and post[2:6] == [1, 1, 2.83, 2.83]
    assert sheet(secretary.get("/units/LAW/bases.xlsx"))[LINES + 1][:2] == ["LIB", "市图书馆"]
    for answer in (served.get("/records.xlsx"), secretary.get(f"/members/{people.mei}/records.xlsx")):
        rows = sheet(answer)[LINES + 1 :]
        assert sum(row[8] for row in rows) == 170
        assert rows[0][0] == date(2026, 3, 16) and rows[0][9] == 2.83
        assert f"{rows[0][5]:%Y-%m-%d %H:%M}" == "2026-03-16 08:50"


def test_a_name_that_looks_like_a_formula_stays_text(secretary: Browser, people: Cast, write: Write) -> None:
    def rename(session: Any) -> None:
        session.execute(update(Member).where(Member.id == people.mei).values(name="=1+1"))
        session.execute(update(Post).where(Post.id == people.post).values(name="@SUM(A1)"))
        session.execute(update(Base).where(Base.id == people.base).values(host="+86"))

    write(rename)
    assert any(row[1] == "=1+1" for row in sheet(secretary.get("/units/LAW/members.xlsx")))
    assert any(row[1] == "@SUM(A1)" for row in sheet(secretary.get("/registry/posts.xlsx")))
    assert any(row[3] == "+86" for row in sheet(secretary.get("/registry/bases.xlsx")))
    assert any(row[1] == "'=1+1" for row in lines(secretary.get("/units/LAW/members.csv"))[LINES:])
    assert any(row[3] == "'+86" for row in lines(secretary.get("/registry/bases.csv"))[LINES:])


def test_the_filter_of_the_page_is_the_filter_of_the_file(secretary: Browser) -> None:
    rows = sheet(secretary.get("/units/LAW/members.xlsx?q=lm"))[LINES + 1 :]
    assert [row[1] for row in rows] == ["李梅"]
    assert "/units/LAW/members.xlsx?q=lm" in secretary.get("/units/LAW?q=lm").text


CHOSEN_BY = (
    ("/units/COL/members", "status=on_track&due=90&group=LAW&q=lm", "进度正常；90 天内；LAW；查找：lm"),
    ("/units/COL/conversion", "due=not_met", "期满未达标"),
    ("/units/COL/posts", "mark=dry&q=READ", "无待开班次；查找：READ"),
    ("/units/COL/bases", "mark=plaque&q=LIB", "尚未挂牌；查找：LIB"),
    ("/units/COL/records", "month=2026-03&grade=B", "2026-03；B 现场扫码"),
    ("/units/COL/certificates", "standing=valid&q=lm", "有效；查找：lm"),
    ("/units/COL/notices", "running=yes&q=lm", "只看公示中；查找：lm"),
    ("/units/COL/slips", "q=lm", "查找：lm"),
    ("/registry/members", "stage=full&q=lm", "正式党员；查找：lm"),
    ("/accounts", "role=leader&q=lm", "岗位负责人；查找：lm"),
    ("/review", "kind=visit&q=lm", "服务记录；查找：lm"),
    ("/trail", "q=lm&act=check_in&from=2026-03-01", "自 2026-03-01；签到；查找：lm"),
)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_file_says_by_what_its_rows_were_chosen(office: Browser) -> None:
    for path, asked, said in CHOSEN_BY:
        told = lines(office.get(f"{path}.csv?{asked}"))[0][0]
        assert told.endswith(f"；{said}"), told
        assert said not in lines(office.get(f"{path}.csv"))[0][0]


def test_a_file_is_named_after_the_unit_in_chinese(secretary: Browser) -> None:
    said = secretary.get("/units/LAW/members.xlsx").headers["Content-Disposition"]
    assert unquote(said.rpartition("UTF-8''")[2]) == "党组织LAW-成员-2026-03-16.xlsx"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_neighbour_takes_nothing_along(enter: Enter, people: Cast, form: str) -> None:
    neighbour = enter("neighbour")
    for path in (
        "/units/LAW/members",
        "/units/LAW/posts",
        "/units/LAW/bases",
        f"/members/{people.mei}/records",
    ):
        assert neighbour.get(f"{path}.{form}").status_code == 404, path
    assert "READ" not in neighbour.get(f"/registry/posts.{form}").data.decode("utf-8", "ignore")
