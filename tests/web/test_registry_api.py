"""The registry for programs: the actions, gates and reach of the pages; sent twice is written once."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.cast import LONG_AGO, NINE, NOW, Cast, System
from volunteer.actions.tokens import make_token
from volunteer.models import AuditLine, Base, Member, Post, Shift, Unit
from volunteer.rules.kinds import Stage

Program = Callable[..., Any]
UNIT = {"code": "HIS", "name": "历史学院党支部", "kind": "branch", "parent": "COL"}
MEMBER = {"student_no": "2025000001", "name": "𠮷·买买提", "unit": "LAW", "stage": "activist"}
BASE = {"code": "MUSEUM", "name": "博物馆", "status": "agreed", "agreement_from": "2026-01-01"}
POST = {
    "code": "GUIDE",
    "name": "讲解",
    "unit": "LAW",
    "base": "LIB",
    "category": "service",
    "compensation": "none",
}
SHIFT = {
    "code": "S2",
    "post": "READ",
    "starts_at": "2026-03-17T09:00+08:00",
    "ends_at": "2026-03-17T12:00+08:00",
    "breaks": [{"starts_at": "2026-03-17T10:00:00+08:00", "ends_at": "2026-03-17T02:15:00Z"}],
    "capacity": 4,
}
NEW = {"units": UNIT, "members": MEMBER, "bases": BASE, "posts": POST, "shifts": SHIFT}
MODELS = {"units": Unit, "members": Member, "bases": Base, "posts": Post, "shifts": Shift}


@pytest.fixture
def program(app: Flask, people: Cast, write: Any) -> Program:
    """Call as a program of somebody in the cast: who, method, path below the API, body."""
    client: FlaskClient = app.test_client()
    tokens: dict[str, str] = {}

    def call(who: str, method: str, path: str, body: Any = None) -> Any:
        if who not in tokens:
            account_id = getattr(people, f"{who}_account")
            tokens[who] = write(
                lambda session: make_token(session, account_id=account_id, actor_id=None, now=NOW)
            )
        headers = {"Authorization": f"Bearer {tokens[who]}"}
        return client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    return call


def key_of(kind: str) -> str:
    return "student_no" if kind == "members" else "code"


@pytest.mark.parametrize("kind", NEW)
def test_what_is_registered_is_read_back_and_sent_twice_is_written_once(
    program: Program, read: Any, kind: str
) -> None:
    body, key = NEW[kind], NEW[kind][key_of(kind)]
    first = program("office", "POST", f"/{kind}", body)
    assert (first.status_code, first.headers["Location"]) == (201, f"/api/v1/{kind}/{key}")
    assert program("office", "GET", f"/{kind}/{key}").json == first.json
    rows = select(func.count()).select_from(MODELS[kind])
    lines = select(func.count()).select_from(AuditLine)
    before = read(rows), read(lines)
    again = program("office", "POST", f"/{kind}", body)
    assert (again.status_code, again.json["reason"]) == (409, "already_exists") or (
        kind == "shifts" and again.json["reason"] == "shift_overlaps"
    )
    assert (read(rows), read(lines)) == before


@pytest.mark.parametrize("kind", ["units", "members", "bases", "posts"])
def test_what_is_taken_is_named(program: Program, kind: str) -> None:
    program("office", "POST", f"/{kind}", NEW[kind])
    again = program("office", "POST", f"/{kind}", NEW[kind])
    assert list(again.json["errors"]) == [key_of(kind)]


@pytest.mark.parametrize("kind", NEW)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_field_that_is_not_listed_is_an_error(program: Program, kind: str) -> None:
    for name in ("id", "credited", "credited_min", "net_min", "path", "hours"):
        refused = program("office", "POST", f"/{kind}", NEW[kind] | {name: 1})
        assert (refused.status_code, list(refused.json["errors"])) == (422, [name])
    assert program("office", "GET", f"/{kind}/{NEW[kind][key_of(kind)]}").status_code == 404


MAY_WRITE = {
    "units": {"office", "admin"},
    "members": {"office"},
    "bases": {"office", "admin"},
    "posts": {"office", "secretary"},
    "shifts": {"office", "secretary", "leader"},
}


@pytest.mark.parametrize("kind", NEW)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_who_may_register_what(program: Program, kind: str) -> None:
    for who in ("mei", "leader", "secretary", "office", "admin", "auditor"):
        body = NEW[kind] | {key_of(kind): f"{who}-1"}
        answer = program(who, "POST", f"/{kind}", body)
        allowed = (201, 409) if kind == "shifts" else (201,)
        assert answer.status_code in (allowed if who in MAY_WRITE[kind] else (403,)), who


CHANGES = {
    "units/LAW": ({"name": "法学院党支部"}, {"name": "法学院党支部"}),
    "bases/LIB": ({"contact": "周老师"}, {"contact": "周老师", "status": "plaqued", "kind": "library"}),
    "posts/READ": ({"place": "二楼"}, {"place": "二楼", "base": "LIB", "category": "service"}),
    "members/2023010001": ({"name": "李玫"}, {"name": "李玫", "stage": "probationary"}),
    "shifts/S1": ({"capacity": 3}, {"capacity": 3, "starts_at": "2026-03-16T01:00:00+00:00"}),
}


def test_what_is_left_out_of_a_change_stays(program: Program) -> None:
    for path, (sent, told) in CHANGES.items():
        changed = program("office", "PATCH", f"/{path}", sent)
        assert (changed.status_code, told.items() <= changed.json.items()) == (200, True), changed.json
        assert program("office", "PATCH", f"/{path}", {}).json == changed.json


FIXED = {
    "units/LAW": ("code", "kind", "parent", "branch_kind"),
    "bases/LIB": ("code", "unit"),
    "posts/READ": ("code", "unit", "base", "category", "compensation"),
    "members/2023010001": ("unit", "ends_before", "outcome"),
    "shifts/S1": ("code", "post", "is_for_make_ups", "cancelled_at"),
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_decides_past_hours_cannot_be_changed(program: Program) -> None:
    for path, names in FIXED.items():
        before = program("office", "GET", f"/{path}").json
        for name in names:
            refused = program("office", "PATCH", f"/{path}", {name: before.get(name)})
            assert (refused.status_code, list(refused.json["errors"])) == (422, [name])


def test_a_stage_goes_one_step_and_admission_needs_the_day_of_the_meeting(program: Program) -> None:
    program("office", "POST", "/members", MEMBER)
    path = f"/members/{MEMBER['student_no']}"
    admitted = {"stage": "probationary", "probation_start": "2026-03-01"}
    assert program("office", "PATCH", path, admitted).json["reason"] == "stage_order"
    assert program("office", "PATCH", path, {"stage": "candidate"}).json["stage"] == "candidate"
    assert program("office", "PATCH", path, {"stage": "probationary"}).status_code == 422
    told = program("office", "PATCH", path, admitted).json
    assert (told["probation_start"], told["ends_before"]) == ("2026-03-01", "2027-03-01")


def test_nobody_is_made_a_full_member_by_a_program(program: Program) -> None:
    refused = program("office", "PATCH", "/members/2023010001", {"stage": "full"})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["stage"])


def test_a_shift_is_changed_before_it_begins_and_prolonged_while_it_runs(
    program: Program, traveller: Any
) -> None:
    later = {"ends_at": "2026-03-16T13:00+08:00"}
    assert program("leader", "PATCH", "/shifts/S1", later).json["ends_at"] == "2026-03-16T05:00:00+00:00"
    traveller.move_to(NINE)
    assert program("leader", "PATCH", "/shifts/S1", {"capacity": 9}).json["reason"] == "shift_started"
    longest = {"ends_at": "2026-03-16T15:00+08:00"}
    assert program("leader", "PATCH", "/shifts/S1", longest).status_code == 200
    too_long = program("leader", "PATCH", "/shifts/S1", {"ends_at": "2026-03-16T15:01+08:00"})
    assert (too_long.status_code, too_long.json["reason"]) == (409, "beyond_shift")


def test_a_cancellation_needs_its_reason_alone_and_may_be_sent_twice(program: Program) -> None:
    for wrong in (
        {"cancelled": True},
        {"cancel_reason": "台风"},
        {"cancelled": False, "cancel_reason": "台风"},
    ):
        assert program("leader", "PATCH", "/shifts/S1", wrong).status_code == 422
    both = {"cancelled": True, "cancel_reason": "台风", "capacity": 3}
    assert program("leader", "PATCH", "/shifts/S1", both).status_code == 422
    told = program("leader", "PATCH", "/shifts/S1", {"cancelled": True, "cancel_reason": "台风"})
    assert (told.status_code, told.json["cancel_reason"]) == (200, "台风")
    again = program("leader", "PATCH", "/shifts/S1", {"cancelled": True, "cancel_reason": "别的"})
    assert (again.status_code, again.json) == (200, told.json)


def test_only_the_college_enters_a_past_shift_and_only_for_make_ups(program: Program) -> None:
    past = SHIFT | {"starts_at": "2026-03-10T09:00+08:00", "ends_at": "2026-03-10T12:00+08:00", "breaks": []}
    assert program("secretary", "POST", "/shifts", past).json["reason"] == "shift_in_past"
    assert program("office", "POST", "/shifts", past).json["is_for_make_ups"] is True


LISTS = {
    "units": ["BIO", "COL", "LAW"],
    "members": ["2021010003", "2023010001", "2023010002", "2023020001"],
    "bases": ["LIB"],
    "posts": ["GATE", "READ"],
    "sites": ["GATE", "LIB", "READ"],
    "shifts": ["S1"],
}
OF_A_NEIGHBOUR = {"units": ["BIO"], "members": ["2023020001"]}


def test_a_list_shows_what_is_in_reach_and_no_more(program: Program) -> None:
    def codes(who: str, kind: str) -> list[str]:
        return [entry[key_of(kind)] for entry in program(who, "GET", f"/{kind}").json[kind]]

    for kind, listed in LISTS.items():
        assert codes("office", kind) == listed
        assert codes("neighbour", kind) == OF_A_NEIGHBOUR.get(kind, [])


def test_pages_follow_each_other_until_the_cursor_is_null(program: Program) -> None:
    for kind, listed in LISTS.items():
        found, cursor = [], ""
        while cursor is not None:
            page = program("office", "GET", f"/{kind}?limit=1{f'&after={cursor}' if cursor else ''}").json
            assert len(page[kind]) == 1
            found += [entry[key_of(kind)] for entry in page[kind]]
            cursor = page["next"]
        assert found == listed


def test_pages_of_shifts_go_by_start_whatever_their_codes(program: Program) -> None:
    for code, day in (("A9", "20"), ("Z1", "18"), ("B5", "18")):
        times = {"starts_at": f"2026-03-{day}T09:00+08:00", "ends_at": f"2026-03-{day}T10:00+08:00"}
        post = "GATE" if code == "B5" else "READ"
        body = SHIFT | {"code": code, "post": post, "breaks": []} | times
        assert program("office", "POST", "/shifts", body).status_code == 201
    first = program("office", "GET", "/shifts?limit=2").json
    second = program("office", "GET", f"/shifts?limit=2&after={first['next']}").json
    assert [one["code"] for one in first["shifts"] + second["shifts"]] == ["S1", "Z1", "B5", "A9"]
    assert second["next"] is None


FOUND = {
    "units?kind=branch": ["BIO", "LAW"],
    "units?parent=COL&q=la": ["LAW"],
    "members?unit=COL&stage=full": ["2021010003"],
    "members?unit=LAW&q=limei": ["2023010001"],
    "members?q=lm": ["2023010001"],
    "members?q=%25": [],
    "bases?status=plaqued": ["LIB"],
    "bases?status=applied": [],
    "posts?base=LIB": ["READ"],
    "posts?unit=BIO": [],
    "sites?base=LIB": ["LIB"],
    "sites?post=READ": ["READ"],
    "shifts?from=2026-03-16&to=2026-03-17": ["S1"],
    "shifts?from=2026-03-17": [],
    "shifts?to=2026-03-16": [],
    "shifts?cancelled=true": [],
    "shifts?unit=LAW&post=READ&cancelled=false": ["S1"],
}


def test_lists_are_searched(program: Program) -> None:
    for path, codes in FOUND.items():
        kind = path.partition("?")[0]
        page = program("office", "GET", f"/{path}").json
        assert [entry[key_of(kind)] for entry in page[kind]] == codes, path


def test_progress_rows_go_on_after_the_last_one_seen(program: Program) -> None:
    first = program("office", "GET", "/units/COL/members?limit=1").json
    rest = program("office", "GET", f"/units/COL/members?after={first['next']}").json
    whole = program("office", "GET", "/units/COL/members").json
    assert first["members"] + rest["members"] == whole["members"]
    assert (rest["next"], whole["next"]) == (None, None)


def test_every_roll_up_says_what_it_stands_on(program: Program) -> None:
    for by in ("post", "base", "unit", "member", "month", "term"):
        told = program("office", "GET", f"/stats?by={by}&from=2026-03-01&to=2026-04-01").json["basis"]
        assert (told["unit"], told["from"], told["to"], told["by"]) == ("COL", "2026-03-01", "2026-04-01", by)
        assert (told["policy"], told["made_by"]) == ("2025-01-01", "office")


DAYS = {
    "": ("2026-01-01", "2027-01-01"),
    "&from=2025-09-01": ("2025-09-01", "2026-01-01"),
    "&to=2026-01-01": ("2025-01-01", "2026-01-01"),
    "&to=2026-01-02": ("2026-01-01", "2026-01-02"),
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_an_open_end_of_a_roll_up_is_that_of_the_calendar_year(program: Program) -> None:
    for asked, days in DAYS.items():
        told = program("office", "GET", f"/stats?by=unit{asked}").json["basis"]
        assert (told["from"], told["to"]) == days


@pytest.mark.parametrize("asked", ["from=2026-03-02&to=2026-03-01", "from=2026-03-01&to=2026-03-01"])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_days_that_end_before_they_begin_are_refused(program: Program, asked: str) -> None:
    refused = program("office", "GET", f"/stats?by=unit&{asked}")
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["to"])


def test_a_list_costs_the_same_statements_for_30_rows_and_for_one(
    app: Flask, program: Program, people: Cast, write: Any
) -> None:
    from benchmarks.statements import overheard
    from volunteer.database import db

    def more(session: Any) -> None:
        system = System(session, LONG_AGO)
        for number in range(30):
            system.member(f"20260000{number:02d}", people.law, stage=Stage.ACTIVIST)

    with app.app_context():
        engine = db.engine
    counts = []
    program("office", "GET", "/members")
    for _ in range(2):
        with overheard(engine) as heard:
            assert program("office", "GET", "/members?limit=200").status_code == 200
            counts.append(len(heard))
        write(more) if len(counts) == 1 else None
    assert counts[0] == counts[1] <= 4
