"""What posts and bases received, on their pages: from whose eyes, at which days, and in which order."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session
from time_machine import Traveller

from tests.cast import LONG_AGO, NOON, NOW, TODAY, Cast, System
from tests.web.conftest import Browser, Enter
from volunteer.actions import registry
from volunteer.models import RoleGrant, Visit
from volunteer.rules.kinds import BaseStatus

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
Write = Callable[[Callable[[Session], Any]], Any]


@pytest.fixture
def secretary(served: Browser, enter: Enter) -> Browser:
    """The secretary's browser, after our member served 170 minutes at the library."""
    return enter("secretary")


class Read(HTMLParser):
    """The tables of a page, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._is_cell = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self._is_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._is_cell = self._is_cell and tag not in ("td", "th")

    def handle_data(self, text: str) -> None:
        if self._is_cell:
            self.tables[-1][-1][-1] += text

    def table(self, with_title: str) -> list[list[str]]:
        """Return the first table that has such a column."""
        return next(table for table in self.tables if with_title in [cell.strip() for cell in table[0]])


def test_a_branch_sees_its_members_service_and_how_full_its_own_posts_were(secretary: Browser) -> None:
    page = secretary.get("/units/LAW/places").text
    assert "统计口径：2026 年（2026-01-01 至 2026-12-31）" in page
    (row,) = [row for row in Read(page).table("到岗率")[1:] if "READ" in row[0]]
    assert [cell.strip() for cell in row[1:6]] == ["1", "1", "2.83", "2.83", "0.0 %"]
    assert row[-1] == "2026-03-16"


def hours(cell: str) -> float:
    return 0.0 if cell == "–" else float(cell)


def test_the_hours_of_the_week_and_the_terms_stand_on_the_page_of_a_post(
    secretary: Browser, people: Cast, write: Write
) -> None:
    def terms(session: Session) -> None:
        for code, name, start, end in (("T1", "上学期", 9, 12), ("T2", "下学期", 2, 7)):
            year = 2025 if start == 9 else 2026
            registry.add_term(
                session,
                code=code,
                name=name,
                starts_on=TODAY.replace(year=year, month=start, day=1),
                ends_before=TODAY.replace(year=year, month=end, day=1),
                actor=None,
                now=LONG_AGO,
            )

    write(terms)
    found = Read(secretary.get("/units/LAW/posts/READ").text)
    week = found.table("时")
    assert [row[0] for row in week[1:]] == ["9:00", "10:00", "11:00"]
    assert [row[1] for row in week[1:]] == ["1", "1", "1"]
    assert {cell for row in week[1:] for cell in row[2:]} == {"–"}
    trend = found.table("学期")
    assert [(row[0], row[2]) for row in trend[1:]] == [("上学期", "0.00"), ("下学期", "2.83")]
    # A term that is half over is a period like any other; one without service has its zeros.
    assert "2.83" in secretary.get("/units/LAW/places?period=T2").text
    assert "<b>0.00</b>" in secretary.get("/units/LAW/places?period=T1").text


def test_names_are_shown_of_the_own_people_alone_and_a_print_has_none(
    served: Browser, enter: Enter, people: Cast, write: Write
) -> None:
    secretary = enter("secretary")
    assert secretary.get("/units/LAW/posts/READ").text.count("李梅") == 1
    # Had she served for the neighbour's branch, hers were the name that stays there.
    write(lambda session: session.query(Visit).update({"unit_id": people.bio}))
    assert enter("neighbour").get("/units/BIO/posts/READ").text.count("李梅") == 1
    page = secretary.get("/units/LAW/posts/READ").text
    assert "李梅" not in page and "另有其他党组织的 1 人在此服务" in page
    for path in ("/units/LAW/posts/READ/sheet", "/units/LAW/bases/LIB/sheet", "/units/COL/bases/LIB/sheet"):
        sheet = enter("office").get(path).text
        assert "2.83" in sheet and "李梅" not in sheet and "2023010001" not in sheet
        for words in ("统计口径", "规则版本 2025-01-01", "2026-03-16"):
            assert words in sheet


def test_a_post_that_runs_dry_leads_who_keeps_it_to_its_shifts(served: Browser, enter: Enter) -> None:
    secretary = enter("secretary")
    page = secretary.get("/units/LAW/posts/READ").text
    assert "待排班" in page and 'href="/posts/READ"' in page
    assert secretary.get("/posts/READ").status_code == 200
    # Who reads alone is shown that it runs dry, and no way on which she would be turned away.
    page = enter("auditor").get("/units/LAW/posts/READ").text
    assert "待排班" in page and 'href="/posts/READ"' not in page


def test_the_page_of_a_post_names_who_leads_it_and_no_print_does(
    served: Browser, enter: Enter, people: Cast, write: Write
) -> None:
    secretary = enter("secretary")
    assert "<dt>岗位负责人</dt><dd>leader</dd>" in secretary.get("/units/LAW/posts/READ").text
    assert "岗位负责人" not in secretary.get("/units/LAW/posts/READ/sheet").text
    ended = update(RoleGrant).where(RoleGrant.post_id == people.post)
    write(lambda session: session.execute(ended.values(ended_at=NOW, ended_by_id=people.office_account)))
    assert "<dt>岗位负责人</dt><dd>–</dd>" in secretary.get("/units/LAW/posts/READ").text


def test_what_the_neighbour_runs_shows_only_what_the_own_members_gave(
    served: Browser, enter: Enter, people: Cast, write: Write
) -> None:
    neighbour = enter("neighbour")
    assert neighbour.get("/units/BIO/posts/READ").status_code == 404
    assert neighbour.get("/units/BIO/bases/LIB").status_code == 404
    write(lambda session: session.query(Visit).update({"unit_id": people.bio}))
    page = neighbour.get("/units/BIO/posts/READ?whose=posts").text
    assert "2.83" in page and "到岗情况" not in page and "岗位负责人" not in page
    for path in ("shifts", "shifts.csv"):
        assert neighbour.get(f"/units/BIO/posts/READ/{path}").status_code == 404
    _, row = Read(neighbour.get("/units/BIO/places").text).table("到岗率")
    assert [cell.strip() for cell in row[6:10]] == ["–", "–", "–", "–"]


REFUSED = {
    "from=2026-03-16&to=2026-03-15": "结束日期早于开始日期",
    "from=2026-03-16": "起止两天都要填写",
    "from=2026-02-30&to=2026-03-15": "起止两天都要填写",
    "from=1999-12-31&to=2026-03-15": "起止两天都要填写",
    "from=0001-01-01&to=9999-12-31": "起止两天都要填写",
    "from=2020-01-01&to=2026-03-15": "超过五年",
    "period=T9": "没有这样的时段",
    "period=2025-2027": "没有这样的时段",
    "year=20266": "没有这样的时段",
    "sort=password": "没有这种排序",
    "sort=--hours": "没有这种排序",
    "mark=rich": "没有这个筛选项",
    "whose=mine": "请选择",
}


@pytest.mark.parametrize(("query", "words"), REFUSED.items(), ids=REFUSED)
def test_what_is_not_ours_is_refused_with_a_sentence(enter: Enter, query: str, words: str) -> None:
    secretary = enter("secretary")
    for path in ("/units/LAW/places", "/units/LAW/places/bases", "/units/LAW/posts.csv"):
        answer = secretary.get(f"{path}?{query}")
        assert answer.status_code == 422, (path, query)
        assert words in answer.text


@pytest.mark.parametrize(
    ("query", "status"),
    [("from=2026-03-16&to=2026-03-16", 200), ("period=2025-2026", 200), ("year=2025", 200)],
)
def test_one_day_an_academic_year_and_an_old_link_are_days_too(
    secretary: Browser, query: str, status: int
) -> None:
    assert secretary.get(f"/units/LAW/places?{query}").status_code == status
    assert secretary.get(f"/units/LAW/bases/LIB?{query}").status_code == status


def test_a_base_without_posts_and_codes_that_nobody_has(enter: Enter, people: Cast, write: Write) -> None:
    write(
        lambda session: registry.add_base(
            session,
            code="EMPTY",
            name="空基地",
            unit_id=people.college,
            status=BaseStatus.APPLIED,
            actor=None,
            now=LONG_AGO,
        )
    )
    office = enter("office")
    page = office.get("/units/COL/bases/EMPTY").text
    assert "还没有本组织负责或服务过的服务岗" in page and "无有效协议" in page
    assert office.get("/units/COL/bases/EMPTY/sheet").status_code == 200
    assert "空基地" in office.get("/units/COL/places/bases").text
    for path in ("posts/NOBODYS", "bases/NOBODYS", "posts/NOBODYS/sheet", "posts/EMPTY", "bases/READ"):
        assert office.get(f"/units/COL/{path}").status_code == 404


def test_an_agreement_that_ends_soon_and_a_base_that_lies_idle_are_marked(
    enter: Enter, people: Cast, write: Write
) -> None:
    def bases(session: Session) -> None:
        for code, status, until in (
            ("SOON", BaseStatus.AGREED, TODAY.replace(month=6, day=14)),
            ("LATER", BaseStatus.AGREED, TODAY.replace(month=6, day=15)),
            ("OVER", BaseStatus.PLAQUED, TODAY.replace(day=15)),
        ):
            registry.add_base(
                session,
                code=code,
                name=f"基地{code}",
                unit_id=people.college,
                status=status,
                agreement_to=until,
                actor=None,
                now=LONG_AGO,
            )

    write(bases)
    office = enter("office")
    wanted = {"expiring": {"SOON"}, "expired": {"OVER"}, "idle": {"LIB", "LATER", "SOON"}}
    for mark, codes in wanted.items():
        page = office.get(f"/units/COL/places/bases?mark={mark}").text
        assert set(re.findall(r'/units/COL/bases/([A-Z]+)"', page)) == codes, mark


def test_who_has_not_checked_out_shows_once_the_grace_is_over(
    enter: Enter, people: Cast, code: Callable[..., str], traveller: Traveller
) -> None:
    enter("mei").send("/api/v1/scans", {"code": code(NOW), "action": "in"})
    secretary = enter("secretary")
    for after_s, found in ((120 * 60, "0"), (120 * 60 + 1, "1")):
        traveller.move_to(NOON.timestamp() + after_s)
        row = Read(secretary.get("/units/LAW/places?whose=posts").text).table("未签退")[1:]
        assert next(one[9].strip() for one in row if "READ" in one[0]) == found


def test_a_long_list_has_pages_and_is_taken_along_whole(enter: Enter, people: Cast, write: Write) -> None:
    def more(session: Session) -> None:
        for number in range(45):
            System(session).post(f"P{number:02}", people.law)

    write(more)
    secretary = enter("secretary")

    def codes(query: str) -> list[str]:
        return re.findall(r'/units/LAW/posts/(P\d\d)"', secretary.get(f"/units/LAW/places?{query}").text)

    assert len({code for page in (1, 2, 3) for code in codes(f"sort=name&page={page}")}) == 45
    assert secretary.get("/units/LAW/posts.csv?sort=name").text.count("岗位P") == 45
    assert codes("sort=-name")[0] == "P44"
    assert set(codes("q=p07")) == {"P07"}
    assert "没有符合的服务岗" in secretary.get("/units/LAW/places?q=nothing").text
