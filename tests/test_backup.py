"""A backup comes back as it was, on either engine; what is damaged or foreign is refused before anything."""

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tests import engines
from tests.actions.stage import Stage
from tests.cast import Cast
from volunteer.backup import MANIFEST, BadBackup, check, restore, write
from volunteer.clock import utc_now
from volunteer.database import Model, writing
from volunteer.migrate import upgrade
from volunteer.rules.campus import Campus

Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def saved(engine: Engine, committed_cast: Cast, campus: Campus, tmp_path: Path) -> Path:
    """The backup of a college where somebody served."""
    with Session(engine) as session, writing(session):
        Stage(session, committed_cast, campus).serve("mei", "09:00", "12:00")
    path = tmp_path / "saved.zip"
    write(engine, path, now=utc_now())
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """A migrated database without a row, on either engine."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        server = request.getfixturevalue("postgresql_server")
        name = f"empty_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
        engines.drop_database(server, name)
        url = engines.new_database(server, name)
        request.addfinalizer(lambda: engines.drop_database(server, name))
    upgrade(url)
    engine = engines.open_engine(url)
    request.addfinalizer(engine.dispose)
    return engine


def rows_of(engine: Engine) -> Rows:
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in Model.metadata.sorted_tables
        }


def test_it_comes_back_as_it_was_on_either_engine(saved: Path, engine: Engine, empty: Engine) -> None:
    restore(empty, saved)
    assert rows_of(empty) == rows_of(engine)


def test_after_it_came_back_work_goes_on(
    saved: Path, empty: Engine, committed_cast: Cast, campus: Campus
) -> None:
    restore(empty, saved)
    with Session(empty) as session, writing(session):
        stage = Stage(session, committed_cast, campus)
        assert stage.stands(stage.serve("ning", "09:00", "11:00"))[2] == 120


def test_a_file_that_is_there_is_not_written_over(saved: Path, engine: Engine) -> None:
    before = saved.read_bytes()
    with pytest.raises(FileExistsError):
        write(engine, saved, now=utc_now())
    assert saved.read_bytes() == before


def test_a_database_with_rows_takes_no_backup(saved: Path, engine: Engine) -> None:
    before = rows_of(engine)
    with pytest.raises(BadBackup, match="holds rows already"):
        restore(engine, saved)
    assert rows_of(engine) == before


def edited(path: Path, edit: Callable[[dict[str, bytes]], None]) -> None:
    """Write the archive anew with other contents."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    edit(held)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content)


def manifest_with(**changes: object) -> Callable[[dict[str, bytes]], None]:
    def edit(held: dict[str, bytes]) -> None:
        held[MANIFEST] = json.dumps(json.loads(held[MANIFEST]) | changes).encode()

    return edit


def one_more_minute(held: dict[str, bytes]) -> None:
    held["credit.jsonl"] = held["credit.jsonl"].replace(b"180", b"181")


def one_line_less(held: dict[str, bytes]) -> None:
    held["audit.jsonl"] = held["audit.jsonl"].partition(b"\n")[2]


def a_table_less(held: dict[str, bytes]) -> None:
    del held["credit.jsonl"]


def no_manifest(held: dict[str, bytes]) -> None:
    del held[MANIFEST]


WRONG = {
    "a changed minute": (one_more_minute, "credit is not what was written"),
    "a line less": (one_line_less, "audit is not what was written"),
    "a table less": (a_table_less, "credit is missing"),
    "no manifest": (no_manifest, "no backup of this program"),
    "another program's": (manifest_with(program="other"), "no backup of this program"),
    "of another revision": (manifest_with(revision="0000"), "is of revision 0000"),
    "of other tables": (manifest_with(tables={}), "other tables"),
    "a manifest that is none": (lambda held: held.update({MANIFEST: b"[]"}), "no backup of this program"),
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("edit", "why"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_refused_before_anything(
    saved: Path, empty: Engine, edit: Callable[[dict[str, bytes]], None], why: str
) -> None:
    edited(saved, edit)
    with pytest.raises(BadBackup, match=why):
        restore(empty, saved)
    assert not any(rows_of(empty).values())


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("keep", [0, 10, 0.5, -1])
def test_half_a_file_is_refused(saved: Path, keep: float) -> None:
    whole = saved.read_bytes()
    saved.write_bytes(whole[: int(len(whole) * keep) if 0 < keep < 1 else int(keep)])
    with pytest.raises(BadBackup, match="damaged, or no backup"):
        check(saved)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_any_flipped_bit_is_found(saved: Path) -> None:
    whole = bytearray(saved.read_bytes())
    with zipfile.ZipFile(saved) as archive:
        start = next(one.header_offset for one in archive.infolist() if one.filename == "credit.jsonl")
    # Behind the header: its name and sizes take 62 bytes.
    whole[start + 80] ^= 1
    saved.write_bytes(bytes(whole))
    with pytest.raises(BadBackup):
        check(saved)


def test_it_tells_how_many_rows_it_holds(saved: Path, engine: Engine) -> None:
    told = check(saved).rows
    with engine.connect() as connection:
        for table in Model.metadata.sorted_tables:
            assert told[table.name] == connection.scalar(select(func.count()).select_from(table))
