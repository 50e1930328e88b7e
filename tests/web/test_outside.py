"""A sheet of another platform on its pages, from sending to both approvals."""

import io
import re
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.cast import Cast
from tests.web.conftest import Browser, Enter
from volunteer.models import Credit, OutsideBatch, Request, Upload

HEAD = "志愿者编码,志愿者姓名,学号,项目名称,服务开始时间,服务结束时间,服务时长(小时)\n"
ROWS = HEAD + (
    "310101,李梅,2023010001,社区清洁,2026-03-07 09:00,2026-03-07 11:30,2.5\n"
    "310102,𠮷宁,2023010002,社区清洁,2026-03-07 09:00,2026-03-07 11:00,2\n"
)


def send(browser: Browser, text: str, *, source: str = "志愿汇", unit: str = "LAW") -> TestResponse:
    form = {"source": source, "unit": unit, "file": (io.BytesIO(text.encode()), "三月.csv")}
    return browser.post("/registry/import/outside", **form)


def sent(browser: Browser, text: str, **more: Any) -> str:
    """Return the address of the page on which a sheet is looked at."""
    answer = send(browser, text, **more)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def counts(page: str) -> tuple[str, ...]:
    """Return how many rows are new, unchanged and wrong."""
    return tuple(re.findall(r"<dd>(\d+)</dd>", page)[:3])


def test_a_sheet_goes_from_the_platform_to_the_ledger(enter: Enter, people: Cast, read: Any) -> None:
    organiser = enter("organiser")
    path = sent(organiser, ROWS)
    page = organiser.get(f"{path}?lang=en").text
    assert counts(page) == ("2", "0", "0")
    assert "李梅" in page
    assert read(select(func.count()).select_from(Request)) == 0
    # The page is read to its end: the work is done while it grows.
    assert "First the branch committee" in organiser.post(f"{path}?lang=en").text
    assert "applied already" in organiser.post(f"{path}?lang=en").text
    assert read(select(func.count()).select_from(Request)) == 2
    batch = read(select(OutsideBatch.id))
    assert read(select(Upload.content)) is None
    secretary, office = enter("secretary"), enter("office")
    assert 'href="/outside-files"' in secretary.get("/review").text
    assert f"/outside-files/{batch}" in secretary.get("/outside-files").text
    assert "disabled" not in secretary.get(f"/outside-files/{batch}").text
    assert f"/outside-files/{batch}/approve" not in organiser.get(f"/outside-files/{batch}").text
    secretary.post(f"/outside-files/{batch}/approve", seen="0")
    office.post(f"/outside-files/{batch}/approve", seen="2")
    office.post(f"/outside-files/{batch}/approve", seen="2")
    assert read(select(func.sum(Credit.credited_min))) == 270
    again = organiser.get(f"{sent(organiser, ROWS)}?lang=en").text
    assert counts(again) == ("0", "2", "0")


ONE_ENGINE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@ONE_ENGINE
@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_rows_that_are_taken_along_and_sent_again_bring_the_same_hours(
    enter: Enter, people: Cast, read: Any, form: str, language: str
) -> None:
    organiser, secretary = enter("organiser"), enter("secretary")
    # A third of an hour has no end in decimals, and a row may tell its hours alone.
    odd = "310103,李梅,2023010001,植树,2026-03-08 13:00,2026-03-08 14:20,0.34\n"
    organiser.post(sent(organiser, ROWS + odd)).get_data()
    total = select(func.sum(Request.minutes))
    before = read(total)
    organiser.post("/language", language=language)
    file = organiser.get(f"/outside-files/1.{form}").data
    secretary.post("/outside-files/1/reject", reason="重新上报")
    form_sent = {"source": "i志愿", "unit": "LAW", "file": (io.BytesIO(file), f"again.{form}")}
    path = organiser.post("/registry/import/outside", **form_sent).headers["Location"]
    assert counts(organiser.get(f"{path}?lang=en").text) == ("3", "0", "0")
    organiser.post(path).get_data()
    assert read(total.where(Request.batch_id == 2)) == read(total.where(Request.batch_id == 1)) == before


@ONE_ENGINE
def test_how_a_platform_calls_its_columns_is_said_once(enter: Enter, people: Cast) -> None:
    organiser = enter("organiser")
    strange = "甲,乙,丙,丁\n李梅,植树,2026-03-08,2\n"
    path = sent(organiser, strange, source="志愿云")
    page = organiser.get(f"{path}?lang=en").text
    assert "missing columns" in page
    assert 'name="hours"' in page
    organiser.post(f"{path}/columns", name="甲", what="乙", date="丙", hours="丁")
    assert counts(organiser.get(f"{path}?lang=en").text) == ("1", "0", "0")
    assert counts(organiser.get(f"{sent(organiser, strange, source='志愿云')}?lang=en").text)[0] == "1"


@ONE_ENGINE
def test_every_bad_row_is_told_and_nothing_is_written(enter: Enter, people: Cast, read: Any) -> None:
    organiser = enter("organiser")
    path = sent(organiser, ROWS + "310103,钱多,2023990001,植树,2026-03-07 09:00,2026-03-07 10:00,1\n")
    page = organiser.post(f"{path}?lang=en").text
    assert "nobody of this unit" in page
    assert counts(page) == ("2", "0", "1")
    assert read(select(func.count()).select_from(Request)) == 0


@ONE_ENGINE
def test_the_form_says_what_is_missing(enter: Enter, people: Cast) -> None:
    organiser = enter("organiser")
    assert send(organiser, ROWS, source=" ").status_code == 422
    assert send(organiser, ROWS, unit="BIO").status_code == 422
    assert organiser.post("/registry/import/outside", source="x", unit="LAW").status_code == 422
    assert enter("auditor").post("/registry/import/outside").status_code == 403


@ONE_ENGINE
def test_somebody_elses_sheet_is_not_there(enter: Enter, people: Cast) -> None:
    path = sent(enter("organiser"), ROWS)
    for who in ("secretary", "neighbour", "office"):
        browser = enter(who)
        assert browser.get(path).status_code == 404
        assert browser.post(path).status_code == 404
        assert browser.post(f"{path}/columns", name="x").status_code == 404
