"""The college's pages for terms, working days and the policy: what was typed comes back, limits are named."""

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.cast import Cast
from tests.web.conftest import Browser, Enter
from tests.web.test_pages import statements
from volunteer.models import PolicyVersion, Term, Workday
from volunteer.rules.policy import LIMITS
from volunteer.schemas.college import IN_HOURS
from volunteer.schemas.fields import hours_written

TERM = {"code": "2026S", "name": "2026 春", "starts_on": "2026-02-23", "ends_on": "2026-07-12"}


@pytest.fixture
def office(enter: Enter) -> Browser:
    return enter("office")


def test_a_term_is_added_changed_and_never_overlaps(office: Browser, read: Any) -> None:
    assert "还没有学期" in office.get("/terms").text
    assert office.post("/terms/new", **TERM).status_code == 303
    assert read(select(Term.ends_before)) == date(2026, 7, 13)
    over = office.post(
        "/terms/new", **TERM | {"code": "B", "starts_on": "2026-07-12", "ends_on": "2026-09-01"}
    )
    assert over.status_code == 422
    assert "与「2026 春」（2026-02-23 至 2026-07-12）重叠" in over.text
    back = office.post("/terms/new", **TERM | {"code": "C", "ends_on": "2026-02-22"})
    assert "最后一天不能早于第一天" in back.text
    assert 'value="2026-07-12"' in office.get("/terms/2026S/edit").text
    changed = {name: text for name, text in TERM.items() if name != "code"} | {"name": "春季"}
    assert office.post("/terms/2026S/edit", **changed).status_code == 303
    assert read(select(Term.name)) == "春季"
    assert office.get("/terms/NONE/edit").status_code == 404


def test_the_calendar_shows_the_published_days_and_the_colleges_own(office: Browser, read: Any) -> None:
    page = office.get("/calendar?year=2026").text
    assert re.search(r'class="off">1<span class="mark">休</span>', page)
    assert re.search(
        r'class="">10<span class="mark">班</span>|class="">\d+<span class="mark">班</span>', page
    )
    stretch = {"starts_on": "2026-03-19", "ends_on": "2026-03-23", "kind": "day_off"}
    assert office.post("/calendar?year=2026", **stretch).status_code == 303
    assert read(select(func.count()).select_from(Workday)) == 3
    page = office.get("/calendar?year=2026").text
    assert page.count('class="off own"') == 3 and "2026-03-19" in page
    office.post("/calendar", starts_on="2026-03-19", ends_on="2026-03-19", kind="published")
    assert read(select(func.count()).select_from(Workday)) == 2
    again = office.client.post(
        "/calendar", data={"csrf_token": office.token, **stretch, "kind": "published"}, follow_redirects=True
    )
    assert "已修改 2 天" in again.text
    long = office.post("/calendar", starts_on="2026-01-01", ends_on="2026-04-11", kind="day_off")
    assert long.status_code == 422 and "一次最多 100 天" in long.text
    assert (
        office.post("/calendar", starts_on="2026-01-01", ends_on="2026-04-10", kind="day_off").status_code
        == 303
    )


@pytest.mark.parametrize("year", ["1999", "2050", "x", "99999", "0"])
def test_any_year_has_a_page_and_an_unknown_one_says_that_it_is_provisional(
    office: Browser, year: str
) -> None:
    answer = office.get(f"/calendar?year={year}")
    assert answer.status_code == 200
    assert ("暂定" in answer.text) is (year in ("2050", "1999"))


def filled(office: Browser, **changes: Any) -> dict[str, Any]:
    """Return the form of a new version as the page fills it in."""
    page = office.get("/policy/new").text
    values: dict[str, Any] = dict(
        re.findall(r'<input id="f-\w+" name="(\w+)" type="\w+" value="([^"]*)"', page)
    )
    chosen = re.search(r'<option value="(\w+)" selected>', page)
    assert chosen
    values |= {"confirmation": chosen[1], "stages": re.findall(r'name="stages" value="(\w+)" checked', page)}
    return values | {"effective_on": "2026-09-01", "reason": "党委会 2026-03-10 决定"} | changes


def test_a_version_is_prefilled_checked_and_then_entered(office: Browser, read: Any) -> None:
    form = filled(office, threshold_min="40", makeup_budget_pct="10")
    assert filled(office)["threshold_min"] == "50" and form["stages"] == ["probationary"]
    check = office.post("/policy/new", step="check", **form)
    assert check.status_code == 200
    for words in ("预备期达标线", "50.00 小时", "40.00 小时", "15 %", "10 %"):
        assert words in check.text
    assert "单日上限" not in check.text
    assert read(select(func.count(PolicyVersion.id))) == 1
    back = office.post("/policy/new", step="back", **form)
    assert 'name="threshold_min" type="text" value="40"' in back.text
    assert office.post("/policy/new", step="enter", **form).status_code == 303
    newest = select(PolicyVersion.threshold_min).order_by(PolicyVersion.id.desc()).limit(1)
    assert read(newest) == 2400
    page = office.get("/policy").text
    assert "党委会 2026-03-10 决定" in page and "尚未生效" in page and "生效中" in page


@pytest.mark.parametrize("key", sorted(LIMITS))
def test_beyond_its_limits_a_number_is_refused_and_the_limits_are_named(office: Browser, key: str) -> None:
    low, high = LIMITS[key]
    for value in (low - 1, high + 1):
        text = hours_written(value) if key in IN_HOURS else str(value)
        answer = office.post("/policy/new", step="check", **filled(office, **{key: text}))
        assert answer.status_code == 422
        wrong = re.search(rf'id="n-{key}"><span class="wrong">([^<]+)', answer.text)
        shown = [hours_written(end) if key in IN_HOURS else str(end) for end in (low, high)]
        assert wrong and all(end in wrong[1] for end in shown), answer.text


WRONG = {
    "an upper cap below the lower": ({"day_cap_max_min": "7"}, "此项不能小于前一项"),
    "a longest extension below the shortest": ({"extension_months_max": "5"}, "此项不能小于前一项"),
    "part of a minute": ({"threshold_min": "50.01"}, "如 7.5 或 7:30"),
    "no number": ({"near_pct": "viel"}, "0 至 100"),
    "nothing changed": ({}, "与前一版本没有差别"),
    "no reason": ({"threshold_min": "40", "reason": ""}, "必填"),
    "nobody": ({"threshold_min": "40", "stages": []}, "必填"),
}


@pytest.mark.parametrize(("changes", "words"), WRONG.values(), ids=WRONG)
def test_a_version_that_makes_no_sense_comes_back_with_what_was_typed(
    office: Browser, read: Any, changes: dict[str, Any], words: str
) -> None:
    answer = office.post("/policy/new", step="enter", **filled(office, **changes))
    assert (answer.status_code, words in answer.text) == (422, True), answer.text
    assert read(select(func.count(PolicyVersion.id))) == 1


def test_a_version_of_today_is_refused_beside_its_day(office: Browser) -> None:
    answer = office.post(
        "/policy/new", step="enter", **filled(office, threshold_min="40", effective_on="2026-03-16")
    )
    assert answer.status_code == 422 and "最早 2026-03-17 起生效" in answer.text


@pytest.mark.parametrize("minutes", [0, 1, 6, 59, 60, 100, 450, 465, 3000, 60_000])
def test_hours_in_a_form_are_read_as_they_were_written(minutes: int) -> None:
    from volunteer.schemas.fields import Hours

    assert Hours(low=0, high=60_000).deserialize(hours_written(minutes)) == minutes


def test_the_pages_take_few_statements(app: Flask, office: Browser, people: Cast) -> None:
    pages: list[str] = ["/terms", "/terms/new", "/calendar?year=2026", "/policy", "/policy/new"]
    for path in pages:
        assert statements(app, office, path) <= 12, path
