"""A unit at a glance: its basis, its bar and its lists, and links that say what is shown."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from sqlalchemy import true, update

from tests.cast import Cast, System
from tests.web.conftest import Browser, Enter
from tests.web.test_tables import lines
from volunteer.models import ProbationWindow
from volunteer.rules.kinds import UnitKind
from volunteer.rules.progress import PHASES, STATUSES

PLACES = {place.value for place in (*STATUSES, *PHASES)}


@pytest.fixture
def office(served: Browser, enter: Enter) -> Browser:
    """The college office, once 2.83 hours were served at the library."""
    return enter("office")


@pytest.mark.parametrize(
    ("period", "title", "hours"),
    [
        ("", "2026", "2.83"),
        ("2025", "2025", "0.00"),
        ("2025-2026", "2025-2026", "2.83"),
        ("window", "预备期", "2.83"),
    ],
)
def test_the_basis_is_printed_and_all_hours_stand_on_it(
    office: Browser, period: str, title: str, hours: str
) -> None:
    page = office.get(f"/units/COL?period={period}").text
    printed = re.search(r'<p class="soft small">(统计口径[^<]*)</p>', page)
    assert printed and title in printed[1]
    assert f"<b>{hours}</b></a> 小时" in page
    if period:
        assert f'href="/units/LAW?period={period}"' in page
        assert f"period={period}&amp;status=on_track" in page


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_a_list_does_not_know_is_refused(office: Browser) -> None:
    for asked in ("sort=password", "status=clever", "due=31", "group=NOWHERE", "group=COL"):
        for path in ("/units/COL", "/units/COL/members.csv"):
            answer = office.get(f"{path}?{asked}")
            said = "没有这种排序" if asked.startswith("sort") else "没有这个筛选项"
            assert answer.status_code == 422 and said in answer.text, (path, asked)
    for period in ("never", "0", "2025-2027", "%00"):
        assert office.get(f"/units/COL?period={period}").status_code in (400, 422), period


def test_the_bar_the_table_and_the_lists_say_the_same(office: Browser, people: Cast, write: Any) -> None:
    over = update(ProbationWindow).where(ProbationWindow.member_id == people.mei)
    write(
        lambda session: session.execute(over.values(starts_on=date(2025, 3, 1), ends_before=date(2026, 3, 1)))
    )
    page = office.get("/units/COL").text
    bar = dict(re.findall(r'status=(\w+)#members" aria-label="[^"]*：(\d+)"', page))
    table = dict(re.findall(r'status=(\w+)#members"[^>]*>(\d+)</a></dd>', page))
    assert set(table) <= PLACES
    assert {place: count for place, count in table.items() if count != "0"} == bar
    assert bar["not_met"] == "1"
    for place, count in table.items():
        assert len(names(office, f"status={place}")) == int(count)


def names(browser: Browser, asked: str) -> list[str]:
    """Return the numbers of those on the list, as the page and the file have them."""
    page = browser.get(f"/units/COL?{asked}").text
    shown = re.findall(r'<a href="/members/\d+">[^<]*</a>&ensp;<span class="soft small">(\d+)<', page)
    taken = [row[0] for row in lines(browser.get(f"/units/COL/members.csv?{asked}"))[3:]]
    assert shown == taken
    return shown


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_page_says_whom_to_call_and_lists_just_them(office: Browser, people: Cast, write: Any) -> None:
    def begin(on: date, *who: int) -> None:
        windows = update(ProbationWindow).where(ProbationWindow.member_id.in_(who) if who else true())
        values = {"starts_on": on, "ends_before": on.replace(year=on.year + 1)}
        write(lambda session: session.execute(windows.values(**values)))

    begin(date(2026, 3, 1))
    assert "没有需要联系的党员" in office.get("/units/COL").text
    begin(date(2025, 3, 1), people.mei)
    page = office.get("/units/COL").text
    assert "1 名党员需要联系" in page and 'href="?status=to_call&amp;sort=due#members"' in page
    assert names(office, "status=to_call&sort=due") == ["2023010001"]
    # As its file says.
    taken = lines(office.get("/units/COL/members.csv?status=to_call"))[0][0]
    assert taken.endswith("；需要联系：进度偏慢及以下")


def test_a_list_is_exactly_what_its_address_asks_for(office: Browser, people: Cast) -> None:
    everybody = names(office, "")
    assert len(everybody) == 3
    assert names(office, "sort=number") == sorted(everybody)
    assert names(office, "sort=counted")[0] == "2023010001"
    assert names(office, "q=lm") == ["2023010001"]
    in_law = names(office, "group=LAW&sort=number")
    assert "2023010001" in in_law and len(in_law) < 3
    assert names(office, "due=30") == []
    assert names(office, "due=over") == []


def test_the_line_of_a_unit_leads_to_what_it_is_made_of(office: Browser) -> None:
    page = office.get("/units/COL").text
    line = re.search(r'<p class="line">(.*?)</p>', page)
    assert line
    for address in re.findall(r'href="([^"#?]+)', line[1]):
        assert office.get(address).status_code == 200, address
    assert '<section class="card" aria-labelledby="months">' in page


@pytest.mark.parametrize("asked", ["", "?period=2025", "?from=2026-03-01&to=2026-03-31"])
def test_the_line_counts_the_posts_and_bases_that_its_lists_and_its_report_count(
    office: Browser, people: Cast, write: Any, asked: str
) -> None:
    # A post where nobody has served yet is in no sentence about service.
    write(lambda session: System(session).post("IDLE", people.law))
    line = re.search(r'<p class="line">(.*?)</p>', office.get(f"/units/LAW{asked}").text)
    assert line
    posts, bases = [
        (unescape(address), int(count))
        for address, count in re.findall(r'href="([^"]+)"><b>([\d.]+)</b>', line[1])[-2:]
    ]
    assert (posts[1], bases[1]) == ((0, 0) if "2025" in asked else (1, 1))
    for (address, count), name in ((posts, "服务岗"), (bases, "基地")):
        assert f"{count} 个{name}" in re.sub("<[^>]+>", "", office.get(address).text)
    if not asked:
        assert "服务岗 1 个，基地 1 个" in office.get("/units/LAW/report?kind=year&period=2026").text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("period", ["", "?period=2025", "?period=window"])
def test_the_units_below_are_taken_along_as_the_page_shows_them(office: Browser, period: str) -> None:
    page = office.get(f"/units/COL{period}").text
    assert f"/units/COL/units.xlsx{period}" in page
    shown = re.findall(r'<a href="/units/(\w+)\?[^"]*">[^<]*</a></th>(.*?)</tr>', page)
    assert [code for code, _ in shown] == ["LAW", "BIO"]
    above, basis, titles, *rows = lines(office.get(f"/units/COL/units.csv{period}"))
    assert "统计口径" in above[0] and "规则版本" in basis[0] and "进度正常" in titles
    assert len(rows) == len(shown)
    for (code, cells), row in zip(shown, rows, strict=True):
        figures = dict(zip(titles, row, strict=True))
        assert row[0] == code
        seen = re.findall(r">([^<>]+)</td>", re.sub(r" <span.*?</span>", "", cells))
        counts = ("预备党员", "达标人数（含期满待讨论）", "预警或期满未达标")
        rate = f"{figures['到期达标率']} %" if figures["到期达标率"] else "–"
        ends = " / ".join(figures[end] for end in ("已转正", "延长预备期", "已取消预备党员资格"))
        served = ("人数", "人次", "实际时长（小时）")
        assert seen == [*map(figures.get, counts), rate, ends, *map(figures.get, served)]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_branch_shows_a_line_for_each_of_its_groups(office: Browser, people: Cast, write: Any) -> None:
    assert 'id="tree"' not in office.get("/units/LAW").text
    write(lambda session: System(session).unit("G1", UnitKind.GROUP, people.law))
    page = office.get("/units/LAW").text
    assert 'id="tree"' in page and 'href="/units/G1?period=2026"' in page


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_page_on_paper_says_when_and_by_whom_it_was_printed_and_what_it_shows(office: Browser) -> None:
    for path in ("/units/COL?status=to_call", "/units/COL/places?mark=served", "/units/COL/conversion"):
        printed = re.search(r'<p class="printed">([^<]*)</p>', office.get(path).text)
        assert printed and unescape(printed[1]) == f"2026-03-16 11:50 由 office 打印：{path}"


def test_the_pace_has_a_mark_of_its_own(office: Browser) -> None:
    page = office.get("/units/COL").text
    assert page.count('class="pace"') >= 2
    assert page.count('class="threshold"') == 3
