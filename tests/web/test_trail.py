"""The trail of acts and looks: complete, searched, paged, for overseers alone; an auditor changes nothing."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.cast import NOW, Cast, System
from tests.web import test_neighbours
from tests.web.conftest import Browser, Enter
from tests.web.test_gates import FILLED
from volunteer.actions import people as roster
from volunteer.database import Model, db
from volunteer.models import AuditLine, Look
from volunteer.rules.kinds import Role, Sight, UnitKind
from volunteer.web import trail_facts, trail_words

ONE_ENGINE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
rows = test_neighbours.rows


def opened(browser: Browser, path: str) -> Any:
    """Return the answer once it was read to its end: what was looked at is noted after that."""
    answer = browser.get(path)
    answer.get_data()
    answer.close()
    return answer


def looks_of(app: Flask) -> list[tuple[Any, ...]]:
    with app.app_context():
        found = select(Look.account_id, Look.what, Look.member_id, Look.unit_id).order_by(Look.id)
        return [tuple(row) for row in db.session.execute(found)]


def test_who_reads_a_members_page_or_takes_it_along_is_noted(app: Flask, enter: Enter, people: Cast) -> None:
    secretary = enter("secretary")
    assert opened(secretary, f"/members/{people.mei}").status_code == 200
    assert opened(secretary, f"/members/{people.mei}/records.csv").status_code == 200
    assert opened(secretary, "/units/LAW/members.csv").status_code == 200
    assert opened(secretary, "/units/LAW/report.csv").status_code == 200
    assert opened(secretary, "/units/LAW/activity-day.csv").status_code == 200
    assert looks_of(app) == [
        (people.secretary_account, Sight.RECORDS, people.mei, None),
        (people.secretary_account, Sight.RECORDS_FILE, people.mei, None),
        (people.secretary_account, Sight.MEMBERS_FILE, None, people.law),
        (people.secretary_account, Sight.REPORT_FILE, None, people.law),
        (people.secretary_account, Sight.REPORT_FILE, None, people.law),
    ]


@ONE_ENGINE
def test_an_hours_sheet_is_noted(app: Flask, enter: Enter, people: Cast) -> None:
    enter("office").post(f"/members/{people.mei}/hours-sheet").close()
    assert looks_of(app) == [(people.office_account, Sight.HOURS_SHEET, people.mei, None)]


@ONE_ENGINE
def test_ones_own_page_and_what_was_refused_is_no_look(app: Flask, enter: Enter, people: Cast) -> None:
    opened(enter("secretary"), f"/members/{people.hua}")
    assert opened(enter("neighbour"), f"/members/{people.mei}").status_code == 404
    opened(enter("mei"), "/records")
    assert looks_of(app) == []


@ONE_ENGINE
def test_every_page_that_names_a_member_leaves_a_look(app: Flask, enter: Enter, rows: dict[str, int]) -> None:
    office = enter("office")
    missed = []
    for rule in app.url_map.iter_rules():
        if not rule.arguments & {"member_id", "student_no"} or "GET" not in (rule.methods or ()):
            continue
        before = len(looks_of(app))
        answer = opened(office, test_neighbours.address(rule, rows))
        if answer.status_code == 200 and len(looks_of(app)) == before:
            missed.append(rule.rule)
    assert missed == []


@ONE_ENGINE
def test_she_sees_who_looked_at_her(app: Flask, enter: Enter, people: Cast) -> None:
    opened(enter("office"), f"/members/{people.mei}")
    page = enter("mei").get("/me/stored/look?lang=en").text
    assert "office" in page
    assert "looked at the records" in page


@pytest.fixture
def trodden(enter: Enter, people: Cast, write: Any) -> Browser:
    """The auditor's browser, after a name was mended and a page looked at."""
    write(lambda session: roster.rename(session, member_id=people.mei, name="李美", actor=None, now=NOW))
    opened(enter("secretary"), f"/members/{people.mei}")
    return enter("auditor")


def shown(browser: Browser, query: str = "") -> list[str]:
    """Return the lines of the trail: what was done, about whom."""
    page = browser.get(f"/trail?lang=en&{query}").text
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    lines = [re.sub(r"<[^>]*>", "|", line) for line in body.split("</tr>")[:-1]]
    return [" ".join(filter(None, (part.strip() for part in line.split("|")))) for line in lines]


def test_acts_and_looks_stand_in_one_list_newest_first(trodden: Browser) -> None:
    first, second = shown(trodden)[:2]
    assert {"look" in first, "look" in second} == {True, False}
    assert any("changed a name member" in line for line in (first, second))


SEARCHES = {
    "act=rename": 1,
    "act=records": 1,
    "act=close_account": 0,
    "act=rename&q=2023010001": 1,
    "act=rename&q=2023010002": 0,
    "act=records&q=secretary": 1,
    "act=records&q=organiser": 0,
    "from=2026-03-16&to=2026-03-16": 2,
    "from=2026-03-17": 0,
    "to=2026-03-15&act=rename": 0,
    "subject=unit&act=records": 0,
    "from=nonsense&to=2026-99-99&row=x&act=rename": 1,
}


def test_the_trail_is_searched(trodden: Browser) -> None:
    assert {query: len(shown(trodden, query)) for query in SEARCHES} == SEARCHES


@ONE_ENGINE
def test_a_row_is_followed(trodden: Browser, people: Cast) -> None:
    lines = shown(trodden, f"subject=member&row={people.mei}")
    assert len(lines) == 3
    assert all(f"member {people.mei}" in line for line in lines)


@ONE_ENGINE
def test_pages_go_on_where_the_one_before_ended(trodden: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = shown(trodden)
    monkeypatch.setattr("volunteer.web.trail.LINES_A_PAGE", 4)
    found, path = [], "/trail?lang=en"
    while path:
        page = trodden.get(path).text
        found += shown(trodden, path.partition("?")[2])
        link = re.search(r'href="(\?[^"]*before=[^"]*)"', page)
        path = f"/trail{link[1].replace('&amp;', '&')}" if link else ""
    assert found == everything[: len(found)]
    assert len(found) == len(everything)


def test_a_foreign_college_sees_nothing_of_ours(
    app: Flask, enter: Enter, people: Cast, write: Any, trodden: Browser
) -> None:
    far = write(_far_office)
    client = app.test_client()
    with client.session_transaction() as held:
        held["_user_id"] = f"{far}.0"
        held["until"] = int((NOW + timedelta(days=1)).timestamp())
    lines = shown(Browser(client))
    # Of what was done long ago and for everybody, nobody in particular is told.
    assert [line for line in lines if "LAW" in line or "李美" in line or "secretary" in line] == []
    assert len(shown(trodden)) > 2


def _far_office(session: Session) -> int:
    system = System(session)
    far = system.unit("FAR", UnitKind.COLLEGE)
    return system.account("far_office", Role.COLLEGE, unit_id=far)


@ONE_ENGINE
def test_it_is_taken_along_as_searched(app: Flask, trodden: Browser, people: Cast) -> None:
    answer = opened(trodden, "/trail.csv?act=rename&lang=en")
    assert answer.text.count(",changed a name,") == 1
    assert looks_of(app)[-1] == (people.auditor_account, Sight.TRAIL_FILE, None, None)


@ONE_ENGINE
def test_every_act_that_is_noted_has_a_word(app: Flask, read: Any, rows: dict[str, int]) -> None:
    with app.app_context():
        acts = set(db.session.scalars(select(AuditLine.act)))
    assert len(acts) > 15
    assert acts - trail_words.ACTS.keys() == set()


@ONE_ENGINE
def test_every_fact_that_is_noted_has_a_word(app: Flask, read: Any, rows: dict[str, int]) -> None:
    with app.app_context():
        noted = db.session.scalars(select(AuditLine.facts).where(AuditLine.facts.startswith("{")))
        facts = {name for line in noted for name in json.loads(line)}
    assert len(facts) > 5
    assert facts - trail_facts.FACTS.keys() == set()


FACTS = {
    "nothing": (None, ""),
    "a role by its word": ('{"role": "college"}', "职责 学院党委办"),
    "an instant on campus": ('{"ends_at": "2026-03-02 04:00:00+00:00"}', "至 2026-03-02 12:00"),
    "yes and no": ('{"is_right": true}', "属实 是"),
    "two, and a hash cut": ('{"step": 2, "head": "' + "a" * 64 + '"}', f"审核 2，链头 {'a' * 40}…"),
}


@ONE_ENGINE
@pytest.mark.parametrize("facts, expected", FACTS.values(), ids=FACTS)
def test_facts_read_as_words(app: Flask, facts: str | None, expected: str) -> None:
    with app.test_request_context("/?lang=zh_Hans"):
        assert trail_facts.details(facts) == expected


NOT_AN_ACT = {
    "/sign-in",
    "/demo-sign-in",
    "/sign-out",
    "/sign-out-everywhere",
    "/language",
    "/activate",
    # Judges a certificate that is brought.
    "/verify/paste",
}
OWN = ("/me", "/inbox", "/display", "/host", "/api/v1/display")
PRINTS = ("/hours-sheet", "/hand-over")


@ONE_ENGINE
def test_an_auditor_changes_nothing(app: Flask, enter: Enter, rows: dict[str, int]) -> None:
    auditor = enter("auditor")
    before, wrong = state(app), []
    for rule in app.url_map.iter_rules():
        methods = (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
        if rule.rule in NOT_AN_ACT or rule.rule.startswith(OWN):
            continue
        for method in methods:
            status = asked(auditor, method, address_of(rule.rule, rule, rows))
            if status < 400 and not rule.rule.endswith(PRINTS):
                wrong.append((method, rule.rule, status))
    assert wrong == []
    assert state(app) == before


def address_of(path: str, rule: Any, rows: dict[str, int]) -> str:
    try:
        return test_neighbours.address(rule, rows)
    except (KeyError, AssertionError):
        for shape, value in FILLED.items():
            path = path.replace(shape, value)
        return path


def asked(browser: Browser, method: str, path: str) -> int:
    if "/api/" in path:
        return browser.send(path, {}, method=method).status_code
    return browser.post(path, **test_neighbours.FORM).status_code


def state(app: Flask) -> dict[str, int]:
    """Return how many rows each table has, but for looks."""
    with app.app_context():
        return {
            table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
            for table in Model.metadata.sorted_tables
            # Printing seals what is there already.
            if table.name not in ("look", "seal")
        }
