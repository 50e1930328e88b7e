"""Every list can be taken along in three forms that say the same, with what its figures stand on above them.

The lists come from the map of routes, so a new one is opened without being named.
"""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.cast import Cast, System
from tests.web import test_neighbours
from tests.web.conftest import Browser, Enter
from tests.web.test_gates import FILE, MAY
from tests.web.test_measures import OTHERS
from volunteer.roster.judging import STAGES
from volunteer.roster.tables import read_table
from volunteer.rules.kinds import Stage
from volunteer.web import sheets, tables
from volunteer.web.sheets import Column, Kind, Table

SHANGHAI = ZoneInfo("Asia/Shanghai")
TAKERS = ("mei", "secretary", "office", "admin", "auditor")
# Basis, policy version with its threshold, and day.
ABOVE = ("口径", "2025-01-01", "50.00 小时", "2026-03-16")
# Who opens the pages: of all whom the gate lets through, the one who sees most.
READERS = ("office", "secretary", "mei", "admin")
# Pages without files, by the reason.
NO_FILES = {
    "one thing, or a form": {
        "accounts.new",
        "accounts.one",
        "behind.visit",
        "branch.start",
        "certificates.one",
        "college.change_term",
        "college.new_term",
        "college.new_version",
        "conversion.over_cap",
        "conversion.proposal",
        "conversion.propose",
        "conversion.transfer",
        "conversion.transferred",
        "importing.look_at_members",
        "importing.look_at_shifts",
        "importing.send_members",
        "importing.send_shifts",
        "notices.member",
        "notices.new",
        "notices.objection",
        "outside.look",
        "outside.send",
        "people.change_member",
        "people.change_unit",
        "people.new_member",
        "people.new_unit",
        "photos.photo",
        "recounts.look",
        "recounts.propose",
        "registry.change_base",
        "registry.change_post",
        "registry.change_shift",
        "registry.new_base",
        "registry.new_post",
        "registry.new_shift",
        "scan.typed",
        "slips.start",
        "student.correct",
        "student.done",
        "student.home",
        "student.make_up",
        "student.objection",
        "typed.mine",
        "typed.of_member",
        "weeks.weekly",
    },
    "a member's own; everything that is stored about her is one file": {
        "certificates.mine",
        "inbox.mine",
        "notices.mine",
        "personal.erasure",
        "personal.one_table",
        "personal.overview",
        "sign_ups.mine",
        "student.me",
    },
    "a keeper's screen at the post; its records are in the files of the post": {
        "leader.mine",
        "leader.on_site",
        "leader.passes",
        "leader.show",
        "leader.site",
        "leader.take",
        "registry.post",
    },
    "a print": {"posters.lists", "received.base_sheet", "received.post_sheet"},
    "its files are there as soon as a row is; here is none": {
        "behind.of_approver",
        "college.calendar",
        "college.terms",
        "oversight.statistics",
        "received.base",
        "report_details.changes",
        "student.mine",
    },
}
rows = test_neighbours.rows


def as_read(answer: TestResponse, form: str) -> list[list[str]]:
    """Return all lines of a file as text; figures as a person reads them."""
    if form == "csv":
        assert answer.data.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    if form == "xlsx":
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0)
        return [[str(cell) for cell in row] for row in sheet.to_python()]
    found = json.loads(answer.data)
    titles = [column["title"] for column in found["columns"]]
    keys = [column["key"] for column in found["columns"]]
    assert len(set(keys)) == len(keys) and all(key.isascii() and key == key.lower() for key in keys)
    assert all(list(row) == keys for row in found["rows"])
    return [*([line] for line in found["lines"]), titles, *(list(row.values()) for row in found["rows"])]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_every_list_says_the_same_in_three_forms(
    app: Flask, enter: Enter, served: Browser, rows: dict[str, int]
) -> None:
    paths = {
        test_neighbours.address(rule, rows).rpartition(".")[0]: app.view_functions[rule.endpoint]
        for rule in app.url_map.iter_rules()
        if "form" in rule.arguments
    }
    assert len(paths) >= 16
    told = {path: "; ".join(_wrong(enter, path, view)) for path, view in paths.items()}
    assert {path: wrong for path, wrong in told.items() if wrong} == {}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_every_page_with_a_list_offers_its_files(
    app: Flask, enter: Enter, served: Browser, rows: dict[str, int]
) -> None:
    browsers = {who: enter(who) for who in READERS}
    known = set().union(*NO_FILES.values())
    without = {
        rule.endpoint
        for rule, who in _pages(app)
        if rule.endpoint not in known and b'class="take"' not in browsers[who].get(_address(rule, rows)).data
    }
    assert without == set(), "give the list its files, as the others in web/*_files.py have them"
    assert known <= set(app.view_functions)


def _pages(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Give the pages that name no one-time secret, each with who sees most of it."""
    for rule in app.url_map.iter_rules():
        view: Any = app.view_functions[rule.endpoint]
        is_page = "GET" in (rule.methods or ()) and not rule.rule.startswith(("/static/", "/api/"))
        if is_page and str(view.gate) != "public" and not FILE.search(rule.rule):
            yield rule, next(who for who in READERS if who in MAY[str(view.gate)])


def _address(rule: Rule, rows: dict[str, int]) -> str:
    return OTHERS.get(rule.rule) or test_neighbours.address(rule, rows)


def _wrong(enter: Enter, path: str, view: Any) -> Iterator[str]:
    """Tell what is wrong with a list."""
    browser = enter(next(who for who in TAKERS if who in MAY[str(view.gate)]))
    found = {form: browser.get(f"{path}.{form}") for form in tables.FORMS}
    if {answer.status_code for answer in found.values()} != {200}:
        yield f"{[answer.status for answer in found.values()]}"
        return
    read = {form: as_read(answer, form) for form, answer in found.items()}
    titles = [len([cell for cell in line if cell]) > 1 for line in read["csv"]].index(True)
    for form, answer in found.items():
        if not unquote(answer.headers["Content-Disposition"]).endswith(f"-2026-03-16.{form}"):
            yield f"{form} is not named after the day"
        above = " ".join(line[0] for line in read[form][:titles])
        yield from (f"{form} does not say {words}" for words in ABOVE if words not in above)
        if read[form][titles] != read["csv"][titles] or len(read[form]) != len(read["csv"]):
            yield f"{form} has other rows or titles"


@pytest.fixture
def table() -> Table[dict[Kind, Any]]:
    columns: list[Column[dict[Kind, Any]]] = [
        Column(kind.name.lower(), f"列{kind.value}", kind, itemgetter(kind)) for kind in Kind
    ]
    full = {
        Kind.TEXT: "=1+1",
        Kind.NUMBER: 3,
        Kind.HOURS: 2999,
        Kind.HUNDREDTHS: 4998,
        Kind.PERCENT: 12.5,
        Kind.DAY: datetime(2026, 3, 16, tzinfo=UTC).date(),
        Kind.MOMENT: datetime(2026, 3, 16, 1, 30, tzinfo=UTC),
    }
    return Table(name="表", lines=["口径"], columns=columns, rows=[full, dict.fromkeys(Kind)], zone=SHANGHAI)


def test_json_holds_numbers_days_and_moments_as_programs_read_them(table: Table[dict[Kind, Any]]) -> None:
    found = json.loads("".join(sheets.as_json(table)))
    assert found["lines"] == ["口径"]
    assert [column["holds"] for column in found["columns"]] == [kind.name.lower() for kind in Kind]
    full, empty = found["rows"]
    assert full == {
        "text": "=1+1",
        "number": 3,
        "hours": 49.98,
        "hundredths": 49.98,
        "percent": 12.5,
        "day": "2026-03-16",
        "moment": "2026-03-16T09:30:00+08:00",
    }
    assert set(empty.values()) == {None}


@pytest.mark.parametrize("write", [sheets.as_csv, sheets.as_json, sheets.as_xlsx])
@pytest.mark.parametrize("count", [0, 1, sheets.ROWS_AT_ONCE, sheets.ROWS_AT_ONCE + 1])
def test_a_file_is_whole_however_many_rows_it_has(
    table: Table[dict[Kind, Any]], write: Any, count: int
) -> None:
    many = Table(name="", lines=["口径"], columns=table.columns, rows=[table.rows[0]] * count, zone=SHANGHAI)
    pieces = list(write(many))
    if write is sheets.as_json:
        assert len(json.loads("".join(pieces))["rows"]) == count
    elif write is sheets.as_csv:
        assert len(list(csv.reader(io.StringIO("".join(pieces))))) == count + 2
    else:
        book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(pieces)))
        assert len(book.get_sheet_by_index(0).to_python()) == count + 2


@pytest.mark.parametrize(
    ("count", "is_streamed"), [(tables.WHOLE_UP_TO, False), (tables.WHOLE_UP_TO + 1, True)]
)
def test_a_long_list_is_sent_as_it_grows_and_a_short_one_tells_its_length(
    app: Flask, table: Table[dict[Kind, Any]], count: int, is_streamed: bool
) -> None:
    rows = [{Kind.NUMBER: 1}] * count
    with app.test_request_context():
        answer = tables.answer(
            Table(name="表", lines=[], columns=table.columns[1:2], rows=rows, zone=SHANGHAI), "csv"
        )
        assert answer.is_streamed is is_streamed
        assert len(answer.get_data().splitlines()) == count + 1


def test_no_other_form_is_there(enter: Enter) -> None:
    assert enter("secretary").get("/units/LAW/members.pdf").status_code == 404


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_roster_that_is_taken_along_can_be_sent_back(enter: Enter, people: Cast, write: Any) -> None:
    def everybody(session: Session) -> None:
        system = System(session)
        for number, stage in enumerate(Stage):
            system.member(f"202400000{number}", people.law, stage=stage)

    write(everybody)
    for language in ("zh_Hans", "zh_Hant", "en"):
        office = enter("office")
        office.post("/language", language=language)
        for form in ("csv", "xlsx"):
            file = office.get(f"/registry/members.{form}?unit=LAW").data
            read = read_table(file, is_text=form == "csv")
            assert set(read.places) == {"student_no", "name", "unit", "stage", "probation_start"}
            stages = {str(row.cells[read.places["stage"]]).strip() for row in read.rows}
            assert {STAGES[stage] for stage in stages} == set(Stage)
