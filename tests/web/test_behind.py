"""Every sum opens into its records, every record into its steps, and both add up to what is shown."""

import html
import re
from typing import Any

import pytest
from flask import Flask

from tests.actions.stage import Stage
from tests.cast import Cast
from tests.web.conftest import Browser, Enter
from tests.web.test_trail import looks_of, opened
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import Sight
from volunteer.rules.tally import hours_text

# Mei 170 minutes by scans; Ning 61 and Bo of another branch 120 made up, which the leader approved.
LAW, ALL, MADE_UP = "3.85", "5.85", "3.01"
BEHIND = r'<a href="(/[^"]+)">(?:<b>)?([\d.]+)(?:</b>)?</a>'


@pytest.fixture
def office(served: Browser, enter: Enter, people: Cast, write: Any, campus: Campus) -> Browser:
    """The college office, after three people served at the library."""

    def happen(session: Any) -> None:
        stage = Stage(session, people, campus)
        for who, end, second in (("ning", "10:01", "organiser"), ("bo", "11:00", "neighbour")):
            request = stage.make_up(who, "09:00", end, "13:00")
            stage.approve(request, "leader", "13:10")
            stage.approve(request, second, "13:20")

    write(happen)
    return enter("office")


def sums_on(browser: Browser, path: str) -> dict[str, str]:
    """Return the links of a page's sums to their records, with the hours that it shows."""
    found = re.findall(BEHIND, browser.get(path).text)
    return {
        html.unescape(link): hours for link, hours in found if "/records?" in link or "/approvers/" in link
    }


def check(browser: Browser, link: str, hours: str | None) -> int:
    """Hold the records behind a sum against it, and their steps against them; return the minutes."""
    page = browser.get(link).text
    line = re.search(r'<p class="line"><b>(\d+)</b>.*?<b>(\d+)</b>.*?<b>([\d.]+)</b>.*?<b>([\d.]+)</b>', page)
    assert line, link
    served = credited = 0
    rows = re.findall(r"<details>.*?</details>", page, re.DOTALL)
    for row in rows:
        steps = [
            int(text.replace("−", "-").replace("+", "")) for text in re.findall(r"<dd[^>]*>([−+-]?\d+) ", row)
        ]
        net, last = (int(text) for text in re.findall(r'<dd class="total">(\d+) ', row))
        place = steps.index(net, 1)
        assert sum(steps[:place]) == net and net + sum(steps[place + 1 : -1]) == last, row
        served, credited = served + net, credited + last
    assert (len(rows), hours_text(served), hours_text(credited)) == (int(line[1]), line[3], line[4]), link
    assert hours in (None, line[3]), link
    return served


@pytest.mark.parametrize(
    ("path", "least"),
    [
        ("/units/COL", 4),
        ("/units/LAW?period=2025-2026", 4),
        ("/units/LAW?from=2026-03-01&to=2026-03-31", 4),
        ("/units/COL/places", 1),
        ("/units/COL/places/bases", 1),
        ("/units/LAW/posts/READ", 4),
        ("/units/LAW/posts/READ?whose=members&period=2026", 4),
        ("/units/BIO/posts/READ", 3),
        ("/units/COL/bases/LIB", 4),
    ],
)
def test_every_sum_of_hours_opens_into_records_that_add_up_to_it(
    office: Browser, path: str, least: int
) -> None:
    sums = sums_on(office, path)
    assert len(sums) >= least, sums
    assert all(check(office, link, hours) for link, hours in sums.items())


def test_the_sums_are_those_of_the_unit_its_posts_and_its_approvers(office: Browser) -> None:
    for path, hours in (("/units/COL", ALL), ("/units/LAW", LAW), ("/units/LAW/posts/READ", ALL)):
        assert next(iter(sums_on(office, path).values())) == hours
    approvers = office.get("/approvers").text
    (leader,) = re.findall(r'href="(/approvers/\d+[^"]*)">E ' + MADE_UP, approvers)
    assert check(office, html.unescape(leader), MADE_UP) == 181
    assert check(office, html.unescape(leader).replace("=E", "=A"), "0.00") == 0
    assert check(office, "/units/COL/records?period=2026&month=2026-03&grade=B", "2.83") == 170
    assert check(office, "/units/COL/records?period=2026&month=2026-04", "0.00") == 0


def test_a_record_of_a_report_opens_into_its_steps(office: Browser) -> None:
    page = office.get("/units/COL/report/records?kind=year&period=2026").text
    visits = re.findall(r'href="(/visits/\d+)"', page)
    assert len(visits) == 3
    for visit in visits:
        assert re.search(r'<dd class="total">\d+ ', office.get(visit).text)


def test_a_file_holds_the_same_records_and_says_which(office: Browser) -> None:
    found = office.get("/units/COL/records.json?period=2026&month=2026-03&grade=E").json
    assert sum(row["net_min"] for row in found["rows"]) == 181
    assert "2026-03" in found["lines"][0] and "E " in found["lines"][0]
    whole = office.get("/units/COL/records.json?period=2026").json
    assert sum(row["net_min"] for row in whole["rows"]) == 351


def test_names_stay_with_the_own_unit_and_records_with_who_may_read_them(
    office: Browser, enter: Enter, read: Any
) -> None:
    secretary, neighbour = enter("secretary"), enter("neighbour")
    ours = secretary.get("/units/LAW/records?period=2026&whose=posts&lang=en").text
    assert "a member of another unit" in ours and "2023010001" in ours and "2023020001" not in ours
    theirs = neighbour.get("/units/BIO/posts/READ").text
    assert "/units/BIO/records?" in theirs
    assert neighbour.get("/units/LAW/records").status_code == 404
    bo = re.findall(
        r'href="(/visits/\d+)"', office.get("/units/BIO/report/records?kind=year&period=2026").text
    )
    assert [neighbour.get(one).status_code for one in bo] == [200]
    assert [secretary.get(one).status_code for one in bo] == [404]


def test_who_looked_at_whose_records_is_kept(office: Browser, people: Cast, app: Flask) -> None:
    mei = re.findall(r"/visits/\d+", office.get("/units/COL/report/records?by=grade&key=B").text)[0]
    for path in (
        "/units/LAW/records",
        mei,
        f"/approvers/{people.leader_account}",
        "/api/v1/units/COL/visits",
    ):
        assert opened(office, path).status_code == 200
    kept = [(what, member, unit) for _, what, member, unit in looks_of(app) if what is Sight.RECORDS]
    assert kept == [
        (Sight.RECORDS, None, people.law),
        (Sight.RECORDS, people.mei, None),
        (Sight.RECORDS, None, None),
        (Sight.RECORDS, None, people.college),
    ]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("asked", ["month=2026", "month=2026-13", "month=9999-12", "grade=Z", "period=never"])
def test_what_there_is_not_is_refused(office: Browser, asked: str) -> None:
    assert office.get(f"/units/COL/records?{asked}").status_code == 422


def test_programs_read_the_same_records_with_their_steps(office: Browser) -> None:
    days = "from=2026-01-01&to=2027-01-01"
    (row,) = office.get(f"/api/v1/stats?by=post&unit=COL&{days}").json["rows"]
    path = f"/api/v1/units/COL/visits?{days}&post=READ"
    whole = office.get(path).json
    assert whole["total"] == {"visits": 3} | {
        key: row[key] for key in ("headcount", "person_times", "net", "credited")
    }
    assert sum(visit["net"] for visit in whole["visits"]) == row["net"] == 351
    for visit in whole["visits"]:
        steps = [step["minutes"] for step in visit["steps"]]
        names = [step["step"] for step in visit["steps"]]
        assert sum(steps[: names.index("net")]) == visit["net"] and steps[-1] == visit["credited"]
    first = office.get(f"{path}&limit=2").json
    rest = office.get(f"{path}&limit=2&before={first['next']}").json
    assert first["visits"] + rest["visits"] == whole["visits"] and rest["next"] is None
    assert office.get(f"{path.replace('READ', 'NONE')}").json["total"]["net"] == 0
    assert office.get("/api/v1/units/COL/visits?from=2026-02-01&to=2026-02-01").status_code == 422
