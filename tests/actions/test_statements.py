"""A scan costs a fixed number of statements, however long the history of its member is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from benchmarks import college
from benchmarks.phones import SECRET, check_in
from benchmarks.statements import overheard
from tests import engines
from volunteer.clock import utc_now
from volunteer.config import Settings
from volunteer.database import db

MEMBERS = 500
PAST_SHIFTS = 200
BEGINNER, VETERAN = 1, 2
Counts = dict[str, int]


@pytest.fixture
def settings(engine: Engine, tmp_path: Path) -> Settings:
    """Settings with the secret of the phones that scan here."""
    return engines.settings_for(engine, tmp_path, master_secret=SECRET)


@pytest.fixture
def heard(app: Flask, engine: Engine) -> Iterator[list[str]]:
    """The statements of the application, in a college without any record."""
    college.found(engine, members=MEMBERS, visits_each=0, now=utc_now())
    with app.app_context():
        own = db.engine
    with overheard(own) as heard:
        yield heard


def counts_of(app: Flask, heard: list[str], number: int) -> Counts:
    """Let the member of that number come, ask again, and leave; count the statements of each."""
    counts = {}
    for scan, fields in {
        "check-in": {"action": "in"},
        "the same again": {"action": "in"},
        "check-out": {"action": "out", "client_ref": f"leaving-{number}"},
        "the same check-out again": {"action": "out", "client_ref": f"leaving-{number}"},
    }.items():
        heard.clear()
        call = check_in(number, utc_now(), **fields)
        answer = app.test_client().post(call.path, data=call.body, headers=dict(call.headers))
        assert (answer.status_code, answer.json["verdict"]) == (201, "accepted")
        counts[scan] = len(heard)
    return counts


def add_years(engine: Engine) -> None:
    """Write 10^5 visits, 200 of them for each member; those of the veteran with all that belongs to them."""
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        past = college.add_past_shifts(connection, post_id=1, count=PAST_SHIFTS, now=utc_now())
        college.add_visits(connection, past, first=1, last=MEMBERS)
        college.add_proof(connection, past, first=VETERAN, last=VETERAN)


def test_a_scan_takes_at_most_six_statements_and_a_repeat_three(app: Flask, heard: list[str]) -> None:
    counts = counts_of(app, heard, BEGINNER)
    assert max(counts["check-in"], counts["check-out"]) <= 6
    assert max(counts["the same again"], counts["the same check-out again"]) <= 3


def test_the_number_is_the_same_after_many_visits(app: Flask, engine: Engine, heard: list[str]) -> None:
    before = counts_of(app, heard, BEGINNER)
    add_years(engine)
    assert counts_of(app, heard, VETERAN) == before
